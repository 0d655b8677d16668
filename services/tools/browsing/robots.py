"""robots.txt, for looks that nobody asks for at the moment: those of watches.

The rule: a look that a person asks for now is a person's visit, and is not bound by it; a watch's
is a robot's. Read for the user agent `TaskFlow` (RFC 9309) and kept for an hour. No such file, one
that is refused (4xx), and a server that cannot be reached mean that all is allowed; an answer of
5xx means not now. What is disallowed is `blocked`.
"""

from typing import Literal
from urllib.parse import urlsplit

from cachetools import TTLCache
from protego import Protego

from services.tools.browsing.fetcher import Fetched, Fetches
from taskflow import clock

AGENT = "TaskFlow"
KEPT_SECONDS = 3600.0
KEPT_SITES = 2000
MOST_BYTES = 500_000
"""RFC 9309 asks for at least 500 KiB."""

Word = Literal["allowed", "disallowed", "not_now"]


class Robots:
    def __init__(self, fetcher: Fetches) -> None:
        self._fetcher = fetcher
        self._known: TTLCache[str, Protego | Word] = TTLCache(
            KEPT_SITES, KEPT_SECONDS, timer=clock.monotonic
        )

    async def say(self, url: str) -> Word:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        rules = self._known.get(site)
        if rules is None:
            rules = await self._rules(site)
            if rules != "not_now":
                self._known[site] = rules
        if isinstance(rules, str):
            return rules
        return "allowed" if rules.can_fetch(url, AGENT) else "disallowed"

    async def _rules(self, site: str) -> Protego | Word:
        found = await self._fetcher.fetch(f"{site}/robots.txt")
        if not isinstance(found, Fetched):
            return "allowed"
        if found.page.status >= 500:
            return "not_now"
        if found.page.status >= 400:
            return "allowed"
        return Protego.parse(found.page.html[:MOST_BYTES])
