"""From what people call money to its ISO 4217 code, by CLDR's names."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from babel import Locale
from babel.core import get_global

from services.agent.memory.profile.words import plain, tidy

_ALSO = {
    "$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW",
    "₺": "TRY", "₽": "RUB", "₴": "UAH", "zł": "PLN", "r$": "BRL", "fr.": "CHF", "c$": "CAD",
    "a$": "AUD",
    "dollar": "USD", "us dollar": "USD", "american dollar": "USD", "buck": "USD",
    "pound": "GBP", "british pound": "GBP", "quid": "GBP", "pound sterling": "GBP",
    "sterling": "GBP", "pounds sterling": "GBP", "euro": "EUR", "yen": "JPY", "yuan": "CNY",
    "renminbi": "CNY", "rmb": "CNY", "rupee": "INR", "zloty": "PLN", "real": "BRL",
    "reai": "BRL", "shekel": "ILS", "baht": "THB", "forint": "HUF", "lira": "TRY", "rand": "ZAR",
    "hryvnia": "UAH", "ruble": "RUB", "rouble": "RUB", "dirham": "AED", "swis franc": "CHF",
    "schweizer franken": "CHF", "franken": "CHF", "franco suizo": "CHF", "franco suico": "CHF",
    "franc suisse": "CHF", "francs suisse": "CHF", "pfund": "GBP", "libra": "GBP", "livre": "GBP",
    "dolare": "USD", "dolar": "USD", "us": "USD",
}  # fmt: skip
"""A bare "dollar" is the commonest one; "krone" and "peso" are left to be asked about."""
_SIGNS = re.compile(r"[^\w]{1,2}|[A-Za-z]{1,2}\$|zł|fr\.", re.IGNORECASE)


def currency(said: str) -> str | None:
    text = " ".join(said.split()).strip(" ,;:!?\"'")
    if _SIGNS.fullmatch(text):
        return _ALSO.get(text.lower())
    text = tidy(text)
    code = text.upper()
    if len(text) == 3 and code in _in_use():
        return code
    word = _singular(plain(text).removeprefix("the "))
    return _ALSO.get(word) or _names().get(word)


def _singular(word: str) -> str:
    return " ".join(one.removesuffix("s") for one in word.split())


@cache
def _in_use() -> frozenset[str]:
    territories = cast(
        "Mapping[str, list[tuple[str, Any, Any, bool]]]", get_global("territory_currencies")
    )
    return frozenset(
        entry[0]
        for entries in territories.values()
        for entry in entries
        if not entry[2] and entry[3]
    )


@cache
def _names() -> dict[str, str]:
    known: dict[str, str] = {}
    for locale in ("fr", "pt", "es", "de", "en"):
        names = cast("Mapping[str, str]", Locale(locale).currencies)
        known |= {_singular(plain(name)): code for code, name in names.items() if code in _in_use()}
    return known
