"""The whole stack as real processes on free ports, for end-to-end tests: start, kill, restart."""

import asyncio
import base64
import contextlib
import json
import os
import secrets
import signal
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from taskflow.embedded.ports import free_port
from taskflow.postgres.database import role_of
from taskflow.postgres.migrate import migrate
from tests.support import forked
from tests.support.servers import NatsServer, PostgresServer
from tests.support.spoken import spoken

READY_SECONDS = 40
STOP_SECONDS = 3
"""One that still waits for the model then is killed: nobody asks it anything any more."""
ACK_WAIT_SECONDS = 5.0
"""What a killed process held comes again so soon."""
SERVICES = ("gateway", "agent", "tools", "scheduler")
CRASHES = {-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE, -signal.SIGABRT}
"""Exit codes that no test asks for: the interpreter, or a library of its, went wrong."""


class Running(Protocol):
    @property
    def pid(self) -> int | None: ...

    @property
    def exitcode(self) -> int | None: ...

    def is_alive(self) -> bool: ...

    def join(self, timeout: float | None = None) -> None: ...

    def kill(self) -> None: ...


class Stack:
    """Processes by name; a replica is `agent#2`."""

    def __init__(self, home: Path, postgres: PostgresServer, bus: NatsServer) -> None:
        self.home, self.postgres, self.bus = home, postgres, bus
        self.processes: dict[str, Running] = {}
        self.launch: Callable[[str, Mapping[str, str], Path], Running] = forked.start
        """Starts a service, with an environment, its output into a file."""
        gateway, inner, sim = free_port(), free_port(), free_port()
        self.gateway, self.sim = f"http://127.0.0.1:{gateway}", f"http://127.0.0.1:{sim}"
        self.gateway_inner = f"http://127.0.0.1:{inner}"
        self.account, self.token = "AC" + secrets.token_hex(16), secrets.token_hex(16)
        self.env = {
            "TASKFLOW_HOME": str(home),
            "TASKFLOW_LOG_LEVEL": "WARNING",
            "TASKFLOW_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "TASKFLOW_GATEWAY_PORT": str(gateway),
            "TASKFLOW_GATEWAY_INNER_PORT": str(inner),
            "TASKFLOW_SIM_PORT": str(sim),
            "TASKFLOW_BACKFILL_SECONDS": "5",
            "TASKFLOW_WEBHOOK_SECONDS": "2",
            "TASKFLOW_TERMINAL": "true",
            "TASKFLOW_SIM_WEBHOOK_URL": f"{self.gateway}/webhook",
            "PUBLIC_URL": self.gateway,
            "TWILIO_ACCOUNT_SID": self.account,
            "TWILIO_AUTH_TOKEN": self.token,
            "TWILIO_WHATSAPP_FROM": "whatsapp:+14155238886",
            "TWILIO_API_URL": f"{self.sim}/twilio",
            "GEMINI_API_KEY": secrets.token_hex(16),
            "GEMINI_API_URL": f"{self.sim}/gemini",
            "SERPAPI_API_KEY": secrets.token_hex(16),
            "SERPAPI_URL": f"{self.sim}/serpapi",
            "TASKFLOW_EGRESS_ALLOW": f"{self.sim}/shop/",
            "DATABASE_URL": postgres.dsn,
            "NATS_URL": bus.url,
        }

    def prepare(self) -> None:
        async def work() -> None:
            await migrate(self.postgres.dsn)
            await self.bus.provision(ACK_WAIT_SECONDS)

        asyncio.run(work())

    def start(self, *names: str, **env: str) -> None:
        """Starts processes and waits until each is ready."""
        ready: dict[str, Path] = {}
        for name in names:
            ready[name] = self.home / f"{name}.{secrets.token_hex(4)}.ready"
            service = name.partition("#")[0]
            self.processes[name] = self.launch(
                service,
                {**self.env, **self.login(service), **env, "TASKFLOW_READY_FILE": str(ready[name])},
                self.home / f"{name}.out",
            )
        for name in names:
            self._wait_ready(name, ready[name])

    def login(self, service: str) -> dict[str, str]:
        """As itself, with its own rights only."""
        if service not in SERVICES:
            return {}
        return {
            "DATABASE_URL": self.postgres.dsn_of(role_of(service), self.postgres.dsn),
            "NATS_URL": self.bus.url_of(service),
        }

    def _wait_ready(self, name: str, file: Path) -> None:
        def is_ready() -> bool:
            if not self.processes[name].is_alive():
                raise AssertionError(f"{name} died: {self.output(name)[-2000:]}")
            return self._simulators_answer() if name == "simulators" else file.exists()

        wait_until(is_ready, READY_SECONDS, lambda: f"{name} is not ready: {self.output(name)}")

    def _simulators_answer(self) -> bool:
        try:
            with urllib.request.urlopen(self.sim, timeout=1):
                return True
        except (OSError, urllib.error.URLError):
            return False

    def output(self, name: str) -> str:
        return (self.home / f"{name}.out").read_text(errors="replace")

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Ends one process of ours and waits for its end."""
        process = self.processes.pop(name)
        assert process.exitcode not in CRASHES, self.output(name)[-500:]
        _signal(process, number)
        process.join(30)

    def stop(self) -> None:
        for process in self.processes.values():
            _signal(process, signal.SIGCONT)
            _signal(process, signal.SIGTERM)
        for process in self.processes.values():
            process.join(STOP_SECONDS)
            process.kill()
            process.join()
        crashed = {
            name: self.output(name)[-500:]
            for name, process in self.processes.items()
            if process.exitcode in CRASHES
        }
        self.processes.clear()
        assert not crashed, crashed

    def refused(self) -> list[str]:
        """What the servers would not let a service do: nothing, or a right is missing."""
        logs = (
            self.postgres.home / "logs" / "postgres.log",
            self.bus.home / "logs" / "nats.log",
        )
        return [
            line
            for log in logs
            for line in log.read_text(errors="replace").splitlines()
            if "permission denied" in line or "Violation" in line
        ]

    # -- as a person and as a tester would ------------------------------------------------

    def say(self, user: str, body: str, **more: Any) -> dict[str, Any]:
        """Writes on the phone; Twilio's sid and what the webhook answered."""
        return self.post(f"{self.sim}/_sim/phone/messages", {"from": user, "body": body, **more})

    def chat(self, user: str) -> list[dict[str, Any]]:
        found = self.get(f"{self.sim}/_sim/phone/messages?user={urllib.parse.quote(user)}")
        return found["messages"] if isinstance(found, dict) else found

    def replies(self, user: str) -> list[str]:
        """What was said to them, but for who we are."""
        return [spoken(m["body"]) for m in self.chat(user) if m["direction"] != "inbound"]

    def accepted(self, user: str) -> list[dict[str, Any]]:
        """Every message to this user that Twilio ever accepted: the oracle for doubles."""
        found = self.get(f"{self.sim}/_sim/twilio/accepted")
        messages = found["messages"] if isinstance(found, dict) else found
        return [m for m in messages if m["to"].removeprefix("whatsapp:") == user]

    def script(self, user: str, *answers: dict[str, Any]) -> None:
        self.post(f"{self.sim}/_sim/gemini/script", {"user": user, "answers": list(answers)})

    def model_calls(self, user: str) -> list[dict[str, Any]]:
        found = self.get(f"{self.sim}/_sim/gemini/requests?user={urllib.parse.quote(user)}")
        return found["requests"] if isinstance(found, dict) else found

    def fault(self, vendor: str, **fault: Any) -> None:
        self.post(f"{self.sim}/_sim/faults", {"vendor": vendor, **fault})

    def await_replies(self, user: str, count: int, seconds: float = 120) -> list[str]:
        """The replies, once there are so many."""
        wait_until(
            lambda: len(self.replies(user)) >= count,
            seconds,
            lambda: f"{user} has {self.replies(user)}, wanted {count}",
        )
        return self.replies(user)

    def get(self, url: str) -> Any:
        return self._call(urllib.request.Request(url))

    def text(self, url: str) -> str:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.read().decode()

    def post(self, url: str, body: dict[str, Any]) -> Any:
        data = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        return self._call(urllib.request.Request(url, data=data, headers=headers))

    def _call(self, request: urllib.request.Request) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{request.full_url}: {error.code} {error.read()!r}") from error


def _signal(process: Running, number: int) -> None:
    if process.is_alive() and process.pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)


def wait_until(
    true: Callable[[], bool], seconds: float, otherwise: Callable[[], str] = lambda: "not in time"
) -> None:
    """Waits for a fact, with a deadline."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.05)
