"""A look at one page: by plain HTTP, and by a browser where its price is made by scripts."""

from typing import Protocol
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind

from contracts.readings import MAX_EVIDENCE, Evidence, Reading
from contracts.streams import UserId
from services.tools.browsing.browser import Shows
from services.tools.browsing.fetcher import REFUSED, Fetched, Fetches, NotFetched
from services.tools.browsing.page_readers import ReadsPages
from services.tools.browsing.robots import Robots
from services.tools.browsing.showing import NotShown, ShownPage
from services.tools.browsing.unreadable import Unreadable
from services.tools.pages.page import Page, PageReading
from taskflow import clock, failpoints
from taskflow.errors import Permanent
from taskflow.postgres.database import DatabaseUnavailable
from taskflow.telemetry.tracing import span

DISALLOWED = "The shop does not want its page read by programs on their own (robots.txt)."
NOT_NOW = "The shop's server has trouble at the moment."
NO_BROWSER = "Perhaps a browser would see more: none is set up here."
NO_PRICE = "The page shows no price."
UNREADABLE = "The page takes more to be read than any page should, so it was given up."
_FINAL = frozenset({"priced", "out_of_stock", "not_found"})
_SLOW_DOWN = frozenset({429, 503})

log = structlog.get_logger()


class StoredPicture(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def sha256(self) -> str: ...


class ScreenshotStore(Protocol):
    """taskflow/privacy/media.py; only what a look needs of it."""

    async def put(self, user: UserId, content_type: str, data: bytes) -> StoredPicture: ...


class PageLooker:
    """`browser` is None where there is no Chromium."""

    def __init__(
        self,
        fetcher: Fetches,
        browser: Shows | None,
        pictures: ScreenshotStore,
        robots: Robots,
        readers: ReadsPages,
    ) -> None:
        self._fetcher, self._browser = fetcher, browser
        self._pictures, self._robots = pictures, robots
        self._readers, self._unreadable = readers, Unreadable()

    async def look(
        self, url: str, product: str | None, *, user: UserId, for_watch: bool
    ) -> Reading:
        """`url` is canonical. Never raises for what a page or its server does."""
        with span(
            "look", SpanKind.INTERNAL, attributes={"taskflow.for_watch": for_watch}
        ) as running:
            reading = await self._look(url, product, user=user, for_watch=for_watch)
            running.set_attribute("taskflow.outcome", reading.outcome)
        log.info("look.done", outcome=reading.outcome, read_by=reading.evidence.read_by)
        return reading

    async def _look(
        self, url: str, product: str | None, *, user: UserId, for_watch: bool
    ) -> Reading:
        if unwanted := await self._unwanted(url, user, for_watch=for_watch):
            return unwanted
        async with failpoints.PAGE_FETCH:
            found = await self._fetcher.fetch(url)
        if isinstance(found, NotFetched):
            return _none(found.outcome, found.note)
        return await self._fetched(found, url, _Reads(self._readers, product, user), user)

    async def _fetched(self, found: Fetched, url: str, read: "_Reads", user: UserId) -> Reading:
        plain = await read(found.page)
        if plain is None:
            return self._given_up(url)
        # A browser's page is no smaller, and costs both of us more.
        if plain.outcome in _FINAL or plain.too_large or found.page.status in _SLOW_DOWN:
            self._unreadable.forget(url)
            return _reading(plain, found.page, *found.notes)
        shown = await self._show(url, read)
        if isinstance(shown, ShownPage):
            return await self._shown(shown, url, read, user)
        if shown.note == REFUSED:
            return _none("unreachable", REFUSED)
        return _reading(plain, found.page, *found.notes, shown.note)

    def _given_up(self, url: str) -> Reading:
        """`unreachable` is what makes a watch look again later and later."""
        self._unreadable.note(url)
        return _none("unreachable", UNREADABLE)

    async def _show(self, url: str, read: "_Reads") -> ShownPage | NotShown:
        if self._browser is None:
            return NotShown("unclear", NO_BROWSER)
        async with failpoints.PAGE_FETCH:
            return await self._browser.show(url, read.is_enough)

    async def _unwanted(self, url: str, user: UserId, *, for_watch: bool) -> Reading | None:
        """Why the address is not even fetched, if it is not."""
        if self._unreadable.rests(url):
            return _none("unreachable", UNREADABLE)
        if not for_watch:
            return None
        match await self._robots.say(url, user):
            case "allowed":
                return None
            case "disallowed":
                return _none("blocked", DISALLOWED)
            case "not_now":
                return _none("unreachable", NOT_NOW)

    async def _shown(self, shown: ShownPage, url: str, read: "_Reads", user: UserId) -> Reading:
        found = await read(shown.page)
        if found is None:
            return self._given_up(url)
        self._unreadable.forget(url)
        stored = None
        if shown.screenshot:
            try:
                stored = await self._pictures.put(user, "image/png", shown.screenshot)
            except (DatabaseUnavailable, Permanent) as error:
                # The picture proves the price; without it the price still stands.
                log.warning("look.no_picture", error=error.code)
        reading = _reading(found, shown.page)
        if stored is None:
            return reading
        evidence = reading.evidence.model_copy(
            update={"screenshot": stored.id, "screenshot_sha256": stored.sha256}
        )
        return reading.model_copy(update={"evidence": evidence})


class _Reads:
    """One look's readings: a page that has not changed is not read again."""

    def __init__(self, readers: ReadsPages, product: str | None, user: UserId) -> None:
        self._readers, self._product, self._user = readers, product, user
        self._page: Page | None = None
        self._found: PageReading | None = None

    async def __call__(self, page: Page) -> PageReading | None:
        """None for what cannot be read."""
        if page.status >= 500:
            return PageReading("unreachable", note=NOT_NOW)
        if self._page is None or not _same(self._page, page):
            found = await self._readers.read(page, self._product, self._user)
            self._page, self._found = page, _sure(found) if found else None
        return self._found

    async def is_enough(self, page: Page) -> bool:
        """Of what a browser shows; what cannot be read now will not be, either."""
        found = await self(page)
        return found is None or found.outcome in _FINAL


def _same(page: Page, other: Page) -> bool:
    return (page.url, page.html, page.visible, page.status) == (
        other.url,
        other.html,
        other.visible,
        other.status,
    )


def _sure(found: PageReading) -> PageReading:
    if found.outcome == "priced" and (found.amount is None or found.amount <= 0):
        return PageReading("unclear", title=found.title, note=NO_PRICE)
    return found


def _reading(page_reading: PageReading, page: Page, *notes: str) -> Reading:
    said = (
        (page_reading.note, *notes) if page_reading.outcome not in _FINAL else (page_reading.note,)
    )
    return Reading(
        outcome=page_reading.outcome,
        title=page_reading.title,
        amount=page_reading.amount,
        currency=page_reading.currency,
        list_amount=page_reading.list_amount,
        in_stock=page_reading.in_stock,
        note=" ".join(filter(None, said)),
        evidence=Evidence(
            at=page.at,
            read_by=page.read_by,
            source=page_reading.source,
            text=page_reading.text[:MAX_EVIDENCE],
            status=page.status,
        ),
    )


def _none(outcome: str, note: str) -> Reading:
    evidence = Evidence(at=clock.utc_now(), read_by="http")
    return Reading.model_validate({"outcome": outcome, "note": note, "evidence": evidence})
