"""A conversation through the images' processes, with real PostgreSQL and NATS beside them."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from taskflow.embedded.ports import free_port
from tests.images.building import Image
from tests.support.servers import NatsServer, PostgresServer
from tests.support.stack import Stack, wait_until

SERVICES = ("gateway", "agent", "tools", "scheduler")
GRACE_SECONDS = 20.0
"""taskflow/process/service.py: 15 for the bus, some for HTTP and the last spans."""


class Process:
    """As tests.support.stack wants one."""

    def __init__(self, image: Image, home: Path, env: Mapping[str, str], into: Path) -> None:
        self.image = image
        with into.open("ab") as output:
            self._process = subprocess.Popen(
                image.inside(home, *_command(image)),
                cwd="/",
                env={**image.environment, "HOME": str(home), **env},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def exitcode(self) -> int | None:
        return self._process.poll()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def join(self, timeout: float | None = None) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)

    def kill(self) -> None:
        if self.is_alive():
            self._process.kill()


class House(Stack):
    """The stack, each process out of its own image."""

    def __init__(
        self, home: Path, postgres: PostgresServer, bus: NatsServer, images: Mapping[str, Image]
    ) -> None:
        super().__init__(home, postgres, bus)
        self._images = images
        self._probes = {name: free_port() for name in ("agent", "tools", "scheduler")}
        self._browser = free_port()
        self.launch = self._launch
        self.env |= {"NATS_MONITOR_URL": bus.monitor_url, "TASKFLOW_PRODUCTION": "true"}

    def _launch(self, name: str, env: Mapping[str, str], into: Path) -> Process:
        own = {
            "TASKFLOW_PROBE_PORT": str(self._probes.get(name, 0)),
            "TASKFLOW_GATEWAY_INNER_PORT": str(self._probes.get(name, 0)),
        }
        if name == "tools":
            # A shop on this machine is what production would refuse.
            own |= {"TASKFLOW_PRODUCTION": "false", "TASKFLOW_EGRESS_PORT": str(free_port())}
            if "browser" in self.processes:
                own["TASKFLOW_BROWSER_URL"] = f"ws://127.0.0.1:{self._browser}/"
        return Process(self._images[name], self.home, {**env, **own}, into)

    def start_browser(self, program: Path) -> None:
        root = {"CHROMIUM_SANDBOX": "off"} if os.geteuid() == 0 else {}
        env = {**root, "CHROMIUM": str(program), "BROWSER_PORT": str(self._browser)}
        env["PATH"] = os.environ["PATH"]
        image = self._images["browser"]
        self.processes["browser"] = Process(image, self.home, env, self.home / "browser.out")
        wait_until(lambda: self.health("browser") is None, 30, lambda: self.output("browser"))

    def health(self, name: str, command: list[str] | None = None) -> str | None:
        """What the image's own HEALTHCHECK says; None is well."""
        process = self.processes[name]
        assert isinstance(process, Process)
        image = process.image
        moved = [self._moved(name, word) for word in command or image.health]
        done = image.said(self.home, *moved)
        return None if done.returncode == 0 else done.stderr.strip()[-200:] or "unhealthy"

    def _moved(self, name: str, word: str) -> str:
        """All images share this machine's ports: each is asked where it really listens."""
        ports = {
            ":8000/": self.gateway.rpartition(":")[2],
            ":8100/": self.sim.rpartition(":")[2],
            ":8001/": str(self._probes.get(name, 0)),
            ":3000/": str(self._browser),
        }
        for port, real in ports.items():
            word = word.replace(port, f":{real}/")
        return word

    def answers(self, name: str, path: str) -> int:
        address = self.gateway if name == "gateway" else f"http://127.0.0.1:{self._probes[name]}"
        try:
            with urllib.request.urlopen(f"{address}{path}", timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code

    def end(self, name: str) -> tuple[int | None, float]:
        """SIGTERM; the exit code (None: still there, so killed) and the seconds it took."""
        process = self.processes.pop(name)
        assert isinstance(process, Process) and process.pid
        began = time.monotonic()
        os.kill(process.pid, signal.SIGTERM)
        process.join(GRACE_SECONDS)
        code, took = process.exitcode, time.monotonic() - began
        process.kill()
        process.join()
        return code, took


def _command(image: Image) -> list[str]:
    """Without the init, which is Debian's; an image's process ends by itself here too."""
    words = list(image.command)
    return words[words.index("--") + 1 :] if words[:1] == ["tini"] else words
