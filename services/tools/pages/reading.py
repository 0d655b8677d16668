"""From a page to what it says of one product's price: pure, and never a guess.

The sources are JSON-LD, microdata, `meta` elements and what people see; each says what it knows,
and deciding.py says what counts.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser

from contracts.readings import ReadingSource
from services.tools.pages import cleaning
from services.tools.pages.addresses import joined
from services.tools.pages.choosing import About, Several, choose
from services.tools.pages.deciding import Stated, decide
from services.tools.pages.found import FoundProduct
from services.tools.pages.locale_hints import hints_of
from services.tools.pages.page import Page, PageReading
from services.tools.pages.parsing import outlined, parsed
from services.tools.pages.prices.currencies import CODES
from services.tools.pages.regions import Regions
from services.tools.pages.structured import json_ld, meta_tags, microdata, schema_org
from services.tools.pages.structured.asking import Asking
from services.tools.pages.structured.evidence import with_evidence
from services.tools.pages.structured.json_ld import Node
from services.tools.pages.visible import blocked, stock, titles, visible_text
from services.tools.pages.visible.lines import TooDeep
from services.tools.pages.visible.seen import Seen
from services.tools.pages.visible.visible_text import Shown
from services.tools.pages.words import Stock

GONE = "The shop says that there is no such page."
NO_PRODUCT = "There is no product on the page."
REFUSED = "The shop does not let programs look at this page."
HUMAN = "The shop asks whether a human is looking."
NO_PRICE = "No price stands on the page."
TOO_LARGE = "The page is too large to be read."
SOME_SOLD_OUT = "Not every size or variant of it can be had."
NO_CURRENCY = "A price stands on the page, but not in which currency."


@dataclass(frozen=True, slots=True)
class _Described:
    """The product as one source describes it."""

    found: FoundProduct
    source: ReadingSource

    @property
    def stated(self) -> Stated:
        return Stated(self.found.price, self.source)


def read(page: Page, *, product: str | None, locale: str | None = None) -> PageReading:
    """What the page says of `product`, or of its main product when None.

    `locale` (BCP 47) is how the page was asked for: it decides only where the page itself does
    not say where it is at home.
    """
    if page.status in blocked.GONE:
        return PageReading("not_found", note=GONE)
    if blocked.refuses(page):
        return PageReading("blocked", note=REFUSED)
    if page.status >= 400:
        return PageReading("unreachable", note=f"The shop answers with an error ({page.status}).")
    look = _look(page, product, locale)
    if blocked.asks_for_a_human(look.tree, look.seen):
        return PageReading("blocked", note=HUMAN)
    return look.read()


def _look(page: Page, product: str | None, locale: str | None) -> "_Look":
    tree = parsed(page.html)
    if tree is not None:
        with contextlib.suppress(TooDeep):
            return _Look(page, tree, product, locale, whole=True)
    return _Look(page, outlined(page.html), product, locale, whole=False)


class _Look:
    def __init__(
        self,
        page: Page,
        tree: LexborHTMLParser,
        product: str | None,
        locale: str | None,
        *,
        whole: bool,
    ) -> None:
        self.tree, self._whole = tree, whole
        self._page, self._product = page, product
        self._url = joined("", page.url) or ""
        self._tags = meta_tags.contents_by_name(self.tree)
        declared = {code.upper() for code in meta_tags.currencies(self._tags)}
        hints = hints_of(self.tree, self._url, locale)
        hints = replace(hints, declared=frozenset(declared & CODES))
        parts = Regions(tree)
        # Before what nobody sees is taken away: metadata are part of it.
        described: tuple[tuple[ReadingSource, list[Node]], ...] = (
            ("json-ld", json_ld.nodes(tree)),
            ("microdata", microdata.nodes(tree, parts)),
        )
        self._urls = self._own_addresses()
        every = [node for _, nodes in described for node in nodes]
        self._hints = with_evidence(hints, tree, self._urls, every)
        self._asking = Asking(self._hints, page.at)
        self._described: list[tuple[ReadingSource, list[FoundProduct]]] = [
            (source, schema_org.products(nodes, self._asking, self._url))
            for source, nodes in described
        ]
        out = any(product.price.stock == "out" for _, found in self._described for product in found)
        self._has_choices = out and stock.has_choices(tree)
        self.seen = Seen(tree, parts)
        self._heading = titles.heading(self.seen, product, self._known_titles())
        self._about = self._told_before()

    def read(self) -> PageReading:
        found: list[_Described] = []
        several: str | None = None
        for source, chosen in self._products():
            match chosen:
                case FoundProduct():
                    found.append(_Described(chosen, source))
                case Several(note=note):
                    several = several or note
                case None:
                    pass
        title = cleaning.title(
            next((described.found.title for described in found if described.found.title), None)
        )
        shown = self._shown(found, several)
        decided = decide([described.stated for described in found], shown)
        if decided is None or (decided.source == "text" and not self._sells(shown)):
            return self._without(found, title, several)
        if decided.price.problem:
            return self._unclear(decided, title)
        return self._priced(decided, found, title)

    def _sells(self, shown: Shown) -> bool:
        """An amount in a sentence is a price only where something is sold."""
        return shown.stands_by_itself or stock.is_for_sale(self.seen)

    def _products(self) -> Iterator[tuple[ReadingSource, FoundProduct | Several | None]]:
        for source, products in self._described:
            yield source, choose(products, self._about)
        if tagged := meta_tags.found(self._tags, self._asking):
            yield tagged[1], tagged[0]

    def _shown(self, found: Sequence[_Described], several: str | None) -> Shown:
        """What people see; nothing where the page describes several products."""
        if not self._whole or several:
            return Shown()
        stated = {described.found.price.currency for described in found} - {None}
        declared = self._hints.declared | frozenset(code for code in stated if code)
        hints = replace(self._hints, declared=declared)
        return visible_text.shown(self.seen, self._heading, hints, self._page.visible)

    def _known_titles(self) -> list[str]:
        """What the page calls itself."""
        title = self.tree.css_first("title")
        return [title.text() if title else "", *self._tags.get("og:title", ())]

    def _own_addresses(self) -> tuple[str, ...]:
        """Where the page was found, and where it says that it stands."""
        canonical = self.tree.css_first('link[rel="canonical" i]')
        given = [
            (canonical.attributes.get("href") if canonical else None),
            *self._tags.get("og:url", ()),
        ]
        urls = [self._url, *(whole for url in given if url and (whole := joined(self._url, url)))]
        return tuple(dict.fromkeys(urls))

    def _told_before(self) -> About:
        headings = (self._headed() or "", *self._tags.get("og:title", ()))
        words = frozenset(cleaning.plain(self._product or "").split())
        return About(self._urls, words, headings)

    def _headed(self) -> str | None:
        heading = self._heading
        return heading.text(separator=" ", strip=True) if heading is not None else None

    def _title(self) -> str | None:
        return cleaning.title(self._headed()) or cleaning.title(
            next(iter(self._tags.get("og:title", ())), None)
        )

    def _title_of(self, source: ReadingSource, own: str | None) -> str | None:
        """`og:title` often ends with the shop's name; the heading does not."""
        if source in {"opengraph", "meta", "text"}:
            return self._title() or own
        return own or self._title()

    def _priced(
        self, decided: Stated, found: Sequence[_Described], title: str | None
    ) -> PageReading:
        price = decided.price
        known, note = self._stock(price.stock, found)
        before, amount = price.list_amount, price.amount
        return PageReading(
            "out_of_stock" if known == "out" else "priced",
            self._title_of(decided.source, title),
            amount,
            price.currency,
            before if before and amount and before > amount else None,
            None if known is None else known == "in",
            decided.source,
            cleaning.evidence(price.text),
            note,
        )

    def _stock(self, own: Stock | None, found: Sequence[_Described]) -> tuple[Stock | None, str]:
        """By metadata, else by what is shown; and what there is to say of sizes that differ."""
        stated = own
        for described in found:
            stated = stated or described.found.price.stock
        if stated == "out" and (self._has_choices or stock.buys(self.seen)):
            # Of several sizes metadata often tell the first one's.
            shown = stock.of_text(self.seen)
            return shown, "" if shown == "out" else SOME_SOLD_OUT
        differs = any(described.found.price.differs for described in found)
        return stated or stock.of_text(self.seen), SOME_SOLD_OUT if differs else ""

    def _unclear(self, decided: Stated, title: str | None) -> PageReading:
        return PageReading(
            "unclear",
            self._title_of(decided.source, title),
            source=decided.source,
            text=cleaning.evidence(decided.price.text),
            note=decided.price.problem or NO_PRICE,
        )

    def _without(
        self, found: Sequence[_Described], title: str | None, several: str | None
    ) -> PageReading:
        """Why no price was found."""
        title = title or self._title()
        out = next((described for described in found if described.found.price.stock == "out"), None)
        if out is not None:
            text = cleaning.evidence(out.found.price.text)
            return PageReading("out_of_stock", title, in_stock=False, source=out.source, text=text)
        if instead := self._no_product_page(title):
            return instead
        if several or found or stock.is_for_sale(self.seen):
            no_currency = any(described.found.price.amount is not None for described in found)
            return PageReading(
                "unclear", title, note=several or (NO_CURRENCY if no_currency else NO_PRICE)
            )
        return PageReading("not_found", title, note=NO_PRODUCT)

    def _no_product_page(self, title: str | None) -> PageReading | None:
        """What the page is instead of one that sells something."""
        if not self._whole:
            return PageReading("unclear", title, note=TOO_LARGE, too_large=True)
        if blocked.may_ask_for_a_human(self._page, self.seen):
            return PageReading("blocked", note=HUMAN)
        if blocked.says_gone(self.tree):
            return PageReading("not_found", note=GONE)
        if stock.of_text(self.seen) == "out":
            return PageReading("out_of_stock", title, in_stock=False, source="text")
        return None
