"""The gateway with real servers and the simulated Twilio, all in this process."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from twilio.request_validator import RequestValidator

from contracts import slots, streams
from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from contracts.streams import UserId
from services.gateway.app import gateway
from services.gateway.settings import GatewaySettings
from simulators.settings import SimulatorSettings
from taskflow.embedded.ports import free_port
from taskflow.log.appending import Write
from taskflow.log.event_log import EventLog
from taskflow.privacy.vault import Vault
from taskflow.process.service import Runtime
from tests.conftest import runtime_settings
from tests.contract.simulators.twilio.world import ACCOUNT, NUMBER, SENDER, TOKEN, serve_simulator
from tests.support.relaying import running
from tests.support.servers import NatsServer

ADA = f"whatsapp:{NUMBER}"
SID = "SM" + "0" * 32


@dataclass
class House:
    """What a test sees of the world around the gateway."""

    sim: str
    http: aiohttp.ClientSession
    log: EventLog
    vault: Vault
    settings: GatewaySettings
    ready: int = field(default=0)

    @property
    def url(self) -> str:
        return self.settings.public_url

    @property
    def inner(self) -> str:
        """Where the gateway of this process says that it is measured."""
        return f"http://127.0.0.1:{self.settings.taskflow_gateway_inner_port}"

    @property
    def start(self) -> Callable[[], AbstractAsyncContextManager[Runtime]]:
        return lambda: running(
            "gateway", self.settings, lambda runtime: gateway(runtime, self.settings)
        )

    # -- as Twilio ----------------------------------------------------------------------

    async def post(
        self, path: str, form: dict[str, Any] | list[tuple[str, str]], **headers: str
    ) -> tuple[int, str]:
        """Signed as Twilio signs, unless the signature is given."""
        fields = form if isinstance(form, list) else list(form.items())
        signature = RequestValidator(TOKEN).compute_signature(self.url + path, dict(fields))
        headers = {
            "X-Twilio-Signature": signature,
            "Content-Type": "application/x-www-form-urlencoded",
            **headers,
        }
        data = urlencode(fields)
        async with self.http.post(self.url + path, data=data, headers=headers) as answer:
            return answer.status, await answer.text()

    async def call_back(self, url: str, sid: str, status: str, **more: str) -> int:
        path = url.removeprefix(self.url)
        form = {
            "MessageSid": sid,
            "AccountSid": ACCOUNT,
            "To": ADA,
            "MessageStatus": status,
            **more,
        }
        return (await self.post(path, form))[0]

    async def do(self, path: str, **body: Any) -> Any:
        """Through the simulators' side door."""
        async with self.http.post(self.sim + path, json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def write(self, body: str = "hi", **more: Any) -> dict[str, Any]:
        return await self.do("/_sim/phone/messages", **{"from": NUMBER, "body": body, **more})

    async def fault(self, vendor: str, **fault: Any) -> None:
        await self.do("/_sim/faults", vendor=vendor, **fault)

    async def accepted(self) -> list[dict[str, Any]]:
        """Every message Twilio ever took from us: the oracle for doubles."""
        async with self.http.get(f"{self.sim}/_sim/twilio/accepted") as answer:
            return await answer.json()

    # -- as the log ---------------------------------------------------------------------

    async def user(self) -> UserId:
        return await self.vault.user_for([ADA])

    async def events(self, *types: str) -> list[Recorded[Any]]:
        found = await self.log.read(streams.conversation(await self.user()))
        return [one for one in found if not types or one.event.type in types]

    async def types(self, *but: str) -> list[str]:
        return [one.event.type for one in await self.events() if one.event.type not in but]

    async def say(
        self, text: str, kind: str = "answer", language: str | None = None
    ) -> Recorded[Any]:
        """A reply is decided."""
        self.ready += 1
        user = await self.user()
        reply = ReplyReady(turn=None, kind=kind, text=text, language=language)
        write = Write(streams.conversation(user), [reply], user)
        return (await self.log.append([write], slots.retry(slots.turn(text, self.ready)))).events[0]


@pytest.fixture
def messaging_service() -> str:
    """That our sender is in, and whose Advanced Opt-Out keeps a list of its own; none."""
    return ""


@pytest.fixture
def senders() -> str:
    """From which numbers the house writes."""
    return SENDER


@pytest.fixture
async def house(  # noqa: PLR0917 - fixtures
    database: str,
    nats_server: NatsServer,
    event_log: EventLog,
    vault: Vault,
    tmp_path: Path,
    messaging_service: str,
    senders: str,
) -> AsyncGenerator[House]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    sim = SimulatorSettings.load(
        _env_file=None,
        taskflow_home=tmp_path / "sim",
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_whatsapp_from=senders,
        taskflow_sim_messaging_service=messaging_service,
        taskflow_sim_webhook_url=f"{url}/webhook",
        public_url=url,
    )
    async with serve_simulator(sim) as sim_url, aiohttp.ClientSession() as http:
        settings = GatewaySettings.load(
            _env_file=None,
            **runtime_settings(database, nats_server.url, tmp_path),
            taskflow_gateway_port=port,
            taskflow_gateway_inner_port=free_port(),
            public_url=url,
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            twilio_whatsapp_from=senders,
            twilio_api_url=f"{sim_url}/twilio",
            taskflow_backfill_seconds=3600,
        )
        house = House(sim_url, http, event_log, vault, settings)
        await house.do("/_sim/twilio/callbacks", delay_ms=20, receipts="never")
        yield house


@asynccontextmanager
async def _opened(house: House) -> AsyncIterator[Runtime]:
    async with house.start() as runtime:
        await runtime.client
        yield runtime


@pytest.fixture
async def runtime(house: House) -> AsyncGenerator[Runtime]:
    """The gateway, up, and Ada's window of 24 hours open."""
    async with _opened(house) as runtime:
        assert (await house.write("hello"))["webhook_status"] == 200
        yield runtime


@pytest.fixture
def as_operator(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of this process find the house."""
    settings = house.settings
    for name, value in {
        "TASKFLOW_HOME": str(settings.taskflow_home),
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "NATS_URL": settings.nats_url,
        "TASKFLOW_MASTER_KEY": settings.taskflow_master_key.get_secret_value(),
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token.get_secret_value(),
        "TWILIO_WHATSAPP_FROM": settings.twilio_whatsapp_from,
        "TWILIO_API_URL": settings.twilio_api_url or "",
        "PUBLIC_URL": settings.public_url,
    }.items():
        monkeypatch.setenv(name, value)
