"""A conversation in a terminal: a real one, for the command and for the house behind it."""

import asyncio
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from contracts.recorded import Recorded
from taskflow.cli.operator import reader
from tests.support.stack import Stack, wait_until

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
SECONDS = 120
"""A reminder whose time passes while it is set is set for the next minute."""


class Terminal:
    """A pseudo-terminal with `taskflow chat` in it."""

    def __init__(self, stack: Stack, name: str) -> None:
        self._screen = b""
        self._side, other = pty.openpty()
        env = {**os.environ, **stack.env, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "taskflow.cli.main", "chat", name],
            cwd=stack.home,
            env=env,
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
        )
        os.close(other)
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        while True:
            try:
                seen = os.read(self._side, 4096)
            except OSError:  # the other side is closed
                return
            if not seen:
                return
            self._screen += seen

    @property
    def screen(self) -> str:
        return self._screen.decode(errors="replace").replace("\r\n", "\n")

    def type(self, text: str) -> None:
        os.write(self._side, text.encode())

    def await_text(self, text: str) -> None:
        wait_until(lambda: text in self.screen, SECONDS, lambda: f"{text!r} in {self.screen!r}")

    def ends(self) -> int:
        code = self.process.wait(SECONDS)
        self._reading.join(SECONDS)
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reading.join(SECONDS)
        os.close(self._side)


@contextmanager
def chat(stack: Stack, name: str) -> Generator[Terminal]:
    terminal = Terminal(stack, name)
    try:
        terminal.await_text(f"You are {name}.")
        yield terminal
    finally:
        terminal.close()


async def _recorded(name: str) -> list[Recorded[Any]]:
    async with reader() as me:
        found = await me.log.read(await me.stream_of(f"terminal:{name}"))
        return [await me.log.opened(one) for one in found]


def recorded(name: str) -> list[Recorded[Any]]:
    return asyncio.run(_recorded(name))


@pytest.fixture(autouse=True)
def _as_an_operator(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in stack.env.items():
        monkeypatch.setenv(name, value)


def test_a_conversation_goes_the_way_of_a_phones(stack: Stack) -> None:
    with chat(stack, "ada") as terminal:
        terminal.type("find me a flight from Berlin to Lisbon next Friday\n")
        terminal.await_text("€")
        terminal.type("remind me in 5 seconds to stretch\n")
        terminal.await_text("✓ Reminder: stretch")
        terminal.await_text("⏰ stretch")
        terminal.type("/quit\n")
        assert terminal.ends() == 0
        assert "Traceback" not in terminal.screen

    events = recorded("ada")
    types = [one.event.type for one in events]
    for type_ in ("message.received", "turn.started", "reply.ready", "reply.sending", "reply.sent"):
        assert type_ in types
    said = [one.event for one in events if one.event.type == "message.received"]
    assert [(one.channel, one.text) for one in said] == [
        ("terminal", "find me a flight from Berlin to Lisbon next Friday"),
        ("terminal", "remind me in 5 seconds to stretch"),
    ]
    ready = [one for one in events if one.event.type == "reply.ready"]
    sent = [one.event for one in events if one.event.type == "reply.sent"]
    assert {one.reply for one in sent} == {one.event_id for one in ready}
    assert all(one.message_ref.startswith("TM") for one in sent)
    assert stack.get(f"{stack.sim}/_sim/twilio/accepted") == []


def test_what_there_is_to_choose_from_is_written_in_a_terminal(stack: Stack) -> None:
    cities = [{"title": "Lisbon", "description": "warm"}, "Oslo", "Rome", "Bern"]
    told = {"text": "Where to?", "language": "en", "says_done": [], "choices": cities}
    answers = [{"calls": [{"name": "reply", "args": told}]}]
    script = {"match": "plan a trip for carol", "answers": answers}
    stack.post(f"{stack.sim}/_sim/gemini/script", script)
    with chat(stack, "carol") as terminal:
        terminal.type("plan a trip for carol\n")
        for row in ("Where to?", "1. Lisbon: warm", "4. Bern"):
            terminal.await_text(row)


def test_a_place_is_written_in_a_terminal(stack: Stack) -> None:
    with chat(stack, "dora") as terminal:
        terminal.type("where is a pharmacy in Lisbon?\n")
        for row in ("These places I found:", "📍 Corner Pharmacy (simulated)", "38."):
            terminal.await_text(row)


def test_who_comes_back_sees_what_came_meanwhile_and_the_end_of_input_ends_it(
    stack: Stack,
) -> None:
    with chat(stack, "bob") as terminal:
        terminal.type("remind me in 2 seconds to drink water\n")
        terminal.await_text("✓ Reminder: drink water")
        terminal.type("\x04")
        assert terminal.ends() == 0

    def has_fired() -> bool:
        sent = [one for one in recorded("bob") if one.event.type == "reply.sent"]
        return len(sent) >= 2

    wait_until(has_fired, SECONDS, lambda: "the reminder did not fire")
    with chat(stack, "bob") as terminal:
        terminal.await_text("⏰ drink water")
