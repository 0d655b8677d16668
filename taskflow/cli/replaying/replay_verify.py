"""`taskflow replay verify`, for people and machines."""

import asyncio
import json as jsonlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.progress import MofNCompleteColumn

from contracts.event import Event
from contracts.personal import Sealed, personal_fields
from contracts.streams import UserId
from taskflow.cli.operator import reader
from taskflow.cli.output import echo, echo_json
from taskflow.cli.progress import progress
from taskflow.cli.rendering import COVERED, shown
from taskflow.cli.times import moment
from taskflow.errors import Configuration
from taskflow.replay.recordings import FileSource, LogSource, Source
from taskflow.replay.verdicts import EVENT_ID, TYPE, WHYS, Change
from taskflow.replay.verify import Difference, Tally, Verifying, reviews
from taskflow.time_travel.unknown import PastLog


async def verify_log(
    *, since: str | None, user: str | None, file: Path | None, open_: bool, json: bool
) -> bool:
    """Whether every decision that can be made again is the one that was recorded."""
    after = moment(since, "--since") if since else None
    async with _source(file, user) as (source, wanted):
        tally, verifying = Tally(), Verifying(source, reviews(), wanted, after)
        with progress(MofNCompleteColumn()) as bar:
            task = bar.add_task("reading", total=None)
            users = 0

            def began(left: int) -> None:
                nonlocal users
                users = users or left
                bar.update(task, description="users", total=users, completed=users - left)

            def read(count: int) -> None:
                bar.update(task, completed=count)

            async for difference in verifying.run(tally, read, began):
                bar.stop()
                _tell(difference, open_=open_, json=json)
                bar.start()
    if wanted is not None and not tally.users:
        raise Configuration(f"the log holds nothing of user {wanted}")
    _sum_up(tally, json=json)
    return tally.proves


@asynccontextmanager
async def _source(
    file: Path | None, user: str | None
) -> AsyncGenerator[tuple[Source, UserId | None]]:
    if file is not None:
        source = await asyncio.to_thread(FileSource.of, file)
        yield source, _id_in_file(user) if user else None
        return
    async with reader() as me:
        assert isinstance(me.log, PastLog), "a reader's log knows newer events by sight"
        yield LogSource(me.log, me.vault), await me.user_of(user) if user else None


def _id_in_file(user: str) -> UserId:
    try:
        return UserId(UUID(user))
    except ValueError:
        raise Configuration(
            f"{user!r} is no user's id; a recorded file knows nobody by their number"
        ) from None


def _tell(difference: Difference, *, open_: bool, json: bool) -> None:
    at = difference.at
    changes = [_readable(difference, change, open_=open_) for change in difference.changes]
    if json:
        fields = {
            "difference": {
                "stream": at.stream,
                "version": at.version,
                "type": at.event.type,
                "event_id": str(at.event_id),
                "service": difference.service,
                "is_missing": difference.is_missing,
                "changes": [asdict(change) for change in changes],
            }
        }
        echo_json(fields)
        return
    beside = ", beside it" if difference.is_missing else ""
    echo(f"{at.stream} {at.version} {at.event.type} {at.event_id}{beside}")
    for change in changes:
        echo(f"  {change.field}: {change.recorded} → {change.now}")


def _readable(difference: Difference, change: Change, *, open_: bool) -> Change:
    """Personal text covered, with its length; no decision is told as nothing."""
    if change.field in {TYPE, EVENT_ID}:
        return Change(change.field, str(change.recorded or "nothing"), str(change.now or "nothing"))
    event: Event = difference.at.event
    hide = not open_ and change.field in personal_fields(type(event))
    tell = _covered if hide else _whole
    return Change(change.field, tell(change.recorded), tell(change.now))


def _covered(value: Any) -> str:
    return f"{COVERED} ({len(value)} characters)" if isinstance(value, str) else COVERED


def _whole(value: Any) -> str:
    match value:
        case Sealed():
            return COVERED
        case str():
            return jsonlib.dumps(value, ensure_ascii=False) if " " in value else value
        case UUID():
            return str(value)
        case _:
            return shown(value)


def _sum_up(tally: Tally, *, json: bool) -> None:
    if json:
        summary = {
            "events": tally.events,
            "users": tally.users,
            "compared": tally.compared,
            "differences": tally.differences,
            "partly": dict(tally.partly),
            "not_comparable": {why: n for why, n in tally.not_comparable.items() if n},
            "retired": dict(sorted(tally.retired.items())),
            "verified": tally.proves,
        }
        echo_json(summary)
        return
    echo(
        f"{tally.events:,} events, {tally.users:,} users: {tally.compared:,} decisions compared, "
        f"{tally.differences:,} differ"
    )
    for why, count in sorted(tally.not_comparable.items()):
        if count:
            echo(f"  not comparable: {count:,}, {WHYS[why]}")
            kinds = sorted(tally.retired.items()) if why == "retired" else ()
            for kind, of_kind in kinds:
                echo(f"    {of_kind:,} {kind}")
    for why, count in sorted(tally.partly.items()):
        echo(f"  compared in part: {count:,}, {WHYS[why]}")
    if not tally.compared:
        echo("  nothing could be compared: this proves nothing")
