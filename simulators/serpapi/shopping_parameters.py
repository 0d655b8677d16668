"""What google_shopping accepts, and how it refuses the rest."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from simulators.serpapi.errors import SearchRefused

# Google Shopping sells in a country, in its money; the countries that people ask for most.
MONEY: Mapping[str, str] = {
    "us": "USD", "ca": "CAD", "au": "AUD", "nz": "NZD", "gb": "GBP", "uk": "GBP", "ie": "EUR",
    "de": "EUR", "at": "EUR", "fr": "EUR", "es": "EUR", "it": "EUR", "pt": "EUR", "nl": "EUR",
    "be": "EUR", "fi": "EUR", "gr": "EUR", "ch": "CHF", "se": "SEK", "no": "NOK", "dk": "DKK",
    "pl": "PLN", "cz": "CZK", "hu": "HUF", "tr": "TRY", "jp": "JPY", "in": "INR", "cn": "CNY",
    "sg": "SGD", "hk": "HKD", "kr": "KRW", "br": "BRL", "mx": "MXN", "za": "ZAR", "ae": "AED",
    "il": "ILS",
}  # fmt: skip
LOW_TO_HIGH, HIGH_TO_LOW = "1", "2"


@dataclass(frozen=True, slots=True)
class ShoppingQuery:
    words: str
    country: str
    currency: str
    least: Decimal | None
    most: Decimal | None
    sort_by: str | None
    on_sale: bool
    start: int


def read(parameters: Mapping[str, str]) -> ShoppingQuery:
    """Raises SearchRefused with status 400."""
    words = parameters.get("q", "").strip()
    if not words:
        raise SearchRefused("Missing query `q` parameter.")
    country = parameters.get("gl", "us").lower()
    if country not in MONEY:
        raise SearchRefused(f"Unsupported `{country}` country - gl parameter.")
    sort_by = parameters.get("sort_by")
    if sort_by not in {None, "", LOW_TO_HIGH, HIGH_TO_LOW}:
        raise SearchRefused(f"Unsupported value `{sort_by}` for `sort_by` parameter.")
    start = parameters.get("start", "")
    return ShoppingQuery(
        words=words,
        country=country,
        currency=MONEY[country],
        least=_amount(parameters, "min_price"),
        most=_amount(parameters, "max_price"),
        sort_by=sort_by or None,
        on_sale=parameters.get("on_sale", "").lower() in {"true", "1"},
        start=int(start) if start.isdecimal() else 0,
    )


def _amount(parameters: Mapping[str, str], name: str) -> Decimal | None:
    given = parameters.get(name)
    if not given:
        return None
    if not re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,2})?", given):
        raise SearchRefused(f"Unsupported value `{given}` for `{name}` parameter.")
    return Decimal(given)
