"""Reading the log back: decoding it, and building read models from it. Beside `eventsourcing`."""

import asyncio
import resource
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import orjson

from benchmarks import replay_peer, servers
from benchmarks.figures import Figure, Target
from benchmarks.rounds import Load, Rounds
from taskflow.log.event_log import EventLog
from taskflow.log.following import REPLAY_PAGE, at_full_speed
from taskflow.postgres import database
from taskflow.projecting.rebuilding import rebuild
from taskflow.views import VIEWS
from tests.support.long_log import fill

EVENTS, USERS, DECODED, PEER = 1_000_000, 5_000, 100_000, 5_000
QUICK = 20_000
ROUNDS = 5
_PAGE = """
select position, transaction_id, event_id, stream, version, type, schema_version, user_id,
       payload, cause, correlation, trace, recorded_at
  from events where (transaction_id, position) > ($1, $2)
 order by transaction_id, position limit $3
"""


async def measure(*, quick: bool) -> list[Figure]:
    events = QUICK if quick else EVENTS
    async with AsyncExitStack() as stack:
        dsn = await stack.enter_async_context(servers.database())
        began = time.perf_counter()
        await fill(dsn, events, users=USERS)
        filled = round(time.perf_counter() - began, 1)
        pool = await stack.enter_async_context(database.pool(dsn, "bench"))
        log, _ = await stack.enter_async_context(servers.event_log(dsn))
        stack.enter_context(at_full_speed())
        reading = await _reading(pool, log, min(events, DECODED), 1 if quick else ROUNDS)
        rebuilding = await _rebuilding(dsn, log, events, filled)
        peer = await _peer(dsn, log, pool, min(events, PEER))
        return [reading, *rebuilding, *peer]


async def _reading(pool: asyncpg.Pool, log: EventLog, count: int, rounds: int) -> Figure:
    loads = await Rounds.of(
        rounds,
        floor=lambda: _bare(pool, count),
        ours=lambda: _decoded(log, count),
    )
    return Figure(
        name="replay.decode",
        what=f"events read and decoded, pages of {REPLAY_PAGE:,}",
        value=loads.per_second("ours"),
        unit="events/s",
        floor=loads.per_second("floor"),
        floor_is="the same pages, every row a dict, payload by orjson",
        target=Target(value=100_000, ratio=0.7),
        more={"rounds": loads.told()},
    )


async def _bare(pool: asyncpg.Pool, count: int) -> Load:
    """Page after page, as one reads a table: each row a dict, its payload another."""
    began, read, at = time.perf_counter(), 0, (0, 0)
    while read < count and (rows := await pool.fetch(_PAGE, *at, REPLAY_PAGE)):
        found = [dict(row) for row in rows]
        for one in found:
            one["payload"] = orjson.loads(one["payload"])
        read += len(found)
        at = (found[-1]["transaction_id"], found[-1]["position"])
    return _load(read, began)


async def _decoded(log: EventLog, count: int) -> Load:
    began, read = time.perf_counter(), 0
    pages = log.pages()
    async for page in pages:
        read += len(page.events)
        if read >= count:
            break
    await pages.aclose()
    return _load(read, began)


def _load(read: int, began: float) -> Load:
    seconds = time.perf_counter() - began
    return Load(read / seconds, seconds * 1000, seconds * 1000)


async def _rebuilding(dsn: str, log: EventLog, events: int, filled: float) -> list[Figure]:
    memory: list[float] = []
    began, cpu = time.perf_counter(), time.process_time()

    def told(done: int, _total: int) -> None:
        memory.append(_megabytes())
        if done == events or len(memory) % 50 == 0:
            print(f"   {done:,} events, {done / (time.perf_counter() - began):,.0f}/s", flush=True)

    read = await rebuild(dsn, log, [view() for view in VIEWS], told)
    seconds = time.perf_counter() - began
    assert read == events
    early = memory[len(memory) // 4]
    return [
        Figure(
            name="replay.rebuild",
            what=f"the four views of {events:,} events built anew and swapped in, by one process",
            value=seconds,
            unit="s",
            more_is_better=False,
            target=Target(value=60),
            more={
                "events_per_second": round(read / seconds),
                "cpu_s": round(time.process_time() - cpu, 1),
                "fill_s": filled,
            },
        ),
        Figure(
            name="replay.rebuild_memory",
            what="that process's memory at its end, beside after a quarter of the events",
            value=memory[-1],
            unit="MB",
            more_is_better=False,
            floor=early,
            floor_is="after a quarter",
            target=Target(ratio=1.1),
        ),
    ]


def _megabytes() -> float:
    """The most it ever had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


async def _peer(dsn: str, log: EventLog, pool: asyncpg.Pool, count: int) -> list[Figure]:
    """The same events in the same server, by `eventsourcing` and its PostgreSQL recorder."""
    rows: Sequence[Any] = await pool.fetch(_PAGE, 0, 0, count)
    theirs = await asyncio.to_thread(replay_peer.measure, dsn, rows)
    loads = await Rounds.of(3, ours=lambda: _decoded(log, count))
    return [
        Figure(
            name="replay.peer_decode",
            what=f"{count:,} events read back decoded, by us; beside `eventsourcing`",
            value=loads.per_second("ours"),
            unit="events/s",
            floor=theirs.decoded,
            floor_is="eventsourcing 9.5, PostgreSQL recorder, psycopg",
            more={
                "rounds": loads.told(),
                "eventsourcing_single_appends": round(theirs.single),
                "eventsourcing_bulk_appends": round(theirs.bulk),
            },
        )
    ]
