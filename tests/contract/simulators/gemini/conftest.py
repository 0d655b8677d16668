from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import httpx2
import pytest
from google import genai
from google.genai import types

from simulators.settings import SimulatorSettings
from taskflow.embedded.ports import free_port
from tests.contract.simulators.twilio.world import serve_simulator

KEY = "a gemini key for tests"


@dataclass
class World:
    url: str
    http: aiohttp.ClientSession

    def client(self, key: str = KEY, **options: Any) -> genai.Client:
        """Google's own SDK, pointed here."""
        return genai.Client(
            api_key=key,
            http_options=types.HttpOptions(base_url=f"{self.url}/gemini", timeout=5000, **options),
        )

    async def post(self, path: str, body: Any, key: str = KEY) -> tuple[int, Any]:
        """The bare wire: status and JSON."""
        headers = {"x-goog-api-key": key} if key else {}
        async with self.http.post(self.url + path, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def get(self, path: str) -> Any:
        async with self.http.get(self.url + path, headers={"x-goog-api-key": KEY}) as response:
            return await response.json()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    settings = SimulatorSettings.load(
        _env_file=None,
        taskflow_home=tmp_path,
        gemini_api_key=KEY,
        taskflow_sim_webhook_url=f"http://127.0.0.1:{free_port()}/webhook",
    )
    async with serve_simulator(settings) as url, aiohttp.ClientSession() as http:
        yield World(url, http)


@pytest.fixture(params=["aiohttp", "httpx2"])
async def gemini(world: World, request: pytest.FixtureRequest) -> AsyncIterator[genai.Client]:
    """The SDK's async client over both libraries that it may pick."""
    if request.param == "httpx2":
        async with httpx2.AsyncClient() as http:
            client = world.client(httpx_async_client=http)
            yield client
            client.close()
    else:
        client = world.client()
        yield client
        await client.aio.aclose()
        client.close()
