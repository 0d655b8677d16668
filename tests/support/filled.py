"""The recorded conversation in a real database, with its users' keys and an address."""

import json
from itertools import groupby
from uuid import UUID

from contracts.recorded import Message
from contracts.streams import profile
from taskflow.log.group_commit import EventRow, append_now
from taskflow.postgres import database as db
from taskflow.privacy import sealing
from taskflow.privacy.media import MediaStore
from taskflow.privacy.sealing import MasterKey
from taskflow.privacy.vault import Vault
from tests.conftest import MASTER_KEY
from tests.support import recorded

ADA, GONE = recorded.ada(), recorded.forgotten()
NUMBER = "+15551230001"
PICTURE = b"\x89PNG of a chart"
_USER = "insert into vault_users (user_id, wrapped_key, forgotten_at) values ($1, $2, $3)"
_ADDRESS = """
insert into vault_addresses (address_hash, user_id, kind, sealed_address)
values ($1, $2, 'phone', $3)
"""


async def fill(dsn: str) -> None:
    master = MasterKey(MASTER_KEY)
    key, wrapped = master.new_data_key(ADA)
    connection = await db.connect(dsn, "tests")
    await connection.execute(_USER, ADA, wrapped, None)
    await connection.execute(_USER, GONE, None, recorded.events()[-1].recorded_at)
    hash_ = master.address_hash(f"whatsapp:{NUMBER}")
    address = key.seal(f"whatsapp:{NUMBER}".encode(), b"address" + hash_)
    await connection.execute(_ADDRESS, hash_, ADA, address)
    newer = recorded.messages()[-1].model_copy(
        update={
            "event_id": UUID(int=7),
            "stream": profile(ADA),
            "user_id": ADA,
            "type": "profile.guessed",
            "payload": {"guess": {"sealed": "QUJD"}},
            "transaction_id": 10**9,
        }
    )
    messages = [*recorded.messages(), newer]
    for _, together in groupby(messages, lambda one: one.transaction_id):
        places: dict[str, int] = {}
        rows = [_row(one, key, places) for one in together]
        assert len(await append_now(connection, [rows])) == len(rows)
    await connection.close()
    async with db.pool(dsn, "tests") as pool:
        await MediaStore(pool, Vault(pool, master)).put(ADA, "image/png", PICTURE)


def _row(message: Message, key: sealing.DataKey, places: dict[str, int]) -> EventRow:
    places[message.stream] = places.get(message.stream, 0) + 1
    payload = message.payload
    if message.user_id == ADA and message.type != "profile.guessed":
        payload = sealing.sealed_payload(message.recorded().event, message.event_id, key)
    return EventRow(
        event_id=message.event_id,
        stream=message.stream,
        place=places[message.stream],
        expected_version=None,
        gates=(),
        type=message.type,
        schema_version=message.schema_version,
        user_id=message.user_id,
        payload=json.dumps(payload),
        cause=message.cause,
        correlation=message.correlation,
        trace=message.trace,
    )
