"""The instant vendor tells of each message as Twilio does: signed, in order, three times."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

import pytest
from aiohttp import ClientSession, web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from twilio.request_validator import RequestValidator

from benchmarks import vendor
from benchmarks.vendor import STATUSES, Vendor
from tests.support.eventually import eventually

TOKEN = "0123456789abcdef"
SEND = "/twilio/2010-04-01/Accounts/AC0/Messages.json"


class Receiver:
    """Where callbacks go; it refuses every status that is in `refuses`."""

    def __init__(self, *refuses: str) -> None:
        self.refuses, self.told = refuses, list[dict[str, str]]()
        self.signed = list[bool]()
        self.base = ""

    async def status(self, request: web.Request) -> web.Response:
        form = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        url, signature = f"{self.base}{request.raw_path}", request.headers["X-Twilio-Signature"]
        self.signed.append(RequestValidator(TOKEN).validate(url, form, signature))
        self.told.append({**form, "query": request.query_string})
        return web.Response(status=403 if form["MessageStatus"] in self.refuses else 204)


@asynccontextmanager
async def served(app: web.Application) -> AsyncGenerator[str]:
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def beside(receiver: Receiver) -> AsyncGenerator[tuple[Vendor, str]]:
    app, instant = web.Application(), Vendor()
    app.router.add_post("/webhook/status", receiver.status)
    async with served(app) as receiver.base, served(instant.app()) as base:
        yield instant, base


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    monkeypatch.setattr(vendor, "BETWEEN_STATUSES", 0.0)


async def send(base: str, **more: str) -> str:
    body = {"To": "whatsapp:+4915000000001", "From": "whatsapp:+14155238886", "Body": "x", **more}
    async with ClientSession() as http, http.post(f"{base}{SEND}", data=body) as answer:
        return (await answer.json())["sid"]


async def test_each_status_comes_signed_and_in_order_with_the_address_we_gave() -> None:
    receiver = Receiver()
    async with beside(receiver) as (instant, base):
        query = "user=1&reply=2&mac=a%2Bb"
        sid = await send(base, StatusCallback=f"{receiver.base}/webhook/status?{query}")
        await eventually(lambda: instant.statuses.counts()["callbacks"] == len(STATUSES))

    assert [told["MessageStatus"] for told in receiver.told] == list(STATUSES)
    assert receiver.signed == [True] * len(STATUSES)
    assert {(told["MessageSid"], told["query"]) for told in receiver.told} == {(sid, query)}


async def test_what_is_refused_is_counted_apart() -> None:
    receiver = Receiver("delivered")
    async with beside(receiver) as (instant, base):
        await send(base, StatusCallback=f"{receiver.base}/webhook/status?mac=x")
        await eventually(lambda: len(receiver.told) == len(STATUSES))
        await eventually(lambda: not instant.statuses.counts()["callbacks_open"])
        assert instant.statuses.counts()["callbacks"] == len(STATUSES) - 1
        assert instant.statuses.counts()["callbacks_refused"] == 1


async def test_a_message_without_a_callback_is_told_of_to_nobody() -> None:
    receiver = Receiver()
    async with beside(receiver) as (instant, base):
        await send(base)
        await asyncio.sleep(0)
        assert instant.statuses.counts()["callbacks_open"] == 0


async def test_exported_spans_are_counted() -> None:
    told = ExportTraceServiceRequest()
    scope = told.resource_spans.add().scope_spans.add()
    for _ in range(3):
        scope.spans.add(name="one")
    async with served((instant := Vendor()).app()) as base, ClientSession() as http:
        await http.post(f"{base}/v1/traces", data=told.SerializeToString())

    assert instant.spans == 3
