"""How long an event takes from its commit to its handler, in another process."""

import asyncio
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats
from nats.aio.client import Client

from benchmarks import processes, rows, servers
from benchmarks.figures import Figure, Target, percentile
from benchmarks.rounds import Load, Rounds
from contracts import slots, streams
from contracts.conversation import MessageReceived
from contracts.recorded import Recorded
from contracts.streams import UserId
from taskflow import clock
from taskflow.bus import bus, topology
from taskflow.log.appending import Write
from taskflow.log.event_log import EventLog
from taskflow.process.service import Runtime
from taskflow.process.settings import RuntimeSettings
from taskflow.telemetry import logs, tracing
from tests.support.relaying import running

PER_SECOND = 20
SERVICE = "agent"
SUBJECT = "bench.latency"
STREAM = "BENCH"


async def figures(*, seconds: float, rounds: int) -> list[Figure]:
    count = int(seconds * PER_SECOND)
    with tempfile.TemporaryDirectory(prefix="taskflow-bench-") as home:
        async with (
            servers.database() as dsn,
            servers.bus() as (server, client),
            servers.event_log(dsn) as (log, vault),
        ):
            user = (await servers.users(vault, 1))[0]
            await client.jetstream().add_stream(name=STREAM, subjects=[SUBJECT])
            given = servers.settings(dsn, server.url, Path(home))
            with processes.child(_serve, given) as service, processes.child(_pull, given) as puller:
                loads = await Rounds.of(
                    rounds,
                    floor=lambda: _published(client, puller, count),
                    ours=lambda: _appended(log, user, service, count),
                )
    return [_figure(of_100, loads) for of_100 in (50, 99)]


def _figure(of_100: int, loads: Rounds) -> Figure:
    def of(way: str) -> float:
        return loads.p50_ms(way) if of_100 == 50 else loads.p99_ms(way)

    return Figure(
        name=f"relay.commit_to_handler_p{of_100}",
        what=f"an append's commit to its handler in another process, at {PER_SECOND}/s: p{of_100}",
        value=of("ours"),
        unit="ms",
        more_is_better=False,
        floor=of("floor"),
        floor_is="JetStream publish to a fetch(1) loop",
        target=Target(value=10) if of_100 == 99 else None,
        more={"rounds": loads.told()},
    )


async def _appended(log: EventLog, user: UserId, service: processes.Child, count: int) -> Load:
    async def append() -> tuple[str, float]:
        sid = f"SM{clock.new_id().hex}"
        write = Write(streams.conversation(user), [rows.message(sid)], user)
        await log.append([write], slots.message(sid))
        return sid, time.monotonic()

    return await _load(append, service, count)


async def _published(client: Client, puller: processes.Child, count: int) -> Load:
    jetstream = client.jetstream()

    async def publish() -> tuple[str, float]:
        name, began = clock.new_id().hex, time.monotonic()
        await jetstream.publish(SUBJECT, name.encode().ljust(700))
        return name, began

    return await _load(publish, puller, count)


async def _load(
    send: Callable[[], Awaitable[tuple[str, float]]], receiver: processes.Child, count: int
) -> Load:
    """`send` says what it sent and from when on it is timed."""
    stored: dict[str, float] = {}
    began = time.monotonic()
    for n in range(count):
        await asyncio.sleep(max(0.0, began + n / PER_SECOND - time.monotonic()))
        name, at = await send()
        stored[name] = at
    seen: dict[str, float] = await receiver.ask(list(stored))
    took = [max(0.0, seen[name] - at) * 1000 for name, at in stored.items()]
    return Load(PER_SECOND, percentile(took, 50), percentile(took, 99))


async def _serve(given: dict[str, Any], line: processes.Line) -> None:
    """A service whose handler notes when it is called."""
    settings = RuntimeSettings.load(**given)
    logs.start(SERVICE, settings.taskflow_home, settings.taskflow_log_level)
    tracing.start(SERVICE, "bench", endpoint=None)
    seen: dict[str, float] = {}

    async def handler(recorded: Recorded[MessageReceived], _: int) -> None:
        seen[recorded.event.message_ref] = time.monotonic()

    @asynccontextmanager
    async def build(runtime: Runtime) -> AsyncGenerator[None]:
        bus.consume(runtime.broker, SERVICE, handler, runtime.dead_letters, workers=1_000)
        yield

    async with running(SERVICE, settings, build) as opened:
        await opened.client
        await _answer(line, seen)


async def _pull(given: dict[str, Any], line: processes.Line) -> None:
    client = await nats.connect(given["nats_url"])
    subscription = await client.jetstream().pull_subscribe(SUBJECT, "bench", stream=STREAM)
    seen: dict[str, float] = {}

    async def loop() -> None:
        while True:
            try:
                messages = await subscription.fetch(1, timeout=topology.ACK_WAIT_SECONDS / 6)
            except nats.errors.TimeoutError:
                continue
            seen[messages[0].data.decode().strip()] = time.monotonic()
            await messages[0].ack()

    pulling = asyncio.create_task(loop())
    await _answer(line, seen)
    pulling.cancel()
    await asyncio.wait([pulling])
    await client.close()


async def _answer(line: processes.Line, seen: dict[str, float]) -> None:
    """Tells, whenever asked, when each of these came; waits for those still under way."""
    await line.say("ready")
    while (names := await line.hear()) is not None:
        async with asyncio.timeout(30):
            while not seen.keys() >= set(names):  # noqa: ASYNC110 - a fact with a deadline
                await asyncio.sleep(0.01)
        await line.say({name: seen[name] for name in names})
