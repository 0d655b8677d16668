"""The house that `make run` starts, with a real Jaeger, and a person who writes to it."""

import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from taskflow.embedded.ports import free_port
from taskflow.waterfall import of_jaeger
from taskflow.waterfall.bars import Bar
from tests.support.stack import wait_until
from tests.support.up import Up

REPLY_SECONDS = 120.0
"""On a busy machine a reminder that has passed when it is checked is set for the next minute."""
SPANS_SECONDS = 20.0


class House:
    def __init__(self, folder: Path, program: Path) -> None:
        self.home = folder / "home"
        self._sim = f"http://127.0.0.1:{(sim := free_port())}"
        env = {
            "TASKFLOW_HOME": str(self.home),
            "TASKFLOW_GATEWAY_PORT": str(free_port()),
            "TASKFLOW_GATEWAY_INNER_PORT": str(free_port()),
            "TASKFLOW_SIM_PORT": str(sim),
            "TASKFLOW_JAEGER": str(program),
            "TASKFLOW_LOG_LEVEL": "WARNING",
        }
        self.up = Up(folder, env, None)

    def wait_ready(self) -> None:
        self.up.wait_ready()

    @property
    def jaeger(self) -> str:
        """As an operator's command learns of it."""
        url = dotenv_values(self.home / "run.env").get("TASKFLOW_JAEGER_URL")
        assert url, f"no Jaeger in {self.home / 'run.env'}: {self.up.output}"
        return url

    def say(self, user: str, body: str) -> str:
        """The MessageSid."""
        told = json.dumps({"from": user, "body": body, "profile_name": body}).encode()
        headers = {"Content-Type": "application/json"}
        url = f"{self._sim}/_sim/phone/messages"
        answer = _opened(urllib.request.Request(url, told, headers))
        return answer["message_sid"] if "message_sid" in answer else answer["sid"]

    def await_replies(self, user: str, count: int) -> list[str]:
        def replies() -> list[str]:
            url = f"{self._sim}/_sim/phone/messages?user={urllib.parse.quote(user)}"
            found = _opened(url)
            chat = found["messages"] if isinstance(found, dict) else found
            return [one["body"] for one in chat if one["direction"] != "inbound"]

        enough = f"{user} wanted {count} replies"
        wait_until(lambda: len(replies()) >= count, REPLY_SECONDS, lambda: f"{enough}: {replies()}")
        return replies()

    def trace(self, *arguments: str) -> str:
        """What `taskflow trace` prints here."""
        done = subprocess.run(
            [sys.executable, "-m", "taskflow.cli.main", "trace", *arguments],
            env={**os.environ, "TASKFLOW_HOME": str(self.home)},
            cwd=self.home,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def trace_id(self, name: str) -> str:
        return json.loads(self.trace(name, "--log", "--json"))["trace"]

    def spans(self, trace: str, wanted: int) -> list[Bar]:
        """What Jaeger has of a trace, once as many spans as these are there."""

        def there() -> list[str]:
            return [bar.name for bar in of_jaeger.fetch(self.jaeger, trace)]

        def lacking() -> str:
            return f"Jaeger has {len(there())} of {wanted} spans of trace {trace}: {there()}"

        wait_until(lambda: len(there()) >= wanted, SPANS_SECONDS, lacking)
        return of_jaeger.fetch(self.jaeger, trace)

    def everything(self, traces: Sequence[str]) -> str:
        """All that Jaeger says of these traces, in both of its languages."""
        asked = [f"{self.jaeger}/api/services"]
        asked += [
            f"{self.jaeger}/api/{path}/{one}" for one in traces for path in ("traces", "v3/traces")
        ]
        found: list[str] = []
        for url in asked:
            with urllib.request.urlopen(url, timeout=10) as answer:
                found.append(answer.read().decode())
        return "\n".join(found)


@contextmanager
def house(folder: Path, program: Path) -> Generator[House]:
    opened = House(folder, program)
    try:
        opened.wait_ready()
        yield opened
    finally:
        opened.up.process.terminate()
        opened.up.wait()


def _opened(what: str | urllib.request.Request) -> Any:
    with urllib.request.urlopen(what, timeout=30) as answer:
        return json.loads(answer.read())
