"""A recorded log in a database, and commands that find it."""

import asyncio
from collections.abc import Generator
from pathlib import Path

import pytest

from taskflow.postgres.migrate import migrate
from tests.conftest import runtime_settings
from tests.support.filled import fill
from tests.support.servers import PostgresServer


@pytest.fixture(scope="module")
def filled(postgres: PostgresServer) -> Generator[str]:
    """Its DSN; a module has one of its own."""
    dsn = asyncio.run(postgres.create_database(migrate))
    asyncio.run(fill(dsn))
    yield dsn
    asyncio.run(postgres.drop_database(dsn))


@pytest.fixture
def told_of_filled(filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands of this process find it; their home."""
    for name, value in runtime_settings(filled, "nats://127.0.0.1:1", tmp_path).items():
        monkeypatch.setenv(name.upper(), str(value))
    return tmp_path
