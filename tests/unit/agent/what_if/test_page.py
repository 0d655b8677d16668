"""The page: whatever people or models wrote is only text in it."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import StringIO
from typing import Any
from uuid import UUID

from rich.console import Console

from contracts import streams
from contracts.streams import UserId
from services.agent.what_if import page, terminal
from services.agent.what_if.comparing import pieces, words_in
from services.agent.what_if.recording import load
from services.agent.what_if.report import Report
from services.agent.what_if.rerun import Player
from taskflow.usage.prices import prices
from tests.support.memory_log import MemoryLog
from tests.support.talking import Scripted, Talk, offered

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BAD = "<script>alert(1)</script></p><img src=x onerror=alert(2)> {{ 7 * 7 }} \x1b[2J [red]x[/]"


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


async def a_report(*, text: str = BAD) -> Report:
    log = MemoryLog()
    await offered(log)

    def answers(said: str, rounds: int) -> Any:
        return f"It says {text}" if rounds else [("search_web", {"query": text[:100]})]

    await Talk(log, UserId(UUID(int=7)), Scripted(answers)).says(f"hello {text}")
    recording = await load(log, UserId(UUID(int=7)), await log.read(streams.TOOLS))
    (start,) = recording.starts()
    player = Player(Scripted(lambda said, rounds: f"Now {text} and more"))
    return Report("m<b>", "p", "recorded", prices(), [await player.again(recording, start)])


async def test_injected_text_stays_text() -> None:
    told = page.rendered(await a_report(), AT, open_=True)
    tags = Tags(told)

    assert "script" not in tags.found
    assert "img" not in tags.found
    assert not {name for name in tags.attributes if name.startswith("on")}
    assert "&lt;script&gt;" in told
    assert "{{ 7 * 7 }}" in re.sub(r"</?(?:del|ins)>", "", told)


async def test_it_needs_nothing_from_elsewhere() -> None:
    told = page.rendered(await a_report(text="plain"), AT, open_=True)

    assert not re.findall(r"""(?:src|href|url\()\s*=?["']?\s*(?:https?:)?//""", told)
    assert "default-src 'none'" in told


async def test_words_are_covered_unless_opened() -> None:
    report = await a_report(text="Sapperlot")

    assert "Sapperlot" not in page.rendered(report, AT, open_=False)
    assert "Sapperlot" in page.rendered(report, AT, open_=True)
    assert "Sapperlot" not in _on_terminal(report, open_=False)
    assert "Sapperlot" in _on_terminal(report, open_=True)


async def test_a_reply_moves_no_cursor_and_is_no_markup() -> None:
    told = _on_terminal(await a_report(), open_=True)

    assert "\x1b" not in told
    assert "[red]x[/]" in told


def _on_terminal(report: Report, *, open_: bool) -> str:
    console = Console(file=StringIO(), width=200)
    terminal.show(console, report, open_=open_)
    return console.file.getvalue()


def test_replies_are_cut_at_words_where_they_differ() -> None:
    before, after = pieces("I will come at nine, Ada.", "I will come at ten, Ada!")

    assert "".join(one.text for one in before) == "I will come at nine, Ada."
    assert [one.text for one in before if one.changed] == ["nine", "."]
    assert [one.text for one in after if one.changed] == ["ten", "!"]
    assert (words_in(before), words_in(before, changed=True)) == (6, 1)


def test_replies_with_little_in_common_are_marked_whole() -> None:
    before, after = pieces("This is what the web says about it: much.", "I would not look that up.")

    assert [one.changed for one in (*before, *after)] == [True, True]
