"""The whole stack with everything breakable: replicas, servers, and a proxy before each of them."""

import asyncio
import base64
import contextlib
import os
import random
import secrets
import signal
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import asyncpg

from taskflow.embedded.ports import free_port
from taskflow.postgres.database import role_of
from taskflow.postgres.migrate import migrate
from tests.support import forked
from tests.support.eventually import eventually
from tests.support.proxy import Proxy, Upstream
from tests.support.servers import NatsServer, PostgresServer

SERVICES = ("gateway", "agent", "tools", "scheduler")
READY_SECONDS = 60
HURRIED_ACK_WAIT = 2.0
"""Seconds; what a killed process held comes again so soon."""
SENDER = "whatsapp:+14155238886"


@dataclass
class Replica:
    name: str
    service: str
    wanted: bool = True
    failpoints: str = ""
    process: BaseProcess | None = None
    paused: bool = False
    port: int = 0
    launch: Callable[[str, Mapping[str, str], Path], Any] = forked.start

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.is_alive()


@dataclass
class World:
    home: Path
    postgres: PostgresServer
    bus: NatsServer
    seed: str = "0"
    hurried: bool = False
    """What waits for half a minute or two waits for seconds: not with pauses of that length."""
    env: dict[str, str] = field(default_factory=dict[str, str])
    replicas: dict[str, Replica] = field(default_factory=dict[str, Replica])
    deaths: Counter[str] = field(default_factory=Counter)
    """By service and exit code: -9 is ours, -15 a stop; 1 is a service that gave itself up."""
    proxies: dict[str, Proxy] = field(default_factory=dict[str, Proxy])
    sim: str = ""
    http: aiohttp.ClientSession | None = None
    _sim_process: BaseProcess | None = None
    _starts: int = 0

    async def provision(self) -> None:
        """As `taskflow provision --every` does in a cluster."""
        await self.bus.provision(HURRIED_ACK_WAIT if self.hurried else None)

    async def open(self) -> None:
        await migrate(self.postgres.dsn)
        await self.provision()
        sim_port = free_port()
        self.sim = f"http://127.0.0.1:{sim_port}"
        vendor: Upstream = ("127.0.0.1", sim_port)
        bus = urlsplit(self.bus.url)
        assert bus.hostname is not None
        assert bus.port is not None
        self.proxies = {
            "postgres": Proxy(lambda: [self._database_socket()]),
            "nats": Proxy.before((bus.hostname, bus.port)),
            "twilio": Proxy.before(vendor),
            "gemini": Proxy.before(vendor),
            "serpapi": Proxy.before(vendor),
            "gateway": Proxy(self._gateways),
        }
        for proxy in self.proxies.values():
            await proxy.start()
        self._configure(sim_port)
        self.http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        self._sim_process = forked.start("simulators", self.env, self.home / "simulators.out")
        await eventually(self._simulators_answer, READY_SECONDS, 0.05)
        await self.side("/twilio/review", {"delay_ms": 0})

    async def close(self) -> None:
        for name in list(self.replicas):
            await self.end(name, signal.SIGKILL)
        if self._sim_process is not None:
            self._sim_process.kill()
            self._sim_process.join(10)
        if self.http is not None:
            await self.http.close()
        for proxy in self.proxies.values():
            await proxy.stop()

    def _configure(self, sim_port: int) -> None:
        to = {name: f"http://127.0.0.1:{proxy.port}" for name, proxy in self.proxies.items()}
        self.env = {
            "TASKFLOW_HOME": str(self.home),
            "TASKFLOW_LOG_LEVEL": "INFO",
            "TASKFLOW_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "TASKFLOW_SIM_PORT": str(sim_port),
            "TASKFLOW_BACKFILL_SECONDS": "10",
            "TASKFLOW_WEBHOOK_SECONDS": "2",
            "TASKFLOW_SIM_WEBHOOK_URL": f"{to['gateway']}/webhook",
            "PUBLIC_URL": to["gateway"],
            "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "TWILIO_WHATSAPP_FROM": SENDER,
            "TWILIO_API_URL": f"{to['twilio']}/twilio",
            "GEMINI_API_KEY": secrets.token_hex(16),
            "GEMINI_API_URL": f"{to['gemini']}/gemini",
            "SERPAPI_API_KEY": secrets.token_hex(16),
            "SERPAPI_URL": f"{to['serpapi']}/serpapi",
            "MODEL_TIMEOUT": "PT10S",
            "TASKFLOW_TEMPLATES_SYNC": "true",
            "TASKFLOW_TEMPLATES_SECONDS": "2",
            "DATABASE_URL": self._database_url(urlsplit(self.postgres.dsn).username or ""),
            "NATS_URL": self._bus_url(),
        }
        if self.hurried:
            self.env |= {"TASKFLOW_UNKNOWN_SECONDS": "20", "AGENT_QUIET_SECONDS": "0.2"}

    def _database_url(self, user: str) -> str:
        """By the proxy."""
        name, port = urlsplit(self.postgres.dsn).path, self.proxies["postgres"].port
        return f"postgresql://{user}@127.0.0.1:{port}{name}?sslmode=disable"

    def _bus_url(self, user: str | None = None) -> str:
        """By the proxy; without a user, the owner's."""
        bus = urlsplit(self.bus.url_of(user) if user else self.bus.url)
        return f"nats://{bus.username}:{bus.password}@127.0.0.1:{self.proxies['nats'].port}"

    def _database_socket(self) -> Upstream:
        (directory,) = parse_qs(urlsplit(self.postgres.dsn).query)["host"]
        return Path(directory) / ".s.PGSQL.5432"

    def _gateways(self) -> list[Upstream]:
        return [
            ("127.0.0.1", one.port)
            for one in self.replicas.values()
            if one.service == "gateway" and one.alive
        ]

    # -- replicas -----------------------------------------------------------------------------

    def start(
        self,
        service: str,
        failpoints: str = "",
        launch: Callable[[str, Mapping[str, str], Path], Any] = forked.start,
    ) -> str:
        """One more replica of a service, up from now on; its name."""
        taken = {one.name for one in self.replicas.values()}
        name = next(f"{service}#{n}" for n in range(1, 100) if f"{service}#{n}" not in taken)
        port = free_port() if service == "gateway" else 0
        self.replicas[name] = Replica(
            name, service, failpoints=failpoints, port=port, launch=launch
        )
        self.run(name)
        return name

    def run(self, name: str) -> None:
        """(Again) with the failpoints it has now."""
        one = self.replicas[name]
        self._starts += 1
        env = {
            **self.env,
            "TASKFLOW_FAILPOINTS": one.failpoints,
            "TASKFLOW_FAILPOINTS_SEED": f"{self.seed}:{name}:{self._starts}",
            "TASKFLOW_READY_FILE": str(self.ready_file(name)),
        }
        self.ready_file(name).unlink(missing_ok=True)
        env["DATABASE_URL"] = self._database_url(role_of(one.service))
        env["NATS_URL"] = self._bus_url(one.service)
        if one.port:
            env["TASKFLOW_GATEWAY_PORT"] = str(one.port)
            env["TASKFLOW_GATEWAY_INNER_PORT"] = "0"
        one.process = one.launch(one.service, env, self.output(name))

    def ready_file(self, name: str) -> Path:
        return self.home / f"{name}.ready"

    def output(self, name: str) -> Path:
        return self.home / f"{name}.out"

    async def until_ready(self, *names: str) -> None:
        await eventually(
            lambda: all(self.ready_file(name).exists() for name in names), READY_SECONDS, 0.01
        )

    def send(self, name: str, number: signal.Signals) -> None:
        process = self.replicas[name].process
        if process is not None and process.is_alive() and process.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, number)

    def pause(self, name: str) -> None:
        self.replicas[name].paused = True
        self.send(name, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        self.replicas[name].paused = False
        self.send(name, signal.SIGCONT)

    async def end(self, name: str, number: signal.Signals) -> None:
        """For good: the replica is no longer wanted."""
        one = self.replicas.pop(name)
        one.wanted = False
        if one.process is None:
            return
        self._signal_process(one.process, signal.SIGCONT)
        self._signal_process(one.process, number)
        await asyncio.to_thread(one.process.join, 40)
        if one.process.is_alive():
            self.deaths[f"{one.service} would not stop"] += 1
            one.process.kill()
            await asyncio.to_thread(one.process.join, 10)
        self._count_death(one)

    @staticmethod
    def _signal_process(process: BaseProcess, number: signal.Signals) -> None:
        if process.is_alive() and process.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, number)

    def tend(self, chance: random.Random) -> list[str]:
        """Starts again what died and is wanted, as a supervisor would; their names."""
        died = [one for one in self.replicas.values() if one.wanted and not one.alive]
        for one in died:
            self._count_death(one)
            one.paused = False
            # What killed it is not armed again at once, or it would never get further.
            one.failpoints = one.failpoints if chance.random() < 0.3 else ""
            self.run(one.name)
        return [one.name for one in died]

    def _count_death(self, one: Replica) -> None:
        if one.process is not None and one.process.exitcode is not None:
            self.deaths[f"{one.service} {one.process.exitcode}"] += 1
            one.process.close()
            one.process = None

    # -- as people and testers would ------------------------------------------------------------

    async def side(self, path: str, body: dict[str, Any] | None = None) -> Any:
        assert self.http is not None
        how = self.http.get(f"{self.sim}/_sim{path}") if body is None else None
        async with how or self.http.post(f"{self.sim}/_sim{path}", json=body) as answer:
            said = await answer.text()
            assert answer.status < 300, f"{path}: {answer.status} {said}"
            return await answer.json(content_type=None)

    async def fault(self, vendor: str, **fault: Any) -> None:
        await self.side("/faults", {"vendor": vendor, **fault})

    async def sql(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Straight to the server, past the proxy."""
        connection = await asyncpg.connect(self.postgres.dsn, timeout=5)
        try:
            return await connection.fetch(query, *arguments)
        finally:
            await connection.close()

    async def _simulators_answer(self) -> bool:
        assert self.http is not None
        with contextlib.suppress(aiohttp.ClientError, OSError):
            async with self.http.get(self.sim) as answer:
                return answer.status == 200
        return False


@asynccontextmanager
async def world(
    home: Path, postgres: PostgresServer, bus: NatsServer, seed: str = "0", *, hurried: bool = False
) -> AsyncGenerator[World]:
    opened = World(home, postgres, bus, seed, hurried)
    try:
        await opened.open()
        yield opened
    finally:
        await opened.close()
