"""Building projections anew beside the live ones, then taking their place at one blow.

Everything is in the database: whoever runs it again after a crash goes on from the last page.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any

import asyncpg

from contracts.recorded import Recorded
from taskflow import failpoints
from taskflow.errors import Configuration
from taskflow.log.event_log import EventLog
from taskflow.log.following import REPLAY_PAGE, Cursor
from taskflow.postgres.database import CONNECT_TIMEOUT, Connection
from taskflow.projecting import checkpoints, shape
from taskflow.projecting.projection import Projection, Statement

SWAP_TRIES = 30
LOCK_TIMEOUT = "2s"
"""Whoever reads the live tables queues behind the swap for no longer than this."""

_TRY_LOCK = "select pg_try_advisory_lock($1)"
_BEHIND = """
select count(*) from events where (transaction_id, position) > ($1::xid8, $2::bigint)
"""
_BUILT = """
select transaction_id, position from projection_builds where name = $1 and version = $2
"""
_BEGIN = """
insert into projection_builds (name, version) values ($1, $2)
on conflict (name) do update
   set version = excluded.version, transaction_id = '0', position = 0, started_at = now()
"""
_ADVANCE = "update projection_builds set transaction_id = $2, position = $3 where name = $1"
_END = "delete from projection_builds where name = $1"
_LIVE = """
select version, transaction_id, position from projection_checkpoints where name = $1 for update
"""
_FORGET = "delete from projection_checkpoints where name = $1"
_STAND = """
insert into projection_checkpoints (name, version, transaction_id, position)
values ($1, $2, $3, $4)
"""

Progress = Callable[[int, int], None]
"""How many events are done, of how many."""


class BeingBuilt(Configuration):
    """Somebody else is at it."""


def _nobody(_done: int, _total: int) -> None:
    """The runner of a service tells it to no terminal."""


async def run_all(connection: Connection, statements: Sequence[Statement]) -> None:
    """Alike ones in one round trip."""
    for query, alike in groupby(statements, itemgetter(0)):
        await connection.executemany(query, [values for _, values in alike])


async def rebuild(
    dsn: str, event_log: EventLog, what: Sequence[Projection], progress: Progress = _nobody
) -> int:
    """How many events it read. Needs the tables' owner.

    Raises BeingBuilt, Configuration for a newer version that stands, UnknownEvent where the live
    one has passed what this release cannot read.
    """
    async with _owner(dsn) as connection:
        for projection in what:
            if not await connection.fetchval(_TRY_LOCK, checkpoints.key("build", projection.name)):
                raise BeingBuilt(f"projection {projection.name} is being rebuilt already")
        builds = [await _Build.begun(connection, projection) for projection in what]
        path = ", ".join(f'"{shape.schema_of(projection.name)}"' for projection in what)
        await connection.execute(f"set search_path to {path}, {shape.LIVE}")
        read = await _catch_up(connection, event_log, builds, progress)
        for build in builds:
            await build.take_over(connection, event_log)
        return read


@asynccontextmanager
async def _owner(dsn: str) -> AsyncGenerator[asyncpg.Connection]:
    """Not in the services' role; waits for no disk, since it can be made again."""
    settings = {"application_name": "taskflow-rebuild", "synchronous_commit": "off", "jit": "off"}
    settings["plan_cache_mode"] = "force_generic_plan"
    settings["enable_seqscan"] = "off"
    connection = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT, server_settings=settings)
    try:
        yield connection
    finally:
        connection.terminate()


async def _catch_up(
    connection: Connection, event_log: EventLog, builds: Sequence["_Build"], progress: Progress
) -> int:
    """One reading for all of them."""
    start = min(build.cursor for build in builds)
    total = await connection.fetchval(_BEHIND, start.transaction_id, start.position)
    done = 0
    progress(0, total)
    async for page in event_log.pages(start, REPLAY_PAGE):
        if not page.events:
            break
        changes = [(build, await build.changes(page.events)) for build in builds]
        async with failpoints.REBUILD_COMMIT, connection.transaction():
            for build, statements in changes:
                await build.advance(connection, statements, page.after(build.cursor))
        done += len(page.events)
        progress(done, max(done, total))
    return done


class _Build:
    def __init__(self, what: Projection, cursor: Cursor) -> None:
        self.what, self.cursor = what, cursor

    @classmethod
    async def begun(cls, connection: Connection, what: Projection) -> "_Build":
        """Or gone on with, where one of this version was left standing."""
        row = await connection.fetchrow(_BUILT, what.name, what.version)
        if row and await shape.stand_beside(connection, what.name, what.tables):
            return cls(what, checkpoints.cursor_of(row))
        async with failpoints.REBUILD_COMMIT, connection.transaction():
            await shape.make_beside(connection, what.name, what.tables)
            await connection.execute(_BEGIN, what.name, what.version)
        return cls(what, Cursor())

    async def changes(self, events: Sequence[Recorded[Any]]) -> list[Statement]:
        if Cursor.of(events[0]) <= self.cursor:
            events = [recorded for recorded in events if Cursor.of(recorded) > self.cursor]
        return await self.what.project(events) if events else []

    async def advance(
        self, connection: Connection, statements: Sequence[Statement], to: Cursor
    ) -> None:
        if to > self.cursor:
            await run_all(connection, statements)
            await connection.execute(_ADVANCE, self.what.name, to.transaction_id, to.position)
            self.cursor = to

    async def take_over(self, connection: Connection, event_log: EventLog) -> None:
        for tries in range(1, SWAP_TRIES + 1):
            stood = self.cursor
            try:
                async with failpoints.REBUILD_SWAP, connection.transaction():
                    await self._swap(connection, event_log)
            except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
                self.cursor = stood
                if tries == SWAP_TRIES:
                    raise Configuration(
                        f"the tables of {self.what.name} are never free for the swap; end the "
                        "long transaction that reads them and run it again: it goes on from here"
                    ) from None
            else:
                return

    async def _swap(self, connection: Connection, event_log: EventLog) -> None:
        """The live runner waits at its checkpoint, until it finds itself overtaken."""
        await connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
        await checkpoints.take_turn(connection, self.what.name)
        live = await connection.fetch(_LIVE, self.what.name)
        if newer := [row["version"] for row in live if row["version"] > self.what.version]:
            raise Configuration(
                f"projection {self.what.name} stands in version {max(newer)}, which a newer release"
                f" made; this one has version {self.what.version} and leaves it alone"
            )
        reached = max((checkpoints.cursor_of(row) for row in live), default=Cursor())
        while self.cursor < reached:
            page = await event_log.page(self.cursor, REPLAY_PAGE)
            if not page.events:
                raise page.unknown or Configuration(
                    f"the log ends before the checkpoint of {self.what.name}: is it another log?"
                )
            statements = await self.changes(page.events)
            await self.advance(connection, statements, page.after(self.cursor))
        await shape.swap(connection, self.what.name, self.what.tables)
        await connection.execute(_FORGET, self.what.name)
        at = (self.cursor.transaction_id, self.cursor.position)
        await connection.execute(_STAND, self.what.name, self.what.version, *at)
        await connection.execute(_END, self.what.name)
