"""Real servers for one section: a migrated database, a provisioned bus, and the log on them."""

import base64
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats
from nats.aio.client import Client

from contracts.streams import UserId
from taskflow.bus import topology
from taskflow.log.event_log import EventLog
from taskflow.log.group_commit import GroupCommit
from taskflow.postgres import database as db
from taskflow.postgres.migrate import migrate
from taskflow.privacy.sealing import MasterKey
from taskflow.privacy.vault import Vault
from taskflow.telemetry import logs
from tests.support import servers
from tests.support.servers import NatsServer

MASTER_KEY = b"a master key of benches, 32 bytes"[:32]


@asynccontextmanager
async def service_logs(name: str) -> AsyncGenerator[None]:
    """Logs written as a service writes them: their cost is a part of each figure."""
    with tempfile.TemporaryDirectory(prefix="taskflow-bench-") as home:
        logs.start(name, Path(home), "WARNING")
        yield


@asynccontextmanager
async def database() -> AsyncGenerator[str]:
    """The DSN of a fresh, migrated database on a server of its own."""
    with servers.postgres_server() as server:
        async with servers.database(server, migrate) as dsn:
            yield dsn


@asynccontextmanager
async def bus() -> AsyncGenerator[tuple[NatsServer, Client]]:
    """A fresh NATS with the declared stream and consumers, and a client of it."""
    with servers.nats_server() as server:
        client = await nats.connect(server.url)
        try:
            await topology.provision(client)
            yield server, client
        finally:
            await client.close()


@asynccontextmanager
async def event_log(dsn: str) -> AsyncGenerator[tuple[EventLog, Vault]]:
    """The log as a service has it."""
    async with db.pool(dsn, "bench") as pool:
        vault = Vault(pool, MasterKey(MASTER_KEY))
        group = GroupCommit(dsn, "bench-append")
        try:
            yield EventLog(pool, vault, group), vault
        finally:
            await group.close()


async def users(vault: Vault, count: int) -> list[UserId]:
    return [await vault.user_for([f"whatsapp:+1555{n:07}"]) for n in range(count)]


def settings(dsn: str, nats_url: str, home: Path) -> dict[str, Any]:
    """What RuntimeSettings and those of the services need, as keyword arguments."""
    return {
        "_env_file": None,
        "database_url": dsn,
        "nats_url": nats_url,
        "taskflow_master_key": base64.b64encode(MASTER_KEY).decode(),
        "taskflow_home": home,
        "taskflow_log_level": "WARNING",
    }
