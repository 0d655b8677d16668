"""The tools service with real servers and the simulated SerpApi, all in this process."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from contracts.streams import UserId
from contracts.tools import ToolFailed, ToolFinished
from services.tools.app import service
from services.tools.settings import ToolsSettings
from simulators.settings import SimulatorSettings
from taskflow.bus.dead_letters import DeadLetter
from taskflow.log.event_log import EventLog
from taskflow.process.service import Runtime
from tests.conftest import runtime_settings
from tests.contract.simulators.twilio.world import serve_simulator
from tests.support.asking import Asking
from tests.support.eventually import eventually
from tests.support.relaying import running
from tests.support.servers import NatsServer

KEY = "a serpapi key for tests"


@dataclass
class House:
    """What a test sees of the world around the service."""

    sim: str
    http: aiohttp.ClientSession
    calls: Asking
    user: UserId
    runtime: Runtime

    async def fault(self, **fault: Any) -> None:
        body = {"vendor": "serpapi", **fault}
        async with self.http.post(f"{self.sim}/_sim/faults", json=body) as answer:
            assert answer.status == 200, await answer.text()

    async def paid(self) -> int:
        """Searches that the vendor did, also those whose answer was lost."""
        url = f"{self.sim}/serpapi/account"
        async with self.http.get(url, params={"api_key": KEY}) as answer:
            return (await answer.json())["this_month_usage"]

    async def outcome(self, tool: str, **arguments: Any) -> ToolFinished | ToolFailed:
        request = await self.calls.ask(self.user, tool, **arguments)
        (only,) = await eventually(lambda: self.calls.outcomes(request), 20)
        return only

    async def failure(self, tool: str, **arguments: Any) -> ToolFailed:
        outcome = await self.outcome(tool, **arguments)
        assert isinstance(outcome, ToolFailed), outcome
        return outcome

    async def dead_letters(self) -> list[DeadLetter]:
        return await self.runtime.dead_letters.all()


@pytest.fixture
async def house(
    database: str, nats_server: NatsServer, event_log: EventLog, a_user: UserId, tmp_path: Path
) -> AsyncGenerator[House]:
    sim = SimulatorSettings.load(_env_file=None, taskflow_home=tmp_path, serpapi_api_key=KEY)
    async with serve_simulator(sim) as url, aiohttp.ClientSession() as http:
        settings = ToolsSettings.load(
            _env_file=None,
            **runtime_settings(database, nats_server.url, tmp_path),
            serpapi_api_key=KEY,
            serpapi_url=f"{url}/serpapi",
        )
        async with running("tools", settings, lambda runtime: service(runtime, settings)) as opened:
            await opened.client
            yield House(url, http, Asking(event_log, "tools"), a_user, opened)
