"""Real PostgreSQL and NATS for the suite: private, on free ports, gone with the process."""

import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import nats
from nats.aio.client import Client

from taskflow.bus import topology
from taskflow.bus.store import store_of
from taskflow.embedded.nats import STORE_BYTES, EmbeddedNats
from taskflow.embedded.postgres import EmbeddedPostgres
from taskflow.embedded.server import Server

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 1024**3

Migrate = Callable[[str], Awaitable[object]]
"""Brings the database behind a DSN to its present shape."""


class _Embedded:
    """Started, stopped and killed."""

    _server: Server

    @property
    def pid(self) -> int | None:
        return self._server.pid

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        """As a crash would; `start` recovers."""
        if process := self._server.process:
            process.send_signal(signal.SIGKILL)
            process.wait()
            self._server.stop()


class PostgresServer(_Embedded):
    """One per worker: databases are cheap, servers are not. `dsn` is its first, an empty one."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._server = EmbeddedPostgres(home)
        self._templates: dict[Migrate, str] = {}

    @property
    def dsn(self) -> str:
        return self._server.url

    def dsn_of(self, user: str, dsn: str) -> str:
        """The same database, by another login."""
        return self._server.url_of(user, _name_in(dsn))

    async def create_database(self, migrate: Migrate | None = None) -> str:
        """A fresh database's DSN: empty, or a clone of one that was migrated once."""
        if migrate is None:
            return await self._create(owner_of="template0")
        if migrate not in self._templates:
            template = await self._create(owner_of="template0")
            await migrate(template)
            self._templates[migrate] = _name_in(template)
        return await self._create(owner_of=self._templates[migrate])

    async def drop_database(self, dsn: str) -> None:
        await self._administer(f'drop database if exists "{_name_in(dsn)}" with (force)')

    async def _create(self, owner_of: str) -> str:
        name = f"test_{secrets.token_hex(6)}"
        # wal_log copies a small template without the two checkpoints that file_copy costs.
        await self._administer(
            f'create database "{name}" owner taskflow template "{owner_of}" strategy wal_log'
        )
        return self._server.url_of("taskflow", name)

    async def _administer(self, statement: str) -> None:
        connection = await asyncpg.connect(self._server.url_of("postgres", "postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


class NatsServer(_Embedded):
    """One per test where its contents matter. Keeps its URL over a restart."""

    def __init__(self, home: Path, store_bytes: int = STORE_BYTES) -> None:
        self.home = home
        self._server = EmbeddedNats(home, store_bytes=store_bytes)

    @property
    def url(self) -> str:
        return self._server.url

    def url_of(self, user: str) -> str:
        return self._server.url_of(user)

    @property
    def monitor_url(self) -> str:
        return self._server.monitor_url

    @property
    def store(self) -> Path:
        return self._server.store

    async def provision(self, again_after: float | None = None) -> None:
        """As `taskflow provision`; `again_after`: of what a killed process held, in seconds."""
        client = await nats.connect(self.url)
        await topology.provision(client, most_bytes=store_of(self.monitor_url).for_stream)
        if again_after is not None:
            await redeliver_soon(client, again_after)
        await client.close()

    def delete_store(self) -> None:
        """JetStream as after a lost disk; the server must be down."""
        shutil.rmtree(self.store)


@contextmanager
def postgres_server() -> Generator[PostgresServer]:
    with _home() as home:
        server = PostgresServer(home)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def nats_server(store_bytes: int = STORE_BYTES) -> Generator[NatsServer]:
    with _home() as home:
        server = NatsServer(home, store_bytes)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@asynccontextmanager
async def database(server: PostgresServer, migrate: Migrate | None = None) -> AsyncGenerator[str]:
    """A database for one test."""
    dsn = await server.create_database(migrate)
    try:
        yield dsn
    finally:
        await server.drop_database(dsn)


@contextmanager
def _home() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="taskflow-test-", dir=memory()) as folder:
        yield Path(folder)


def memory() -> Path | None:
    """Where there is room: a database is six hundred files, ten times as dear on a disk.

    What must outlive a power cut is tried on disks of its own (tests/chaos/power_cut.py).
    """
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        return None
    return MEMORY


def _name_in(dsn: str) -> str:
    return dsn.partition("?")[0].rpartition("/")[2]


async def redeliver_soon(client: Client, seconds: float) -> None:
    """What a killed process held comes again after so long, not after half a minute."""
    for one in topology.CONSUMERS:
        config = one.config()
        config.ack_wait = seconds
        await client.jetstream().add_consumer(topology.STREAM, config)
