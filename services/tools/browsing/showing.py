"""One page in a browser, from its address to what it shows."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, cast
from urllib.parse import urlsplit

from playwright.async_api import CDPSession, Error, Response
from playwright.async_api import Page as Tab
from playwright.async_api import TimeoutError as PlaywrightTimeout

from contracts.event import Json
from services.tools.browsing import fetcher
from services.tools.pages.page import Page
from taskflow import clock

DOCUMENT_SECONDS = 10.0
QUIET_SECONDS = 3.0
"""For the network to fall silent; shops that never do are read all the same."""
LOOK_AGAIN_SECONDS = 0.4
STILL_SECONDS = 2.0
"""Nothing has changed for so long: nothing is going to."""
SCREENSHOT_SECONDS = 4.0
SCREENSHOT_BYTES = 5 * 1024 * 1024
"""The media store's limit."""
MOST_HTML = 5_000_000
MOST_VISIBLE = 200_000

# In a world of its own: the page's scripts cannot put other functions in place of these.
_LOOK = f"""({{
  url: String(location.href),
  html: String(document.documentElement?.outerHTML ?? "").slice(0, {MOST_HTML}),
  visible: String(document.body?.innerText ?? "").slice(0, {MOST_VISIBLE}),
}})"""

Enough = Callable[[Page], Awaitable[bool]]
"""Whether a page has been read far enough, or its scripts may still be at work."""


@dataclass(frozen=True, slots=True)
class ShownPage:
    page: Page
    screenshot: bytes | None
    """PNG of what stands above the fold."""


@dataclass(frozen=True, slots=True)
class NotShown:
    outcome: Literal["unreachable", "unclear"]
    note: str


class Showing:
    def __init__(self, tab: Tab, enough: Enough, settle_seconds: float) -> None:
        self._tab, self._enough, self._settle = tab, enough, settle_seconds
        self._answer: Response | None = None
        self._session: CDPSession | None = None
        tab.on("response", self._note)

    def _note(self, response: Response) -> None:
        """Of the document itself; scripts and refreshes may lead to another."""
        with contextlib.suppress(Error):
            if response.request.is_navigation_request() and response.frame == self._tab.main_frame:
                self._answer = response

    async def show(self, url: str) -> ShownPage | NotShown:
        """Raises playwright.async_api.Error when the browser fails rather than the page."""
        if urlsplit(url).scheme not in {"http", "https"}:
            return NotShown("unreachable", fetcher.ODD_HOP)
        try:
            await self._tab.goto(
                url, wait_until="domcontentloaded", timeout=DOCUMENT_SECONDS * 1000
            )
        except PlaywrightTimeout:
            if self._answer is None:
                return NotShown("unreachable", fetcher.TOO_SLOW)
        except Error as error:
            if "crash" in str(error).lower() or self._tab.is_closed():
                raise
            return _said(error)
        page = await self._settled()
        if await self._is_refused():
            return NotShown("unreachable", fetcher.REFUSED)
        if page is None:
            return NotShown("unreachable", fetcher.NO_ANSWER)
        return ShownPage(page, await self._screenshot())

    async def _settled(self) -> Page | None:
        until = clock.monotonic() + self._settle
        still: tuple[str, float] = ("", clock.monotonic())
        with contextlib.suppress(PlaywrightTimeout):
            await self._tab.wait_for_load_state("networkidle", timeout=QUIET_SECONDS * 1000)
        while True:
            page = await self._look()
            if page is not None and await self._enough(page):
                return page
            now = clock.monotonic()
            if page is None or page.html != still[0]:
                still = (page.html if page else "", now)
            if now > until or now - still[1] > STILL_SECONDS:
                return page
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _look(self) -> Page | None:
        """None while one document goes and the next comes, and for what is no web page."""
        try:
            if self._session is None:
                self._session = await self._tab.context.new_cdp_session(self._tab)
            seen = await _evaluated(self._session)
        except Error as error:
            if "crash" in str(error).lower() or self._tab.is_closed():
                raise
            return None
        if urlsplit(seen["url"]).scheme not in {"http", "https"}:
            return None
        return Page(
            url=seen["url"],
            html=seen["html"],
            status=self._answer.status if self._answer else 200,
            read_by="browser",
            visible=seen["visible"],
            at=clock.utc_now(),
        )

    async def _is_refused(self) -> bool:
        """Over https a refusal is an error of the network; over http it is an answer."""
        if self._answer is None or not self._answer.url.startswith("http:"):
            return False
        with contextlib.suppress(Error):
            return await self._answer.header_value("proxy-status") is not None
        return False

    async def _screenshot(self) -> bytes | None:
        with contextlib.suppress(Error):
            taken = await self._tab.screenshot(type="png", timeout=SCREENSHOT_SECONDS * 1000)
            return taken if len(taken) <= SCREENSHOT_BYTES else None
        return None


async def _evaluated(session: CDPSession) -> dict[str, str]:
    tree = cast("Json", await session.send("Page.getFrameTree"))
    frame = {"frameId": tree["frameTree"]["frame"]["id"], "worldName": "taskflow"}
    world = cast("Json", await session.send("Page.createIsolatedWorld", frame))
    asked = {
        "expression": _LOOK,
        "contextId": world["executionContextId"],
        "returnByValue": True,
    }
    seen = cast("Json", await session.send("Runtime.evaluate", asked))
    if "exceptionDetails" in seen:
        raise Error("the document is gone")
    return seen["result"]["value"]


def _said(error: Error) -> NotShown:
    said = str(error)
    if "Download is starting" in said:
        return NotShown("unclear", fetcher.NOT_A_PAGE)
    if "net::ERR_TUNNEL_CONNECTION_FAILED" in said:
        return NotShown("unreachable", fetcher.REFUSED)
    if "net::ERR_CERT" in said:
        return NotShown("unreachable", fetcher.NO_CERTIFICATE)
    if "net::ERR_TOO_MANY_REDIRECTS" in said:
        return NotShown("unreachable", fetcher.TOO_MANY_HOPS)
    return NotShown("unreachable", fetcher.NO_ANSWER)
