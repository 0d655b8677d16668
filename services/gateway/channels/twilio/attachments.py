"""What people sent, as Twilio has it: fetched from its hosts alone, and deleted there afterwards.

Twilio's own host is asked with our credentials, and sends us on to where the bytes lie: to a host
that is named in the settings, without credentials, and never to an address inside.
"""

import asyncio
import base64
import re
import socket
from collections.abc import Sequence
from typing import Annotated

import aiohttp
import structlog
from aiohttp.abc import AbstractResolver, ResolveResult
from opentelemetry.trace import SpanKind
from pydantic import BaseModel, StringConstraints
from yarl import URL

from contracts.conversation import Media
from services.gateway.channels import kinds
from services.gateway.channels.keeping import Attached, FetchedMedium, NotKept
from services.gateway.settings import GatewaySettings
from taskflow import failpoints, internet
from taskflow.errors import VendorUnavailable
from taskflow.telemetry.tracing import failed, span

TWILIO = "https://api.twilio.com"
FETCH_SECONDS = 30.0
"""For a medium, with all redirects: 16 MB at 5 Mbit/s."""
CALL_SECONDS = 10.0
CONNECT_SECONDS = 5.0
MOST_REDIRECTS = 3
CHUNK = 64 * 1024
MOST_LISTED = 10
"""Media of a message; Twilio's limit."""
MOST_OF_A_LIST = 64 * 1024
"""Bytes."""
MEDIUM = "/2010-04-01/Accounts/{AccountSid}/Messages/{MessageSid}/Media/{Sid}"

_PLACE = re.compile(
    r"(?P<message>[SM]M[0-9a-fA-F]{32})/Media(?:/(?P<medium>ME[0-9a-fA-F]{32}))?(?:\.json)?"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_MORE = frozenset({404, 410})
_FAILURES = (aiohttp.ClientError, OSError, TimeoutError, ValueError)

log = structlog.get_logger()


class _Listed(BaseModel):
    sid: Annotated[str, StringConstraints(pattern=r"^ME[0-9a-fA-F]{32}$")]
    content_type: str = ""


class _List(BaseModel):
    media_list: list[_Listed]


class NotPublic(OSError):
    """A name leads inside."""


class PublicOnly(AbstractResolver):
    """The connection is made to what was checked: a name is not resolved again."""

    def __init__(self, resolver: AbstractResolver) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        # One bad address among good ones is refused too: it is how a name is rebound.
        if not all(
            internet.is_public(internet.parsed(resolve_result["host"])) for resolve_result in found
        ):
            raise NotPublic("a host of media leads inside")
        return found

    async def close(self) -> None:
        await self._resolver.close()


class Attachments:
    """Create inside the running loop; close with `close`."""

    def __init__(self, settings: GatewaySettings, resolver: AbstractResolver | None = None) -> None:
        account, token = settings.twilio_account_sid, settings.twilio_auth_token
        api = settings.twilio_api_url or TWILIO
        self._messages = f"{api}/2010-04-01/Accounts/{account}/Messages/"
        self._origin = URL(api).origin()
        self._hosts = settings.media_hosts
        basic = base64.b64encode(f"{account}:{token.get_secret_value()}".encode()).decode()
        self._authorized = {"Authorization": f"Basic {basic}"}
        self._api = _session(aiohttp.TCPConnector())
        guard = PublicOnly(resolver or aiohttp.ThreadedResolver())
        self._elsewhere = _session(aiohttp.TCPConnector(resolver=guard, use_dns_cache=False))

    async def close(self) -> None:
        await self._api.close()
        await self._elsewhere.close()

    async def of(self, media: Sequence[Media]) -> list[Attached]:
        """Each medium by itself: Twilio's list of messages tells only where they are listed.

        Raises VendorUnavailable.
        """
        found: list[Attached] = []
        for medium in media:
            place = self._place(medium.url)
            if place is not None and place["medium"] is None:
                found += await self._listed(place["message"])
            else:
                url = f"{self._messages}{place[0]}".removesuffix(".json") if place else None
                found.append(Attached(url, kinds.named(medium.content_type)))
        return found[:MOST_LISTED]

    async def fetch(self, attached: Attached) -> FetchedMedium | NotKept:
        """Raises VendorUnavailable."""
        if attached.url is None:
            log.warning("media.not_at_twilio")
            return NotKept("unavailable")
        with span(f"GET {MEDIUM}", SpanKind.CLIENT, attributes=self._about("GET")) as fetching:
            try:
                async with failpoints.MEDIA_FETCH, asyncio.timeout(FETCH_SECONDS):
                    came = await self._followed(attached.url, attached.announced)
            except _FAILURES as error:
                failed(fetching, type(error).__name__)
                raise VendorUnavailable(f"Twilio's media: {type(error).__name__}") from None
            outcome = came.why if isinstance(came, NotKept) else "fetched"
            fetching.set_attribute("taskflow.outcome", outcome)
            return came

    async def discard(self, attached: Attached) -> None:
        """What Twilio does not have is gone already. Raises VendorUnavailable."""
        if attached.url is None:
            return
        with span(f"DELETE {MEDIUM}", SpanKind.CLIENT, attributes=self._about("DELETE")):
            try:
                async with failpoints.SEND_DELETE, asyncio.timeout(CALL_SECONDS):
                    status = await self._deleted(attached.url)
            except _FAILURES as error:
                raise VendorUnavailable(f"Twilio's deletion: {type(error).__name__}") from None
        if status not in {200, 204} | _NO_MORE:
            raise VendorUnavailable(f"Twilio's deletion: {status}")

    async def _deleted(self, url: str) -> int:
        target = URL(f"{url}.json", encoded=True)
        async with self._api.delete(target, headers=self._authorized, allow_redirects=False) as it:
            return it.status

    def _place(self, url: str) -> re.Match[str] | None:
        """Of Twilio's own host and of our account, or nowhere."""
        if not url.startswith(self._messages):
            return None
        return _PLACE.fullmatch(url, len(self._messages))

    async def _listed(self, message: str) -> list[Attached]:
        url = URL(f"{self._messages}{message}/Media.json", encoded=True)
        with span(f"GET {MEDIUM}", SpanKind.CLIENT, attributes=self._about("GET")):
            try:
                async with (
                    failpoints.SEND_LIST,
                    asyncio.timeout(CALL_SECONDS),
                    self._api.get(url, headers=self._authorized, allow_redirects=False) as answer,
                ):
                    if answer.status in _NO_MORE:
                        return []
                    if answer.status != 200:
                        raise VendorUnavailable(f"Twilio's media: {answer.status}")
                    return self._media_in(message, await answer.content.read(MOST_OF_A_LIST))
            except _FAILURES as error:
                raise VendorUnavailable(f"Twilio's media: {type(error).__name__}") from None

    def _media_in(self, message: str, body: bytes) -> list[Attached]:
        """Raises ValueError for what is no list of media."""
        media = _List.model_validate_json(body).media_list[:MOST_LISTED]
        return [
            Attached(
                f"{self._messages}{message}/Media/{medium.sid}", kinds.named(medium.content_type)
            )
            for medium in media
        ]

    async def _followed(self, url: str, announced: str) -> FetchedMedium | NotKept:
        """Credentials go to the first address alone."""
        session, headers, target = self._api, self._authorized, URL(url, encoded=True)
        for _ in range(MOST_REDIRECTS + 1):
            async with session.get(target, headers=headers, allow_redirects=False) as answer:
                if answer.status not in _REDIRECTS:
                    return await _body(answer, announced)
                target = target.join(URL(answer.headers.get("Location", ""), encoded=True))
            to = self._session_of(target)
            if to is None:
                log.warning("media.sent_elsewhere")
                return NotKept("unavailable")
            session, headers = to, dict[str, str]()
        return NotKept("unavailable")

    def _session_of(self, target: URL) -> aiohttp.ClientSession | None:
        """By which a redirect may be followed, if at all."""
        if target.user is not None or target.password is not None or not target.absolute:
            return None
        if target.origin() == self._origin:
            return self._api
        is_named = target.host in self._hosts and target.port == 443
        return self._elsewhere if target.scheme == "https" and is_named else None

    def _about(self, method: str) -> dict[str, str]:
        return {
            "http.request.method": method,
            "url.template": MEDIUM,
            "server.address": self._origin.host or "",
        }


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    """Nothing is decompressed: what is small on the way stays so."""
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        headers={"Accept-Encoding": "identity", "User-Agent": "TaskFlow"},
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECT_SECONDS, sock_read=CALL_SECONDS
        ),
    )


async def _body(answer: aiohttp.ClientResponse, announced: str) -> FetchedMedium | NotKept:
    """Read no further than it may be kept. Raises VendorUnavailable."""
    if answer.status in _NO_MORE:
        return NotKept("gone")
    if answer.status != 200:
        raise VendorUnavailable(f"Twilio's media: {answer.status}")
    answered_type = kinds.named(answer.headers.get("Content-Type", ""))
    announced = (
        answered_type
        if kinds.may_be_kept(answered_type) and announced in kinds.UNNAMED
        else announced
    )
    most, kind = kinds.most_bytes(announced), None
    if (answer.content_length or 0) > most:
        return NotKept("too_large")
    data = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):
        data += chunk
        if kind is None and len(data) >= kinds.HEAD:
            kind = kinds.kept_as(announced, bytes(data[: kinds.HEAD]))
            if kind is None:
                return NotKept("type")
            most = min(most, kinds.most_bytes(kind))
        if len(data) > most:
            return NotKept("too_large")
    kind = kind or kinds.kept_as(announced, bytes(data[: kinds.HEAD]))
    return FetchedMedium(kind, bytes(data)) if kind else NotKept("type")
