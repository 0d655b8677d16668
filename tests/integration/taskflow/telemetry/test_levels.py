"""`taskflow log-level`: every instance hears, answers for itself, and goes back by itself."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from uuid import uuid4

import nats
import pytest
from nats.aio.client import Client
from typer.testing import CliRunner

from taskflow.cli import main
from taskflow.cli.house import log_level
from taskflow.errors import Configuration
from taskflow.telemetry import levels, logs
from taskflow.telemetry.levels import LevelChange, Levels
from tests.conftest import runtime_settings
from tests.support.eventually import eventually
from tests.support.servers import NatsServer

pytestmark = pytest.mark.integration
AGENT, TOOLS = uuid4(), uuid4()


@pytest.fixture
def console() -> Generator[logging.Handler]:
    """Of this process, in which both instances live."""
    one = logging.NullHandler()
    one.set_name(logs.CONSOLE)
    one.setLevel("INFO")
    logging.getLogger().addHandler(one)
    yield one
    logging.getLogger().removeHandler(one)


@pytest.fixture
async def client(
    nats_server: NatsServer, console: logging.Handler, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Client]:
    """An operator's; an agent and a tools listen."""
    monkeypatch.setattr(log_level, "FIRST_SECONDS", 3.0)
    monkeypatch.setattr(log_level, "NEXT_SECONDS", 1.0)
    client, theirs = await nats.connect(nats_server.url), await nats.connect(nats_server.url)
    serving = [
        asyncio.create_task(Levels(service, instance).serve(theirs))
        for service, instance in (("agent", AGENT), ("tools", TOOLS))
    ]
    await asyncio.sleep(0)
    await theirs.flush()
    yield client
    for one in serving:
        one.cancel()
    await asyncio.gather(*serving, return_exceptions=True)
    await theirs.close()
    await client.close()


@pytest.fixture
def house(nats_server: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the command looks for the bus."""
    settings = runtime_settings("postgresql://127.0.0.1:1/none", nats_server.url, tmp_path)
    for name, value in settings.items():
        monkeypatch.setenv(name.upper(), str(value))


async def test_each_instance_answers_and_only_who_is_meant_changes(
    client: Client, console: logging.Handler
) -> None:
    told = await log_level.ask(client, LevelChange())
    assert [(one.service, one.instance, one.level) for one in told] == [
        ("agent", AGENT, "INFO"),
        ("tools", TOOLS, "INFO"),
    ]
    [one] = await log_level.ask(client, LevelChange(service="tools", level="WARNING"))
    assert (one.instance, one.was, one.level, one.settled) == (TOOLS, "INFO", "WARNING", "WARNING")
    assert console.level == logging.WARNING
    assert one.until is None
    assert await log_level.ask(client, LevelChange(service="gateway", level="DEBUG")) == []
    assert console.level == logging.WARNING


async def test_a_level_for_a_while_goes_back_by_itself(
    client: Client, console: logging.Handler
) -> None:
    [one] = await log_level.ask(client, LevelChange(service="agent", level="DEBUG", seconds=0.4))
    assert (one.level, one.settled) == ("DEBUG", "INFO")
    assert one.until is not None
    await eventually(lambda: console.level == logging.INFO)
    [one] = await log_level.ask(client, LevelChange(service="agent"))
    assert (one.level, one.until) == ("INFO", None)


async def test_a_later_word_ends_an_earlier_while(client: Client, console: logging.Handler) -> None:
    await log_level.ask(client, LevelChange(service="agent", level="DEBUG", seconds=0.3))
    [one] = await log_level.ask(client, LevelChange(service="agent", level="ERROR"))
    assert (one.settled, one.until) == ("ERROR", None)
    await asyncio.sleep(0.4)
    assert console.level == logging.ERROR


async def test_what_is_not_understood_changes_nothing_and_ends_nobody(
    client: Client, console: logging.Handler
) -> None:
    for body in (b"", b"{", b'{"level": "LOUD"}', b'{"level": "DEBUG", "seconds": -1}'):
        await client.publish(levels.SUBJECT, body, reply=client.new_inbox())
    assert len(await log_level.ask(client, LevelChange())) == 2
    assert console.level == logging.INFO


async def test_the_command_prints_who_changed(
    client: Client, console: logging.Handler, house: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")

    async def taskflow(*words: str) -> str:
        def run() -> str:
            result = CliRunner().invoke(main.app, ["log-level", *words], catch_exceptions=False)
            assert result.exit_code == 0, result.output
            return result.stdout

        return await asyncio.to_thread(run)

    table = await taskflow("agent", "debug", "--for", "10m")
    assert str(AGENT)[:8] in table
    assert ", then INFO" in table
    assert str(TOOLS)[:8] not in table
    assert console.level == logging.DEBUG
    lines = [json.loads(one) for one in (await taskflow("--json")).splitlines()]
    assert [one["service"] for one in lines] == ["agent", "tools"]


async def test_where_nobody_listens_it_says_so(house: None) -> None:
    with pytest.raises(Configuration, match="no running agent answered"):
        await log_level.change_level(["agent", "DEBUG"], None, json=False)
