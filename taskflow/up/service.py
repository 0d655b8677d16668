"""One child of `taskflow up`: started, listened to, asked whether it is ready, stopped."""

import http.client
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from taskflow.embedded.process import spawn, stop
from taskflow.process import variables

ASK_SECONDS = 1.0
READY_FILE = "TASKFLOW_READY_FILE"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")

Hear = Callable[[str, str], None]
"""Takes a name and a line."""


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    """Beside our own; of both it is given what the table names (taskflow/process/variables.py)."""
    ready_url: str | None = None
    """Answers 200 once it is ready; without one, the file in TASKFLOW_READY_FILE appears."""


class Running:
    def __init__(
        self, service: Service, ready_file: Path, hear: Hear, woken: threading.Event
    ) -> None:
        """`woken` is set when its output ends, which is mostly when it does."""
        self.name = service.name
        self._ready_url = service.ready_url
        self._ready_file = ready_file
        self._hear, self._woken = hear, woken
        self._asked = False
        self.last_line = ""
        ready_file.unlink(missing_ok=True)
        self._process = spawn(
            service.command,
            # A supervisor that was killed can take care of nobody: its services survive a kill.
            death_signal=signal.SIGKILL,
            output=subprocess.PIPE,
            env=variables.given(service.name, fixed={**service.env, READY_FILE: str(ready_file)}),
        )
        self.pid = self._process.pid
        self._listener = threading.Thread(target=self._listen, daemon=True, name=self.name)
        self._listener.start()

    def is_ready(self) -> bool:
        if self._ready_url is None:
            return self._ready_file.exists()
        return _answers(self._ready_url)

    def exit_code(self) -> int | None:
        return self._process.poll()

    def wait(self) -> int:
        """For one that ends by itself."""
        code = self._process.wait()
        self._listener.join(ASK_SECONDS)
        return code

    def epitaph(self) -> str:
        """How it ended, in its own words where it had any."""
        how = self.ending()
        return f"{self.name} {how}{': ' if self.last_line else ''}{self.last_line}"

    def ending(self) -> str:
        """How it ended; by then its last line has been heard."""
        self._listener.join(ASK_SECONDS)
        code = self._process.poll()
        if code is not None and code < 0:
            return f"was killed by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"

    def ask_to_stop(self) -> None:
        """Once: some programs take a second SIGTERM for impatience."""
        if not self._asked and self._process.poll() is None:
            self._asked = True
            self._process.terminate()

    def stop(self, seconds: float) -> None:
        """Returns when it and its whole group are gone."""
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        stop(self._process)
        self._listener.join(ASK_SECONDS)

    def _listen(self) -> None:
        output: IO[bytes] | None = self._process.stdout
        if output is None:
            return
        with output:
            for raw in output:
                line = raw.decode(errors="replace").rstrip()
                if plain := _ANSI.sub("", line).strip():
                    self.last_line = plain
                    self._hear(self.name, line)
        self._woken.set()


def _answers(url: str) -> bool:
    """Straight to loopback, whatever proxy the environment names."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=ASK_SECONDS)
    with closing(connection):
        try:
            connection.request("GET", parts.path or "/")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
