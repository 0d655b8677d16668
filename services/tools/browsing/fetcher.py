"""Pages by plain HTTP: every hop through the wall, and no more of a page than can be held."""

import asyncio
import re
import ssl
import zlib
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal, Protocol
from urllib.parse import urljoin

import aiohttp
import webencodings
from multidict import MultiMapping
from yarl import URL

from services.tools.egress.proxy import Proxy
from services.tools.pages.page import Page
from taskflow import clock

HOPS = 5
SECONDS = 20.0
BODY_BYTES = 5_000_000
"""After decompression."""
AGENT = f"TaskFlow/{version('taskflow')} (+price check on a user's request)"
LANGUAGE = "en;q=0.9, *;q=0.5"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_READABLE = re.compile(
    r"(text/(html|plain|xml)|application/(xhtml\+xml|xml|json|([a-z0-9.-]+\+json)))$"
)
_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w-]{1,40})", re.IGNORECASE
)
_PRESCANNED = 1024
"""Bytes, as the HTML standard prescans for an encoding: it runs on the event loop."""

REFUSED = "That is not an address on the public internet, so it is not opened."
NO_ANSWER = "The shop's server did not answer."
TOO_SLOW = "The shop's page took too long to come."
NO_SUCH_SITE = "There is no site of that name."
TOO_MANY_HOPS = "The address leads from one to another without end."
ODD_HOP = "The address leads to something that is not a web page."
NOT_A_PAGE = "At that address is a file, not a web page."
UNREADABLE = "The page came in a form that cannot be read."
NO_CERTIFICATE = "The shop's certificate is not valid."
INSECURE = "The secure address led to one that is not secure."
TOO_LARGE = "The page is too large to be read as a whole."
BROKEN_OFF = "The page broke off before its end."


@dataclass(frozen=True, slots=True)
class Fetched:
    page: Page
    notes: tuple[str, ...] = ()
    """Sentences of ours about how it came."""


@dataclass(frozen=True, slots=True)
class NotFetched:
    """Why there is no page."""

    outcome: Literal["unreachable", "unclear"]
    note: str
    refused: bool = False
    """The wall did: a browser would fare no better."""


class Fetches(Protocol):
    async def fetch(self, url: str) -> Fetched | NotFetched: ...


class Fetcher:
    def __init__(
        self, proxy: Proxy, *, seconds: float = SECONDS, tls: ssl.SSLContext | None = None
    ) -> None:
        self._proxy, self._seconds = proxy, seconds
        self._tls: ssl.SSLContext | bool = tls or True

    async def fetch(self, url: str) -> Fetched | NotFetched:
        """Never raises for what a page or a server does."""
        try:
            async with asyncio.timeout(self._seconds), self._session() as session:
                return await self._follow(session, url)
        except _Given as given:
            return given.up
        except TimeoutError:
            return NotFetched("unreachable", TOO_SLOW)
        except aiohttp.ClientHttpProxyError as error:
            return _refused(error.status, error.headers)
        except (aiohttp.ClientConnectorCertificateError, ssl.SSLCertVerificationError):
            return NotFetched("unreachable", NO_CERTIFICATE)
        except (aiohttp.ClientError, OSError, ValueError):
            # ValueError: what yarl and the header parsers say of nonsense.
            return NotFetched("unreachable", NO_ANSWER)

    def _session(self) -> aiohttp.ClientSession:
        """With its own cookies: nothing is carried from one user's look to another's."""
        return aiohttp.ClientSession(
            auto_decompress=False,
            trust_env=False,
            headers={
                "User-Agent": AGENT,
                "Accept": "text/html,application/xhtml+xml;q=0.9,application/json;q=0.5",
                "Accept-Language": LANGUAGE,
                "Accept-Encoding": "gzip, deflate",
            },
        )

    async def _follow(self, session: aiohttp.ClientSession, url: str) -> Fetched | NotFetched:
        insecure = False
        for _ in range(HOPS + 1):
            here = _checked(url)
            async with self._get(session, here) as answer:
                if here.scheme == "http" and answer.headers.get("Proxy-Status"):
                    return _refused(answer.status, answer.headers)
                onward = answer.headers.get("Location")
                if answer.status not in _REDIRECTS or not onward:
                    return await _read(answer, str(here), (INSECURE,) if insecure else ())
            url = urljoin(str(here), onward)
            insecure = insecure or (here.scheme == "https" and url.lower().startswith("http:"))
        return NotFetched("unreachable", TOO_MANY_HOPS)

    def _get(
        self, session: aiohttp.ClientSession, url: URL
    ) -> "aiohttp.client._RequestContextManager":  # pyright: ignore[reportPrivateUsage]
        known = {"Proxy-Authorization": self._proxy.authorization}
        # Through a tunnel the page's server would read it among the request's own headers.
        secure = url.scheme == "https"
        return session.get(
            url,
            proxy=self._proxy.url,
            headers=None if secure else known,
            proxy_headers=known if secure else None,
            allow_redirects=False,
            ssl=self._tls,
            max_line_size=65536,
            max_field_size=65536,
        )


def _checked(url: str) -> URL:
    """Host names and numbers in the one way that the wall reads them."""
    try:
        parsed = URL(url).with_fragment(None)
    except ValueError:
        raise _Given(NotFetched("unreachable", ODD_HOP)) from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise _Given(NotFetched("unreachable", ODD_HOP, refused=True))
    if parsed.user is not None or parsed.password is not None:
        raise _Given(NotFetched("unreachable", ODD_HOP, refused=True))
    return parsed


async def _read(
    answer: aiohttp.ClientResponse, url: str, notes: tuple[str, ...]
) -> Fetched | NotFetched:
    kind = answer.headers.get("Content-Type", "text/html").partition(";")[0].strip().lower()
    if answer.status < 400 and not _READABLE.match(kind):
        return NotFetched("unclear", NOT_A_PAGE)
    encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    body = _Body(encoding)
    try:
        async for chunk in answer.content.iter_chunked(65536):
            body.add(chunk)
            if body.is_full:
                break
    except zlib.error:
        raise _Given(NotFetched("unreachable", UNREADABLE)) from None
    except (aiohttp.ClientPayloadError, OSError):
        # Half a page may lack the half that says "sold out".
        return NotFetched("unreachable", TOO_LARGE if body.came >= BODY_BYTES else BROKEN_OFF)
    if body.is_full:
        # Without waiting for the rest of a page that may never end.
        answer.close()
        return NotFetched("unreachable", TOO_LARGE)
    html = _decoded(bytes(body.held), answer.charset)
    page = Page(
        url=url,
        html=html,
        status=answer.status,
        read_by="http",
        visible=None,
        at=clock.utc_now(),
    )
    return Fetched(page, notes)


class _Body:
    """Decompresses as it comes, and stops at the cap: a bomb never goes off."""

    def __init__(self, encoding: str) -> None:
        self.held = bytearray()
        self.came = 0
        """Bytes on the wire."""
        self.is_full = False
        match encoding:
            case "identity" | "":
                self._inflate = None
            case "gzip" | "x-gzip":
                self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
            case "deflate":
                self._inflate = zlib.decompressobj()
            case _:
                raise _Given(NotFetched("unreachable", UNREADABLE))
        self._begun = False

    def add(self, chunk: bytes) -> None:
        self.came += len(chunk)
        room = BODY_BYTES - len(self.held)
        if self._inflate is None:
            self.held += chunk[:room]
            self.is_full = len(chunk) > room
            return
        self.held += self._inflated(chunk, room + 1)
        self.is_full = len(self.held) > BODY_BYTES
        del self.held[BODY_BYTES:]

    def _inflated(self, chunk: bytes, room: int) -> bytes:
        assert self._inflate is not None, "only called for what is compressed"
        try:
            return self._inflate.decompress(chunk, room)
        except zlib.error:
            if self._begun:
                raise
            # Some servers send deflate without its zlib header.
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            return self._inflate.decompress(chunk, room)
        finally:
            self._begun = True


def _decoded(body: bytes, charset: str | None) -> str:
    found = _META_CHARSET.search(body[:_PRESCANNED])
    said = charset or (found[1].decode("ascii", "replace") if found else "utf-8")
    # Of the web's encodings only: Python knows others, "punycode" for one, that take the square
    # of a text's length.
    known = webencodings.lookup(said) or webencodings.UTF8
    return body.decode(known.codec_info.name, "replace")


def _refused(status: int, headers: MultiMapping[str] | None) -> NotFetched:
    said = (headers or {}).get("Proxy-Status", "")
    if "dns_error" in said:
        return NotFetched("unreachable", NO_SUCH_SITE, refused=True)
    if status == 504:
        return NotFetched("unreachable", TOO_SLOW)
    if status in {502, 503}:
        return NotFetched("unreachable", NO_ANSWER)
    return NotFetched("unreachable", REFUSED, refused=True)


class _Given(Exception):
    def __init__(self, up: NotFetched) -> None:
        super().__init__(up.note)
        self.up = up
