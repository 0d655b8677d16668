"""A browser in a pod of its own: the same pages, the same walls, and it may go and come back."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Error, async_playwright

from services.tools.browsing import chromium as chromiums
from services.tools.browsing.browser import CANNOT_START, Browser, BrowserLimits
from services.tools.browsing.showing import NotShown, ShownPage
from services.tools.egress import targets
from services.tools.egress.proxy import USER, Proxy
from services.tools.egress.wall import Wall
from taskflow.process import chromium
from tests.support import enough
from tests.support.browser_elsewhere import DEPLOY, BrowserElsewhere, browser_elsewhere
from tests.support.hostile_site import Site, site

pytestmark = pytest.mark.integration
NEEDS_CHROMIUM = pytest.mark.skipif(
    chromium.find() is None, reason=f"no Chromium here: {chromium.HOW}"
)
SCRIPTED = (
    "<!doctype html><p id=price>...</p><script>price.textContent = `EUR ${7 * 9}.50`</script>"
)
LIMITS = BrowserLimits(seconds=60, turn_seconds=60, settle_seconds=0.2, rest_seconds=0)


@dataclass
class Ground:
    site: Site
    proxy: Proxy
    server: BrowserElsewhere
    browser: Browser


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncGenerator[Ground]:
    async with (
        site() as here,
        Proxy(Wall(targets.allowed(here.url))) as proxy,
        browser_elsewhere(tmp_path) as server,
    ):
        here.html("good", SCRIPTED)
        browser = Browser(server.url, proxy, LIMITS)
        yield Ground(here, proxy, server, browser)
        await browser.close()


async def show(ground: Ground, path: str = "good") -> ShownPage | NotShown:
    return await ground.browser.show(ground.site.url + path, enough.at_once)


@NEEDS_CHROMIUM
async def test_it_shows_pages_and_is_replaced_when_its_pod_goes(ground: Ground) -> None:
    first = await show(ground)
    assert isinstance(first, ShownPage)
    assert first.page.visible == "EUR 63.50"

    ground.server.kill()
    assert await show(ground) == NotShown("unclear", CANNOT_START)
    assert ground.browser.starts, "and soon tries again"

    await ground.server.start()
    assert isinstance(await show(ground), ShownPage)


@NEEDS_CHROMIUM
@pytest.mark.long
async def test_a_pod_that_goes_under_a_page_is_tried_again(ground: Ground) -> None:
    asked = asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        if not asked.is_set():
            asked.set()
            await asyncio.sleep(60)
        return web.Response(text=SCRIPTED, content_type="text/html")

    await show(ground)
    ground.site.answer("slow", slow)
    work = asyncio.create_task(show(ground, "slow"))
    await asked.wait()
    ground.server.kill()
    # The second try finds nobody, or already somebody again.
    await ground.server.start()
    assert await work == NotShown("unclear", CANNOT_START) or isinstance(work.result(), ShownPage)
    assert isinstance(await show(ground), ShownPage)


@NEEDS_CHROMIUM
@pytest.mark.long
async def test_a_page_that_swells_has_its_measure(ground: Ground) -> None:
    """Two gigabytes, if it were let; other pages do not feel it."""
    ground.site.html(
        "swells",
        "<p>a<script>const all = []; try { while (all.length < 70) "
        "all.push(new Uint8Array(3e7).fill(1)) } catch {}; "
        "document.body.append(`EUR ${all.length}`)</script>",
    )
    bad = await show(ground, "swells")
    held = re.search(r"EUR (\d+)", bad.page.visible or "") if isinstance(bad, ShownPage) else None
    assert held is None or int(held[1]) * 30 < 1000
    assert isinstance(await show(ground), ShownPage)


@NEEDS_CHROMIUM
async def test_whoever_connects_chooses_neither_program_nor_arguments(
    ground: Ground, tmp_path: Path
) -> None:
    """And starts nothing that is not behind a proxy."""
    trap, touched = tmp_path / "trap", tmp_path / "touched"
    trap.write_text(f"#!/bin/sh\ntouch {touched}\n")
    trap.chmod(0o755)
    behind = {"server": ground.proxy.url, "username": USER, "password": ground.proxy.password}
    wanted = {"executablePath": str(trap), "args": [f"--renderer-cmd-prefix={trap}"]}
    async with async_playwright() as here:

        async def connect(**options: object):
            told = {"x-playwright-launch-options": json.dumps(options)}
            return await here.chromium.connect(ground.server.url, headers=told)

        browser = await connect(proxy=behind, **wanted)
        page = await browser.new_page()
        await page.goto(ground.site.url + "good")
        await browser.close()
        with pytest.raises(Error):
            await (await connect(**wanted)).new_page()
    assert not touched.exists()


def test_its_arguments_are_those_of_a_browser_here() -> None:
    script = (DEPLOY / "chromium").read_text()
    told = re.findall(r'^\t"?(--[^"\s\\]+(?: [^"\\]+)?)"?(?: \\)?$', script, re.MULTILINE)
    here = [one.replace("EXCLUDE 127.0.0.1", "EXCLUDE $host") for one in chromiums.ARGUMENTS]
    assert told == here
