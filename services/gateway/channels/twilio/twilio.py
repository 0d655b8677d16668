"""Twilio by its own async client: every call bounded, its retries off, its outcome typed."""

import asyncio
import json
from collections.abc import Awaitable, Collection, Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Literal, TypeVar, cast
from urllib.parse import urlsplit

import aiohttp
import structlog
from opentelemetry.trace import SpanKind
from twilio.base.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.http.async_http_client import (  # pyright: ignore[reportMissingTypeStubs]
    AsyncTwilioHttpClient,
)
from twilio.rest import Client  # pyright: ignore[reportMissingTypeStubs]

from contracts.replies import LOST
from services.gateway.channels.channel import (
    Accepted,
    ListedMessage,
    Never,
    NotNow,
    Outcome,
    Outgoing,
    TooLate,
    Unknown,
)
from services.gateway.channels.links import CallbackLinks
from services.gateway.channels.twilio import pins
from services.gateway.channels.twilio.contents import Contents
from services.gateway.channels.twilio.errors import verdict, words
from services.gateway.channels.twilio.listing import listed, newest_first
from services.gateway.channels.twilio.quick_replies import (
    Filled,
    QuickReplies,
    over_buttons,
    over_list,
)
from services.gateway.saying.sayable import in_words
from services.gateway.settings import GatewaySettings
from taskflow import failpoints
from taskflow.errors import VendorUnavailable
from taskflow.telemetry.tracing import current_traceparent, failed, span

CALL_SECONDS = 10.0
"""For a whole call: the client's own timeout is not honoured by its async transport."""
LISTED = 200
"""Messages to one user since a claim: more than a lane sends in the two minutes it looks back."""
LONGEST_RETRY_AFTER = 900.0
"""Seconds; a lane is not held for longer on a header's word."""
PAGE = 1000
"""Twilio's largest."""
MAX_PAGES = 100
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
MESSAGE = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json"
NOT_FOUND = 404

T = TypeVar("T")
Side = Literal["to", "from_"]
"""Of a message, on which we are."""

_FAILURES = (
    TwilioException,
    OSError,
    aiohttp.ClientError,
    # What the client makes of a body that is not JSON, or not a message.
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
)
_retry_after: ContextVar[str] = ContextVar("retry_after", default="")

log = structlog.get_logger()


class _Http(AsyncTwilioHttpClient):
    """Keeps the one header of an answer that the client's errors leave out."""

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        _retry_after.set("")
        response: Any = await super().request(*args, **kwargs)
        _retry_after.set(response.headers.get("Retry-After", ""))
        return response


class Twilio:
    """Create inside the running loop; close with `close`."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._callbacks = CallbackLinks(settings.master_keys, settings.public_url)
        self.senders = settings.senders
        self._http = _Http()
        self._client: Any = Client(
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            http_client=self._http,
        )
        if settings.twilio_api_url:
            self._client.api.base_url = settings.twilio_api_url
        self._quick_replies = QuickReplies(
            Contents(
                settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_api_url
            )
        )
        self._host = urlsplit(self._client.api.base_url).hostname or ""

    async def close(self) -> None:
        await self._quick_replies.close()
        await cast("Any", self._http).close()

    async def send(self, message: Outgoing) -> Outcome:
        """One POST, whose callbacks name its attempt and belong to the trace that it is sent in."""
        attributes = {
            "http.request.method": "POST",
            "url.template": MESSAGES,
            "server.address": self._host,
            "taskflow.part": message.part,
            "taskflow.attempt": message.attempt,
        }
        fields: dict[str, Any] = {
            "from_": message.sender or self.senders[0],
            "to": message.address,
            "status_callback": self._callbacks.url(
                message.user, message.reply, message.part, message.attempt, current_traceparent()
            ),
        }
        fields |= await self._said(message)
        with span(f"POST {MESSAGES}", SpanKind.CLIENT, attributes=attributes) as sending:
            outcome = await self._post(fields)
            sending.set_attribute("taskflow.outcome", type(outcome).__name__.lower())
            if not isinstance(outcome, Accepted):
                failed(sending, type(outcome).__name__)
            return outcome

    async def _said(self, message: Outgoing) -> dict[str, Any]:
        """Its text by a template, over buttons or a list, as a pin's name, or as it is."""
        if message.template:
            variables = json.dumps({"1": message.text})
            return {"content_sid": message.template, "content_variables": variables}
        if message.location:
            return dict(pins.fields(message.location))
        shows = {"media_url": [message.picture]} if message.picture else {}
        over = None if shows else _over(message)
        content = await self._quick_replies.content(over.shape) if over else None
        if over is None or content is None:
            choices = message.choices
            body = in_words(message.text, choices) if choices else message.text
            return ({"body": body} if body else {}) | shows
        return {"content_sid": content, "content_variables": json.dumps(over.variables)}

    async def _post(self, fields: dict[str, Any]) -> Outcome:
        try:
            async with failpoints.SEND_POST:
                created = await _bounded(self._client.messages.create_async(**fields))
        except (TwilioRestException, TwilioServiceException) as error:
            # Or over buttons, or as a pin: what is refused then may be said otherwise.
            by_template = bool(fields.keys() & {"content_sid", "persistent_action"})
            after = _seconds(_retry_after.get())
            return outcome_of(cast("Any", error), after, by_template=by_template)
        except aiohttp.ClientConnectorError as error:
            return NotNow(type(error).__name__)
        except _FAILURES as error:
            return Unknown(type(error).__name__)
        return Accepted(str(created.sid)) if created.sid else Unknown("201 without a sid")

    async def sent_to(
        self, address: str, since: datetime, sender: str | None = None
    ) -> list[ListedMessage]:
        asked = (sender,) if sender else self.senders
        return await self._between([(ours, address) for ours in asked], since, to_us=False)

    async def received_from(self, address: str, since: datetime) -> list[ListedMessage]:
        return await self._between([(address, ours) for ours in self.senders], since, to_us=True)

    async def _between(
        self, pairs: Sequence[tuple[str, str]], since: datetime, *, to_us: bool
    ) -> list[ListedMessage]:
        found: list[ListedMessage] = []
        for sender, receiver in pairs:
            asking = self._client.messages.list_async(
                from_=sender, to=receiver, date_sent_after=since, limit=LISTED
            )
            found += [self._listed(each, to_us=to_us) for each in await self._asked(asking)]
        return newest_first(found)

    async def received_since(self, since: datetime) -> list[ListedMessage]:
        """What users wrote to us since then, newest first. Raises VendorUnavailable."""
        return await self._of_all("to", since)

    async def lost_since(self, since: datetime) -> list[ListedMessage]:
        """What we sent since then and nobody got, newest first. Raises VendorUnavailable."""
        return await self._of_all("from_", since, statuses=LOST)

    async def _of_all(
        self, side: Side, since: datetime, statuses: Collection[str] | None = None
    ) -> list[ListedMessage]:
        found = [await self._paged({side: ours}, since, statuses) for ours in self.senders]
        return newest_first([each for page in found for each in page])

    async def _paged(
        self, side: dict[Side, str], since: datetime, statuses: Collection[str] | None
    ) -> list[ListedMessage]:
        found: list[ListedMessage] = []
        messages = self._client.messages

        async def kept(asking: Awaitable[Any]) -> Any:
            page = await asking
            found.extend(
                self._listed(each, to_us="to" in side)
                for each in page or ()
                if statuses is None or each.status in statuses
            )
            return page

        page = await self._asked(
            kept(messages.page_async(**side, date_sent_after=since, page_size=PAGE))
        )
        for _ in range(MAX_PAGES):
            page = await self._asked(kept(page.next_page_async()))
            if page is None:
                return found
        log.error("twilio.list_cut", messages=len(found))
        return found

    async def erase(self, message_ref: str, *, with_media: bool) -> None:
        """The media first. Raises also for a message that is still being sent: Twilio keeps it."""
        attributes = {"http.request.method": "DELETE", "url.template": MESSAGE}
        attributes["server.address"] = self._host
        with span(f"DELETE {MESSAGE}", SpanKind.CLIENT, attributes=attributes):
            message = self._client.messages(message_ref)
            try:
                async with failpoints.SEND_DELETE:
                    for media in await _bounded(message.media.list_async()) if with_media else ():
                        await _bounded(message.media(media.sid).delete_async())
                    await _bounded(message.delete_async())
            except TwilioRestException as error:
                status, code = int(cast("Any", error).status), cast("Any", error).code
                if status != NOT_FOUND:
                    raise VendorUnavailable(f"Twilio's deletion: {words(status, code)}") from None
            except _FAILURES as error:
                raise VendorUnavailable(f"Twilio's deletion: {type(error).__name__}") from None

    async def _asked(self, call: Awaitable[T]) -> T:
        attributes = {"http.request.method": "GET", "url.template": MESSAGES}
        attributes["server.address"] = self._host
        with span(f"GET {MESSAGES}", SpanKind.CLIENT, attributes=attributes):
            try:
                async with failpoints.SEND_LIST:
                    return await _bounded(call)
            except _FAILURES as error:
                raise VendorUnavailable(f"Twilio's list: {type(error).__name__}") from None

    def _listed(self, message: Any, *, to_us: bool) -> ListedMessage:
        return listed(message, self._client.api.base_url, to_us=to_us)


def _over(message: Outgoing) -> Filled | None:
    if message.buttons:
        return over_buttons(message.text, message.buttons)
    return over_list(message.text, message.choices) if message.choices else None


def outcome_of(
    error: Any, retry_after: float | None = None, *, by_template: bool = False
) -> Outcome:
    """What an HTTP error says of the message: by its status first, then by Twilio's code."""
    status = int(error.status)
    code = error.code if isinstance(error.code, int) else None
    said = words(status, code)
    if not 400 <= status < 500:
        return Unknown(said)
    match verdict(status, code, by_template=by_template):
        case "later":
            return NotNow(said, retry_after)
        case "shut" | "stopped":
            return TooLate(code or status, said)
        case "content" if by_template:
            return TooLate(code or status, said)
        case "content" | "never":
            return Never(code, said)


def _seconds(header: str) -> float | None:
    """Retry-After, in its form of seconds; Twilio writes no dates there."""
    named = header.isascii() and header.isdecimal()
    return min(float(header), LONGEST_RETRY_AFTER) if named else None


async def _bounded(call: Awaitable[T]) -> T:
    async with asyncio.timeout(CALL_SECONDS):
        return await call
