"""A good as one page shows it now."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

from simulators.shop.formats import LANGUAGES, shown
from simulators.shop.goods import Good, path_of

SCHEMA = "https://schema.org"


@dataclass(frozen=True, slots=True)
class ShopView:
    good: Good
    base: str
    """The shop's address, without a slash at its end."""
    others: Sequence[Good] = ()
    """Shown beside it."""

    @property
    def url(self) -> str:
        return self.base + path_of(self.good.slug)

    @property
    def title(self) -> str:
        return escape(self.good.title)

    @property
    def price(self) -> str:
        return self.said(self.good.price)

    @property
    def language(self) -> str:
        return LANGUAGES[self.good.style]

    def said(self, amount: Decimal) -> str:
        return shown(amount, self.good.currency, self.good.style)

    def offer(self, **more: Any) -> dict[str, Any]:
        """schema.org's Offer, with the price as a string, as most shops have it."""
        stock = "InStock" if self.good.in_stock else "OutOfStock"
        return {
            "@type": "Offer",
            "url": self.url,
            "price": str(self.good.price),
            "priceCurrency": self.good.currency,
            "availability": f"{SCHEMA}/{stock}",
            "itemCondition": f"{SCHEMA}/NewCondition",
        } | more

    def product(self, **more: Any) -> dict[str, Any]:
        return {
            "@context": SCHEMA,
            "@type": "Product",
            "name": self.good.title,
            "sku": self.good.sku,
            "description": self.good.blurb,
            "image": f"{self.base}/pictures/{self.good.slug}.svg",
            "brand": {"@type": "Brand", "name": "Northlight"},
        } | more


@dataclass(frozen=True, slots=True)
class Parts:
    """What makes one page different from another."""

    head: str = ""
    price: str = ""
    """The block with the price; empty where scripts write it."""
    after: str = ""


def ld(*blocks: object) -> str:
    """One script for each block; a string goes out as it is, broken or not."""
    texts = [b if isinstance(b, str) else json.dumps(b, ensure_ascii=False) for b in blocks]
    # A text must not end the script that it stands in.
    safe = [text.replace("</", "<\\/") for text in texts]
    return "\n".join(f'<script type="application/ld+json">{text}</script>' for text in safe)
