"""Read models: folds of the log into tables of their own; rows and checkpoint commit together."""

import asyncio
import hashlib
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

import asyncpg
import structlog

from contracts.recorded import Recorded
from taskflow import clock, failpoints
from taskflow.database import UNAVAILABLE, Connection, DatabaseUnavailable, connect
from taskflow.errors import Retryable
from taskflow.event_log import PAGE, Cursor, EventLog, recorded_of
from taskflow.wakeups import Wakeups, lead

RETRY_SECONDS = 0.5
CATCH_UP_SECONDS = 2.0
GATHER_SECONDS = 0.1
"""Between pages under load: every page is a commit, and a turn alone makes five. The first event
after a pause is read at once.
"""

Statement = tuple[str, Sequence[Any]]
"""A query and its parameters."""

# A projection's first read of its checkpoint creates it.
_START = """
insert into projection_checkpoints (name, version) values ($1, $2) on conflict do nothing
"""
_WHERE = """
select transaction_id, position from projection_checkpoints where name = $1 and version = $2
"""
_MOVE = """
update projection_checkpoints set transaction_id = $3, position = $4
 where name = $1 and version = $2 and transaction_id = $5 and position = $6
"""

log = structlog.get_logger()


class Projection(Protocol):
    """A named, versioned fold. It causes no effects, and reads nothing but the log."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> int: ...

    async def project(self, events: Sequence[Recorded[Any]]) -> list[Statement]:
        """What these events change in the projection's tables; the same when asked again."""
        ...


class Overtaken(Retryable):
    """Another runner moved this projection's checkpoint."""

    code = "overtaken"


class Projector:
    """Runs one projection; an advisory lock keeps it to one active runner."""

    def __init__(
        self, dsn: str, pool: asyncpg.Pool, event_log: EventLog, wakeups: Wakeups, what: Projection
    ) -> None:
        self._dsn, self._pool, self._log, self._wakeups = dsn, pool, event_log, wakeups
        self._what = what

    async def run(self) -> None:
        while True:
            try:
                connection = await connect(self._dsn, f"taskflow-{self._what.name}", durable=False)
            except UNAVAILABLE:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            try:
                await lead(connection, _lock(self._what))
                await self._follow(connection)
            except (*UNAVAILABLE, Retryable) as error:
                log.warning(
                    "projection.interrupted", name=self._what.name, error=type(error).__name__
                )
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                connection.terminate()

    async def _follow(self, connection: Connection) -> None:
        await connection.execute(_START, self._what.name, self._what.version)
        cursor = await where(connection, self._what)
        with self._wakeups.subscribed() as bell:
            while True:
                page = await self._log.follow(cursor)
                if not page:
                    await bell.wait()
                    continue
                statements = await self._what.project([recorded_of(message) for message in page])
                moved = Cursor(page[-1].transaction_id, page[-1].position)
                async with failpoints.PROJECTION_COMMIT, connection.transaction():
                    for query, alike in groupby(statements, itemgetter(0)):
                        await connection.executemany(query, [values for _, values in alike])
                    await _move(connection, self._what, cursor, moved)
                cursor = moved
                if len(page) < PAGE:
                    await asyncio.sleep(GATHER_SECONDS)

    async def caught_up(self, recorded: Recorded[Any]) -> None:
        """Waits until the projection holds this event. Raises Retryable when it lags too long."""
        target = Cursor(recorded.transaction_id, recorded.position)
        give_up_at = clock.monotonic() + CATCH_UP_SECONDS
        with self._wakeups.subscribed() as bell:
            while clock.monotonic() < give_up_at:
                try:
                    async with self._pool.acquire() as connection:
                        held = await where(connection, self._what)
                except UNAVAILABLE as error:
                    raise DatabaseUnavailable("the checkpoint did not answer") from error
                if held >= target:
                    return
                await bell.wait(0.02)
        raise Retryable(f"projection {self._what.name} lags behind")


async def where(connection: Connection, what: Projection) -> Cursor:
    row = await connection.fetchrow(_WHERE, what.name, what.version)
    return Cursor(row["transaction_id"], row["position"]) if row else Cursor()


async def _move(connection: Connection, what: Projection, cursor: Cursor, to: Cursor) -> None:
    done = await connection.execute(
        _MOVE,
        what.name,
        what.version,
        to.transaction_id,
        to.position,
        cursor.transaction_id,
        cursor.position,
    )
    if done != "UPDATE 1":
        raise Overtaken(f"projection {what.name} was moved by another runner")


def _lock(what: Projection) -> int:
    digest = hashlib.sha256(f"{what.name}:{what.version}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
