"""A look at one page: by plain HTTP, and by a browser where its price is made by scripts."""

from typing import Protocol
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind

from contracts.readings import MAX_EVIDENCE, Evidence, Reading
from contracts.streams import UserId
from services.tools.browsing.browser import Shows
from services.tools.browsing.fetcher import REFUSED, Fetches, NotFetched
from services.tools.browsing.robots import Robots
from services.tools.browsing.showing import NotShown, Shown
from services.tools.pages.page import Page, Read
from services.tools.pages.reading import read
from taskflow import clock, failpoints
from taskflow.errors import Permanent
from taskflow.postgres.database import DatabaseUnavailable
from taskflow.telemetry.tracing import span

DISALLOWED = "The shop does not want its page read by programs on their own (robots.txt)."
NOT_NOW = "The shop's server has trouble at the moment."
NO_BROWSER = "Perhaps a browser would see more: none is set up here."
NO_PRICE = "The page shows no price."
_FINAL = frozenset({"priced", "out_of_stock", "not_found"})
_SLOW_DOWN = frozenset({429, 503})

log = structlog.get_logger()


class Stored(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def sha256(self) -> str: ...


class Pictures(Protocol):
    """taskflow/privacy/media.py; only what a look needs of it."""

    async def put(self, user: UserId, content_type: str, data: bytes) -> Stored: ...


class Looker:
    """`browser` is None where there is no Chromium."""

    def __init__(
        self, fetcher: Fetches, browser: Shows | None, pictures: Pictures, robots: Robots
    ) -> None:
        self._fetcher, self._browser = fetcher, browser
        self._pictures, self._robots = pictures, robots

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
        if for_watch and (unwanted := await self._unwanted(url)):
            return unwanted
        async with failpoints.PAGE_FETCH:
            found = await self._fetcher.fetch(url)
        if isinstance(found, NotFetched):
            return _none(found.outcome, found.note)
        plain = _read(found.page, product)
        if plain.outcome in _FINAL or found.page.status in _SLOW_DOWN:
            return _reading(plain, found.page, *found.notes)
        shown = await self._show(url, product)
        if isinstance(shown, Shown):
            return await self._shown(shown, product, user)
        if shown.note == REFUSED:
            return _none("unreachable", REFUSED)
        return _reading(plain, found.page, *found.notes, shown.note)

    async def _show(self, url: str, product: str | None) -> Shown | NotShown:
        if self._browser is None:
            return NotShown("unclear", NO_BROWSER)
        async with failpoints.PAGE_FETCH:
            return await self._browser.show(
                url, lambda page: _read(page, product).outcome in _FINAL
            )

    async def _unwanted(self, url: str) -> Reading | None:
        match await self._robots.say(url):
            case "allowed":
                return None
            case "disallowed":
                return _none("blocked", DISALLOWED)
            case "not_now":
                return _none("unreachable", NOT_NOW)

    async def _shown(self, shown: Shown, product: str | None, user: UserId) -> Reading:
        stored = None
        if shown.screenshot:
            try:
                stored = await self._pictures.put(user, "image/png", shown.screenshot)
            except (DatabaseUnavailable, Permanent) as error:
                # The picture proves the price; without it the price still stands.
                log.warning("look.no_picture", error=error.code)
        reading = _reading(_read(shown.page, product), shown.page)
        if stored is None:
            return reading
        evidence = reading.evidence.model_copy(
            update={"screenshot": stored.id, "screenshot_sha256": stored.sha256}
        )
        return reading.model_copy(update={"evidence": evidence})


def _read(page: Page, product: str | None) -> Read:
    if page.status >= 500:
        return Read("unreachable", note=NOT_NOW)
    found = read(page, product=product)
    if found.outcome == "priced" and (found.amount is None or found.amount <= 0):
        return Read("unclear", title=found.title, note=NO_PRICE)
    return found


def _reading(read_: Read, page: Page, *notes: str) -> Reading:
    said = (read_.note, *notes) if read_.outcome not in _FINAL else (read_.note,)
    return Reading(
        outcome=read_.outcome,
        title=read_.title,
        amount=read_.amount,
        currency=read_.currency,
        list_amount=read_.list_amount,
        in_stock=read_.in_stock,
        note=" ".join(filter(None, said)),
        evidence=Evidence(
            at=page.at,
            read_by=page.read_by,
            source=read_.source,
            text=read_.text[:MAX_EVIDENCE],
            status=page.status,
        ),
    )


def _none(outcome: str, note: str) -> Reading:
    evidence = Evidence(at=clock.utc_now(), read_by="http")
    return Reading.model_validate({"outcome": outcome, "note": note, "evidence": evidence})
