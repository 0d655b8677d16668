"""Reminders in the log and in the scheduler's table, by COPY: as if they had been set and read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import orjson

from benchmarks import rows
from contracts import slots, streams
from contracts.reminders import ReminderSet
from contracts.streams import UserId
from services.scheduler.due import DueReminders, OpenCalls
from taskflow import clock
from taskflow.log.group_commit import EventRow
from taskflow.privacy.sealing import DataKey, sealed_payload

ZONE = "Europe/Berlin"
TEXT = "call Grandma and ask how her garden is doing"
_CHUNK = 20_000
_DUE = ("reminder", "user_id", "number", "local_time", "zone", "due_at")
# Everything so far counts as read: by the projections, and by the relay into this stream.
_READ = """
insert into projection_checkpoints (name, version, transaction_id, position)
select $1, $2, transaction_id, position from events order by transaction_id desc, position desc
 limit 1
on conflict (name, version) do update
   set transaction_id = excluded.transaction_id, position = excluded.position
"""
_RELAYED = """
update relay_cursor c set transaction_id = e.transaction_id, position = e.position,
       stream_created = $1, last_sequence = 0
  from (select transaction_id, position from events order by transaction_id desc, position desc
         limit 1) e
"""


@dataclass
class Filling:
    """Counts reminders of the same users over several fills."""

    connection: asyncpg.Connection
    keys: Sequence[tuple[UserId, DataKey]]
    filled: int = 0

    async def fill(self, dues: Sequence[datetime]) -> None:
        """One reminder for each of these instants, of whole seconds as the contract has them."""
        versions = rows.Versions()
        for start in range(0, len(dues), _CHUNK):
            told = list(self._chunk(dues[start : start + _CHUNK]))
            await self.connection.copy_records_to_table(
                "events", records=versions.tuples(row for row, _ in told), columns=rows.COLUMNS
            )
            await self.connection.copy_records_to_table(
                "due_reminders", records=[due for _, due in told], columns=_DUE
            )

    def _chunk(self, dues: Sequence[datetime]) -> Iterator[tuple[EventRow, tuple[Any, ...]]]:
        zone = ZoneInfo(ZONE)
        for due in dues:
            user, key = self.keys[self.filled % len(self.keys)]
            self.filled += 1
            local = due.astimezone(zone).replace(tzinfo=None).isoformat()
            reminder = clock.new_id()
            number = (self.filled - 1) // len(self.keys) + 1
            yield _row(reminder, user, key, local), (reminder, user, number, local, ZONE, due)

    async def read_so_far(self, stream_created: str) -> None:
        """What the floor wrote is nothing that the scheduler has to catch up with."""
        for projection in (DueReminders, OpenCalls):
            await self.connection.execute(_READ, projection.name, projection.version)
        await self.connection.execute(_RELAYED, stream_created)


def _row(reminder: UUID, user: UserId, key: DataKey, local: str) -> EventRow:
    event_id = slots.event_id(reminder, 0)
    event = ReminderSet(
        reminder=reminder, text=TEXT, local_time=local, zone=ZONE, rrule=None, tzdata="2026a"
    )
    return EventRow(
        event_id=event_id,
        stream=streams.reminder(reminder),
        place=1,
        expected_version=None,
        gates=(),
        type=event.type,
        schema_version=event.version,
        user_id=user,
        payload=orjson.dumps(sealed_payload(event, event_id, key)).decode(),
        cause=None,
        correlation=event_id,
        trace=None,
    )


def far_away(count: int) -> list[datetime]:
    """Pending, and not before next year."""
    start = datetime(2030, 6, 1, tzinfo=UTC)
    return [start + timedelta(seconds=n) for n in range(count)]
