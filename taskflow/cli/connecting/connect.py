"""`taskflow connect`: its checks in order, a line each; with --tunnel, a way in while it runs."""

import contextlib
import re
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from types import FrameType

from taskflow import clock
from taskflow.cli.connecting import checks
from taskflow.cli.connecting.checks import Check
from taskflow.cli.connecting.settings import ConnectSettings
from taskflow.cli.connecting.tunnel import Tunnel, tunnel
from taskflow.cli.connecting.twilio import TwilioConnection
from taskflow.cli.output import echo, echo_json, warn
from taskflow.errors import Configuration

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
MARKS = {"ok": "ok", "wrong": "!!", "open": "??"}
LOOK_SECONDS = 3.0
RESTART_WITHIN = 600.0
"""Until the gateway stands behind a new tunnel; a person restarts it meanwhile."""


def connect(to: str | None, *, set_webhook: bool, with_tunnel: bool, json: bool) -> bool:
    """Whether all holds. Raises Configuration for a wrong setting, number or tunnel."""
    if to and not NUMBER.fullmatch(to):
        raise Configuration("--to is not a number like +15551230001")
    if not with_tunnel:
        return _examine(ConnectSettings.load(), to, set_webhook=set_webhook, json=json)
    port = ConnectSettings.load(public_url="http://127.0.0.1").taskflow_gateway_port
    holds = False
    with _interruptible(), contextlib.suppress(KeyboardInterrupt), tunnel(port) as opened:
        settings = ConnectSettings.load(public_url=opened.url)
        _await_gateway(settings, opened)
        holds = _examine(settings, to, set_webhook=set_webhook, json=json)
        warn(f"{opened.program} leads {opened.url} to port {port} until Ctrl-C.")
        opened.process.wait()
        raise Configuration(f"{opened.program} ended by itself")
    return holds


def _examine(settings: ConnectSettings, to: str | None, *, set_webhook: bool, json: bool) -> bool:
    holds = True
    for check in checks.every(settings, TwilioConnection(settings), to=to, set_webhook=set_webhook):
        _tell(check, json=json)
        holds = holds and check.state == "ok"
    if holds and not to:
        warn("Not tried: a message to a phone. Name one that has written to the sender: --to")
    return holds


def _tell(check: Check, *, json: bool) -> None:
    if json:
        echo_json(asdict(check))
        return
    do = f" -> {check.do}" if check.do else ""
    echo(f"{MARKS[check.state]}  {check.what}: {check.says}{do}")


def _await_gateway(settings: ConnectSettings, opened: Tunnel) -> None:
    """Its signatures are checked for the tunnel's address, which it learns at its start."""
    warn(f"The tunnel is {opened.url}")
    warn(f"Set PUBLIC_URL={opened.url} in .env and start the house again; it is waited for.")
    until = clock.monotonic() + RESTART_WITHIN
    while clock.monotonic() < until and opened.process.poll() is None:
        if all(check.state == "ok" for check in checks.of_public_url(settings)):
            return
        threading.Event().wait(LOOK_SECONDS)


@contextmanager
def _interruptible() -> Generator[None]:
    """SIGTERM ends a tunnel as Ctrl-C does."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
