"""`taskflow export`: what a user may ask for, and take with them."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from contracts.personal import ERASED
from contracts.streams import UserId
from taskflow.cli.operator import Operator, reader
from taskflow.cli.output import echo, echo_document
from taskflow.cli.private import write_private
from taskflow.cli.seeing import Sight, all_seen, sight
from taskflow.errors import Configuration
from taskflow.privacy.addresses import kind_of
from taskflow.privacy.vault import opened_address
from taskflow.process.service import media_store
from taskflow.time_travel import gathering
from taskflow.time_travel.whole import whole

_ADDRESSES = """
select address_hash, sealed_address, created_at from vault_addresses
 where user_id = $1 order by created_at, address_hash
"""
_MEDIA = "select id, created_at from media where user_id = $1 order by created_at, id"
_LETTERS = """
select id, service, type, error_code, error, created_at, settled_at, settled_by
  from dead_letters where stream = any($1::text[]) order by id
"""


async def export_user(name: str, *, into: str | None, one_line: bool) -> None:
    """Readable texts go where the operator said, and the operator is told that they are there."""
    file = Path(into) if into else None
    if file is not None and not file.parent.is_dir():
        raise Configuration(f"--into {into}: there is no folder {file.parent}")
    async with reader() as me:
        user = await me.user_of(name)
        found = await exported(me, user)
    text = json.dumps(found, ensure_ascii=False, indent=None if one_line else 2)
    if file is None:
        echo_document(text)
    else:
        try:
            write_private(file, f"{text}\n")
        except OSError as error:
            raise Configuration(f"--into {into} cannot be written: {error.strerror}") from error
    said = "their texts are erased" if found["erased"] else "their texts stand open in it"
    where = f"wrote {file}" if file else "exported"
    echo(f"{where}: {found['events']} events of user {user}; {said}", err=True)


async def exported(me: Operator, user: UserId) -> dict[str, Any]:
    """All that is known of a user, texts open. Raises Configuration when nothing is."""
    everything = await gathering.of_user(me.log, user)
    sight_ = await sight(me, user, open_=True)
    addresses = [] if sight_.erased else await _addresses(me, user)
    if not everything and not addresses:
        raise Configuration(f"nothing is known of user {user}")
    opened = {stream: await all_seen(me, events, sight_) for stream, events in everything.items()}
    whole_json = whole(user, opened, ERASED)
    return {
        **{
            name: whole_json.pop(name) for name in ("format", "user", "events", "upto", "forgotten")
        },
        "erased": sight_.erased,
        "addresses": addresses,
        **{name: value for name, value in whole_json.items() if name != "log"},
        "media": await _media(me, user, sight_),
        "dead_letters": await _letters(me, list(everything)),
        "log": whole_json["log"],
    }


async def _addresses(me: Operator, user: UserId) -> list[dict[str, Any]]:
    key = await me.vault.key(user)
    found: list[dict[str, Any]] = []
    for row in await me.pool.fetch(_ADDRESSES, user):
        sealed, hash_ = row["sealed_address"], row["address_hash"]
        address = opened_address(key, sealed, hash_)
        since = row["created_at"].isoformat()
        found.append({"address": address, "kind": kind_of(address), "known_since": since})
    return found


async def _media(me: Operator, user: UserId, sight_: Sight) -> list[dict[str, Any]]:
    """Pictures whole, in base64: one file holds everything."""
    if sight_.erased:
        return []
    store = media_store(me.settings, me.pool, me.vault)
    found: list[dict[str, Any]] = []
    for row in await me.pool.fetch(_MEDIA, user):
        picture = await store.get(row["id"])
        if picture is not None:
            found.append(
                {
                    "id": str(row["id"]),
                    "at": row["created_at"].isoformat(),
                    "content_type": picture.content_type,
                    "sha256": hashlib.sha256(picture.data).hexdigest(),
                    "base64": base64.b64encode(picture.data).decode(),
                }
            )
    return found


async def _letters(me: Operator, streams: list[str]) -> list[dict[str, Any]]:
    rows = await me.pool.fetch(_LETTERS, streams)
    return [json.loads(json.dumps(dict(row.items()), default=str)) for row in rows]
