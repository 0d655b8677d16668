"""The simulator as a real server, an application that listens to it, and Twilio's own SDK."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import web
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from simulators.app import build_server
from simulators.server import listen
from simulators.settings import SimulatorSettings
from tests.support.eventually import eventually

# The SDK's async client still hands aiohttp its credentials in the old way.
SDK_IS_BEHIND_AIOHTTP = pytest.mark.filterwarnings(
    "ignore:BasicAuth is deprecated:DeprecationWarning",
    "ignore:The 'auth' parameter is deprecated:DeprecationWarning",
)
ACCOUNT, TOKEN = "AC" + "1" * 32, "a token for tests"
SENDER, ADA = "whatsapp:+14155238886", "whatsapp:+15551230001"
NUMBER = "+15551230001"


@dataclass
class Hook:
    path: str
    headers: dict[str, str]
    params: dict[str, str]


@dataclass
class Application:
    """Whatever TaskFlow would answer; keeps what it got, in the order of arrival."""

    url: str = ""
    status: int = 200
    hooks: list[Hook] = field(default_factory=list)
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """By path: content type and bytes, for Twilio to fetch."""
    fetched: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        params = dict(parse_qsl(await request.text(), keep_blank_values=True))
        self.hooks.append(Hook(request.raw_path, dict(request.headers), params))
        return web.Response(status=self.status)

    async def show(self, request: web.Request) -> web.Response:
        self.fetched.append(request.raw_path)
        if request.path not in self.media:
            return web.Response(status=404)
        content_type, data = self.media[request.path]
        return web.Response(body=data, headers={"Content-Type": content_type})

    def inbound(self) -> list[Hook]:
        return [hook for hook in self.hooks if hook.path == "/webhook"]

    def statuses(self, sid: str) -> list[str]:
        return [
            hook.params["MessageStatus"]
            for hook in self.hooks
            if hook.path.startswith("/webhook/status") and hook.params["MessageSid"] == sid
        ]

    def is_signed(self, hook: Hook, url: str) -> bool:
        signature = hook.headers["X-Twilio-Signature"]
        return RequestValidator(TOKEN).validate(url, hook.params, signature)


@dataclass
class World:
    url: str
    http: aiohttp.ClientSession
    twilio: Client
    app: Application
    settings: SimulatorSettings

    async def post(self, path: str, **body: object) -> dict[str, object]:
        async with self.http.post(self.url + path, json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def get(self, path: str, **query: str) -> list[dict[str, object]]:
        async with self.http.get(self.url + path, params=query) as response:
            return await response.json()

    async def write(self, body: str = "hi", **more: object) -> dict[str, object]:
        return await self.post("/_sim/phone/messages", **({"from": NUMBER, "body": body} | more))

    async def send(self, body: str = "hello", **more: object) -> str:
        made = await self.twilio.messages.create_async(
            **({"to": ADA, "from_": SENDER, "body": body} | more)
        )
        return made.sid

    @property
    def callback(self) -> str:
        return f"{self.app.url}/webhook/status?reply=7&mac=a%2Fb"


@asynccontextmanager
async def serve_application(app: Application) -> AsyncIterator[None]:
    server = web.Application()
    server.router.add_get("/{path:.*}", app.show)
    server.router.add_post("/{path:.*}", app.answer)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    app.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def serve_simulator(settings: SimulatorSettings) -> AsyncIterator[str]:
    sock = listen(0)
    server = build_server(settings)
    task = asyncio.create_task(server.serve([sock]))
    await eventually(lambda: server.started or task.done())
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        await asyncio.wait_for(task, 8)


@asynccontextmanager
async def opened(home: Path, **settings: Any) -> AsyncIterator[World]:
    """The simulator with these settings, who listens to it, and a client of the SDK."""
    app = Application()
    async with serve_application(app):
        told = SimulatorSettings.load(
            _env_file=None,
            taskflow_home=home,
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            taskflow_sim_webhook_url=f"{app.url}/webhook",
            public_url="https://bot.example.com",
            **settings,
        )
        async with serve_simulator(told) as url, aiohttp.ClientSession() as http:
            sdk = AsyncTwilioHttpClient()
            client = Client(ACCOUNT, TOKEN, http_client=sdk)
            client.api.base_url = client.messaging.base_url = f"{url}/twilio"
            client.content.base_url = f"{url}/twilio"
            yield World(url, http, client, app, told)
            await sdk.close()
