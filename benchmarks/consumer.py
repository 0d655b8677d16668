"""What a service takes from the bus in a second, beside a loop of bare fetches."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from nats.aio.client import Client

from benchmarks import bus_load, servers
from benchmarks.figures import Figure, Target
from benchmarks.rounds import Load, Rounds
from contracts.recorded import Message, Recorded
from taskflow.bus import bus, pulling, topology
from taskflow.bus.dead_letters import DeadLetters
from taskflow.postgres import database
from taskflow.telemetry import tracing

BACKLOG = 10_000
SERVICE = "agent"
WORKERS = 1_000
"""As the agent's default."""
FLOOR_FETCH = 500
DONE_SECONDS = 120.0


async def measure(*, quick: bool) -> list[Figure]:
    count, rounds = (1_000, 1) if quick else (BACKLOG, 3)
    tracing.start(SERVICE, "bench", endpoint=None)
    async with (
        servers.service_logs(SERVICE),
        servers.database() as dsn,
        servers.bus() as (server, client),
        servers.event_log(dsn) as (log, _),
        database.pool(dsn, "bench-parked") as pool,
    ):
        ready = bus_load.messages(count)
        loads = await Rounds.of(
            rounds,
            floor=lambda: _floor(client, ready),
            ours=lambda: _ours(client, server.url, ready, DeadLetters(pool, log, SERVICE)),
        )
    return [
        Figure(
            name="consumer.backlog",
            what=f"{count:,} messages through bus.consume, each acked, traced and logged",
            value=loads.per_second("ours"),
            unit="messages/s",
            floor=loads.per_second("floor"),
            floor_is=f"nats-py fetch({FLOOR_FETCH}) loop",
            target=Target(value=2_500),
            more={"rounds": loads.told(), "ahead": pulling.AHEAD, "workers": WORKERS},
        )
    ]


async def _floor(client: Client, ready: Sequence[bus_load.Ready]) -> Load:
    await _fresh(client, ready)
    jetstream = client.jetstream()
    subscription = await jetstream.pull_subscribe_bind(SERVICE, topology.STREAM)
    began, left = time.perf_counter(), len(ready)
    while left:
        for message in await subscription.fetch(min(FLOOR_FETCH, left), timeout=5):
            Message.model_validate_json(message.data).recorded()
            await message.ack()
            left -= 1
    await _all_acked(client)
    load = Load(len(ready) / (time.perf_counter() - began), 0, 0)
    await subscription.unsubscribe()
    return load


async def _ours(
    client: Client, url: str, ready: Sequence[bus_load.Ready], parked: DeadLetters
) -> Load:
    await _fresh(client, ready)
    handled = _Handled(len(ready))
    broker = bus.broker(url, "bench")
    bus.consume(broker, SERVICE, handled, parked, workers=WORKERS)
    began = time.perf_counter()
    await broker.start()
    async with asyncio.timeout(DONE_SECONDS):
        await handled.all.wait()
    await _all_acked(client)
    load = Load(len(ready) / (time.perf_counter() - began), 0, 0)
    await broker.stop()
    return load


class _Handled:
    """A handler that does nothing but count."""

    def __init__(self, count: int) -> None:
        self._left = count
        self.all = asyncio.Event()

    async def __call__(self, _recorded: Recorded[Any], _delivery: int) -> None:
        self._left -= 1
        if not self._left:
            self.all.set()


async def _fresh(client: Client, ready: Sequence[bus_load.Ready]) -> None:
    await bus_load.new_stream(client)
    await bus_load.publish(client, ready)


async def _all_acked(client: Client) -> None:
    async with asyncio.timeout(DONE_SECONDS):
        while True:
            info = await client.jetstream().consumer_info(topology.STREAM, SERVICE)
            if not info.num_ack_pending and not info.num_pending:
                return
            await asyncio.sleep(0.01)
