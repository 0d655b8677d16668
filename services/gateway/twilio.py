"""Twilio by its own async client: every call bounded, its retries off, its outcome typed."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

import aiohttp
from opentelemetry.trace import SpanKind
from twilio.base.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
    TwilioException,
    TwilioRestException,
)
from twilio.http.async_http_client import (  # pyright: ignore[reportMissingTypeStubs]
    AsyncTwilioHttpClient,
)
from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]

from services.gateway.settings import GatewaySettings
from taskflow.errors import VendorUnavailable
from taskflow.telemetry import span

CALL_SECONDS = 10.0
"""For a whole call: the client's own timeout is not honoured by its async transport."""
LISTED = 200
NOT_NOW = frozenset({20429, 63017, 63018, 63038})
"""Twilio's codes for a rate or a quota: definitely not accepted, later it may be."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Accepted:
    message_sid: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """Definitely not accepted; may be tried again."""

    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Never:
    """Definitely not accepted, and asking again will not change that."""

    code: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Twilio may or may not have it."""

    reason: str


Outcome = Accepted | NotNow | Never | Unknown


@dataclass(frozen=True, slots=True)
class Listed:
    """A message as Twilio's list has it."""

    message_sid: str
    body: str
    address: str
    """The user's side of it."""
    at: datetime | None
    media: int


class Twilio:
    """Create inside the running loop; close with `close`."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._from = settings.twilio_whatsapp_from
        self._http = AsyncTwilioHttpClient()
        self._client: Any = Client(
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            http_client=self._http,
        )
        if settings.twilio_api_url:
            self._client.api.base_url = settings.twilio_api_url

    async def close(self) -> None:
        await cast("Any", self._http).close()

    async def send(self, to: str, body: str, status_callback: str) -> Outcome:
        """One POST. Never raises for what Twilio or the network did."""
        with span(
            "send twilio", SpanKind.CLIENT, attributes={"server.address": "twilio"}
        ) as sending:
            outcome = await self._post(to, body, status_callback)
            sending.set_attribute("taskflow.send.outcome", type(outcome).__name__)
            return outcome

    async def _post(self, to: str, body: str, status_callback: str) -> Outcome:
        try:
            created = await _bounded(
                self._client.messages.create_async(
                    to=to, from_=self._from, body=body, status_callback=status_callback
                )
            )
        except TwilioRestException as error:
            return outcome_of(cast("Any", error))
        except aiohttp.ClientConnectorError as error:
            return NotNow(type(error).__name__)
        except (TwilioException, TimeoutError, OSError, aiohttp.ClientError, ValueError) as error:
            return Unknown(type(error).__name__)
        return Accepted(str(created.sid))

    async def sent_to(self, address: str, since: datetime) -> list[Listed]:
        """What we sent to this user since then. Raises VendorUnavailable."""
        listed = await self._list(from_=self._from, to=address, date_sent_after=since)
        return [_listed(one, one.to) for one in listed]

    async def received_since(self, since: datetime) -> list[Listed]:
        """What users wrote to us since then. Raises VendorUnavailable."""
        listed = await self._list(to=self._from, date_sent_after=since)
        return [_listed(one, one.from_) for one in listed]

    async def _list(self, **filters: Any) -> list[Any]:
        try:
            return await _bounded(self._client.messages.list_async(limit=LISTED, **filters))
        except (TwilioException, TimeoutError, OSError, aiohttp.ClientError, ValueError) as error:
            raise VendorUnavailable(f"Twilio's list: {type(error).__name__}") from None


def outcome_of(error: Any) -> Outcome:
    """What an HTTP error says of the message: by its status first, then by Twilio's code."""
    status, code = int(error.status), error.code
    if status == 429 or code in NOT_NOW:
        return NotNow(f"{status} {code or ''}".strip())
    if 400 <= status < 500:
        return Never(code, f"{status} {code or ''}".strip())
    return Unknown(f"{status} {code or ''}".strip())


def _listed(message: Any, address: str) -> Listed:
    media = str(message.num_media or "0")
    return Listed(
        message_sid=str(message.sid),
        body=str(message.body or ""),
        address=str(address),
        at=message.date_sent or message.date_created,
        media=int(media) if media.isdecimal() else 0,
    )


async def _bounded(call: Awaitable[T]) -> T:
    async with asyncio.timeout(CALL_SECONDS):
        return await call
