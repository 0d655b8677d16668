"""An offer as Google Shopping tells it: cut, cleaned, and without a price where it is in doubt."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts.event import Json
from services.tools.pages.locale_hints import Hints
from services.tools.pages.prices.mentions import mentions
from services.tools.pages.prices.money import Money, amount_of
from services.tools.searching import fields

MAX_TITLE, MAX_SHOP, MAX_PRICE = 120, 60, 60


@dataclass(frozen=True, slots=True)
class ShopOffer:
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


def offers(listed: object, currency: str) -> list[ShopOffer]:
    """Those that have a name, in the vendor's order."""
    return [_offer(record, currency) for record in fields.records(listed)]


def _offer(result: Json, currency: str) -> ShopOffer:
    token: Any = result.get("immersive_product_page_token")
    return ShopOffer(
        title=fields.text(result.get("title"), MAX_TITLE),
        shop=fields.text(result.get("source") or result.get("name"), MAX_SHOP),
        amount=_amount(result, currency),
        link=fields.link(result.get("link")),
        rating=_rating(result.get("rating")),
        token=token if isinstance(token, str) else None,
    )


def _amount(result: Json, currency: str) -> Decimal | None:
    """The number that the vendor extracted, if its text says the same, and that one pays it."""
    said: Any = result.get("price")
    number: Any = result.get("extracted_price")
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    amount = amount_of(Decimal(str(number)), currency)
    hints = Hints(declared=frozenset({currency}))
    text = said[:MAX_PRICE] if isinstance(said, str) else ""
    wanted = Money(amount, currency) if amount is not None else None
    said_of_it = mentions(text, hints)
    return (
        amount
        if all(mention.money == wanted and mention.kind == "price" for mention in said_of_it)
        else None
    )


def _rating(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value <= 5 else None
