"""Pages as a browser shows them, scripts and all: bounded in time, number and memory."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import structlog
from playwright.async_api import BrowserContext, Error
from playwright.async_api import Page as Tab

from services.tools.browsing.chromium import CLOSE_SECONDS, Chromium, launch
from services.tools.browsing.fetcher import TOO_SLOW
from services.tools.browsing.showing import Enough, NotShown, Showing, ShownPage
from services.tools.egress.proxy import Proxy
from taskflow import clock

CANNOT_START = "The page needs a real browser, and the one here does not start."
CRASH_NEWS_SECONDS = 0.3
CONTEXT_SECONDS = 2.0
"""To close one; a page in an endless loop does not, and takes its browser along."""
FALLS_OVER = "The page makes a browser fall over."

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class BrowserLimits:
    seconds: float = 20.0
    """For one page, a second try after a crash included."""
    turn_seconds: float = 20.0
    """For other pages to be done."""
    settle_seconds: float = 6.0
    """For scripts, once the document is there."""
    pages: int = 2
    """At once."""
    recycled_after: int = 50
    """Pages: what a browser leaks goes with it."""
    rest_seconds: float = 60.0
    """Before another try, when it did not start."""


class Shows(Protocol):
    async def show(self, url: str, enough: Enough) -> ShownPage | NotShown: ...


class Browser:
    """Started with the first page. `close` leaves no process behind.

    `place` is a program here, or a Playwright server's ws:// address.
    """

    def __init__(
        self, place: Path | str, proxy: Proxy, limits: BrowserLimits | None = None
    ) -> None:
        self._place, self._proxy = place, proxy
        self._limits = limits or BrowserLimits()
        self._turns = asyncio.Semaphore(self._limits.pages)
        self._starting = asyncio.Lock()
        self._present: Chromium | None = None
        self._all: set[Chromium] = set()
        self._rests_until = 0.0
        self._closed = False

    @property
    def starts(self) -> bool:
        """False for a while after it did not."""
        return clock.monotonic() >= self._rests_until

    async def show(self, url: str, enough: Enough) -> ShownPage | NotShown:
        """Never raises for what a page, its server or the browser does."""
        try:
            async with asyncio.timeout(self._limits.turn_seconds):
                await self._turns.acquire()
        except TimeoutError:
            return NotShown("unreachable", TOO_SLOW)
        try:
            async with asyncio.timeout(self._limits.seconds):
                for _ in range(2):
                    with contextlib.suppress(_Crashed):
                        return await self._once(url, enough)
            return NotShown("unreachable", FALLS_OVER)
        except _CannotStart:
            return NotShown("unclear", CANNOT_START)
        except TimeoutError:
            return NotShown("unreachable", TOO_SLOW)
        finally:
            self._turns.release()

    async def close(self) -> None:
        self._closed = True
        # One that is just being started is waited for; none is started after this.
        async with self._starting:
            self._present = None
        await asyncio.gather(*(chromium.close() for chromium in self._all))
        self._all.clear()

    async def _once(self, url: str, enough: Enough) -> ShownPage | NotShown:
        async with self._chromium() as chromium, _context(chromium) as context:
            tab = await context.new_page()
            context.on("page", _close_at_once)
            crashed = asyncio.create_task(_crash(chromium, tab))
            seen = Showing(tab, enough, self._limits.settle_seconds)
            shown = asyncio.create_task(seen.show(url))
            try:
                await asyncio.wait({shown, crashed}, return_when=asyncio.FIRST_COMPLETED)
                if isinstance(_result(shown), NotShown):
                    # The network's complaint may come before the news of the crash behind it.
                    await asyncio.wait({crashed}, timeout=CRASH_NEWS_SECONDS)
                if crashed.done():
                    raise _Crashed
                return await shown
            finally:
                for task in (shown, crashed):
                    task.cancel()
                await asyncio.wait({shown, crashed}, timeout=CLOSE_SECONDS)

    @asynccontextmanager
    async def _chromium(self) -> AsyncGenerator[Chromium]:
        chromium = await self._running()
        chromium.opened += 1
        chromium.busy += 1
        try:
            yield chromium
        except (_Crashed, Error) as error:
            chromium.retired = True
            log.warning("browser.crashed", error=type(error).__name__)
            raise _Crashed from None
        finally:
            chromium.busy -= 1
            chromium.retired |= chromium.opened >= self._limits.recycled_after
            if chromium.retired:
                await self._retire(chromium)

    async def _running(self) -> Chromium:
        async with self._starting:
            if self._present is None:
                if self._closed or not self.starts:
                    raise _CannotStart
                try:
                    self._present = await launch(self._place, self._proxy)
                except (Error, OSError, TimeoutError) as error:
                    self._rests_until = clock.monotonic() + self._limits.rest_seconds
                    log.error("browser.does_not_start", error=type(error).__name__)  # noqa: TRY400 - its text has paths
                    raise _CannotStart from None
                self._all.add(self._present)
            return self._present

    async def _retire(self, chromium: Chromium) -> None:
        if self._present is chromium:
            self._present = None
        if chromium.busy == 0:
            self._all.discard(chromium)
            await chromium.close()


def _result(task: "asyncio.Task[ShownPage | NotShown]") -> ShownPage | NotShown | None:
    return task.result() if task.done() and not task.exception() else None


@asynccontextmanager
async def _context(chromium: Chromium) -> AsyncGenerator[BrowserContext]:
    """A browser that knows nothing, for one page."""
    major = chromium.browser.version.partition(".")[0]
    context = await chromium.browser.new_context(
        user_agent=(
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
            f"Chrome/{major}.0.0.0 Safari/537.36 TaskFlow/{version('taskflow')}"
        ),
        viewport={"width": 1280, "height": 800},
        locale="en-US",
        accept_downloads=False,
        service_workers="block",
    )
    try:
        yield context
    finally:
        try:
            async with asyncio.timeout(CONTEXT_SECONDS):
                await context.close()
        except (Error, TimeoutError):
            chromium.retired = True


async def _crash(chromium: Chromium, tab: Tab) -> None:
    """Returns when there is one: of the page, or of the whole browser."""
    fallen = asyncio.Event()
    tab.on("crash", lambda _: fallen.set())
    waits = {asyncio.create_task(fallen.wait()), asyncio.create_task(chromium.gone.wait())}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def _close_at_once(tab: Tab) -> None:
    """What a page opens beside itself is not what was asked for."""
    with contextlib.suppress(Error):
        await tab.close()


class _Crashed(Exception):
    """The page or the browser fell over: worth one more try, in a fresh one."""


class _CannotStart(Exception):
    """There is no browser to be had at the moment."""
