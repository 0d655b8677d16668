"""From commit to the bus: a backlog's speed, and how long one event takes to its handler."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Sequence

from nats.aio.client import Client

from benchmarks import bus_load, latency, rows, servers
from benchmarks.figures import Figure, Target
from benchmarks.filling import fill
from benchmarks.rounds import Load, Rounds
from contracts.streams import UserId
from taskflow import clock
from taskflow.bus import topology
from taskflow.bus.relay import Relay
from taskflow.log.event_log import EventLog
from taskflow.postgres import database
from taskflow.postgres.wakeups import Wakeups

BACKLOG = 20_000
NOBODY = "bench.nobody"
"""A subject that no stream and no subscriber listens to."""
_ZERO = "update relay_cursor set transaction_id = '0', position = 0"
_WHERE = "select position from relay_cursor"
_LAST = "select max(position) from events"


async def measure(*, quick: bool) -> list[Figure]:
    return [
        await _backlog(2_000 if quick else BACKLOG, 1 if quick else 3),
        *await latency.figures(seconds=3 if quick else 15, rounds=1 if quick else 3),
    ]


async def _backlog(count: int, rounds: int) -> Figure:
    async with (
        servers.service_logs("relay"),
        servers.database() as dsn,
        servers.bus() as (_, client),
        servers.event_log(dsn) as (log, _),
    ):
        await fill(dsn, count, [UserId(clock.new_id()) for _ in range(200)], rows.Versions())
        ready = [bus_load.ready(message) async for message in log.follow_all()]
        loads = await Rounds.of(
            rounds,
            core=lambda: _core(client, ready),
            atomic=lambda: _atomic(client, ready),
            ours=lambda: _relayed(dsn, log, client, count),
        )
    return Figure(
        name="relay.backlog",
        what=f"the relay, from an empty stream to {count:,} sealed events in it",
        value=loads.per_second("ours"),
        unit="events/s",
        floor=loads.per_second("core"),
        floor_is="core NATS publish, no JetStream",
        target=Target(value=15_000),
        more={
            "rounds": loads.told(),
            "ratio_to_atomic_batches_of_ready_bytes": loads.per_second("ours")
            / loads.per_second("atomic"),
        },
    )


async def _core(client: Client, ready: Sequence[bus_load.Ready]) -> Load:
    began = time.perf_counter()
    for _, body, headers in ready:
        await client.publish(NOBODY, body, headers=headers)
    await client.flush()
    return _load(len(ready), began)


async def _atomic(client: Client, ready: Sequence[bus_load.Ready]) -> Load:
    """Batches as large as the relay's, of bytes that are there already."""
    await bus_load.new_stream(client)
    began = time.perf_counter()
    await bus_load.publish(client, ready)
    return _load(len(ready), began)


async def _relayed(dsn: str, log: EventLog, client: Client, count: int) -> Load:
    """Until its cursor stands at the log's end, which it moves after the bus confirmed."""
    await bus_load.new_stream(client)
    connection = await database.connect(dsn, "bench")
    await connection.execute(_ZERO)
    end = await connection.fetchval(_LAST)
    relay = Relay(dsn, log, client, Wakeups(dsn, "bench-listen"))
    began = time.perf_counter()
    async with _in_background(relay):
        while await connection.fetchval(_WHERE) != end:  # noqa: ASYNC110 - another's row
            await asyncio.sleep(0.01)
        load = _load(count, began)
    await connection.close()
    stored = (await client.jetstream().stream_info(topology.STREAM)).state.messages
    assert stored == count, f"{stored} of {count} are in the stream"
    return load


@contextlib.asynccontextmanager
async def _in_background(relay: Relay) -> AsyncGenerator[None]:
    running = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def _load(count: int, began: float) -> Load:
    return Load(count / (time.perf_counter() - began), 0, 0)
