"""`taskflow chat`: a conversation in this terminal, through the gateway, as one on a phone is."""

import base64
import contextlib
import json
import sys
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from taskflow import clock
from taskflow.cli.operator import OfTheHouse
from taskflow.cli.output import warn
from taskflow.errors import Configuration
from taskflow.foreign_text import for_terminal
from taskflow.privacy.terminal_pass import REFERENCE, pass_of
from taskflow.process.settings import MasterKey

LOOK_SECONDS = 0.3
ASK_SECONDS = 5.0
SAY_SECONDS = 15.0
"""For so long a line is brought again to a gateway that does not answer."""
QUIT = "/quit"


class ChatSettings(OfTheHouse):
    taskflow_master_key: MasterKey
    taskflow_gateway_inner_port: int = Field(default=8001, ge=1, le=65535)

    @property
    def url(self) -> str:
        """On this machine: to a gateway elsewhere, forward its inner port."""
        return f"http://127.0.0.1:{self.taskflow_gateway_inner_port}/terminal"


class NotTaken(Exception):
    """The gateway's own word on a request that it refused."""


@dataclass
class ChatConnection:
    """What this terminal says to the gateway; where in the conversation it stands."""

    url: str
    token: str
    name: str
    conversation: str | None = None
    after: int = 0

    def say(self, text: str) -> None:
        """Brought again under the same reference, it is the same message.

        Raises NotTaken, OSError.
        """
        ref = f"{REFERENCE}{clock.new_id().hex}"
        until = clock.monotonic() + SAY_SECONDS
        while True:
            try:
                self._ask("said", ref=ref, text=text)
            except OSError:
                if clock.monotonic() > until:
                    raise
                threading.Event().wait(LOOK_SECONDS)
            else:
                return

    def look(self) -> list[dict[str, Any]]:
        """What is new. Raises NotTaken, OSError."""
        answer = self._ask("shown", conversation=self.conversation, after=self.after)
        if self.conversation and answer["conversation"] is None:
            warn("All of yours is gone. What you write now begins anew.")
        self.conversation, self.after = answer["conversation"], answer["version"]
        return answer["messages"]

    def _ask(self, what: str, **body: Any) -> Any:
        request = urllib.request.Request(  # noqa: S310 - a port of this machine
            f"{self.url}/{what}",
            json.dumps({"name": self.name, **body}).encode(),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(request, timeout=ASK_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(1000).decode(errors="replace")
            if error.code == 503:
                raise OSError(said) from None
            raise NotTaken(said if error.code != 404 else _SHUT) from None


_SHUT = "the gateway has no terminal; set TASKFLOW_TERMINAL=true for it (never in production)"


def talk(name: str) -> None:
    """Until /quit or the end of what is typed. Raises Configuration."""
    settings = ChatSettings.load()
    key = base64.b64decode(settings.taskflow_master_key.get_secret_value())
    wire = ChatConnection(settings.url, pass_of(key), name)
    try:
        _show(wire.look())
    except NotTaken as error:
        raise Configuration(str(error)) from None
    except OSError as error:
        raise Configuration(
            f"the gateway does not answer at {wire.url} ({error}); is `make run` running?"
        ) from None
    if sys.stdin.isatty():
        warn(f"You are {name}. A line is a message; {QUIT} ends it.", "green")
    over = threading.Event()
    listening = threading.Thread(target=_listen, args=(wire, over), daemon=True)
    listening.start()
    with contextlib.suppress(KeyboardInterrupt):
        _type(wire)
    over.set()
    listening.join(ASK_SECONDS)


def _type(wire: ChatConnection) -> None:
    reconfigure: Any = getattr(sys.stdin, "reconfigure", None)
    if reconfigure:
        reconfigure(errors="replace")
    for line in sys.stdin:
        text = line.strip()
        if text == QUIT:
            return
        if not text:
            continue
        try:
            wire.say(text)
        except (NotTaken, OSError) as error:
            warn(f"Not taken: {error}", "red")


def _listen(wire: ChatConnection, over: threading.Event) -> None:
    """Answers as they come; a gateway that is away is waited for, and told of once."""
    away = False
    while not over.wait(LOOK_SECONDS):
        try:
            _show(wire.look())
            away = False
        except (NotTaken, OSError) as error:
            if not away:
                warn(f"The gateway does not answer: {error}", "red")
            away = True


def _show(messages: list[dict[str, Any]]) -> None:
    for message in messages:
        shown = [message["text"], *([message["picture"]] if message["picture"] else [])]
        print(for_terminal("\n".join(shown), lines=True, isolates=True), flush=True)  # noqa: T201
