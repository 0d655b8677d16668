"""Real servers for tests that ask for them; loopback for all of them."""

import base64
import os
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog

from contracts.streams import UserId
from taskflow.log.event_log import EventLog
from taskflow.log.group_commit import GroupCommit
from taskflow.postgres import database as db
from taskflow.postgres.migrate import migrate
from taskflow.privacy.sealing import MasterKey
from taskflow.privacy.vault import Vault
from taskflow.process.settings import RuntimeSettings
from tests.support import own_ports, servers
from tests.support.servers import NatsServer, PostgresServer
from tests.support.walks import WHOLE, how_far

# A busy machine makes and checks examples slowly; that is no finding.
hypothesis.settings.register_profile(
    "patient",
    deadline=None,
    max_examples=how_far(50, 100),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("patient")

TESTS = Path(__file__).parent
ROOT = TESTS.parent
GUARDED = TESTS / "support" / "guarded"
MASTER_KEY = b"a master key of tests, 32 bytes."
_VENDORS = ("TWILIO_", "GEMINI_", "GOOGLE_", "SERPAPI_", "TASKFLOW_", "OTEL_", "SENTRY_")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that wait for processes alternate with files that compute: no core idles.

    Long tests are left to `make check`.
    """
    if not WHOLE:
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="long: `make check` runs it"))
    if "ALONE" not in os.environ:
        for item in items:
            if item.get_closest_marker("alone"):
                item.add_marker(pytest.mark.skip(reason="alone: `make attack` runs it"))
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    waiting, computing = [], []
    for path in files:
        waits = path.relative_to(TESTS).parts[0] in {"chaos", "e2e", "integration"}
        (waiting if waits else computing).append(path)
    shares = [
        (n / len(group), path) for group in (waiting, computing) for n, path in enumerate(group)
    ]
    items[:] = [item for _, path in sorted(shares) for item in files[path]]


@pytest.fixture(autouse=True, scope="session")
def _no_settings_of_this_machine() -> None:
    for name in list(os.environ):
        if name.startswith(_VENDORS) or name in {"DATABASE_URL", "NATS_URL", "PUBLIC_URL"}:
            del os.environ[name]


@pytest.fixture(autouse=True, scope="session")
def _refusals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this process and its children note what they were not let connect to."""
    file = tmp_path_factory.mktemp("ports") / "refusals"
    file.touch()
    path = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(GUARDED), str(ROOT), path)))
    own_ports.install(os.getpid(), file)
    return file


@pytest.fixture(autouse=True)
def _logs_as_they_come() -> None:
    """A command that another test ran in this process may have left the loggers silent.

    Tracebacks come without their variables, which take longer to be drawn than most tests run.
    """
    structlog.reset_defaults()
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure([*structlog.get_config()["processors"][:-1], plain])


@pytest.fixture(autouse=True)
def _only_own_ports(_refusals: Path) -> Generator[None]:
    """A test that reaches for what the suite did not start fails, whoever caught the refusal."""
    _refusals.write_text("")
    yield
    refused = _refusals.read_text()
    assert not refused, refused


@pytest.fixture(scope="session")
def postgres() -> Generator[PostgresServer]:
    with servers.postgres_server() as server:
        yield server


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncGenerator[str]:
    """The DSN of a fresh, migrated database."""
    async with servers.database(postgres, migrate) as dsn:
        yield dsn


@pytest.fixture
async def nats_server() -> AsyncGenerator[NatsServer]:
    """A fresh NATS with the declared stream and consumers."""
    with servers.nats_server() as server:
        await server.provision()
        yield server


@pytest.fixture
async def vault(database: str) -> AsyncGenerator[Vault]:
    async with db.pool(database, "tests") as pool:
        yield Vault(pool, MasterKey(MASTER_KEY))


@pytest.fixture
async def event_log(database: str, vault: Vault) -> AsyncGenerator[EventLog]:
    group = GroupCommit(database, "tests-append")
    async with db.pool(database, "tests") as pool:
        yield EventLog(pool, vault, group)
        await group.close()


@pytest.fixture
async def a_user(vault: Vault) -> UserId:
    return await vault.user_for(["whatsapp:+15551230001"])


@pytest.fixture
def settings(database: str, nats_server: NatsServer, tmp_path: Path) -> RuntimeSettings:
    return RuntimeSettings(**runtime_settings(database, nats_server.url, tmp_path))


def runtime_settings(dsn: str, nats_url: str, home: Path) -> dict[str, Any]:
    return {
        "database_url": dsn,
        "nats_url": nats_url,
        "taskflow_master_key": base64.b64encode(MASTER_KEY).decode(),
        "taskflow_home": home,
    }
