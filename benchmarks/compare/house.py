"""A commit's whole house as an operator has it: `taskflow up`, its settings, its processes."""

import asyncio
import contextlib
import http.client
import json
import secrets
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from dotenv import dotenv_values

from benchmarks.compare.checkouts import Checkout
from benchmarks.load import Plan
from benchmarks.stack import Load, Program
from taskflow.embedded.ports import free_port
from tests.support import programs

RUN_ENV = "run.env"
"""In its home once it is ready: what the operator's commands read."""
READY_SECONDS = 120.0
STOP_SECONDS = 60.0
REST_SECONDS = 60.0
LOOK_SECONDS = 0.5
RESTING = 0.1
"""Of a core: a house without a message takes a fifth of it, its followers' catching up far more."""


class InstantVendors:
    """Twilio and Gemini for both houses, of which one has turns at a time."""

    def __init__(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.token = secrets.token_hex(16)
        self._program = Program(
            "benchmarks.vendor", str(port), env={"TWILIO_AUTH_TOKEN": self.token}
        ).ready()

    def stats(self) -> dict[str, int]:
        with urllib.request.urlopen(f"{self.url}/_stats", timeout=30) as answer:
            return json.loads(answer.read())

    def stop(self) -> None:
        self._program.stop()


class OutsideHouse:
    def __init__(self, name: str, checkout: Checkout, home: Path, vendors: InstantVendors) -> None:
        self.name, self.checkout, self.home, self.vendors = name, checkout, home, vendors
        self._gateway = f"http://127.0.0.1:{(port := free_port())}"
        self._env = {
            **checkout.env,
            "TASKFLOW_HOME": str(home),
            "TASKFLOW_GATEWAY_PORT": str(port),
            "TASKFLOW_GATEWAY_INNER_PORT": str(free_port()),
            "TASKFLOW_SIM_PORT": str(free_port()),
            "TASKFLOW_JAEGER": "off",
            "TASKFLOW_BACKFILL_SECONDS": "3600",
            "TASKFLOW_SEND_PER_SECOND": "10000",
            "TASKFLOW_USER_BURST": "1000000",
            "AGENT_QUIET_SECONDS": "0",
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": vendors.token,
            "TWILIO_WHATSAPP_FROM": "whatsapp:+14155238886",
            "TWILIO_API_URL": f"{vendors.url}/twilio",
            "GEMINI_API_KEY": secrets.token_hex(16),
            "GEMINI_API_URL": f"{vendors.url}/gemini",
            "SERPAPI_API_KEY": secrets.token_hex(16),
            "SERPAPI_URL": f"{vendors.url}/serpapi",
            "OTEL_EXPORTER_OTLP_ENDPOINT": vendors.url,
        }
        self._up: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Returns once it is ready. Raises RuntimeError with what it said."""
        with (self.home / "up.out").open("ab") as output:
            self._up = subprocess.Popen(  # noqa: ASYNC220 - it starts in the background
                self.checkout.command("up"),
                cwd=self.checkout.tree,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=programs.die_with_parent,  # noqa: PLW1509 - one thread starts them all
            )
        give_up_at = time.monotonic() + READY_SECONDS
        while not self._is_ready():
            if self._up.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"{self.name} did not start: {self._last_words()}")
            await asyncio.sleep(0.1)

    def stop(self) -> None:
        """As Ctrl-C does; its home stays for the next round."""
        if self._up is None:
            return
        up, self._up = self._up, None
        up.send_signal(signal.SIGINT)
        try:
            up.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            up.kill()  # its services and servers die with it
            up.wait()

    def load(self, count: int, **plan: Any) -> Load:
        about = {"url": f"{self._gateway}/webhook", "token": self.vendors.token, "count": count}
        return Load(Plan(**{**about, "posts": f"{self.vendors.url}/_posts", **plan}))

    async def tidy(self) -> None:
        """What autovacuum would do in one house sooner than in the other, and CPU depends on."""
        settings = dotenv_values(self.home / RUN_ENV)
        connection = await asyncpg.connect(settings["DATABASE_URL"])
        try:
            await connection.execute("vacuum (analyze)")
        finally:
            await connection.close()

    async def rest(self) -> None:
        """Until every status is told and nothing is left to do. Raises RuntimeError."""
        give_up_at = time.monotonic() + REST_SECONDS
        quiet = 0
        while quiet < 2:
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"{self.name} finds no rest: {self._last_words()}")
            before, began = sum(self.cpu().values()), time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)
            share = (sum(self.cpu().values()) - before) / (time.monotonic() - began)
            told = not self.vendors.stats()["callbacks_open"]
            quiet = quiet + 1 if told and share < RESTING else 0

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU so far by process; of PostgreSQL also its backends that have ended."""
        if self._up is None:
            raise RuntimeError(f"{self.name} does not run")
        spent: dict[str, float] = {}
        up = psutil.Process(self._up.pid)
        # Parents last: a child that ends meanwhile is then in its parent's sum.
        for process in [*reversed(up.children(recursive=True)), up]:
            with contextlib.suppress(psutil.NoSuchProcess):
                name, times = _name_of(process, up.pid), process.cpu_times()
                all_of_it = sum((times.user, times.system))
                if name == "postgres":
                    all_of_it += times.children_user + times.children_system
                spent[name] = spent.get(name, 0.0) + all_of_it
        return spent

    def _is_ready(self) -> bool:
        if not (self.home / RUN_ENV).exists():
            return False
        try:
            with urllib.request.urlopen(f"{self._gateway}/ready", timeout=5) as answer:
                return answer.status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException, urllib.error.URLError):
            return False

    def _last_words(self) -> str:
        return (self.home / "up.out").read_text(errors="replace")[-2_000:]


def _name_of(process: psutil.Process, up: int) -> str:
    """The service that it was started for, else the program's own name."""
    if process.pid == up:
        return "up"
    command = process.cmdline()
    if "run" in command[:-1]:
        return command[command.index("run") + 1]
    return process.name()
