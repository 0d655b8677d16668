"""One product as some part of a page describes it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from services.tools.pages.words import Stock


@dataclass(frozen=True, slots=True)
class FoundPrice:
    """What is asked, or why it cannot be said."""

    amount: Decimal | None = None
    currency: str | None = None
    list_amount: Decimal | None = None
    stock: Stock | None = None
    text: str = ""
    problem: str | None = None
    """Several prices, with nothing that tells which: final, other sources would only guess."""
    differs: bool = False
    """Of several variants, some can be had and some cannot."""


@dataclass(frozen=True, slots=True)
class FoundProduct:
    title: str | None
    price: FoundPrice = field(default_factory=FoundPrice)
    urls: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()
    words: str = ""
    """More that can name it: colour, size, SKU."""
    variants: Sequence["FoundProduct"] = ()
    group: str | None = None
    """What its variants have in common, where each stands on its own."""
    related: bool = False
    """Shown beside another product, as a recommendation."""
