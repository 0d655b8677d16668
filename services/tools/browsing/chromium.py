"""One running Chromium: behind the proxy and its walls, with nothing that goes around either.

Ours, or one that a Playwright server starts for us in a pod of its own (deploy/browser).
"""

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from playwright._impl import _driver, transport
from playwright.async_api import Browser, Error, Playwright, ProxySettings, async_playwright

from services.tools.egress.proxy import USER, Proxy
from taskflow.process import variables, walls

try:
    import psutil
except ImportError:  # an extra of `make run`; elsewhere the container limits memory
    psutil = None

LAUNCH_SECONDS = 15.0
CLOSE_SECONDS = 5.0
RENDERER_BYTES = 1_000_000_000
"""A page that takes more is ended: shops' heaviest stay below half of it."""
WATCH_SECONDS = 0.25

ARGUMENTS = (
    # Without it Chromium goes around a proxy for loopback and 169.254.0.0/16.
    "--proxy-bypass-list=<-loopback>",
    # Nothing but the proxy is to be found, also by what would not use the proxy.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--no-pings",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--js-flags=--max-old-space-size=384",
)

log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class Chromium:
    playwright: Playwright
    browser: Browser
    opened: int = 0
    """Pages so far."""
    busy: int = 0
    """Pages now."""
    retired: bool = False
    """Takes no more pages, and is closed once it has none."""
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    watching: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Playwright's driver ends the browser when it goes, also when we are killed."""
        if self.watching:
            self.watching.cancel()
        for close in (self.browser.close, self.playwright.stop):
            # Exception: what a dead driver raises has no class of its own.
            with contextlib.suppress(TimeoutError, Exception):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await close()


async def launch(place: Path | str, proxy: Proxy) -> Chromium:
    """Of a program here, or of the Playwright server at a ws:// address.

    Raises playwright.async_api.Error, OSError (also NoWalls), TimeoutError.
    """
    # Playwright would hand our whole environment on; it has no argument for another.
    transport.get_driver_env = _driver_environment  # pyright: ignore[reportPrivateImportUsage]
    async with asyncio.timeout(LAUNCH_SECONDS):
        playwright = await async_playwright().start()
        try:
            browser = await (
                _connect(playwright, place, proxy)
                if isinstance(place, str)
                else _launch(playwright, place, proxy)
            )
        except BaseException:
            with contextlib.suppress(Error):
                await playwright.stop()
            raise
    log.info("browser.started", version=browser.version)
    running = Chromium(playwright, browser)
    browser.on("disconnected", lambda _: running.gone.set())
    if isinstance(place, Path):
        running.watching = asyncio.create_task(_watch_memory(), name="browser-memory")
    return running


async def _launch(playwright: Playwright, program: Path, proxy: Proxy) -> Browser:
    around = await asyncio.to_thread(walls.standing, program)
    log.info("browser.confined", walls=around.says())
    order = [around.order(program, urlsplit(proxy.url).port or 0)] if around.around else []
    return await playwright.chromium.launch(
        executable_path=walls.CONFINED if around.around else program,
        args=[*order, *ARGUMENTS],
        env={**walls.environment()},
        proxy=_behind(proxy),
        chromium_sandbox=around.sandbox,
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
        timeout=LAUNCH_SECONDS * 1000,
    )


async def _connect(playwright: Playwright, url: str, proxy: Proxy) -> Browser:
    """The server starts one for this connection, with arguments of its own, and ends it after."""
    options = {"headless": True, "proxy": _behind(proxy), "timeout": LAUNCH_SECONDS * 1000}
    return await playwright.chromium.connect(
        url,
        headers={"x-playwright-launch-options": json.dumps(options)},
        timeout=LAUNCH_SECONDS * 1000,
    )


def _driver_environment() -> dict[str, str]:
    environment: dict[str, str] = _driver.get_driver_env()  # pyright: ignore[reportUnknownVariableType]
    return variables.given("browser-driver", environment)


def _behind(proxy: Proxy) -> ProxySettings:
    return {"server": proxy.url, "username": USER, "password": proxy.password}


async def _watch_memory() -> None:
    while psutil is not None:
        await asyncio.sleep(WATCH_SECONDS)
        await asyncio.to_thread(end_what_swells, RENDERER_BYTES)


def end_what_swells(most: int) -> None:
    """Of the pages of this process's browsers. The page is told that it crashed."""
    if psutil is None:
        return
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if process.memory_info().rss > most and "--type=renderer" in process.cmdline():
                log.warning("browser.page_ended", reason="memory")
                process.kill()
