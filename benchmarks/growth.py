"""What a log of a million events costs more than one of a thousand."""

import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

import asyncpg

from benchmarks import filling, rows, servers
from benchmarks.figures import Figure
from benchmarks.rounds import Load, Rounds, Way, closed_loop
from contracts import slots, streams
from contracts.streams import UserId
from services.agent.decider import FOLD
from taskflow import clock
from taskflow.log.appending import Write
from taskflow.log.event_log import Cursor, EventLog
from taskflow.log.snapshots import Folds
from taskflow.postgres import database
from taskflow.postgres.migrate import migrate
from tests.support import servers as real

SIZES = (1_000, 100_000, 1_000_000)
QUICK_SIZES = (1_000, 10_000)
PER_STREAM = 50
"""Events in each conversation, whatever the log's size: below the count that takes a snapshot."""
CALLERS = 32
APPENDS, FOLDS, PAGES = 3_000, 300, 100
PAGE = 500
_BYTES = """
select (select sum(pg_total_relation_size(relid)) from pg_partition_tree('events'))::float8
       / count(*) from events
"""
"""Table and indexes."""
_SOMEWHERE = """
select transaction_id, position from events where position <= $1 order by position desc limit 1
"""


async def measure(*, quick: bool) -> list[Figure]:
    """All sizes stand beside each other on one server, and take turns in each round."""
    sizes, rounds = (QUICK_SIZES, 1) if quick else (SIZES, 3)
    async with AsyncExitStack() as stack:
        server = stack.enter_context(real.postgres_server())
        logs = [await _Log.filled(stack, server, size) for size in sizes]
        return [
            await _figure("append", "an append's p50 at 32 callers", logs, rounds, _Log.append),
            await _figure("fold", f"fold of {PER_STREAM} events, p50", logs, rounds, _Log.fold),
            await _figure("follow", f"a follower's page of {PAGE}, p50", logs, rounds, _Log.follow),
            _size(logs),
        ]


async def _figure(
    name: str,
    what: str,
    logs: Sequence["_Log"],
    rounds: int,
    way: Callable[["_Log"], Way],
) -> Figure:
    loads = await Rounds.of(rounds, **{str(log.size): way(log) for log in logs})
    smallest, largest = (loads.p50_ms(str(log.size)) for log in (logs[0], logs[-1]))
    return Figure(
        name=f"growth.{name}",
        what=f"{what}: {logs[-1].size:,} events in the log beside {logs[0].size:,}",
        value=largest,
        unit="ms",
        more_is_better=False,
        floor=smallest,
        floor_is=f"{logs[0].size:,} events",
        more={"rounds": loads.told(), "fill_s": {log.size: log.fill_s for log in logs}},
    )


def _size(logs: Sequence["_Log"]) -> Figure:
    return Figure(
        name="growth.disk",
        what=f"on disk per event, indexes included: {logs[-1].size:,} beside {logs[0].size:,}",
        value=logs[-1].bytes_each,
        unit="bytes",
        more_is_better=False,
        floor=logs[0].bytes_each,
        floor_is=f"{logs[0].size:,} events",
        more={"bytes": {log.size: log.bytes_each for log in logs}},
    )


class _Log:
    """A log of this size. Its appends go to conversations of their own."""

    def __init__(
        self,
        size: int,
        log: EventLog,
        pool: asyncpg.Pool,
        writers: Sequence[UserId],
        conversations: Sequence[str],
    ) -> None:
        self.size, self.bytes_each, self.fill_s = size, 0.0, 0.0
        self._log, self._pool = log, pool
        self._writers, self._conversations = writers, conversations
        self._folds = Folds(log, pool)

    @classmethod
    async def filled(cls, stack: AsyncExitStack, server: real.PostgresServer, size: int) -> "_Log":
        dsn = await stack.enter_async_context(real.database(server, migrate))
        users = [UserId(clock.new_id()) for _ in range(size // PER_STREAM)]
        began = time.perf_counter()
        await filling.fill(dsn, size, users, rows.Versions())
        log, vault = await stack.enter_async_context(servers.event_log(dsn))
        pool = await stack.enter_async_context(database.pool(dsn, "bench"))
        writers = await servers.users(vault, CALLERS)
        one = cls(size, log, pool, writers, [streams.conversation(user) for user in users])
        one.fill_s = round(time.perf_counter() - began, 1)
        one.bytes_each = await pool.fetchval(_BYTES)
        return one

    def append(self) -> Way:
        async def append(n: int) -> None:
            user = self._writers[n % CALLERS]
            sid = f"SM{clock.new_id().hex}"
            write = Write(streams.conversation(user), [rows.message(sid)], user)
            await self._log.append([write], slots.message(sid))

        return lambda: closed_loop(append, count=APPENDS, callers=CALLERS)

    def fold(self) -> Way:
        """Of conversations that lie far apart."""

        async def fold(n: int) -> None:
            stream = self._conversations[n * 7919 % len(self._conversations)]
            folded = await self._folds.fold(stream, FOLD)
            assert folded.version == PER_STREAM

        return lambda: closed_loop(fold, count=FOLDS)

    def follow(self) -> Way:
        """Pages from places all over the log, the last of them short of its end."""

        async def run() -> Load:
            room = self.size - PAGE
            places = [
                await self._pool.fetchrow(_SOMEWHERE, n * room // PAGES) for n in range(PAGES)
            ]
            cursors = [Cursor(*place) if place else Cursor() for place in places]

            async def follow(n: int) -> None:
                assert len(await self._log.follow(cursors[n], PAGE)) == PAGE

            return await closed_loop(follow, count=PAGES, each=PAGE)

        return run
