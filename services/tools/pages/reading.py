"""From a page to what it says of one product's price: pure, and never a guess.

The sources in their order: JSON-LD, microdata, `meta` elements, visible text. The first that names
a price ends the reading; so does the first that names several and leaves open which.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser

from contracts.readings import ReadingSource
from services.tools.pages import cleaning
from services.tools.pages.addresses import joined
from services.tools.pages.choosing import About, Several, choose
from services.tools.pages.found import Found
from services.tools.pages.locale_hints import hints_of
from services.tools.pages.page import Page, Read
from services.tools.pages.parsing import Parsed, parsed
from services.tools.pages.prices.currencies import CODES
from services.tools.pages.structured import json_ld, meta_tags, microdata, schema_org
from services.tools.pages.structured.asking import Asking
from services.tools.pages.structured.json_ld import Node
from services.tools.pages.visible import blocked, stock, visible_text

GONE = "The shop says that there is no such page."
NO_PRODUCT = "There is no product on the page."
REFUSED = "The shop does not let programs look at this page."
HUMAN = "The shop asks whether a human is looking."
NO_PRICE = "No price stands on the page."
TOO_LARGE = "The page is too large to be read."
NO_CURRENCY = "A price stands on the page, but not in which currency."


_DESCRIBED: tuple[tuple[ReadingSource, Callable[[LexborHTMLParser], list[Node]]], ...] = (
    ("json-ld", json_ld.nodes),
    ("microdata", microdata.nodes),
)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one source came to."""

    found: Found | Several | None
    source: ReadingSource


def read(page: Page, *, product: str | None, locale: str | None = None) -> Read:
    """What the page says of `product`, or of its main product when None.

    `locale` (BCP 47) is how the page was asked for: it decides only where the page itself does
    not say where it is at home.
    """
    if page.status in blocked.GONE:
        return Read("not_found", note=GONE)
    if blocked.refuses(page):
        return Read("blocked", note=REFUSED)
    if page.status >= 400:
        return Read("unreachable", note=f"The shop answers with an error ({page.status}).")
    look = _Look(page, parsed(page.html), product, locale)
    if blocked.asks_for_a_human(look.tree, look.seen):
        return Read("blocked", note=HUMAN)
    return look.read()


class _Look:
    def __init__(self, page: Page, parsed: Parsed, product: str | None, locale: str | None) -> None:
        self.tree, self.seen, self._whole = parsed.tree, parsed.seen, parsed.whole
        self._page, self._product = page, product
        self._url = joined("", page.url) or ""
        self._tags = meta_tags.told(self.tree)
        declared = {code.upper() for code in meta_tags.currencies(self._tags)}
        hints = hints_of(self.tree, self._url, locale)
        self._hints = replace(hints, declared=frozenset(declared & CODES))
        self._asking = Asking(self._hints, page.at)
        self._about = self._told_before()

    def read(self) -> Read:
        title: str | None = None
        note, doubt = NO_PRICE, False
        out: Read | None = None
        for said in self._sources():
            match said.found:
                case Found(price=price) as found:
                    title, doubt = title or found.title, True
                    if price.problem:
                        return self._unclear(found, said.source)
                    if price.amount is not None and price.currency:
                        return self._priced(found, said.source)
                    note = NO_CURRENCY if price.amount is not None else note
                    if price.stock == "out" and out is None:
                        text = cleaning.evidence(price.text)
                        out = Read("out_of_stock", in_stock=False, source=said.source, text=text)
                case Several(note=told):
                    note, doubt = told, True
                case None:
                    pass
        title = cleaning.title(title) or self._title()
        if out is not None:
            return replace(out, title=title)
        return self._without(title, note, doubt=doubt)

    def _sources(self) -> Iterator[_Said]:
        several = False
        for source, nodes in _DESCRIBED:
            found = schema_org.products(nodes(self.tree), self._asking, self._url)
            chosen = choose(found, self._about)
            several = several or isinstance(chosen, Several)
            yield _Said(chosen, source)
        if tagged := meta_tags.found(self._tags, self._asking):
            yield _Said(*tagged)
        if self._whole and not several:
            text = visible_text.found(self.seen, self._hints, self._product, self._page.visible)
            yield _Said(text, "text")

    def _told_before(self) -> About:
        canonical = self.tree.css_first('link[rel="canonical" i]')
        given = [
            (canonical.attributes.get("href") if canonical else None),
            *self._tags.get("og:url", ()),
        ]
        urls = [self._url, *(whole for url in given if url and (whole := joined(self._url, url)))]
        heading = self.seen.css_first("h1")
        headings = (heading.text(separator=" ") if heading else "", *self._tags.get("og:title", ()))
        words = frozenset(cleaning.plain(self._product or "").split())
        return About(tuple(dict.fromkeys(urls)), words, headings)

    def _title(self) -> str | None:
        heading = self.seen.css_first("h1")
        named = heading.text(separator=" ", strip=True) if heading else None
        return cleaning.title(named) or cleaning.title(
            next(iter(self._tags.get("og:title", ())), None)
        )

    def _title_of(self, found: Found, source: ReadingSource) -> str | None:
        """`og:title` often ends with the shop's name; the heading does not."""
        own, heading = cleaning.title(found.title), self._title()
        if source in {"opengraph", "meta"}:
            return heading or own
        return own or heading

    def _priced(self, found: Found, source: ReadingSource) -> Read:
        price = found.price
        known = price.stock or stock.of_text(self.seen)
        before, amount = price.list_amount, price.amount
        return Read(
            "out_of_stock" if known == "out" else "priced",
            self._title_of(found, source),
            amount,
            price.currency,
            before if before and amount and before > amount else None,
            None if known is None else known == "in",
            source,
            cleaning.evidence(price.text),
        )

    def _unclear(self, found: Found, source: ReadingSource) -> Read:
        return Read(
            "unclear",
            self._title_of(found, source),
            source=source,
            text=cleaning.evidence(found.price.text),
            note=found.price.problem or NO_PRICE,
        )

    def _without(self, title: str | None, note: str, *, doubt: bool) -> Read:
        """Why no price was found."""
        if not self._whole:
            return Read("unclear", title, note=TOO_LARGE)
        if blocked.may_ask_for_a_human(self._page, self.seen):
            return Read("blocked", note=HUMAN)
        if blocked.says_gone(self.tree):
            return Read("not_found", note=GONE)
        if stock.of_text(self.seen) == "out":
            return Read("out_of_stock", title, in_stock=False, source="text")
        if doubt or stock.is_for_sale(self.tree, self.seen):
            return Read("unclear", title, note=note)
        return Read("not_found", title, note=NO_PRODUCT)
