"""Both vendors, as quick as can be: a constant answer of the model, 201 for every message.

Each message that names a StatusCallback is told of three times, as Twilio tells of one that is
read: signed with TWILIO_AUTH_TOKEN. Spans that a service exports are counted.

python -m benchmarks.vendor PORT
"""

import asyncio
import json
import os
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import uvloop
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from twilio.request_validator import RequestValidator

from benchmarks.http1 import Client
from benchmarks.load import request_of

ANSWER = json.dumps(
    {
        "candidates": [
            {
                "content": {"role": "model", "parts": [{"text": "Nothing to add: all is well."}]},
                "finishReason": "STOP",
                "index": 0,
            }
        ],
        "usageMetadata": {
            "promptTokenCount": 900,
            "candidatesTokenCount": 8,
            "totalTokenCount": 908,
        },
        "modelVersion": "gemini-3.8-flash",
        "responseId": "constant",
    }
).encode()
HOLD_SECONDS = 80.0
"""Less than the 90 that the agent gives a turn."""
STATUSES = ("sent", "delivered", "read")
BETWEEN_STATUSES = 0.1
"""Seconds before each; the first comes after the answer to the send has been read."""


class Vendor:
    def __init__(self) -> None:
        self.delay = 0.0
        self.hold_until = 0
        self.released = asyncio.Event()
        self.open = self.peak = self.calls = self.posts = 0
        self.listed: list[dict[str, Any]] = []
        self.followers: set[web.StreamResponse] = set()
        self.statuses = Statuses(os.environ.get("TWILIO_AUTH_TOKEN", ""))
        self.spans = 0
        self.asked = b"{}"
        """The newest request to the model."""

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 2**20)
        # v1 or v1beta: as the SDK's release has it.
        app.router.add_post("/gemini/{api}/models/{call}", self.model)
        messages = "/twilio/2010-04-01/Accounts/{account}/Messages.json"
        app.router.add_post(messages, self.send)
        app.router.add_get(messages, self.list)
        app.router.add_post("/v1/traces", self.traces)
        app.router.add_post("/_set", self.set)
        app.router.add_get("/_stats", self.stats)
        app.router.add_get("/_asked", self.newest_request)
        app.router.add_get("/_posts", self.follow)
        return app

    async def model(self, request: web.Request) -> web.Response:
        self.asked = await request.read()
        self.calls += 1
        self.open += 1
        self.peak = max(self.peak, self.open)
        try:
            if self.hold_until:
                if self.open >= self.hold_until:
                    self.released.set()
                async with asyncio.timeout(HOLD_SECONDS):
                    await self.released.wait()
            if self.delay:
                await asyncio.sleep(self.delay)
        finally:
            self.open -= 1
        return web.Response(body=ANSWER, content_type="application/json")

    async def send(self, request: web.Request) -> web.Response:
        """Tells followers who got a message and when, on the clock all processes share."""
        at = time.monotonic()
        form = await request.post()
        self.posts += 1
        line = f"{form['To']} {at}\n".encode()
        for follower in [*self.followers]:
            try:
                await follower.write(line)
            except ConnectionError:
                self.followers.discard(follower)
        body = {"sid": f"SM{self.posts:032x}", "status": "queued", "num_media": "0"}
        if callback := form.get("StatusCallback"):
            about = {"From": str(form["From"]), "To": str(form["To"]), "MessageSid": body["sid"]}
            self.statuses.tell(str(callback), about)
        return web.json_response(body, status=201)

    async def list(self, _request: web.Request) -> web.Response:
        return web.json_response({"messages": self.listed, "next_page_uri": None, "page": 0})

    async def traces(self, request: web.Request) -> web.Response:
        told = ExportTraceServiceRequest.FromString(await request.read())
        self.spans += sum(
            len(scope.spans) for resource in told.resource_spans for scope in resource.scope_spans
        )
        return web.Response(content_type="application/x-protobuf")

    async def set(self, request: web.Request) -> web.Response:
        """`delay` seconds, `hold_until` so many calls are open, `listed` by Twilio."""
        asked = await request.json()
        self.delay = asked.get("delay", 0.0)
        self.hold_until = asked.get("hold_until", 0)
        self.listed = asked.get("listed", [])
        self.released.clear()
        self.peak = self.open
        return web.json_response({})

    async def stats(self, _request: web.Request) -> web.Response:
        counts = {"open": self.open, "peak": self.peak, "calls": self.calls, "posts": self.posts}
        return web.json_response({**counts, **self.statuses.counts(), "spans": self.spans})

    async def newest_request(self, _request: web.Request) -> web.Response:
        return web.Response(body=self.asked, content_type="application/json")

    async def follow(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(b"following\n")
        self.followers.add(answer)
        try:
            while not request.transport or not request.transport.is_closing():  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        finally:
            self.followers.discard(answer)
        return answer


class Statuses:
    """Tells senders how their messages fare; one status of a message after the other."""

    def __init__(self, token: str) -> None:
        self._validator = RequestValidator(token)
        self._clients: dict[str, Client] = {}
        self._telling: set[asyncio.Task[None]] = set()
        self.answered = self.refused = 0

    def tell(self, url: str, about: dict[str, str]) -> None:
        task = asyncio.create_task(self._tell(url, about))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def counts(self) -> dict[str, int]:
        """`callbacks` were taken, `callbacks_refused` not; `callbacks_open` messages wait."""
        return {
            "callbacks": self.answered,
            "callbacks_refused": self.refused,
            "callbacks_open": len(self._telling),
        }

    async def _tell(self, url: str, about: dict[str, str]) -> None:
        parts = urlsplit(url)
        if parts.netloc not in self._clients:
            self._clients[parts.netloc] = Client(parts.hostname or "", parts.port or 80)
        for status in STATUSES:
            await asyncio.sleep(BETWEEN_STATUSES)
            form = _form_of(status, about)
            code, _ = await self._clients[parts.netloc].post(request_of(url, form, self._validator))
            if 200 <= code < 300:
                self.answered += 1
            else:
                self.refused += 1


def _form_of(status: str, about: dict[str, str]) -> dict[str, str]:
    return {
        **about,
        "AccountSid": "AC" + "0" * 32,
        "ApiVersion": "2010-04-01",
        "SmsSid": about["MessageSid"],
        "SmsStatus": status,
        "MessageStatus": status,
        "ChannelPrefix": "whatsapp",
        "ChannelToAddress": about["To"].removeprefix("whatsapp:"),
        **({"EventType": "READ"} if status == "read" else {}),
    }


async def main(port: int) -> None:
    runner = web.AppRunner(Vendor().app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=4096).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
