"""Concurrent appends of one process share a transaction: while one batch commits, the next gathers.

One connection, one batch in flight, no linger: measured faster than a pool at every load.
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import asyncpg
import structlog

from contracts.event import Event
from contracts.recorded import Recorded
from taskflow import clock, failpoints
from taskflow.postgres.database import UNAVAILABLE, Connection, DatabaseUnavailable, connect

E = TypeVar("E", bound=Event)

MAX_BATCH = 128
"""Events; larger batches were no faster."""
GIVE_UP_AFTER = 4.0
"""Seconds an append may wait for PostgreSQL: the webhook answers within 5."""

RACES = (asyncpg.DeadlockDetectedError, asyncpg.UniqueViolationError)
"""Of writers that take no locks, or share a slot over different streams: once more finds out."""

log = structlog.get_logger()

APPEND = """
select * from append_events($1::int[], $2::int[], $3::int[], $4::uuid[], $5::text[], $6::text[],
  $7::int[], $8::uuid[], $9::jsonb[], $10::uuid[], $11::uuid[], $12::text[], $13::text[])
"""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event, ready to be stored."""

    event_id: UUID
    stream: str
    place: int
    """k-th of its stream in this append, from 1."""
    expected_version: int | None
    gates: tuple[str, ...]
    type: str
    schema_version: int
    user_id: UUID | None
    payload: str
    cause: UUID | None
    correlation: UUID
    trace: str | None


@dataclass(frozen=True, slots=True)
class AppendedRow:
    position: int
    transaction_id: int
    version: int
    recorded_at: datetime

    def as_recorded(self, row: EventRow, event: E) -> Recorded[E]:
        """The event as its appender knows it, in plain text."""
        return Recorded(
            event=event,
            event_id=row.event_id,
            stream=row.stream,
            version=self.version,
            position=self.position,
            transaction_id=self.transaction_id,
            user_id=row.user_id,
            cause=row.cause,
            correlation=row.correlation,
            trace=row.trace,
            recorded_at=self.recorded_at,
        )


@dataclass(slots=True, eq=False)
class _Waiting:
    rows: Sequence[EventRow]
    streams: frozenset[str]
    give_up_at: float
    done: asyncio.Future[Mapping[UUID, AppendedRow]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


async def append_now(
    connection: Connection, appends: Iterable[Sequence[EventRow]]
) -> dict[UUID, AppendedRow]:
    """Stores what can be stored, whole appends only. What is missing lost its slot or its version.

    As the first statement of a transaction it takes the streams' locks before any other write.
    """
    rows = [(number, row) for number, rows in enumerate(appends) for row in rows]
    records = await connection.fetch(
        APPEND,
        [number for number, _ in rows],
        [row.place for _, row in rows],
        [-1 if row.expected_version is None else row.expected_version for _, row in rows],
        [row.event_id for _, row in rows],
        [row.stream for _, row in rows],
        [row.type for _, row in rows],
        [row.schema_version for _, row in rows],
        [row.user_id for _, row in rows],
        [row.payload for _, row in rows],
        [row.cause for _, row in rows],
        [row.correlation for _, row in rows],
        [row.trace for _, row in rows],
        [",".join(row.gates) or None for _, row in rows],
    )
    return {
        record["event_id"]: AppendedRow(
            record["position"],
            record["transaction_id"],
            record["version"],
            record["recorded_at"],
        )
        for record in records
    }


class GroupCommit:
    """Owns one connection; `submit` returns once the append's transaction is durable."""

    def __init__(self, dsn: str, application: str) -> None:
        self._dsn, self._application = dsn, application
        self._queue: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._connection: asyncpg.Connection | None = None
        self._worker: asyncio.Task[None] | None = None

    async def submit(self, rows: Sequence[EventRow]) -> Mapping[UUID, AppendedRow]:
        """What was stored; empty when the slot was taken. Raises DatabaseUnavailable in time."""
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work(), name="group-commit")
        waiting = _Waiting(
            rows, frozenset(row.stream for row in rows), clock.monotonic() + GIVE_UP_AFTER
        )
        self._queue.append(waiting)
        self._wake.set()
        try:
            async with asyncio.timeout(GIVE_UP_AFTER):
                return await asyncio.shield(waiting.done)
        except TimeoutError:
            raise DatabaseUnavailable("PostgreSQL did not commit in time") from None

    async def close(self) -> None:
        if self._worker:
            self._worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._worker
        if self._connection:
            self._connection.terminate()

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while batch := self._next_batch():
                await self._commit(batch)

    def _next_batch(self) -> list[_Waiting]:
        """A stream stands in a batch at most once, and nothing overtakes on its stream."""
        batch: list[_Waiting] = []
        busy: set[str] = set()
        later: deque[_Waiting] = deque()
        size = 0
        while self._queue and size < MAX_BATCH:
            waiting = self._queue.popleft()
            if waiting.streams.isdisjoint(busy):
                batch.append(waiting)
                size += len(waiting.rows)
            else:
                later.append(waiting)
            busy |= waiting.streams
        self._queue.extendleft(reversed(later))
        return batch

    async def _commit(self, batch: list[_Waiting]) -> None:
        """Whatever goes wrong is told to those who wait; the worker goes on."""
        try:
            await self._store(batch)
        except Exception as error:
            log.exception("append.failed")
            self._drop_connection()
            for waiting in batch:
                _fail(waiting, error)

    async def _store(self, batch: list[_Waiting]) -> None:
        pause = 0.05
        while batch := [waiting for waiting in batch if clock.monotonic() < waiting.give_up_at]:
            try:
                connection = await self._connected()
                async with failpoints.APPEND_COMMIT:
                    stored = await append_now(connection, [waiting.rows for waiting in batch])
            except UNAVAILABLE:
                # The commit's outcome may be unknown: the same ids again find out.
                self._drop_connection()
                pause = await _rested(pause)
            except asyncpg.PostgresError as error:
                if len(batch) > 1:
                    # One append that PostgreSQL cannot store never fails its neighbours.
                    for waiting in batch:
                        await self._store([waiting])
                    return
                if not isinstance(error, RACES):
                    _fail(batch[0], error)
                    return
                pause = await _rested(pause)
            else:
                for waiting in batch:
                    if not waiting.done.done():
                        waiting.done.set_result(stored)
                return

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(self._dsn, self._application)
        return self._connection

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            cast("Any", connection).terminate()


async def _rested(pause: float) -> float:
    """Sleeps about so long; the next pause."""
    await asyncio.sleep(pause * (0.5 + random.random()))  # noqa: S311 - jitter
    return min(pause * 2, 0.5)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.done.done():
        waiting.done.set_exception(error)
