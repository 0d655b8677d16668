"""The media of outbound messages: fetched by Twilio itself, checked as it does for WhatsApp."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
import structlog
from yarl import URL

from simulators.settings import SimulatorSettings
from simulators.twilio.errors import INVALID_CONTENT_TYPE, MEDIA_NOT_FETCHED, MEDIA_TOO_LARGE

FETCH_SECONDS = 15
MOST, MOST_OF_AN_IMAGE = 16 * 1024 * 1024, 5 * 1024 * 1024
"""Bytes; Twilio's limits of WhatsApp media."""
_OFFICE = "application/vnd.openxmlformats-officedocument"
SUPPORTED = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "audio/ogg",
        "audio/amr",
        "audio/3gpp",
        "audio/aac",
        "audio/mpeg",
        "video/mp4",
        "application/pdf",
        "application/msword",
        f"{_OFFICE}.wordprocessingml.document",
        f"{_OFFICE}.presentationml.presentation",
        f"{_OFFICE}.spreadsheetml.sheet",
        "text/vcard",
    }
)
_BEGINS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "image/webp": b"RIFF"}
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_log = structlog.get_logger()


@dataclass(frozen=True)
class ServedMedium:
    content_type: str
    data: bytes
    file_name: str | None = None
    """As the server names it."""


class MediaFetching:
    def __init__(self, settings: SimulatorSettings) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=FETCH_SECONDS),
            headers={"User-Agent": "TwilioProxy/1.1", "Accept": "*/*"},
        )

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def fetch(self, url: str) -> ServedMedium | int:
        """The media, or the error that the message fails with."""
        address = self._address(url)
        if address is None:
            _log.warning("twilio.media_not_fetched", reason="not on this machine")
            return MEDIA_NOT_FETCHED
        if self._session is None:
            raise RuntimeError("open() first")
        try:
            # Percent-encoding stays as it was given: the address may be signed.
            target = URL(address, encoded=True)
            async with self._session.get(target, allow_redirects=False) as answer:
                if answer.status != 200:
                    _log.warning("twilio.media_not_fetched", status=answer.status)
                    return MEDIA_NOT_FETCHED
                return await _checked(answer)
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            _log.warning("twilio.media_not_fetched", error=type(error).__name__)
            return MEDIA_NOT_FETCHED

    def _address(self, url: str) -> str | None:
        """Where it is on this machine: the public address stands for the one that webhooks reach.

        A simulator leaves this machine for nothing.
        """
        public, inside = self._settings.public_url, urlsplit(self._settings.webhook_url)
        if public and url.startswith(f"{public}/"):
            return f"{inside.scheme}://{inside.netloc}{url.removeprefix(public)}"
        return url if urlsplit(url).hostname in _LOOPBACK else None


async def _checked(answer: aiohttp.ClientResponse) -> ServedMedium | int:
    content_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if content_type not in SUPPORTED:
        return INVALID_CONTENT_TYPE
    limit = MOST_OF_AN_IMAGE if content_type.startswith("image/") else MOST
    data = bytearray()
    async for chunk in answer.content.iter_chunked(64 * 1024):
        data += chunk
        if len(data) > limit:
            return MEDIA_TOO_LARGE
    if not data:
        return MEDIA_NOT_FETCHED
    if not data.startswith(_BEGINS.get(content_type, b"")):
        return INVALID_CONTENT_TYPE
    disposition = answer.content_disposition
    return ServedMedium(content_type, bytes(data), disposition.filename if disposition else None)
