"""Pages that mean harm or know no measure: each look ends in time, and the next one works."""

import asyncio
import contextlib
import gzip
import os
import signal
import sys
import zlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from aiohttp import web

from services.tools.browsing import chromium as chromiums
from services.tools.browsing import fetcher as fetching
from services.tools.browsing.browser import CANNOT_START, Browser, BrowserLimits
from services.tools.browsing.fetcher import Fetched, Fetcher, NotFetched
from services.tools.browsing.showing import NotShown, ShownPage
from services.tools.egress import proxy as proxies
from services.tools.egress import targets
from services.tools.egress.proxy import Proxy
from services.tools.egress.wall import Wall
from taskflow.process import chromium
from tests.support import enough
from tests.support.eventually import eventually
from tests.support.hostile_site import Site, site
from tests.support.processes import ROOT, has_ended

pytestmark = pytest.mark.integration
PROGRAM = chromium.find()
NEEDS_CHROMIUM = pytest.mark.skipif(PROGRAM is None, reason=f"no Chromium here: {chromium.HOW}")
GOOD = "<!doctype html><title>shoe</title><p>EUR 79.90"
SECONDS = 4.0
MEGABYTE = b"<p>EUR 1.00</p>".ljust(1000, b" ") * 1000


@dataclass
class Ground:
    site: Site
    proxy: Proxy
    fetcher: Fetcher


@pytest.fixture
async def ground() -> AsyncGenerator[Ground]:
    async with site() as here, Proxy(Wall(targets.allowed(here.url))) as proxy:
        here.html("good", GOOD)
        yield Ground(here, proxy, Fetcher(proxy, seconds=SECONDS))


@pytest.fixture
async def browser(ground: Ground) -> AsyncGenerator[Browser]:
    assert PROGRAM is not None
    opened = Browser(
        PROGRAM, ground.proxy, BrowserLimits(seconds=SECONDS, settle_seconds=0.3, pages=4)
    )
    yield opened
    await opened.close()


@pytest.fixture
async def patient(ground: Ground) -> AsyncGenerator[Browser]:
    """For pages that do come, however busy the machine is."""
    assert PROGRAM is not None
    limits = BrowserLimits(seconds=60, turn_seconds=60, settle_seconds=0.3)
    opened = Browser(PROGRAM, ground.proxy, limits)
    yield opened
    await opened.close()


async def hang(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response()


async def drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    for _ in range(600):
        await response.write(b"<p>")
        await asyncio.sleep(0.1)
    return response


async def gigabyte(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    for _ in range(1000):
        await response.write(MEGABYTE)
    return response


def packed(encoding: str, body: bytes):
    async def answer(_: web.Request) -> web.StreamResponse:
        headers = {"Content-Type": "text/html", "Content-Encoding": encoding}
        return web.Response(body=body, headers=headers)

    return answer


def swelling(encoding: str, compress: Callable[[bytes, int], bytes]):
    async def bomb(request: web.Request) -> web.StreamResponse:
        return await packed(encoding, compress(MEGABYTE * 100, 1))(request)

    return bomb


async def broken_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/html", "Content-Length": "9999"})
    await response.prepare(request)
    await response.write(GOOD.encode())
    assert request.transport is not None
    request.transport.close()
    return response


async def pdf(_: web.Request) -> web.StreamResponse:
    return web.Response(body=b"%PDF-1.7", content_type="application/pdf")


async def attached(_: web.Request) -> web.StreamResponse:
    headers = {"Content-Disposition": "attachment; filename=x.exe"}
    return web.Response(body=b"MZ", content_type="application/octet-stream", headers=headers)


async def nonsense(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.write(b"HTTP/1.1 two hundred\r\n\r\n")  # type: ignore[attr-defined]
    request.transport.close()
    return web.Response()


@pytest.mark.parametrize(
    ("handler", "note"),
    [
        (hang, fetching.TOO_SLOW),
        (drip, fetching.TOO_SLOW),
        (pdf, fetching.NOT_A_PAGE),
        (nonsense, fetching.NO_ANSWER),
        (packed("br", b"x"), fetching.UNREADABLE),
        (packed("gzip", b"no gzip at all"), fetching.UNREADABLE),
    ],
)
async def test_plain_http_says_why_there_is_no_page(ground: Ground, handler, note: str) -> None:
    bad = await ground.fetcher.fetch(ground.site.answer("bad", handler))
    assert isinstance(bad, NotFetched)
    assert bad.note == note
    assert isinstance(await ground.fetcher.fetch(ground.site.url + "good"), Fetched)


@pytest.mark.parametrize(
    ("handler", "note"),
    [
        (gigabyte, fetching.TOO_LARGE),
        (swelling("gzip", gzip.compress), fetching.TOO_LARGE),
        (swelling("deflate", zlib.compress), fetching.TOO_LARGE),
        (broken_off, fetching.BROKEN_OFF),
    ],
)
async def test_a_part_of_a_page_is_no_page(ground: Ground, handler, note: str) -> None:
    """It may be the part without the words "sold out"."""
    found = await ground.fetcher.fetch(ground.site.answer("big", handler))
    assert found == NotFetched("unreachable", note)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw"])
async def test_compressed_pages_are_read(ground: Ground, encoding: str) -> None:
    raw = zlib.compressobj(wbits=-15)
    bodies = {
        "gzip": gzip.compress(GOOD.encode()),
        "deflate": zlib.compress(GOOD.encode()),
        "raw": raw.compress(GOOD.encode()) + raw.flush(),
    }
    handler = packed("deflate" if encoding == "raw" else encoding, bodies[encoding])
    found = await ground.fetcher.fetch(ground.site.answer("packed", handler))
    assert isinstance(found, Fetched)
    assert found.page.html == GOOD


async def test_redirects_come_to_an_end(ground: Ground) -> None:
    endless = await ground.fetcher.fetch(ground.site.redirect("round", 302, "round"))
    assert endless == NotFetched("unreachable", fetching.TOO_MANY_HOPS)
    for hop in range(5):
        ground.site.redirect(f"hop-{hop}", 302, f"hop-{hop + 1}")
    ground.site.html("hop-5", GOOD)
    assert isinstance(await ground.fetcher.fetch(ground.site.url + "hop-0"), Fetched)


async def test_the_proxy_keeps_its_caps(ground: Ground) -> None:
    limits = proxies.ProxyLimits(seconds=1, response_bytes=100_000, connections=2)
    async with Proxy(Wall(targets.allowed(ground.site.url)), limits) as strict:
        fetcher = Fetcher(strict, seconds=10)
        slow = ground.site.answer("slow", hang)
        large = await fetcher.fetch(ground.site.answer("large", gigabyte))
        first, second, third = await asyncio.gather(*(fetcher.fetch(slow) for _ in range(3)))

        assert large == NotFetched("unreachable", fetching.BROKEN_OFF)
        notes = sorted(str(getattr(one, "note", "")) for one in (first, second, third))
        assert notes == sorted([fetching.NO_ANSWER, fetching.TOO_SLOW, fetching.TOO_SLOW])
        assert strict.refusals.counts == {"too_big": 1, "timeout": 2, "too_many": 1}
        assert isinstance(await fetcher.fetch(ground.site.url + "good"), Fetched)


BAD_PAGES = {
    "loop": "<p>a<script>while (true);</script>",
    "late-loop": "<p>a<script>setTimeout(() => { while (true); }, 300)</script>",
    "reloads": "<p>a<script>setInterval(() => location.reload(), 50)</script>",
    "history": "<p>a<script>for (;;) history.pushState(0, '', '?' + Math.random())</script>",
}
ODD_PAGES = {
    "dialogs": "<p>EUR 5<script>alert(1); confirm(2); prompt(3)</script>",
    "stays": "<p>EUR 5<script>onbeforeunload = e => { e.preventDefault(); return 'x' }</script>",
    "prints": "<p>EUR 5<script>print()</script>",
    "windows": "<p>EUR 5<script>for (let i = 0; i < 20; i++) open('good')</script>",
    "clobbers": "<p>EUR 5<form><input name=x></form><script>String.prototype.slice = () => 'EUR 1';"
    "String = () => 'EUR 1'</script>",
}


@NEEDS_CHROMIUM
@pytest.mark.long
async def test_the_browser_is_done_with_every_page_in_time(
    ground: Ground, browser: Browser
) -> None:
    async with asyncio.timeout(SECONDS * 2 + 60):
        bad = await asyncio.gather(
            *(
                browser.show(ground.site.html(name, body), enough.never)
                for name, body in BAD_PAGES.items()
            )
        )
    assert all(isinstance(one, NotShown | ShownPage) for one in bad)
    for handler in (hang, attached):
        none = await browser.show(ground.site.answer("bad", handler), enough.at_once)
        assert isinstance(none, NotShown)


@NEEDS_CHROMIUM
async def test_odd_pages_say_what_stands_there(ground: Ground, patient: Browser) -> None:
    for name, body in ODD_PAGES.items():
        odd = await patient.show(ground.site.html("odd", body), enough.at_once)
        assert isinstance(odd, ShownPage), name
        assert (odd.page.visible or "").strip() == "EUR 5", name
    shown = await patient.show(ground.site.url + "good", enough.at_once)
    assert isinstance(shown, ShownPage)
    assert shown.screenshot is not None
    assert shown.screenshot.startswith(b"\x89PNG")
    assert (shown.page.status, shown.page.visible) == (200, "EUR 79.90")


@NEEDS_CHROMIUM
@pytest.mark.long
async def test_a_killed_page_and_a_killed_browser_are_tried_again(ground: Ground) -> None:
    assert PROGRAM is not None
    browser = Browser(
        PROGRAM, ground.proxy, BrowserLimits(seconds=60, turn_seconds=60, settle_seconds=0.1)
    )
    for victim in ("--type=renderer", "--headless"):
        asked = asyncio.Event()

        async def slow(_: web.Request, asked: asyncio.Event = asked) -> web.StreamResponse:
            if not asked.is_set():
                asked.set()
                await asyncio.sleep(2)
            return web.Response(text=GOOD, content_type="text/html")

        await browser.show(ground.site.url + "good", enough.at_once)
        work = asyncio.create_task(browser.show(ground.site.answer("slow", slow), enough.at_once))
        await asked.wait()
        kill(victim)
        assert isinstance(await work, ShownPage), victim
    await browser.close()


@NEEDS_CHROMIUM
@pytest.mark.long
async def test_a_page_that_swells_is_ended(
    ground: Ground, patient: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromiums, "RENDERER_BYTES", 250_000_000)
    swells = (
        "<p>a<script>const all = []; setInterval(() => all.push(new Uint8Array(3e7).fill(1)), 9)"
        "</script>"
    )
    bad = await patient.show(ground.site.html("swells", swells), enough.never)
    assert isinstance(bad, NotShown | ShownPage)
    assert all(one.memory_info().rss < 1_000_000_000 for one in ours("--type=renderer"))
    assert isinstance(await patient.show(ground.site.url + "good", enough.at_once), ShownPage)


@NEEDS_CHROMIUM
async def test_a_browser_is_replaced_after_its_pages_and_leaves_nothing_behind(
    ground: Ground,
) -> None:
    assert PROGRAM is not None
    others = set(psutil.Process().children(recursive=True))
    browser = Browser(PROGRAM, ground.proxy, BrowserLimits(recycled_after=2, settle_seconds=0.1))
    for _ in range(2):
        await browser.show(ground.site.url + "good", enough.at_once)
    assert ours("--headless") == []
    await browser.show(ground.site.url + "good", enough.at_once)
    begun = set(psutil.Process().children(recursive=True)) - others
    assert begun
    await browser.close()
    await eventually(lambda: all(has_ended(one.pid) for one in begun))


@NEEDS_CHROMIUM
async def test_a_browser_that_is_closed_stays_closed(ground: Ground) -> None:
    """Also when it is closed while it starts, or while a page is open in it."""
    assert PROGRAM is not None
    for pause in (0.05, 2.0):
        browser = Browser(PROGRAM, ground.proxy, BrowserLimits(settle_seconds=0.1))
        work = asyncio.create_task(browser.show(ground.site.answer("never", hang), enough.at_once))
        await asyncio.sleep(pause)
        await browser.close()
        assert isinstance(await work, NotShown)
        await eventually(lambda: ours("--headless") == [])


async def test_a_browser_that_does_not_start_is_said_to(ground: Ground, tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    browser = Browser(program, ground.proxy)
    for _ in range(2):
        shown = await browser.show(ground.site.url + "good", enough.at_once)
        assert shown == NotShown("unclear", CANNOT_START)
    await browser.close()


_OPENS_ONE = """
import asyncio, sys
from pathlib import Path
from services.tools.browsing.browser import Browser
from services.tools.egress import targets
from services.tools.egress.proxy import Proxy
from services.tools.egress.wall import Wall
from tests.support import enough

async def main():
    async with Proxy(Wall(targets.allowed(sys.argv[2]))) as proxy:
        browser = Browser(Path(sys.argv[1]), proxy)
        await browser.show(sys.argv[2] + "good", enough.at_once)
        print("shown", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


@NEEDS_CHROMIUM
async def test_a_killed_service_takes_its_browser_along(ground: Ground) -> None:
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _OPENS_ONE, str(PROGRAM), ground.site.url,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert service.stdout is not None
    while await service.stdout.readline() != b"shown\n":
        pass
    begun = psutil.Process(service.pid).children(recursive=True)
    assert any("--headless" in one.cmdline() for one in begun)
    os.kill(service.pid, signal.SIGKILL)
    await service.wait()
    await eventually(lambda: all(has_ended(one.pid) for one in begun), 15)


def ours(argument: str) -> list[psutil.Process]:
    found = []
    for one in psutil.Process().children(recursive=True):
        try:
            if any(word.startswith(argument) for word in one.cmdline()):
                found.append(one)
        except psutil.Error:
            continue
    return found


def kill(argument: str) -> None:
    """Those without a type are browsers as a whole."""
    for one in ours(argument):
        with contextlib.suppress(psutil.Error):
            if argument != "--headless" or not any("--type=" in word for word in one.cmdline()):
                one.kill()
