"""A store that is full discards its oldest events, and everybody is served as before."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import nats
import pytest
from structlog.testing import capture_logs

from contracts import slots, streams
from contracts.conversation import MessageReceived
from contracts.recorded import Recorded
from contracts.streams import UserId
from taskflow.bus import bus, relay, topology
from taskflow.bus.store import BusStore, store_of
from taskflow.embedded.ports import free_port
from taskflow.errors import Configuration
from taskflow.log.appending import Write
from taskflow.log.event_log import EventLog
from taskflow.postgres.migrate import migrate
from taskflow.process.service import Runtime
from taskflow.process.settings import RuntimeSettings
from tests.conftest import runtime_settings
from tests.support import servers
from tests.support.eventually import eventually
from tests.support.relaying import running
from tests.support.servers import NatsServer, PostgresServer

pytestmark = pytest.mark.integration
SMALL = 300_000
"""Bytes of a store."""
MESSAGES = 5_000
AT_ONCE = 20
WORDS = "as many words as somebody writes who tells a story " * 10


class World:
    """A log, a relay and one service that notes when it hears of each message."""

    def __init__(self, bus_server: NatsServer) -> None:
        self.bus = bus_server
        self.written: dict[UUID, float] = {}
        self.heard: dict[UUID, float] = {}
        self.log: EventLog | None = None
        self.user: UserId | None = None

    async def __call__(self, recorded: Recorded[Any], delivery: int) -> None:
        self.heard.setdefault(recorded.event_id, time.monotonic())

    @asynccontextmanager
    async def build(self, runtime: Runtime) -> AsyncGenerator[None]:
        bus.consume(runtime.broker, "agent", self, runtime.dead_letters, workers=20)
        self.log = runtime.log
        self.user = await runtime.vault.user_for(["whatsapp:+15551230001"])
        yield

    async def write(self, n: int) -> None:
        assert self.log and self.user
        said = MessageReceived(message_ref=f"SM{n}", channel="whatsapp", kind="text", text=WORDS)
        began = time.monotonic()
        outcome = await self.log.append(
            [Write(streams.conversation(self.user), [said], self.user)], slots.message(f"SM{n}")
        )
        self.written[outcome.events[0].event_id] = began

    def p99(self) -> float:
        waits = sorted(self.heard[one] - began for one, began in self.written.items())
        return waits[int(len(waits) * 0.99)]


@asynccontextmanager
async def world(
    postgres: PostgresServer, home: Path, store_bytes: int | None = None
) -> AsyncGenerator[World]:
    async with AsyncExitStack() as stack:
        given = () if store_bytes is None else (store_bytes,)
        server = stack.enter_context(servers.nats_server(*given))
        await server.provision()
        dsn = await stack.enter_async_context(servers.database(postgres, migrate))
        here = World(server)
        told = RuntimeSettings(**runtime_settings(dsn, server.url, home))
        await stack.enter_async_context(running("agent", told, here.build))
        yield here


@pytest.mark.long
async def test_a_full_store_keeps_nobody_waiting(postgres: PostgresServer, tmp_path: Path) -> None:
    with capture_logs() as lines:
        async with (
            world(postgres, tmp_path / "full", SMALL) as full,
            world(postgres, tmp_path / "roomy") as roomy,
        ):
            for first in range(0, MESSAGES, AT_ONCE):
                some = range(first, first + AT_ONCE)
                await asyncio.gather(*(one.write(n) for n in some for one in (full, roomy)))
            for one in (full, roomy):
                await eventually(lambda one=one: len(one.heard) == MESSAGES, seconds=60)
            await asyncio.sleep(2 * relay.CHECK_SECONDS)
            assert store_of(full.bus.monitor_url).used <= SMALL
            assert store_of(roomy.bus.monitor_url).used > 10 * SMALL, "the control is not full"
            assert full.p99() <= 2 * roomy.p99()
    told = [line["event"] for line in lines]
    assert "relay.rewound" not in told, "what was discarded is no loss"


async def test_the_stream_takes_its_share_of_the_store_and_keeps_it(
    nats_server: NatsServer,
) -> None:
    client = await nats.connect(nats_server.url)
    try:
        room = store_of(nats_server.monitor_url).for_stream
        standing = await client.jetstream().stream_info(topology.STREAM)
        assert standing.config.max_bytes == room
        await topology.provision(client)  # nobody tells how large the store is
        standing = await client.jetstream().stream_info(topology.STREAM)
        assert standing.config.max_bytes == room
        assert await topology.is_limited(client)
    finally:
        await client.close()


def test_a_server_without_a_store_is_told_from_a_full_one() -> None:
    assert BusStore(used=95, size=100).share == 0.95
    assert BusStore(used=0, size=0).share == 0.0
    with pytest.raises(Configuration, match="NATS_MONITOR_URL"):
        store_of(f"http://127.0.0.1:{free_port()}")
