"""What was given up, with its error; and the count of tries that leads there."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from contracts import streams
from contracts.recorded import Recorded
from taskflow import failpoints
from taskflow.errors import TaskFlowError
from taskflow.log.appending import Appended, Because
from taskflow.log.deciding import Decide
from taskflow.log.event_log import EventLog
from taskflow.postgres.database import UNAVAILABLE, Connection, DatabaseUnavailable
from taskflow.telemetry.tracing import current_traceparent

MAX_ATTEMPTS = 5

_COUNT = """
insert into attempts (service, slot, count) values ($1, $2, 1)
on conflict (service, slot) do update set count = attempts.count + 1, counted_at = now()
returning count
"""
_CLEAR = "delete from attempts where service = $1 and slot = $2"
_ADD = """
insert into dead_letters
  (service, event_id, stream, type, parked_by, error_code, error, attempts, trace, message)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_LIST = """
select id, service, event_id, stream, type, parked_by, error_code, error, attempts, trace,
       message, created_at, settled_at, settled_by
  from dead_letters where ($1 or settled_at is null) and ($2::bigint is null or id = $2)
 order by id
"""
_SETTLE = """
update dead_letters set settled_at = now(), settled_by = $2 where id = $1 and settled_at is null
"""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    id: int
    service: str
    event_id: UUID | None
    stream: str | None
    type: str | None
    parked_by: UUID | None
    """The turn.parked, reply.parked or tool.failed that moved on without it; None: a row only."""
    error_code: str
    error: str
    attempts: int
    trace: str | None
    message: str
    created_at: datetime
    settled_at: datetime | None
    settled_by: str | None


class Attempts:
    """Counts tries at a slot, from a message's second delivery on; first deliveries pay nothing."""

    def __init__(self, pool: asyncpg.Pool, service: str) -> None:
        self._pool, self._service = pool, service

    async def count(self, slot: UUID) -> int:
        try:
            async with failpoints.ATTEMPT_COMMIT:
                return await self._pool.fetchval(_COUNT, self._service, slot)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the count of attempts did not answer") from error

    async def clear(self, slot: UUID) -> None:
        """A clean hand-back is no failed try."""
        try:
            async with failpoints.ATTEMPT_COMMIT:
                await self._pool.execute(_CLEAR, self._service, slot)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the count of attempts did not answer") from error


class DeadLetters:
    def __init__(self, pool: asyncpg.Pool, log: EventLog, service: str) -> None:
        self._pool, self._log, self._service = pool, log, service
        self._parking = asyncio.Lock()
        """Parking holds a connection of the pool and may ask for another: two at most."""

    async def park(
        self, recorded: Recorded[Any], error: Exception, attempts: int, parking: Decide
    ) -> bool:
        """Moves on, and its row, in one transaction; False: the slot was taken."""
        write = parking.write(recorded.stream, streams.user_of(recorded.stream))
        because = Because.of(recorded)
        try:
            async with (
                self._parking,
                failpoints.PARK_COMMIT,
                self._pool.acquire() as connection,
                connection.transaction(),
            ):
                outcome = await self._log.append_in(connection, [write], parking.slot, because)
                if not isinstance(outcome, Appended):
                    return False
                parked_by = outcome.events[0].event_id
                await self._add(connection, recorded, error, attempts, parked_by)
                return True
        except UNAVAILABLE as fault:
            raise DatabaseUnavailable("parking was not stored") from fault

    async def add(self, recorded: Recorded[Any], error: Exception, attempts: int) -> None:
        """A row only: the event stays its stream's driver, and a retry delivers it again."""
        try:
            async with failpoints.DEAD_LETTER_COMMIT, self._pool.acquire() as connection:
                await self._add(connection, recorded, error, attempts, None)
        except UNAVAILABLE as fault:
            raise DatabaseUnavailable("parking was not stored") from fault

    async def add_undecodable(self, message: str, error: Exception) -> None:
        try:
            async with failpoints.DEAD_LETTER_COMMIT:
                await self._pool.execute(
                    _ADD, self._service, None, None, None, None, *_said(error), 1, None, message
                )
        except UNAVAILABLE as fault:
            raise DatabaseUnavailable("parking was not stored") from fault

    async def _add(
        self,
        connection: Connection,
        recorded: Recorded[Any],
        error: Exception,
        attempts: int,
        parked_by: UUID | None,
    ) -> None:
        await connection.execute(
            _ADD,
            self._service,
            recorded.event_id,
            recorded.stream,
            recorded.event.type,
            parked_by,
            *_said(error),
            attempts,
            current_traceparent() or recorded.trace,
            "",
        )

    async def all(self, *, settled: bool = False, id_: int | None = None) -> list[DeadLetter]:
        return [
            DeadLetter(**dict(row.items())) for row in await self._pool.fetch(_LIST, settled, id_)
        ]

    async def settle(self, id_: int, by: str) -> bool:
        async with failpoints.DEAD_LETTER_COMMIT:
            return await self._pool.execute(_SETTLE, id_, by) == "UPDATE 1"


def _said(error: Exception) -> tuple[str, str]:
    """Our own errors say nothing personal; of a stranger's only the class is kept."""
    if isinstance(error, TaskFlowError):
        return error.code, str(error)
    return type(error).__name__, f"{type(error).__name__}; its text may be personal and is kept out"
