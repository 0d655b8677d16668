"""`taskflow up` as a process of its own, with stand-ins for the services or with the real ones."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

from taskflow.up.settings import UpSettings
from tests.support import own_ports
from tests.support.processes import has_ended

ROOT = Path(__file__).parents[2]
READY = "Ctrl-C stops all of it."
READY_SECONDS = 60.0
STOP_SECONDS = 40.0

IS_READY = "import os, pathlib; pathlib.Path(os.environ['TASKFLOW_READY_FILE']).touch()"
SERVES = f"{IS_READY}; import signal; print('serving', flush=True); signal.pause()"
"""A service in one line."""

_UP = """
import json, os, sys
from taskflow.cli.house.up import up
from taskflow.errors import Configuration
from taskflow.up import jaeger, plan, supervisor
from taskflow.up.service import Service

def stand_ins(settings, environment):
    given = json.loads(os.environ["STAND_INS"])
    def services(group):
        env = environment.services
        return [Service(n, [sys.executable, "-c", c], env) for n, c in given.get(group, {}).items()]
    return plan.Plan(*map(services, ("preparations", "simulators", "services")))

jaeger.is_free = lambda port: False  # the usual ports are not the suite's
supervisor.GRACE_SECONDS = float(os.environ.get("GRACE", "20"))
if "STAND_INS" in os.environ:
    supervisor.House.__init__.__defaults__ = (
        stand_ins, *supervisor.House.__init__.__defaults__[1:]
    )
try:
    up()
except Configuration as error:
    sys.exit(f"taskflow: {error}")
"""


class Up:
    """Everything it prints, and every process it ever had below it."""

    def __init__(self, cwd: Path, env: Mapping[str, str], stand_ins: Any | None) -> None:
        ours = {name.upper() for name in UpSettings.model_fields} | {"GOOGLE_API_KEY"}
        inherited = {name: value for name, value in os.environ.items() if name not in ours}
        inherited["TASKFLOW_JAEGER"] = "off"
        if stand_ins is not None:
            inherited["STAND_INS"] = json.dumps(stand_ins)
        self.process = subprocess.Popen(
            [sys.executable, "-c", _UP],
            cwd=cwd,
            env={**inherited, **own_ports.environment(), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.output = ""
        self._seen: dict[int, psutil.Process] = {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.output += line.decode()

    def wait_for(self, text: str) -> None:
        def heard_or_over() -> bool:
            return text in self.output or self.process.poll() is not None

        wait_until(heard_or_over, READY_SECONDS, lambda: f"{text!r} not said: {self.output}")
        self._reader.join(0 if self.process.poll() is None else 5)
        assert text in self.output, self.output

    def wait_ready(self) -> None:
        self.wait_for(READY)

    def children(self) -> list[psutil.Process]:
        """All below it, now; remembered, so that `wait` knows whose end to wait for."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        self._seen.update({child.pid: child for child in found})
        return found

    def server(self, name: str) -> psutil.Process:
        """`postgres` or `nats-server`."""
        ours = psutil.Process(self.process.pid).children()
        return next(child for child in ours if child.name() == name)

    def send(self, number: signal.Signals) -> None:
        self.children()
        self.process.send_signal(number)

    def wait(self) -> int:
        """Its exit code, once nothing below it is left."""
        try:
            code = self.process.wait(STOP_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
        self._reader.join(STOP_SECONDS)
        assert self.process.stdout
        self.process.stdout.close()
        wait_until(lambda: not self._left(), STOP_SECONDS, lambda: f"{self._left()} are left")
        return code

    def _left(self) -> list[int]:
        return [pid for pid in self._seen if not has_ended(pid)]

    def last_line(self) -> str:
        return self.output.strip().splitlines()[-1]

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        if self.process.stdout and not self.process.stdout.closed:
            self.wait()


def wait_until(fact: Callable[[], bool], seconds: float, otherwise: Callable[[], str]) -> None:
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.02)
