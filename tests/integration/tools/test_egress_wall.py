"""Ways inside, each by plain HTTP and by the browser: the canary hears nothing of any."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from services.tools.browsing.browser import Browser, BrowserLimits
from services.tools.browsing.fetcher import Fetched, Fetcher
from services.tools.egress import targets
from services.tools.egress.proxy import Proxy
from services.tools.egress.wall import Wall
from taskflow.internet import parsed
from taskflow.process import chromium
from tests.support import enough
from tests.support.browser_elsewhere import browser_elsewhere
from tests.support.enough import at_once
from tests.support.hostile_site import PUBLIC, Canary, Internet, Site, canary, site
from tests.support.walks import how_far

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]
PROGRAM = chromium.find()
NEEDS_CHROMIUM = pytest.mark.skipif(PROGRAM is None, reason=f"no Chromium here: {chromium.HOW}")

# C is the canary's host and port, P its port alone; addresses are asked for as they stand.
ADDRESSES = [
    "http://C/",
    "https://C/",
    "http://localhost:P/",
    "http://LOCALHOST.:P/",
    "http://a.localhost:P/",
    "http://127.1:P/",
    "http://127.0.1:P/",
    "http://2130706433:P/",
    "http://0x7f000001:P/",
    "http://0x7f.0.0.1:P/",
    "http://017700000001:P/",
    "http://0177.0.0.1:P/",
    "http://127.0.0.1.:P/",
    "http://127.8.8.8:P/",
    "http://0:P/",
    "http://0.0.0.0:P/",
    "http://[::]:P/",
    "http://[::1]:P/",
    "http://[::ffff:127.0.0.1]:P/",
    "http://[::ffff:7f00:1]:P/",
    "http://[::127.0.0.1]:P/",
    "http://[64:ff9b::7f00:1]:P/",
    "http://[64:ff9b:1::7f00:1]:P/",
    "http://[2002:7f00:1::]:P/",
    "http://[2001:0:7f00:1::1]:P/",
    "http://[fe80::1%25lo]:P/",
    "http://\uff11\uff12\uff17.0.0.1:P/",
    "http://127\u30020\u30020\u30021:P/",
    "http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3:P/",
    "http://%31%32%37.0.0.1:P/",
    "http://shop.example@C/",
    "http://shop.example:80@C/",
    "http://C#@shop.example/",
    "http://C\\@shop.example/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://100.100.100.200/",
    "http://loopback.example:P/",
    "http://loopback.example/",
    "https://loopback.example/",
    "http://mapped.example/",
    "http://mixed.example/",
    "http://mixed-last.example/",
    "http://private.example/",
    "http://metadata.example/",
    "http://zone.example/",
    "http://printer.local:P/",
    "ftp://C/",
    "gopher://C/",
    "ws://C/",
    "file:///etc/passwd",
    "view-source:http://C/",
    "javascript:location='http://C/'",
    "data:text/html,<img src=http://C/><script>fetch('http://C/')</script>",
    "chrome://settings/",
    "blob:http://C/x",
    "about:blank",
]
REDIRECTS = [
    (301, "http://C/"),
    (302, "http://C/"),
    (303, "http://C/"),
    (307, "http://C/"),
    (308, "http://C/"),
    (302, "//C/"),
    (302, "https://C/"),
    (302, "http://[::1]:P/"),
    (302, "http://2130706433:P/"),
    (302, "http://loopback.example/"),
    (302, "/\\C/"),
    (302, "http:\\\\C/"),
    (302, "/outside-of-the-prefix"),
    (302, "/shop/%2e%2e/_sim/"),
    (302, "ftp://C/"),
    (302, "file:///etc/passwd"),
    (302, "data:text/html,<img src=http://C/>"),
    (302, "javascript:location='http://C/'"),
]
PAGES = [
    '<meta http-equiv="refresh" content="0;url=http://C/">',
    '<script>location = "http://C/"</script>',
    '<script>location.replace("//C/")</script>',
    '<iframe src="http://C/"></iframe>',
    '<iframe srcdoc="<img src=http://C/>"></iframe>',
    '<iframe src="data:text/html,<script>fetch(`http://C/`)</script>"></iframe>',
    '<iframe sandbox="allow-scripts" srcdoc="<script>fetch(`http://C/`)</script>"></iframe>',
    '<iframe src="view-source:http://C/"></iframe>',
    '<iframe src="file:///etc/passwd"></iframe>',
    '<iframe src="chrome://settings/"></iframe>',
    '<img src="http://C/">',
    '<img srcset="http://C/ 1x">',
    '<picture><source srcset="http://C/"><img></picture>',
    '<video src="http://C/" autoplay></video>',
    '<audio src="http://C/" autoplay preload=auto></audio>',
    '<video><track default kind=captions src="http://C/"></video>',
    '<script src="http://C/"></script>',
    '<script type=module>import "http://C/x.js"</script>',
    '<link rel=stylesheet href="http://C/">',
    '<link rel=prefetch href="http://C/">',
    '<link rel=preload as=fetch href="http://C/">',
    '<link rel=modulepreload href="http://C/">',
    '<link rel=preconnect href="http://C/">',
    '<link rel=dns-prefetch href="//C/">',
    '<link rel=icon href="http://C/">',
    '<link rel=manifest href="http://C/">',
    '<script type=speculationrules>{"prerender":[{"urls":["http://C/"]}]}</script>',
    "<style>body{background:url(http://C/)}</style>",
    "<style>@import url(http://C/);</style>",
    "<style>@font-face{font-family:x;src:url(http://C/)}p{font-family:x}</style><p>x",
    '<object data="http://C/"></object>',
    '<object type="application/pdf" data="http://C/"></object>',
    '<embed src="http://C/">',
    '<svg><image href="http://C/"/><use href="http://C/#x"/></svg>',
    '<form id=f method=post action="http://C/"><input name=a></form><script>f.submit()</script>',
    '<a id=a href="http://C/" ping="http://C/">x</a><script>a.click()</script>',
    '<a id=a href="http://C/" download>x</a><script>a.click()</script>',
    '<script>window.open("http://C/")</script>',
    '<script>fetch("http://C/")</script>',
    '<script>fetch("http://C/", {mode: "no-cors"})</script>',
    (
        '<script>fetch("http://C/", {method: "POST", keepalive: true, mode: "no-cors", body: "x"})'
        "</script>"
    ),
    '<script>const x = new XMLHttpRequest; x.open("GET", "http://C/"); x.send()</script>',
    '<script>navigator.sendBeacon("http://C/", "x")</script>',
    '<script>new WebSocket("ws://C/")</script>',
    '<script>new WebSocket("wss://C/")</script>',
    '<script>new WebSocket("ws://loopback.example/")</script>',
    '<script>new EventSource("http://C/")</script>',
    '<script>new WebTransport("https://C/").ready.catch(() => 0)</script>',
    '<script>navigator.serviceWorker.register("sw.js")</script>',
    "<script>new Worker(URL.createObjectURL(new Blob(['fetch(\"http://C/\")'])))</script>",
    (
        "<script>const c = new RTCPeerConnection({iceServers: [{urls: 'stun:C'}, {urls: 'turn:C?"
        "transport=tcp', username: 'a', credential: 'b'}, {urls: 'turn:C', username: 'a', "
        "credential: 'b'}]}); c.createDataChannel('x'); c.createOffer().then(o => "
        "c.setLocalDescription(o))</script>"
    ),
    (
        "<script>const c = new RTCPeerConnection(); c.createDataChannel('x'); c.createOffer().then("
        "o => c.setLocalDescription(o)).then(() => c.setRemoteDescription({type: 'answer', sdp: c."
        "localDescription.sdp.replace('actpass', 'active') + 'a=candidate:1 1 udp 1 127.0.0.1 "
        "P typ host\\r\\n'})).catch(() => 0)</script>"
    ),
    '<script>fetch("redirect-302")</script>',
    '<iframe src="redirect-302"></iframe>',
    '<img src="redirect-307">',
    '<script>fetch("http://rebound.example/").then(() => fetch("http://rebound.example/x"))</script>',
    '<script>navigator.registerProtocolHandler?.("web+x", "http://C/%s")</script>',
    '<script>location = "ftp://C/"</script>',
    '<script>location = "chrome://settings/"</script>',
    '<script>document.domain; top.location = "view-source:http://C/"</script>',
    '<base href="http://C/"><img src="x"><script src="y"></script>',
    '<portal src="http://C/"></portal><frameset><frame src="http://C/"></frameset>',
]


@dataclass
class Ground:
    bird: Canary
    site: Site
    internet: Internet
    proxy: Proxy
    fetcher: Fetcher
    browser: Browser | None

    def at(self, text: str) -> str:
        """The canary's address in place of C, and its port in place of P."""
        port = str(self.bird.port)
        marked = text.replace(":P/", f":{port}/").replace(" P typ", f" {port} typ")
        for before in ("//", "@", "stun:", "turn:", "\\"):
            marked = marked.replace(f"{before}C", f"{before}{self.bird.address}")
        return marked


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground() -> AsyncGenerator[Ground]:
    async with canary() as bird, site() as here:
        internet = Internet(here)
        wall = Wall(targets.allowed(here.url), resolve=internet.resolve, dial=internet.dial)
        async with Proxy(wall) as proxy:
            limits = BrowserLimits(60, 300, 0.2, pages=6, recycled_after=1000, rest_seconds=0)
            browser = Browser(PROGRAM, proxy, limits) if PROGRAM else None
            yield Ground(bird, here, internet, proxy, Fetcher(proxy, seconds=5), browser)
            if browser:
                await browser.close()


@pytest.fixture(autouse=True)
def names(ground: Ground) -> None:
    ground.bird.hits.clear()
    ground.internet.dialled.clear()
    ground.internet.names.update(
        {
            "loopback.example": [["127.0.0.1"]],
            "mapped.example": [["::ffff:127.0.0.1"]],
            "mixed.example": [["127.0.0.1", PUBLIC]],
            "mixed-last.example": [[PUBLIC, "::1"]],
            "private.example": [["10.0.0.1"]],
            "metadata.example": [["169.254.169.254"]],
            "zone.example": [["fe80::1%1"]],
            "rebound.example": [[PUBLIC], ["127.0.0.1"]],
            "shop.example": [[PUBLIC]],
        }
    )
    for status, location in REDIRECTS:
        ground.site.redirect(f"redirect-{status}", status, ground.at("http://C/"))
        ground.site.redirect(named(status, location), status, ground.at(location))
    for number, body in enumerate(PAGES):
        ground.site.html(f"page-{number}", f"<!doctype html><p>hello</p>{ground.at(body)}")


def named(status: int, location: str) -> str:
    return f"to-{status}-{REDIRECTS.index((status, location))}"


def every(ground: Ground, step: int = 1) -> list[str]:
    return [
        *map(ground.at, ADDRESSES),
        *(ground.site.url + named(*one) for one in REDIRECTS),
        *(f"{ground.site.url}page-{number}" for number in range(len(PAGES))),
    ][::step]


async def test_there_are_vectors_enough() -> None:
    assert len(ADDRESSES) + len(REDIRECTS) + len(PAGES) >= 120


async def test_plain_http_reaches_nothing_inside(ground: Ground) -> None:
    for url in every(ground):
        found = await ground.fetcher.fetch(url)
        is_page = "/page-" in url
        assert isinstance(found, Fetched) == is_page, (url, found)
        assert ground.bird.hits == [], url
    assert ground.internet.dialled.count("127.0.0.1") == len(ground.site.asked) > 0


@NEEDS_CHROMIUM
async def test_the_browser_reaches_nothing_inside(ground: Ground) -> None:
    assert ground.browser is not None
    asked = len(ground.site.asked)
    there = every(ground, how_far(10, 1))
    shown = await asyncio.gather(*map(ground.browser.show, there, _always()))

    assert ground.bird.hits == []
    assert "secret" not in str(shown)
    assert "root:" not in str(shown)
    # It did go where it was sent, and tried what the pages told it to.
    pages = {url.removeprefix(ground.site.url) for url in there if "/page-" in url}
    assert pages <= set(ground.site.asked[asked:])
    assert ground.proxy.refusals.counts["port"] > len(pages) / 2
    assert set(ground.internet.dialled) <= {PUBLIC, "127.0.0.1"}


@NEEDS_CHROMIUM
async def test_a_browser_in_its_own_pod_reaches_nothing_inside(
    ground: Ground, tmp_path: Path
) -> None:
    """Its own server neither, which tells whoever asks it."""
    async with browser_elsewhere(tmp_path) as server:
        own = server.url.replace("ws://", "http://")
        there = [own, f"{own}json", *every(ground, how_far(12, 1))]
        ground.site.html("asks", f"<p>a<script>new WebSocket('{server.url}')</script>")
        limits = BrowserLimits(60, 300, 0.2, pages=6, recycled_after=1000, rest_seconds=0)
        browser = Browser(server.url, ground.proxy, limits)
        before, asked = ground.proxy.refusals.counts["port"], len(ground.site.asked)
        there.append(ground.site.url + "asks")
        shown = await asyncio.gather(*(browser.show(url, enough.at_once) for url in there))
        await browser.close()

    assert ground.bird.hits == []
    assert not any(word in str(shown) for word in ("secret", "root:", "Running", "wsEndpointPath"))
    pages = {url.removeprefix(ground.site.url) for url in there if "/page-" in url}
    assert pages <= set(ground.site.asked[asked:])
    assert ground.proxy.refusals.counts["port"] > before
    assert set(ground.internet.dialled) <= {PUBLIC, "127.0.0.1"}


async def test_without_the_wall_the_canary_is_reached(ground: Ground) -> None:
    """Else its silence would say nothing."""
    async with aiohttp.ClientSession() as around, around.get(ground.at("http://C/")) as answer:
        assert await answer.text() == "secret"
    assert ground.bird.hits == ["GET / HTTP/1.1"]


@NEEDS_CHROMIUM
@pytest.mark.long
async def test_without_the_wall_these_pages_would_reach_it(ground: Ground) -> None:
    """The same browser, the same pages; only the proxy lets everything through."""
    assert PROGRAM is not None

    async def anywhere(target: targets.Target, *, plain: bool):
        if target.port not in {ground.bird.port, ground.site.port}:
            raise OSError("nobody of the suite is there")
        return await ground.internet.dial(parsed("127.0.0.1"), target.port)

    open_wall = Wall()
    open_wall.connect = anywhere  # type: ignore[method-assign]
    async with Proxy(open_wall) as proxy:
        frames = "".join(f"<iframe src=page-{number}></iframe>" for number in range(len(PAGES)))
        browser = Browser(PROGRAM, proxy, BrowserLimits(60, settle_seconds=0.2, rest_seconds=0))
        try:
            await browser.show(ground.site.html("all", frames), enough.at_once)
        finally:
            await browser.close()
    assert len(ground.bird.hits) > len(PAGES) / 2


async def test_a_name_is_resolved_once_for_a_connection(ground: Ground) -> None:
    ground.site.html("rebound", "never asked for: the site has it below another path")
    ground.internet.names["rebound.example"] = [[PUBLIC], ["127.0.0.1"]]

    first = await ground.fetcher.fetch("http://rebound.example/")
    second = await ground.fetcher.fetch("http://rebound.example/")

    assert isinstance(first, Fetched)
    assert not isinstance(second, Fetched)
    assert ground.internet.dialled == [PUBLIC]
    assert ground.bird.hits == []


async def test_the_proxy_serves_nobody_without_its_credential(ground: Ground) -> None:
    for wrong in (None, {"Proxy-Authorization": "Basic dGFza2Zsb3c6d3Jvbmc="}):
        async with (
            aiohttp.ClientSession() as stranger,
            stranger.get(ground.site.url, proxy=ground.proxy.url, headers=wrong) as answer,
        ):
            assert answer.status == 407
    assert ground.internet.dialled == []


RAW = [
    ("GET /shop/ HTTP/1.1\r\nHost: C\r\n", 403),
    ("GET http://C/ HTTP/1.1\r\nHost: shop.example\r\n", 403),
    ("GET http://shop.example/ HTTP/1.1\r\nHost: C\r\n", 404),
    ("CONNECT C HTTP/1.1\r\nHost: C\r\n", 403),
    ("CONNECT S HTTP/1.1\r\nHost: S\r\n", 403),
    ("CONNECT shop.example:22 HTTP/1.1\r\nHost: x\r\n", 403),
    ("CONNECT shop.example:25 HTTP/1.1\r\nHost: x\r\n", 403),
    ("CONNECT loopback.example:443 HTTP/1.1\r\nHost: x\r\n", 403),
    ("CONNECT [::1]:443 HTTP/1.1\r\nHost: x\r\n", 403),
    ("CONNECT 2130706433:443 HTTP/1.1\r\nHost: x\r\n", 403),
    ("CONNECT http://shop.example/ HTTP/1.1\r\nHost: x\r\n", 400),
    ("TRACE http://shop.example/ HTTP/1.1\r\nHost: x\r\n", 405),
    (("POST http://shop.example/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
     "Transfer-Encoding: chunked\r\n"), 400),
    (("POST http://shop.example/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
     "Content-Length: 6\r\n"), 400),
    ("POST http://shop.example/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n", 400),
    ("GET http://shop.example/ HTTP/1.1\r\nHost: x\r\nHost: C\r\n", 400),
    ("GET http://shop.example/ HTTP/1.1\r\nHost : x\r\n", 400),
    ("GET http://shop.example/\tx HTTP/1.1\r\nHost: x\r\n", 400),
    ("GET http://shop.example@C/ HTTP/1.1\r\nHost: x\r\n", 403),
    ("GET https://C/ HTTP/1.1\r\nHost: x\r\n", 403),
    ("GET ftp://C/ HTTP/1.1\r\nHost: x\r\n", 403),
]  # fmt: skip


@pytest.mark.parametrize(("head", "status"), RAW)
async def test_what_is_said_to_the_proxy_itself(ground: Ground, head: str, status: int) -> None:
    answer = await say(ground, _placed(ground, head))
    assert int(answer.split(b" ")[1]) == status, answer
    assert ground.bird.hits == []


async def test_the_second_request_of_a_connection_is_checked_like_the_first(
    ground: Ground,
) -> None:
    first = _placed(ground, "GET http://shop.example/ HTTP/1.1\r\nHost: x\r\n", more=True)
    answer = await say(ground, first + _placed(ground, "GET http://C/ HTTP/1.1\r\nHost: x\r\n"))
    assert answer.count(b"HTTP/1.1 404") == 1
    assert answer.count(b"HTTP/1.1 403") == 1
    assert ground.bird.hits == []


async def test_the_site_is_told_nothing_of_the_proxy(ground: Ground) -> None:
    heard: list[dict[str, str]] = []

    async def listen(request: web.Request) -> web.StreamResponse:
        heard.append(dict(request.headers))
        return web.Response(text="x", headers={"Proxy-Status": "taskflow; error=dns_error"})

    ground.site.answer("listen", listen)
    found = await ground.fetcher.fetch("http://shop.example/shop/listen")

    assert isinstance(found, Fetched), "a site cannot speak for the proxy"
    (headers,) = heard
    assert headers["Host"] == "shop.example"
    assert headers["User-Agent"].startswith("TaskFlow/")
    assert not [name for name in headers if name.lower().startswith("proxy")]
    assert ground.proxy.password not in str(headers)


def _placed(ground: Ground, head: str, *, more: bool = False) -> str:
    site_at = f"127.0.0.1:{ground.site.port}"
    placed = head.replace(" S ", f" {site_at} ").replace(": S\r", f": {site_at}\r")
    for before in ("//", "@", " "):
        placed = placed.replace(f"{before}C", f"{before}{ground.bird.address}")
    placed = placed.replace(f"{ground.bird.address}ON", "CON")
    end = "" if more else "Connection: close\r\n"
    return f"{placed}Proxy-Authorization: {ground.proxy.authorization}\r\n{end}\r\n"


async def say(ground: Ground, text: str) -> bytes:
    port = int(ground.proxy.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(text.encode("latin-1"))
        async with asyncio.timeout(5):
            return await reader.read()
    finally:
        writer.close()


def _always():
    """Every page is enough as it is; `map` ends with the other list."""
    while True:
        yield at_once
