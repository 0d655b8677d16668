"""Events ready to be stored, and the barest statement that stores them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from contracts import slots, streams
from contracts.conversation import MessageReceived
from contracts.streams import UserId
from taskflow import clock
from taskflow.log.group_commit import EventRow
from taskflow.postgres.database import Connection
from taskflow.privacy.sealing import DataKey, sealed_payload

BARE = """
insert into events (event_id, stream, version, type, schema_version, user_id, payload, cause,
                    correlation, trace)
select * from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::int[], $6::uuid[],
                     $7::jsonb[], $8::uuid[], $9::uuid[], $10::text[])
"""
TEXT = "Could you find me a flight from Berlin to Lisbon next Friday, not too early in the morning?"
KEY = DataKey(bytes(32))


def message(sid: str) -> MessageReceived:
    return MessageReceived(
        message_ref=sid, channel="whatsapp", kind="text", text=TEXT, profile_name="Ada"
    )


def ready(user: UserId) -> EventRow:
    """A sealed message in this user's conversation, with a fresh id."""
    event_id = slots.event_id(clock.new_id(), 0)
    event = message(f"SM{event_id.hex}")
    return EventRow(
        event_id=event_id,
        stream=streams.conversation(user),
        place=1,
        expected_version=None,
        gates=(),
        type=event.type,
        schema_version=event.version,
        user_id=user,
        payload=orjson.dumps(sealed_payload(event, event_id, KEY)).decode(),
        cause=None,
        correlation=event_id,
        trace=None,
    )


@dataclass
class Versions:
    """What the raw client counts for itself: each stream's next version."""

    last: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def columns(self, rows: Sequence[EventRow]) -> list[list[Any]]:
        """BARE's parameters."""
        return [list(column) for column in zip(*self.tuples(rows), strict=True)]

    def tuples(self, rows: Iterable[EventRow]) -> list[tuple[Any, ...]]:
        return [self._values(row) for row in rows]

    def _values(self, row: EventRow) -> tuple[Any, ...]:
        self.last[row.stream] += 1
        return (
            row.event_id,
            row.stream,
            self.last[row.stream],
            row.type,
            row.schema_version,
            row.user_id,
            row.payload,
            row.cause,
            row.correlation,
            row.trace,
        )


COLUMNS = (
    "event_id",
    "stream",
    "version",
    "type",
    "schema_version",
    "user_id",
    "payload",
    "cause",
    "correlation",
    "trace",
)


async def insert(connection: Connection, columns: Sequence[list[Any]]) -> None:
    await connection.execute(BARE, *columns)
