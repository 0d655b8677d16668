"""How much of max_connections is given out, as `taskflow doctor` tells it, up to the last one."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack

import asyncpg
import pytest
from typer.testing import CliRunner

from taskflow.cli import main as cli
from taskflow.embedded.postgres import MAX_CONNECTIONS
from taskflow.postgres.connection_use import NEARLY_USED, connection_use
from taskflow.postgres.database import role_of
from taskflow.process.settings import RuntimeSettings
from tests.support.servers import PostgresServer

pytestmark = pytest.mark.integration
SUPERUSERS = 3
MOST = MAX_CONNECTIONS - SUPERUSERS
Fill = Callable[[int], Awaitable[None]]


@pytest.fixture
async def fill(database: str) -> AsyncGenerator[Fill]:
    """Opens connections until so many are in use on the whole server."""
    async with AsyncExitStack() as stack:

        async def until(count: int) -> None:
            asked = await asyncpg.connect(database)
            stack.callback(asked.terminate)
            while (await connection_use(asked)).used < count:
                stack.callback((await asyncpg.connect(database)).terminate)

        yield until


@pytest.fixture(autouse=True)
def operator(settings: RuntimeSettings, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("NATS_URL", settings.nats_url)
    monkeypatch.setenv("TASKFLOW_HOME", str(settings.taskflow_home))
    monkeypatch.setenv("TASKFLOW_MASTER_KEY", settings.taskflow_master_key.get_secret_value())


async def _told() -> dict[str, dict[str, object]]:
    result = await asyncio.to_thread(CliRunner().invoke, cli.app, ["doctor", "--json"])
    return {one["what"]: one for one in map(json.loads, result.output.splitlines())}


async def test_whoever_is_no_monitor_may_ask(postgres: PostgresServer, database: str) -> None:
    connection = await asyncpg.connect(postgres.dsn_of(role_of("gateway"), database))
    try:
        use = await connection_use(connection)
        assert use.most == MOST
        assert 1 <= use.used < MOST
    finally:
        await connection.close()


async def test_doctor_tells_when_connections_are_nearly_used_up(fill: Fill) -> None:
    await fill(int(NEARLY_USED * MOST) + 1)

    told = await _told()

    assert not told["connections"]["ok"]
    assert f"of {MOST} in use" in str(told["connections"]["says"])
    assert "PostgresConnectionsRunOut" in str(told["connections"]["do"])
    assert told["PostgreSQL"]["ok"]


async def test_doctor_tells_when_there_is_not_one_connection_left(fill: Fill) -> None:
    await fill(MOST)

    told = await _told()

    assert told["connections"]["says"] == "PostgreSQL has none left"
    assert "PostgresConnectionsRunOut" in str(told["connections"]["do"])
