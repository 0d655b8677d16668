"""Pages made by hand, and what is read from them."""

import json
from datetime import UTC, datetime
from typing import Any

from services.tools.pages.page import Page, PageReading
from services.tools.pages.reading import read

URL = "https://shop.example.com/p/trail-shoe"
AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
OFFER = {"@type": "Offer", "price": "79.90", "priceCurrency": "EUR"}
SHOE = {"@type": "Product", "name": "Trail shoe", "offers": OFFER}


def look(
    html: str,
    product: str | None = None,
    *,
    url: str = URL,
    status: int = 200,
    visible: str | None = None,
    locale: str | None = None,
) -> PageReading:
    by = "http" if visible is None else "browser"
    return read(Page(url, html, status, by, visible, AT), product=product, locale=locale)


def page(body: str, head: str = "", lang: str = "en") -> str:
    return f'<!doctype html><html lang="{lang}"><head>{head}</head><body>{body}</body></html>'


def ld(*blocks: Any, body: str = "<h1>Trail shoe</h1>", lang: str = "en") -> str:
    scripts = "".join(
        f'<script type="application/ld+json">'
        f"{block if isinstance(block, str) else json.dumps(block)}</script>"
        for block in blocks
    )
    return page(body, scripts, lang)


def shoe(**offer: Any) -> dict[str, Any]:
    return {**SHOE, "offers": {**OFFER, **offer}}


def text(inside: str, lang: str = "en-IE") -> str:
    return page(f"<main><h1>Trail shoe</h1>{inside}</main>", lang=lang)


def told(found: PageReading) -> tuple[str, str | None, str | None]:
    return found.outcome, None if found.amount is None else str(found.amount), found.currency
