"""Saved product pages with the price, currency and stock that a person reads there."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from services.tools.pages.page import Page, PageReading
from services.tools.pages.reading import read

AT = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
_FOR_MACHINES = "script, meta, link[itemprop], link[property], data[itemprop]"
_DESCRIBING = (
    "itemscope", "itemtype", "itemprop", "itemref", "itemid", "content", "vocab", "typeof",
    "property",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saved:
    id: str
    url: str
    html: str
    amount: Decimal | None
    """None where no single price can be told: to give any is wrong."""
    currency: str | None
    stock: str | None

    def read(self, html: str | None = None) -> PageReading:
        """As the service reads what came by plain HTTP."""
        page = Page(self.url, self.html if html is None else html, 200, "http", None, AT)
        return read(page, product=None)


def saved(place: Path) -> Iterator[Saved]:
    """The pages of a folder with `expected.json`."""
    for one in json.loads((place / "expected.json").read_text()):
        html = gzip.decompress((place / one["file"]).read_bytes()).decode("utf-8", "replace")
        priced = one["price"] is not None and not one.get("refuse")
        amount = Decimal(one["price"]) if priced else None
        yield Saved(one["id"], one["url"], html, amount, one["currency"], one["stock"])


def as_seen(html: str) -> str:
    """The page as people see it: without all that it says for machines."""
    tree = LexborHTMLParser(html)
    for node in reversed(tree.css(_FOR_MACHINES)):
        node.decompose()
    for name in _DESCRIBING:
        for node in tree.css(f"[{name}]"):
            del node.attrs[name]
    return tree.html or ""
