"""`taskflow connect` as a process, beside the simulated Twilio and the gateway's edge."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from fastapi import FastAPI

from services.gateway.settings import GatewaySettings
from services.gateway.webhooks import Webhooks
from simulators.settings import SimulatorSettings
from simulators.twilio.account import SENDER_SID
from taskflow.embedded.ports import free_port
from taskflow.process.http_server import serving
from tests.contract.simulators.twilio.world import serve_simulator

ACCOUNT, TOKEN = "AC" + "7" * 32, "a-token-that-nobody-may-see"
OWN, SANDBOX = "whatsapp:+15557650001", "whatsapp:+14155238886"
ADA = "+15551230001"


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> dict[str, str]:
        """By what was checked: its mark, and what it says."""
        parts = [line.partition(": ")[::2] for line in self.out.splitlines()]
        return {mark[4:]: f"{mark[:2]} {says}" for mark, says in parts}

    @property
    def wrong(self) -> set[str]:
        return {what for what, says in self.lines.items() if not says.startswith("ok ")}


@dataclass
class House:
    sim: str
    public_url: str
    folder: Path
    http: aiohttp.ClientSession
    env: dict[str, str] = field(default_factory=dict)

    async def post(self, path: str, **body: object) -> Any:
        async with self.http.post(self.sim + path, json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def start(self, *arguments: str, **env: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "taskflow.cli.main", "connect", *arguments),
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), **self.env, **env},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def connect(self, *arguments: str, **env: str) -> Ran:
        return await ended(await self.start(*arguments, **env))

    async def sender(self) -> dict[str, Any]:
        headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}
        url = f"{self.sim}/twilio/v2/Channels/Senders/{SENDER_SID}"
        async with self.http.get(url, headers=headers) as answer:
            return await answer.json()

    async def accepted(self) -> list[dict[str, Any]]:
        async with self.http.get(f"{self.sim}/_sim/twilio/accepted") as answer:
            return await answer.json()


async def ended(process: asyncio.subprocess.Process) -> Ran:
    out, err = await asyncio.wait_for(process.communicate(), 60)
    ran = Ran(process.returncode or 0, out.decode(), err.decode())
    assert TOKEN not in ran.out + ran.err
    assert "Traceback" not in ran.err, ran.err
    return ran


@asynccontextmanager
async def house_of(sender: str, folder: Path, **more: Any) -> AsyncIterator[House]:
    """The simulator, and as much of the gateway as strangers reach without a database."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    twilio = {"twilio_account_sid": ACCOUNT, "twilio_auth_token": TOKEN}
    sim = SimulatorSettings.load(
        _env_file=None,
        taskflow_home=folder,
        twilio_whatsapp_from=sender,
        taskflow_sim_webhook_url=f"{url}/webhook",
        **twilio,
    )
    gateway = GatewaySettings.load(
        _env_file=None,
        taskflow_home=folder,
        database_url="postgresql://nobody@127.0.0.1:1/none",
        nats_url="nats://127.0.0.1:1",
        taskflow_master_key="A" * 43 + "=",
        twilio_whatsapp_from=sender,
        **{"public_url": url, **twilio, **more},
    )
    nothing: Any = None
    app = FastAPI()
    app.include_router(Webhooks(gateway, nothing, nothing, nothing).router())
    async with (
        serve_simulator(sim) as sim_url,
        serving(app, "127.0.0.1", port, settings="TASKFLOW_GATEWAY"),
        aiohttp.ClientSession() as http,
    ):
        house = House(sim_url, url, folder, http)
        house.env = {
            "PUBLIC_URL": url,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_WHATSAPP_FROM": sender,
            "TWILIO_API_URL": f"{sim_url}/twilio",
            "TASKFLOW_GATEWAY_PORT": str(port),
        }
        yield house
