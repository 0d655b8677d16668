"""Read models: folds of the log into tables of their own; rows and checkpoint commit together."""

import asyncio
from typing import Any

import asyncpg
import structlog

from contracts.recorded import Recorded
from taskflow import clock, failpoints
from taskflow.errors import Configuration, Retryable, UnknownEvent
from taskflow.log.event_log import PAGE, EventLog
from taskflow.log.following import Cursor
from taskflow.postgres.database import UNAVAILABLE, Connection, DatabaseUnavailable, connect
from taskflow.postgres.wakeups import POLL_SECONDS, Wakeup, Wakeups, lead
from taskflow.projecting import checkpoints
from taskflow.projecting.checkpoints import CheckpointStanding, Overtaken
from taskflow.projecting.projection import Projection, Statement
from taskflow.projecting.rebuilding import rebuild, run_all

__all__ = ["Overtaken", "Projection", "Projector", "Statement", "where"]

RETRY_SECONDS = 0.5
CATCH_UP_SECONDS = 2.0
GATHER_SECONDS = 0.1
"""Between pages under load: every page is a commit, and a turn alone makes five. The first event
after a pause is read at once.
"""
STAND_BY_SECONDS = 5.0
"""Between looks at what only another release can change."""

log = structlog.get_logger()


class Projector:
    """Runs one projection; an advisory lock keeps it to one active runner."""

    def __init__(
        self,
        dsn: str,
        pool: asyncpg.Pool,
        event_log: EventLog,
        wakeups: Wakeups,
        what: Projection,
        *,
        gather: float = GATHER_SECONDS,
    ) -> None:
        """`gather`: seconds between pages under load; read models for people can wait longer."""
        self._dsn, self._pool, self._log, self._wakeups = dsn, pool, event_log, wakeups
        self._what, self._gather = what, gather
        self._poll = POLL_SECONDS * gather / GATHER_SECONDS
        self._reported = ""

    async def run(self) -> None:
        while True:
            try:
                connection = await connect(self._dsn, f"taskflow-{self._what.name}", durable=False)
            except UNAVAILABLE:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            try:
                await lead(connection, lock(self._what.name, self._what.version))
                await self._stand(connection)
                await self._follow(connection)
            except (*UNAVAILABLE, Retryable) as error:
                log.warning(
                    "projection.interrupted", name=self._what.name, error=type(error).__name__
                )
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                connection.terminate()

    async def _stand(self, connection: Connection) -> None:
        """Returns once the tables are this version's to write."""
        name, version = self._what.name, self._what.version
        while (
            standing := await checkpoints.begin(connection, name, version)
        ) != CheckpointStanding.OURS:
            if standing is CheckpointStanding.NEWER:
                self._tell_once("projection.stands_by", "a newer version has the tables")
                await asyncio.sleep(STAND_BY_SECONDS)
                continue
            try:
                await rebuild(self._dsn, self._log, [self._what])
                log.info("projection.rebuilt", name=name, version=version)
            except (Configuration, UnknownEvent) as error:
                self._tell_once("projection.not_rebuilt", str(error))
                await asyncio.sleep(STAND_BY_SECONDS)
            except asyncpg.InsufficientPrivilegeError:
                mend = f"run `taskflow projections rebuild {name}` as the tables' owner"
                self._tell_once("projection.not_rebuilt", mend)
                await asyncio.sleep(STAND_BY_SECONDS)

    async def _follow(self, connection: Connection) -> None:
        cursor, looked_at = await where(connection, self._what), clock.monotonic()
        with self._wakeups.subscribed() as bell:
            while True:
                page = await self._log.page(cursor)
                if page.events:
                    self._reported = ""
                    moved = page.after(cursor)
                    statements = await self._what.project(page.events)
                    async with failpoints.PROJECTION_COMMIT, connection.transaction():
                        # The checkpoint first: a rebuild that swaps takes them in this order too.
                        await checkpoints.move(
                            connection, self._what.name, self._what.version, cursor, moved
                        )
                        await run_all(connection, statements)
                    cursor = moved
                elif clock.monotonic() - looked_at > STAND_BY_SECONDS:
                    looked_at = clock.monotonic()
                    if await where(connection, self._what) != cursor:
                        raise Overtaken(f"projection {self._what.name} was dropped or rebuilt")
                await self._pause(bell, len(page.events), page.unknown)

    async def _pause(self, bell: Wakeup, read: int, unknown: UnknownEvent | None) -> None:
        if unknown:
            self._tell_once("projection.stopped", str(unknown))
            await asyncio.sleep(STAND_BY_SECONDS)
        elif not read:
            await bell.wait(self._poll)
        elif read < PAGE:
            await asyncio.sleep(self._gather)

    def _tell_once(self, event: str, why: str) -> None:
        if self._reported != why:
            self._reported = why
            log.error(event, name=self._what.name, version=self._what.version, why=why)

    async def caught_up(self, recorded: Recorded[Any]) -> None:
        """Waits until the projection holds this event. Raises Retryable when it lags too long."""
        target = Cursor.of(recorded)
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
    return await checkpoints.where(connection, what.name, what.version)


def lock(name: str, version: int) -> int:
    """Held by the active runner's session."""
    return checkpoints.key(name, version)
