"""What if, over a real log and the simulated model: the same again, and not a byte written."""

import base64
import socket
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from rich.progress import Progress

from services.agent.asking.gemini import Gemini
from services.agent.settings import AgentSettings
from services.agent.what_if import command
from simulators.settings import SimulatorSettings
from taskflow.cli.replaying.what_if import WantedTurns
from taskflow.errors import Configuration
from taskflow.log.event_log import EventLog
from taskflow.privacy.vault import Vault
from tests.conftest import MASTER_KEY
from tests.contract.simulators.twilio.world import serve_simulator
from tests.support.forgetting import destroy_key
from tests.support.talking import Talk, offered

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning"),  # google-genai
]

ADA, BOB = "+15551230001", "+15551230002"
KEY = "a gemini key for tests"
NOBODY = "nats://127.0.0.1:1"
_TABLES = """
select table_name from information_schema.tables
 where table_schema = 'public' and table_type = 'BASE TABLE' order by 1
"""


def env(dsn: str, sim: str) -> dict[str, str]:
    return {
        "DATABASE_URL": dsn,
        "NATS_URL": NOBODY,
        "TASKFLOW_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
        "GEMINI_API_KEY": KEY,
        "GEMINI_API_URL": f"{sim}/gemini",
    }


@dataclass
class World:
    dsn: str
    sim: str
    vault: Vault

    async def digest(self) -> dict[str, str]:
        """Every row of every table."""
        connection = await asyncpg.connect(self.dsn)
        try:
            return {
                name: await connection.fetchval(
                    f"select md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) "
                    f'from "{name}" t'
                )
                for name in [row["table_name"] for row in await connection.fetch(_TABLES)]
            }
        finally:
            await connection.close()


@pytest.fixture
async def world(
    database: str, event_log: EventLog, vault: Vault, tmp_path: Path, monkeypatch: Any
) -> AsyncGenerator[World]:
    """Two users' conversations, recorded with the simulated model."""
    settings = SimulatorSettings.load(_env_file=None, taskflow_home=tmp_path, gemini_api_key=KEY)
    async with serve_simulator(settings) as sim:
        world = World(database, sim, vault)
        for name, value in env(database, sim).items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        await offered(event_log)
        gemini = Gemini(AgentSettings.load())
        ada = Talk(event_log, await vault.user_for([f"whatsapp:{ADA}"]), gemini)
        bob = Talk(event_log, await vault.user_for([f"whatsapp:{BOB}"]), gemini)
        for text in ("hi", "what is the capital of Peru?", "I live in Lisbon, call me Ada"):
            await ada.says(text)
        await bob.says("remind me tomorrow at 9 to stretch")
        await gemini.close()
        yield world


async def told(wanted: WantedTurns) -> tuple[list[Any], Any]:
    """The turns, and the summary."""
    *turns, last = (await command.run(wanted, Progress(disable=True))).lines(open_=True)
    return turns, last["summary"]


async def test_the_same_model_and_prompt_change_nothing_and_nothing_is_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = _only(monkeypatch, world.sim)
    before = await world.digest()
    assert {"events", "vault_people", "snapshots"} <= set(before)
    turns, summary = await told(WantedTurns(sample=9))

    assert summary["changes"] == {
        "same": 4, "wording": 0, "tools": 0, "outcome": 0, "not asked": 0,
    }  # fmt: skip
    assert all(one["same_question"] for one in turns)
    assert {call["tool"] for one in turns for call in one["anew"]["calls"]} == {
        "search_web", "set_reminder",
    }  # fmt: skip
    assert (summary["users"], summary["calls_anew"]) == (2, {"recorded": 2})
    assert summary["recorded"]["tokens"] == summary["anew"]["tokens"] > 0
    assert await world.digest() == before
    assert reached == {"database", "model"}


async def test_another_prompt_and_an_erased_user(world: World, tmp_path: Path) -> None:
    user = await world.vault.known(f"whatsapp:{BOB}")
    assert user
    await destroy_key(world.vault, user)
    (tmp_path / "short.md").write_text("Be short.")
    turns, summary = await told(WantedTurns(sample=9, prompt=tmp_path / "short.md"))

    assert (summary["erased"], summary["users"], len(turns)) == (1, 1, 3)
    assert summary["prompt"].startswith("short-")
    assert not any(one["same_question"] for one in turns)
    assert any("forgotten" in line for line in summary["limits"])

    nothing, summary = await told(WantedTurns(user=str(user)))
    assert (nothing, summary["erased"]) == ([], 1)


async def test_what_is_wrong_is_said(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in env(database, "http://127.0.0.1:1").items():
        monkeypatch.setenv(name, value)
    for wanted, said in (
        (WantedTurns(user="+1999"), "nobody is known"),
        (WantedTurns(user="00000000-0000-0000-0000-000000000001"), "no conversation"),
        (WantedTurns(sample=3), "no turn began in that time"),
        (WantedTurns(user=ADA, prompt=Path("no.md")), "--prompt 'no.md' cannot be read"),
    ):
        with pytest.raises(Configuration, match=said):
            await command.run(wanted, Progress(disable=True))
    monkeypatch.delenv("GEMINI_API_KEY")
    with pytest.raises(Configuration, match="GEMINI_API_KEY is not set"):
        await command.run(WantedTurns(user=ADA), Progress(disable=True))


def _only(monkeypatch: pytest.MonkeyPatch, sim: str) -> set[str]:
    """Every socket but the database's and the model's is refused; those that were reached."""
    model = urlsplit(sim).port
    reached: set[str] = set()
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        at_database = isinstance(address, str) and Path(address).name.startswith(".s.PGSQL.")
        assert at_database or address[1] == model, f"it connects to {address}"
        reached.add("database" if at_database else "model")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    return reached
