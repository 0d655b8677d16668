"""The prompt of an operator: what it shows, what each line has seen, and how it ends."""

import asyncio
import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from taskflow.cli.people import takeover
from taskflow.cli.people.takeover import HeardLine
from taskflow.errors import Configuration
from tests.support.memory_log import START


class Desk:
    """A conversation that grows by one message with each look, and says what is done to it."""

    user = UUID(int=7)

    def __init__(self) -> None:
        self.version = 0
        self.told: list[str] = []

    async def take(self, by: str) -> None:
        self.told.append(f"{by} takes over")

    async def say(self, by: str, text: str, *, seen: int, command: UUID) -> None:
        assert command
        if text == "refused":
            raise Configuration("somebody else has the word")
        self.told.append(f"{by}, who saw {seen}: {text}")

    async def hand_back(self) -> None:
        self.told.append("handed back")

    async def look(self, after: int) -> tuple[list[HeardLine], int]:
        assert after == self.version
        self.version += 1
        return [HeardLine(START, "user", f"message {self.version} \x1b[31m")], self.version


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    one = Desk()

    @asynccontextmanager
    async def opened(name: str) -> AsyncGenerator[Desk]:
        assert name == "+15551230001"
        yield one

    monkeypatch.setattr(takeover, "_desk", opened)
    return one


def run(desk: Desk, monkeypatch: pytest.MonkeyPatch, typed: str) -> list[str]:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    asyncio.run(takeover.take_over("+15551230001", "Grace", None))
    return desk.told


def test_each_line_has_seen_what_stood_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = run(desk, monkeypatch, "  Hello. \n\nStill here?\n/back\nnot any more\n")
    assert told == [
        "Grace takes over",
        "Grace, who saw 1: Hello.",
        "Grace, who saw 1: Still here?",
        "handed back",
    ]
    shown = capsys.readouterr().out
    assert "user: message 1 \\x1b[31m" in shown
    assert "the bot has the word again" in shown


@pytest.mark.parametrize("end", ["/quit\n", ""])
def test_the_end_of_the_prompt_leaves_them_the_word(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], end: str
) -> None:
    assert run(desk, monkeypatch, f"Hello.\n{end}")[-1] == "Grace, who saw 1: Hello."
    assert f"taskflow hand-back {desk.user}" in capsys.readouterr().err


def test_who_has_not_the_word_any_more_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Configuration, match="somebody else has the word"):
        run(desk, monkeypatch, "refused\n/back\n")
    assert "handed back" not in desk.told


def test_one_line_has_seen_all_that_had_come_in(desk: Desk) -> None:
    asyncio.run(takeover.take_over("+15551230001", "Grace", "On it."))
    assert desk.told == ["Grace takes over", "Grace, who saw 1: On it."]
    with pytest.raises(Configuration, match="nothing to say"):
        asyncio.run(takeover.take_over("+15551230001", "Grace", " "))
