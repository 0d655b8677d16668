"""robots.txt, for looks that nobody asks for at the moment: those of watches.

The rule: a look that a person asks for now is a person's visit, and is not bound by it; a watch's
is a robot's. Read for the user agent `TaskFlow` (RFC 9309) and kept for an hour. No such file, one
that is refused (4xx), and a server that cannot be reached mean that all is allowed; an answer of
5xx means not now. What is disallowed is `blocked`.
"""

from typing import Literal, Protocol
from urllib.parse import urlsplit

from cachetools import TTLCache

from contracts.streams import UserId
from services.tools.browsing.fetcher import Fetched, Fetches
from taskflow import clock

KEPT_SECONDS = 3600.0
KEPT_BYTES = 20_000_000
"""Of all sites together, and no more than this however many there are."""
SITE_BYTES = 1_000
"""What a site takes beside its text: its name, at most 253 characters, and the cache's own."""
MOST_TEXT = 500_000
"""RFC 9309 asks for at least 500 KiB."""

Word = Literal["allowed", "disallowed", "not_now"]


class Judges(Protocol):
    async def allows(self, rules: str, url: str, user: UserId) -> bool | None: ...


class Robots:
    """Keeps the files' text; the rules are read where foreign text is read (page_readers.py)."""

    def __init__(self, fetcher: Fetches, readers: Judges) -> None:
        self._fetcher, self._readers = fetcher, readers
        self._known: TTLCache[str, bytes] = TTLCache(
            KEPT_BYTES, KEPT_SECONDS, timer=clock.monotonic, getsizeof=_weight
        )

    async def say(self, url: str, user: UserId) -> Word:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        rules = self._known.get(site)
        if rules is None:
            rules = await self._rules(site)
            if rules is None:
                return "not_now"
            self._known[site] = rules
        if not rules:
            return "allowed"
        match await self._readers.allows(rules.decode(), url, user):
            case True:
                return "allowed"
            case False:
                return "disallowed"
            case None:
                return "not_now"

    async def _rules(self, site: str) -> bytes | None:
        """Their text; empty where all is allowed, None where nobody can tell now."""
        found = await self._fetcher.fetch(f"{site}/robots.txt")
        if not isinstance(found, Fetched):
            return b""
        if found.page.status >= 500:
            return None
        if found.page.status >= 400:
            return b""
        return found.page.html[:MOST_TEXT].encode("utf-8", "replace")


def _weight(rules: bytes) -> int:
    return len(rules) + SITE_BYTES
