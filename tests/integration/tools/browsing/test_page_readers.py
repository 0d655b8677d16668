"""Pages are read in processes of their own: what kills one is unreadable, and delays nobody."""

import asyncio
import statistics
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psutil
import pytest

from contracts.streams import UserId
from services.tools.browsing import looking, page_readers
from services.tools.browsing.fetcher import Fetched
from services.tools.browsing.looking import PageLooker
from services.tools.browsing.page_readers import PageReaders, ReaderLimits
from services.tools.browsing.robots import Robots
from services.tools.pages.page import Page
from services.tools.pages.reading import read
from taskflow import clock
from tests.support.eventually import eventually
from tests.support.processes import has_ended
from tests.unit.tools.pages.reading_of import ld, shoe

pytestmark = pytest.mark.integration
ADA, BOB, CLEO = (UserId(UUID(int=n)) for n in (1, 2, 3))
AT = datetime(2026, 11, 29, tzinfo=UTC)
BURNING = "<h1>burns</h1>"


def page(html: str) -> Page:
    return Page("https://shop.example/p", html, 200, "http", None, AT)


GOOD = page(ld(shoe()))

BURNS = """
import services.tools.pages.wire as wire
from services.tools.pages import worker
real = wire.answer_to
def answer_to(about, text, visible):
    if b"burns" in text:
        while True: pass
    if b"swells" in text:
        return bytes(10**10)
    if b"lies" in text:
        return wire.LENGTH.pack(2**31) + b"x"
    return real(about, text, visible)
wire.answer_to = answer_to
worker.main()
"""


@pytest.fixture
async def readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[PageReaders]:
    """With a reader that some words make burn, as a fault that nobody knows yet would."""
    (tmp_path / "burning_worker.py").write_text(BURNS)
    home = page_readers._environment()["PYTHONPATH"]
    environment = {"PYTHONPATH": f"{tmp_path}:{home}", "LANG": "C.UTF-8"}
    monkeypatch.setattr(page_readers, "MODULE", "burning_worker")
    monkeypatch.setattr(page_readers, "_environment", lambda: environment)
    async with PageReaders(ReaderLimits(cpu_seconds=1)) as opened:
        yield opened


async def test_a_reader_reads_as_this_process_does() -> None:
    async with PageReaders() as opened:
        found = await opened.read(GOOD, None, ADA)
        odd = await opened.read(page("\ud800\0<h1>T</h1>"), "\udcff", ADA)
        pids = opened.pids
        for pid in pids:
            assert set(psutil.Process(pid).environ()) <= {"PYTHONPATH", "LANG", "LC_CTYPE"}
    assert found == read(GOOD, product=None)
    assert odd is not None
    await eventually(lambda: all(map(has_ended, pids)))


async def test_another_person_finds_a_reader_that_need_not_start_first() -> None:
    async with PageReaders() as opened:
        await opened.read(GOOD, None, ADA)
        pids = opened.pids
        assert len(pids) == page_readers.READY
        both = (opened.read(GOOD, None, one) for one in (ADA, BOB))
        await asyncio.gather(*both)
        assert opened.pids == pids
        await asyncio.gather(*(opened.read(GOOD, None, one) for one in (ADA, BOB, CLEO)))
        assert len(opened.pids) == page_readers.READY + 1
        opened._rest()
        assert len(opened.pids) == page_readers.READY


async def test_what_kills_its_reader_is_unread_and_the_next_page_gets_another(
    readers: PageReaders,
) -> None:
    for bad in ("burns", "swells", "lies"):
        assert await readers.read(page(bad), None, ADA) is None
        assert (await readers.read(GOOD, None, ADA)) == read(GOOD, product=None)


async def test_a_reader_whose_asker_left_is_replaced(readers: PageReaders) -> None:
    asked = asyncio.create_task(readers.read(page(BURNING), None, ADA))
    await eventually(lambda: len(readers.pids) == page_readers.READY)
    pids = readers.pids
    asked.cancel()
    await eventually(lambda: any(map(has_ended, pids)))
    assert (await readers.read(GOOD, None, ADA)) == read(GOOD, product=None)


async def test_a_burning_page_does_not_delay_another_persons(readers: PageReaders) -> None:
    """Nor do many of one person's: they burn one after the other."""
    # Both have answered once, as in a service that has been asked before.
    await asyncio.gather(readers.read(GOOD, None, BOB), readers.read(GOOD, None, CLEO))
    began = clock.monotonic()
    burning = [asyncio.create_task(readers.read(page(BURNING), None, ADA)) for _ in range(2)]
    took: list[float] = []
    for _ in range(15):
        asked = clock.monotonic()
        assert await readers.read(GOOD, None, BOB) is not None
        took.append(clock.monotonic() - asked)
    assert not all(task.done() for task in burning)
    await asyncio.gather(*burning)

    # Whoever waited for a burning page would wait for half of that.
    assert statistics.median(took) < (clock.monotonic() - began) / 20


class Site:
    def __init__(self) -> None:
        self.fetched = 0

    async def fetch(self, url: str) -> Fetched:
        self.fetched += 1
        return Fetched(page(BURNING))


class NoAlbum:
    async def put(self, user: UserId, content_type: str, data: bytes):
        raise AssertionError("nothing was shown")


async def test_an_unreadable_page_rests(readers: PageReaders) -> None:
    site = Site()
    looker = PageLooker(site, None, NoAlbum(), Robots(site, readers), readers)
    for _ in range(3):
        reading = await looker.look(GOOD.url, None, user=ADA, for_watch=False)
        assert (reading.outcome, reading.note) == ("unreachable", looking.UNREADABLE)
    assert site.fetched == 1
