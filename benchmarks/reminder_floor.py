"""The barest firing of due reminders: one connection claims 500 and inserts two rows for each."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import asyncpg
import orjson

from benchmarks import processes, rows
from contracts import streams
from contracts.conversation import ReplyReady
from contracts.reminders import ReminderFired
from taskflow import clock
from taskflow.postgres import database

_CLAIM = """
update due_reminders set claimed_until = now() + interval '30 s'
 where reminder in (
   select reminder from due_reminders
    where due_at <= now() and claimed_until < now()
    order by due_at limit 500 for update skip locked)
returning reminder, user_id, due_at
"""
_DONE = "update due_reminders set due_at = null where reminder = any($1::uuid[])"
PAUSE = 0.005


async def fire(given: dict[str, Any], line: processes.Line) -> None:
    connection = await database.connect(given["database_url"], "bench-floor")
    began = time.process_time()
    firing = asyncio.create_task(_Floor(connection).loop())
    await line.say("ready")
    while await line.hear():
        if firing.done():
            firing.result()
        await line.say(time.process_time() - began)
    firing.cancel()
    await asyncio.wait([firing])
    await connection.close()


class _Floor:
    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._name = f"floor-{clock.new_id()}"
        self._versions: defaultdict[str, int] = defaultdict(int)

    async def loop(self) -> None:
        while True:
            claimed = await self._connection.fetch(_CLAIM)
            if not claimed:
                await asyncio.sleep(PAUSE)
                continue
            async with self._connection.transaction():
                await rows.insert(self._connection, self._columns(claimed))
                await self._connection.execute(_DONE, [row["reminder"] for row in claimed])

    def _columns(self, claimed: Sequence[asyncpg.Record]) -> list[list[Any]]:
        values: list[tuple[Any, ...]] = []
        for row in claimed:
            fired = orjson.dumps(
                {"reminder": str(row["reminder"]), "due": row["due_at"], "late_s": 0}
            )
            said = orjson.dumps({"turn": None, "kind": "reminder", "text": rows.TEXT})
            values += [
                self._values(streams.reminder(row["reminder"]), 2, row, ReminderFired.type, fired),
                self._values(*self._replies(row), row, ReplyReady.type, said),
            ]
        return [list(column) for column in zip(*values, strict=True)]

    def _replies(self, row: asyncpg.Record) -> tuple[str, int]:
        """Streams of its own: in the users' the real scheduler counts."""
        stream = f"{self._name}-{row['user_id']}"
        self._versions[stream] += 1
        return stream, self._versions[stream]

    def _values(
        self, stream: str, version: int, row: asyncpg.Record, type_: str, payload: bytes
    ) -> tuple[Any, ...]:
        id_ = clock.new_id()
        return (
            id_, stream, version, type_, 1, row["user_id"], payload.decode(), None, id_, None,
        )  # fmt: skip
