"""Signed requests from Twilio to the application, with Twilio's patience and no more."""

import asyncio
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import aiohttp
from twilio.request_validator import (  # pyright: ignore[reportMissingTypeStubs]
    RequestValidator,
)
from yarl import URL

CONNECT_SECONDS = 5
TOTAL_SECONDS = 15
"""Twilio's defaults: ct=5000, tt=15000, rc=1 and rp=ct (only connecting is tried again)."""
ATTEMPTS = 2

Params = dict[str, str]


@dataclass(frozen=True)
class WebhookAnswer:
    """`status` None: no HTTP answer came; `error` says why."""

    status: int | None
    error: str | None = None


def sign(token: str, url: str, params: Params) -> str:
    validator = cast("Any", RequestValidator(token))
    return cast("str", validator.compute_signature(url, params))


class WebhookSender:
    def __init__(self, token: str) -> None:
        self._token = token
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        # A new connection for each request: a reused one that the application closed meanwhile
        # would look like a failure that Twilio does not have.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            headers={"User-Agent": "TwilioProxy/1.1", "Accept": "*/*"},
        )

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def post(
        self, url: str, params: Params, token: str, signed_url: str = ""
    ) -> WebhookAnswer:
        """`token` identifies this webhook over its attempts; `signed_url` is the public one."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "X-Twilio-Signature": sign(self._token, signed_url or url, params),
            "I-Twilio-Idempotency-Token": token,
        }
        answer = WebhookAnswer(None, "not sent")
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                for _ in range(ATTEMPTS):
                    answer = await self._once(url, urlencode(params), headers)
                    if answer.error != "connection failed":
                        break
        except TimeoutError:
            answer = WebhookAnswer(None, f"no answer within {TOTAL_SECONDS} s")
        return answer

    async def _once(self, url: str, body: str, headers: dict[str, str]) -> WebhookAnswer:
        if self._session is None:
            raise RuntimeError("open() first")
        try:
            # Percent-encoding must reach the application as it was signed.
            target = URL(url, encoded=True)
            async with self._session.post(
                target, data=body.encode(), headers=headers, allow_redirects=False
            ) as response:
                await response.read()
                return WebhookAnswer(response.status)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return WebhookAnswer(None, "connection failed")
        except aiohttp.ClientError:
            return WebhookAnswer(None, "connection closed without an answer")
