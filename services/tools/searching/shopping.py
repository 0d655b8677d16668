"""An offer as Google Shopping tells it: cut, cleaned, and without a price where it is in doubt."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlsplit

from contracts.event import Json
from services.tools.pages.cleaning import clean
from services.tools.pages.locale_hints import Hints
from services.tools.pages.prices.money import Money, amount_of, mentions

MAX_TITLE, MAX_SHOP, MAX_LINK, MAX_PRICE = 120, 60, 500, 60
# Addresses in titles are nobody's to open, and signs that make text bold or struck are ours.
_UNWANTED = re.compile(r"(?:https?://|www\.)\S+|[*_~`<>\[\]]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Offer:
    title: str | None
    shop: str | None
    amount: Decimal | None
    """In the currency that was asked for."""
    link: str | None
    rating: float | None
    token: str | None = None
    """Asks the immersive engine for the shops; never shown to anybody."""

    def within(self, most: Decimal | None) -> bool:
        """What has no price here may have one beyond the limit."""
        return most is None or (self.amount is not None and self.amount <= most)


def offers(listed: object, currency: str) -> list[Offer]:
    """Those that have a name, in the vendor's order."""
    each = cast("list[object]", listed) if isinstance(listed, list) else []
    return [_offer(cast("Json", one), currency) for one in each if isinstance(one, dict)]


def _offer(told: Json, currency: str) -> Offer:
    token: Any = told.get("immersive_product_page_token")
    return Offer(
        title=_text(told.get("title"), MAX_TITLE),
        shop=_text(told.get("source") or told.get("name"), MAX_SHOP),
        amount=_amount(told, currency),
        link=_link(told.get("link")),
        rating=_rating(told.get("rating")),
        token=token if isinstance(token, str) else None,
    )


def _text(value: object, most: int) -> str | None:
    if not isinstance(value, str):
        return None
    return clean(_UNWANTED.sub(" ", value[: most * 8]), most) or None


def _amount(told: Json, currency: str) -> Decimal | None:
    """The number that the vendor extracted, if its text says the same, and that one pays it."""
    said: Any = told.get("price")
    number: Any = told.get("extracted_price")
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    amount = amount_of(Decimal(str(number)), currency)
    hints = Hints(declared=frozenset({currency}))
    text = said[:MAX_PRICE] if isinstance(said, str) else ""
    wanted = Money(amount, currency) if amount is not None else None
    said_of_it = mentions(text, hints)
    return (
        amount if all(one.money == wanted and one.kind == "price" for one in said_of_it) else None
    )


def _rating(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value <= 5 else None


def _link(value: object) -> str | None:
    if not isinstance(value, str) or len(value) > MAX_LINK or not value.isprintable():
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    good = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    return value if good and not re.search(r"\s", value) else None
