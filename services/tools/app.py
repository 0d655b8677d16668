"""Wires the tools service; nothing is wired elsewhere."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from services.tools.answer_cache import AnswerCache
from services.tools.browsing.browser import Browser, BrowserLimits
from services.tools.browsing.fetcher import Fetcher
from services.tools.browsing.looking import PageLooker
from services.tools.browsing.page_readers import PageReaders
from services.tools.browsing.robots import Robots
from services.tools.browsing.watch_looks import WatchLooks, keep_looking
from services.tools.egress.proxy import Proxy
from services.tools.egress.wall import Wall
from services.tools.handlers import subscribe
from services.tools.registry import tools
from services.tools.searching.serpapi import SerpApi
from services.tools.settings import ToolsSettings
from taskflow.health.facts import Dependency
from taskflow.places import meaning
from taskflow.process import chromium
from taskflow.process.service import Runtime, run
from taskflow.tooling import keep_offered

FOLLOWERS = ()
"""It follows nothing: its connections to PostgreSQL are those of every service."""
AWAY_SECONDS = 5.0
"""Until a browser that is a pod is asked for again: another one takes its place meanwhile."""

log = structlog.get_logger()


@asynccontextmanager
async def service(runtime: Runtime, settings: ToolsSettings) -> AsyncGenerator[None]:
    serpapi = SerpApi(settings)
    async with AsyncExitStack() as stack:
        stack.callback(serpapi.close)
        looker = await stack.enter_async_context(_looker(runtime, settings))
        offered = tools(serpapi, looker, runtime.log)
        answers = AnswerCache()
        runtime.forgotten.tell(answers.drop)
        subscribe(runtime, offered, workers=settings.tools_workers, answers=answers)
        runtime.background(asyncio.to_thread(meaning.load), "places")
        runtime.background(keep_offered(runtime.log, runtime.service, offered), "offer")
        looks = WatchLooks(runtime.log, runtime.vault, looker)
        runtime.background(keep_looking(runtime.client, looks), "looks")
        yield


@asynccontextmanager
async def _looker(runtime: Runtime, settings: ToolsSettings) -> AsyncGenerator[PageLooker]:
    """Behind the wall, whichever way it looks."""
    host, port = settings.taskflow_egress_host, settings.taskflow_egress_port
    async with (
        PageReaders() as readers,
        Proxy(Wall(settings.egress_allow()), host=host, port=port) as proxy,
    ):
        fetcher = Fetcher(proxy)
        browser = _browser(settings, proxy)
        if browser is None:
            log.warning("browser.missing", do=chromium.HOW)
        runtime.probes.also["browser"] = lambda: _health(browser)
        pictures = runtime.media()
        try:
            yield PageLooker(fetcher, browser, pictures, Robots(fetcher, readers), readers)
        finally:
            if browser:
                await browser.close()


def _browser(settings: ToolsSettings, proxy: Proxy) -> Browser | None:
    if url := settings.browser_url():
        return Browser(url, proxy, BrowserLimits(rest_seconds=AWAY_SECONDS))
    program = chromium.find(settings.taskflow_chromium)
    return Browser(program, proxy) if program else None


def _health(browser: Browser | None) -> Dependency:
    if browser is None:
        return Dependency(ok=False, error="none here")
    return Dependency(ok=browser.starts, error=None if browser.starts else "does not start")


def main() -> None:
    settings = ToolsSettings.load()
    settings.egress_allow()
    settings.browser_url()
    run("tools", settings, lambda runtime: service(runtime, settings))
