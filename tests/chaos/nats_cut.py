"""The bus's disk loses its power, and at times its contents, while the relay publishes the log."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from unittest import mock

import asyncpg
import nats
from nats.aio.client import Client

from taskflow.bus import topology
from taskflow.bus.relay import Relay
from taskflow.embedded.nats import EmbeddedNats
from taskflow.embedded.postgres import EmbeddedPostgres
from taskflow.log.event_log import EventLog
from taskflow.postgres.migrate import migrate
from taskflow.postgres.wakeups import Wakeups
from tests.chaos import bus_check
from tests.chaos.bus_check import Bus
from tests.chaos.cuts import Cuts, Progress
from tests.chaos.disk import Disk
from tests.chaos.load import Load, make_users, opened_log
from tests.chaos.machine import Machine
from tests.chaos.verdict import Finding, Verdict
from tests.support.eventually import eventually

DISK_MEGABYTES = 512
LOAD_SECONDS = 0.4
DAMAGE_SHARE = 0.1
NONE, DELETED, ANY = "none", "deleted", "any"
FLIPPED_BYTES = 8
FULL_READ_EVERY = 25
CLOSE_SECONDS = 2.0
CANCEL_SECONDS = 0.2
REBUILT_SECONDS = 120.0
_CAUGHT_UP = """
select not exists (select from events e, relay_cursor c
                    where (e.transaction_id, e.position) > (c.transaction_id, c.position))
"""


class NatsCuts(Cuts):
    """PostgreSQL lies elsewhere and is never cut."""

    def __init__(self, folder: Path, seed: int, damage: str = ANY) -> None:
        """`damage`: what may happen to the store at one cut in ten besides."""
        disk = Disk(folder, "nats", DISK_MEGABYTES)
        machine = Machine(disk, lambda on: EmbeddedNats(on.root / "home"))
        super().__init__("nats", seed, machine, LOAD_SECONDS)
        self._postgres = EmbeddedPostgres(folder / "elsewhere")
        self._bus, self._log = Bus(), bus_check.Log()
        self._may_be_damaged = damage
        self._damage = ""
        self._refilled = False

    def run(self, cuts: int, progress: Progress, *, settled: bool = False) -> Verdict:
        with self._postgres:
            return super().run(cuts, progress, settled=settled)

    async def _prepare(self) -> None:
        await migrate(self._postgres.url)
        async with self._connected() as client:
            await topology.provision(client)

    async def _load_and_cut(self, cycle: int) -> None:
        async with (
            opened_log(self._postgres.url) as (log, vault),
            self._connected() as client,
            _relaying(self._postgres.url, log, client),
        ):
            load = Load(log, await make_users(vault), self._chance)
            await self._run_until_cut(load, log_is_cut=False)

    def _before_start(self) -> None:
        self._damage = ""
        if self._chance.random() < DAMAGE_SHARE and self._may_be_damaged != NONE:
            assert isinstance(self._machine.server, EmbeddedNats)
            self._damage = self._spoil(self._machine.server.store)
            self.verdict.damaged += 1

    async def _examine(self, cycle: int, *, last: bool) -> None:
        """What was acknowledged is there, or where the store was spoilt, comes back."""
        async with (
            _one_connection(self._postgres.url) as connection,
            opened_log(self._postgres.url) as (log, vault),
            self._connected() as client,
        ):
            if self._damage:
                await topology.provision(client)  # as `taskflow provision --every` does
            full = bool(last or self._damage or cycle % FULL_READ_EVERY == 0)
            await self._bus.read(client, again=full)
            published = await self._log.published(connection)
            self.verdict.acknowledged = len(published)
            gone = bus_check.missing(self._bus, published)
            if gone and not self._damage:
                self.verdict.add_lost(
                    one.finding("acknowledged by JetStream, and gone", cycle) for one in gone
                )
                return
            async with _relaying(self._postgres.url, log, client):
                # Published only after the relay has looked at the bus.
                load = Load(log, await make_users(vault), self._chance)
                await load.submit(load.intend())
                await eventually(lambda: connection.fetchval(_CAUGHT_UP), REBUILT_SECONDS)
            self.verdict.rewound += bool(gone)
            await self._check_rebuilt(connection, client, cycle, again=full)

    async def _check_rebuilt(
        self, connection: asyncpg.Connection, client: Client, cycle: int, *, again: bool
    ) -> None:
        messages = await self._bus.read(client, again=again)
        after = f" (store damaged: {self._damage})" if self._damage else ""
        log = await self._log.read(connection)
        gone = bus_check.missing(self._bus, log)
        self.verdict.add_lost(one.finding(f"not on the bus{after}", cycle) for one in gone)
        self.verdict.add_wrong(
            Finding(f"changed on the bus{after}", cycle, one.event_id, one.stream, one.version)
            for one in await bus_check.changed(connection, messages)
        )
        # What JetStream cut out of the middle can only come back behind what follows it.
        # What a flip took out is published again behind the rest, for as long as this store lives.
        self._refilled = self._damage != DELETED and (self._refilled or bool(self._damage))
        if (
            not self._refilled
            and not gone
            and self._bus.first_occurrences != [one.event_id for one in log]
        ):
            self.verdict.add_wrong([Finding(f"out of order on the bus{after}", cycle)])

    def _spoil(self, store: Path) -> str:
        """Deletes it, or flips a run of bytes somewhere in the messages; what was done."""
        blocks = sorted(store.rglob("msgs/*.blk"))
        if not blocks or self._chance.random() < 0.5 or self._may_be_damaged == DELETED:
            shutil.rmtree(store)
            return DELETED
        block = self._chance.choice(blocks)
        data = bytearray(block.read_bytes())
        start = self._chance.randrange(max(1, len(data) - FLIPPED_BYTES))
        for place in range(start, min(len(data), start + FLIPPED_BYTES)):
            data[place] ^= 0xFF
        block.write_bytes(data)
        return f"{block.name} of {len(data)} bytes flipped at {start}"

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[Client]:
        assert isinstance(self._machine.server, EmbeddedNats)
        client = await nats.connect(
            self._machine.server.url, max_reconnect_attempts=-1, error_cb=_say_nothing
        )
        try:
            yield client
        finally:
            with suppress(Exception):
                await asyncio.wait_for(client.close(), CLOSE_SECONDS)


@asynccontextmanager
async def _one_connection(dsn: str) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def _say_nothing(_error: Exception) -> None: ...


@asynccontextmanager
async def _relaying(dsn: str, log: EventLog, client: Client) -> AsyncGenerator[None]:
    """The project's own relay, for the length of the block."""
    wakeups = Wakeups(dsn, "power-cut-wakeups")
    tasks = [
        asyncio.create_task(wakeups.run()),
        asyncio.create_task(Relay(dsn, log, client, wakeups).run()),
    ]
    try:
        yield
    finally:
        for task in tasks:
            await _ended(task)


async def _ended(task: asyncio.Task[None]) -> None:
    """Until Python 3.12, wait_for (in nats-py) swallows a cancellation that meets an answer."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_SECONDS)
    if not task.cancelled() and (error := task.exception()):
        raise error


def without_sync() -> AbstractContextManager[object]:
    """The control: JetStream as it comes, which syncs every two minutes."""
    careful = EmbeddedNats._configuration

    def careless(self: EmbeddedNats, *arguments: Any) -> dict[str, Any]:
        told = careful(self, *arguments)
        del told["jetstream"]["sync_interval"]
        return told

    return mock.patch.object(EmbeddedNats, "_configuration", careless)
