"""Media come from Twilio's hosts alone, within their bounds, whatever a server answers."""

import asyncio
import gzip
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from contracts.conversation import Media
from services.gateway.channels.keeping import Attached, FetchedMedium, NotKept
from services.gateway.channels.twilio import attachments
from services.gateway.channels.twilio.attachments import Attachments
from services.gateway.settings import GatewaySettings
from taskflow.errors import VendorUnavailable
from tests.support.files import jpeg, png

ACCOUNT = "AC" + "1" * 32
PLACE = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/MM{'a' * 32}/Media/ME{'b' * 32}"
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Leading(AbstractResolver):
    """Every name leads to one address."""

    def __init__(self, address: str) -> None:
        self.address, self.asked = address, list[str]()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        found: Any = {"hostname": host, "host": self.address, "port": port, "family": family}
        return [{**found, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        pass


class Vendor:
    def __init__(self, url: str) -> None:
        self.url, self.answer = url, _nothing
        self.asked: list[tuple[str, str | None]] = []

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, request.headers.get("Authorization")))
        return await self.answer(request)


async def _nothing(_: web.Request) -> web.StreamResponse:
    return web.Response(status=404)


@pytest.fixture
async def vendor() -> AsyncGenerator[Vendor]:
    app = web.Application()
    runner = web.AppRunner(app, access_log=None)
    served = Vendor("")
    app.router.add_route("*", "/{path:.*}", served.serve)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    served.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield served
    await runner.cleanup()


@asynccontextmanager
async def client(
    url: str | None, resolver: AbstractResolver | None = None
) -> AsyncIterator[Attachments]:
    settings = GatewaySettings.load(
        _env_file=None,
        database_url="postgresql://x@localhost/x",
        nats_url="nats://localhost",
        taskflow_master_key="A" * 43 + "=",
        public_url="https://bot.example.org",
        twilio_account_sid=ACCOUNT,
        twilio_auth_token="secret",
        twilio_whatsapp_from="whatsapp:+14155238886",
        twilio_api_url=url,
        twilio_media_hosts="cdn.example.org",
    )
    opened = Attachments(settings, resolver)
    try:
        yield opened
    finally:
        await opened.close()


def at(vendor: Vendor, announced: str = "image/png") -> Attached:
    return Attached(f"{vendor.url}{PLACE}", announced)


def saying(body: bytes, content_type: str, **headers: str) -> Answering:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Type": content_type, **headers})

    return answer


def sending_on(to: str, body: bytes = b"") -> Answering:
    async def answer(request: web.Request) -> web.Response:
        if request.path == PLACE:
            return web.Response(status=307, headers={"Location": to})
        return web.Response(body=body, headers={"Content-Type": "image/png"})

    return answer


def without_end(first: bytes, *, pause: float = 0.0) -> Answering:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "image/png"})
        await response.prepare(request)
        await response.write(first)
        with_zeros = bytes(256 * 1024)
        while True:
            await response.write(with_zeros if not pause else b"\x00")
            await asyncio.sleep(pause)

    return answer


async def fetched(vendor: Vendor, announced: str = "image/png") -> FetchedMedium | NotKept:
    async with client(vendor.url) as twilio:
        return await twilio.fetch(at(vendor, announced))


async def test_credentials_go_to_twilio_and_not_where_it_sends_us(vendor: Vendor) -> None:
    vendor.answer = sending_on("/elsewhere?signature=x", png())

    assert await fetched(vendor) == FetchedMedium("image/png", png())

    assert [path for path, _ in vendor.asked] == [PLACE, "/elsewhere"]
    assert [authorization is not None for _, authorization in vendor.asked] == [True, False]


@pytest.mark.parametrize(
    "to",
    [
        "http://cdn.example.org/x",
        "https://cdn.example.org:8443/x",
        "https://user@cdn.example.org/x",
        "https://evil.example/x",
        "https://cdn.example.org.evil.example/x",
        "https://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:1/x",
        "ftp://cdn.example.org/x",
        "//evil.example/x",
        "file:///etc/passwd",
    ],
)
async def test_a_redirect_leads_to_named_hosts_by_https_alone(vendor: Vendor, to: str) -> None:
    vendor.answer = sending_on(to)
    resolver = Leading("93.184.216.34")

    async with client(vendor.url, resolver) as twilio:
        assert await twilio.fetch(at(vendor)) == NotKept("unavailable")

    assert resolver.asked == []
    assert len(vendor.asked) == 1


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1"])
async def test_a_named_host_that_leads_inside_is_not_asked(vendor: Vendor, inside: str) -> None:
    vendor.answer = sending_on("https://cdn.example.org/x")
    resolver = Leading(inside)

    async with client(vendor.url, resolver) as twilio:
        with pytest.raises(VendorUnavailable):
            await twilio.fetch(at(vendor))

    assert resolver.asked == ["cdn.example.org"]


async def test_redirects_come_to_an_end(vendor: Vendor) -> None:
    async def again(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/again"})

    vendor.answer = again
    assert await fetched(vendor) == NotKept("unavailable")
    assert len(vendor.asked) == attachments.MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    ("url", "is_ours"),
    [
        (f"https://api.twilio.com{PLACE}", True),
        (f"https://api.twilio.com{PLACE}.json", True),
        (f"http://api.twilio.com{PLACE}", False),
        (f"https://api.twilio.com.evil.example{PLACE}", False),
        (f"https://api.twilio.com@evil.example{PLACE}", False),
        (f"https://evil.example/https://api.twilio.com{PLACE}", False),
        (f"https://api.twilio.com:8443{PLACE}", False),
        (f"https://api.twilio.com{PLACE.replace(ACCOUNT, 'AC' + '2' * 32)}", False),
        (f"https://api.twilio.com{PLACE}/../../../Calls.json", False),
        (f"https://api.twilio.com{PLACE}?x=1", False),
        (f"https://api.twilio.com{PLACE}\n", False),
    ],
)
async def test_only_media_of_our_account_at_twilio_are_asked_for(url: str, is_ours: bool) -> None:
    async with client(None) as twilio:
        (one,) = await twilio.of([Media(url=url, content_type="image/png")])

    assert (one.url == f"https://api.twilio.com{PLACE}") is is_ours
    assert (one.url is None) is not is_ours


@pytest.mark.parametrize(
    ("body", "told", "announced", "came"),
    [
        (b"", "image/png", "image/png", NotKept("type")),
        (b"\x89PNG", "image/png", "image/png", NotKept("type")),
        (b"<script>" * 99, "image/png", "image/png", NotKept("type")),
        (gzip.compress(png(), mtime=0), "image/png", "image/png", NotKept("type")),
        (png(), "text/html", "image/png", FetchedMedium("image/png", png())),
        (png(), "image/png", "", FetchedMedium("image/png", png())),
        (png(), "application/octet-stream", "", FetchedMedium("image/png", png())),
        (png(), "image/png", "application/pdf", NotKept("type")),
        (
            jpeg(5 * 1024 * 1024),
            "image/jpeg",
            "image/jpeg",
            FetchedMedium("image/jpeg", jpeg(5 << 20)),
        ),
        (jpeg(5 * 1024 * 1024 + 1), "image/jpeg", "image/jpeg", NotKept("too_large")),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_a_body_is_judged_by_its_bytes(
    vendor: Vendor, body: bytes, told: str, announced: str, came: FetchedMedium | NotKept
) -> None:
    vendor.answer = saying(body, told)
    assert await fetched(vendor, announced) == came


async def test_what_is_compressed_on_the_way_is_not_unpacked(vendor: Vendor) -> None:
    bomb = gzip.compress(png() + bytes(50_000_000))
    vendor.answer = saying(bomb, "image/png", **{"Content-Encoding": "gzip"})
    assert await fetched(vendor) == NotKept("type")


async def test_a_body_without_end_is_left_at_its_limit(vendor: Vendor) -> None:
    vendor.answer = without_end(png())
    async with asyncio.timeout(10):
        assert await fetched(vendor) == NotKept("too_large")


async def test_a_body_that_trickles_is_left_at_its_deadline(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "FETCH_SECONDS", 0.3)
    vendor.answer = without_end(png(), pause=0.05)
    with pytest.raises(VendorUnavailable, match="TimeoutError"):
        await fetched(vendor)


@pytest.mark.parametrize(("status", "gone"), [(404, True), (410, True), (500, False), (401, False)])
async def test_what_is_gone_is_gone_and_what_fails_is_asked_again(
    vendor: Vendor, status: int, gone: bool
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status)

    vendor.answer = answer
    if gone:
        assert await fetched(vendor) == NotKept("gone")
    else:
        with pytest.raises(VendorUnavailable):
            await fetched(vendor)


async def test_a_listing_leads_to_each_medium(vendor: Vendor) -> None:
    async def answer(_: web.Request) -> web.Response:
        listed = [{"sid": f"ME{n:032x}", "content_type": "image/png"} for n in range(12)]
        return web.json_response({"media_list": listed})

    vendor.answer = answer
    async with client(vendor.url) as twilio:
        listing = f"{vendor.url}{PLACE.rpartition('/')[0]}.json"
        found = await twilio.of([Media(url=listing, content_type="")])

    assert len(found) == attachments.MOST_LISTED
    assert found[0] == Attached(f"{vendor.url}{PLACE.rpartition('/')[0]}/ME{0:032x}", "image/png")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"media_list": [{"sid": "../x"}]}', b"{" * 70_000])
async def test_a_listing_that_is_none_is_asked_for_again(vendor: Vendor, body: bytes) -> None:
    vendor.answer = saying(body, "application/json")
    async with client(vendor.url) as twilio:
        listing = f"{vendor.url}{PLACE.rpartition('/')[0]}.json"
        with pytest.raises(VendorUnavailable):
            await twilio.of([Media(url=listing, content_type="")])


async def test_a_deletion_of_what_is_gone_is_none(vendor: Vendor) -> None:
    async with client(vendor.url) as twilio:
        await twilio.discard(at(vendor))

    assert vendor.asked[0][0] == f"{PLACE}.json"
