"""From what stands beside a number to ISO 4217.

1. A code, or a sign that only one currency uses, is that currency.
2. A sign of several ("$", "kr", "¥") is the one of them that the page names in its metadata, else
   the one with which people pay where the page is at home (its language's country, its domain).
3. Where that leaves none, or more than one, the currency is not known.
"""
# ruff: noqa: RUF001 - other alphabets, and the typography of prices

import re
from collections.abc import Mapping
from typing import cast

from babel.core import get_global  # pyright: ignore[reportUnknownVariableType]
from babel.numbers import get_currency_precision

from services.tools.pages.locale_hints import Hints

_NAMES = cast("Mapping[str, str]", get_global("all_currencies"))  # pyright: ignore[reportUnknownArgumentType]
# X codes are metals and test codes; these are the X codes that people pay with.
CODES = frozenset(
    code for code in _NAMES if not code.startswith("X") or code in {"XOF", "XAF", "XPF", "XCD"}
)
_DOLLARS = frozenset(
    {
        "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU", "JMD",
        "TTD", "BBD", "BSD", "BZD", "FJD", "NAD", "XCD",
    }
)  # fmt: skip
SIGNS: Mapping[str, frozenset[str]] = {
    sign: frozenset(codes.split())
    for sign, codes in {
        "€": "EUR", "euros": "EUR", "euro": "EUR", "Euro": "EUR",
        "US$": "USD", "U$S": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD",
        "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "NT$": "TWD", "MX$": "MXN", "Mex$": "MXN",
        "R$": "BRL", "CLP$": "CLP", "COP$": "COP",
        "£": "GBP EGP LBP GIP FKP SHP", "zł": "PLN", "zl": "PLN", "Kč": "CZK", "Ft": "HUF",
        "kr.": "DKK ISK SEK NOK", "kr": "SEK NOK DKK ISK", "Kr": "SEK NOK DKK ISK",
        "Fr.": "CHF", "SFr.": "CHF", "Fr": "CHF",
        "¥": "JPY CNY", "￥": "JPY CNY", "円": "JPY", "元": "CNY TWD HKD", "人民币": "CNY",
        "₹": "INR", "Rs.": "INR PKR LKR NPR MUR", "Rs": "INR PKR LKR NPR MUR",
        "₽": "RUB", "руб.": "RUB BYN", "руб": "RUB BYN", "₴": "UAH", "грн": "UAH",
        "₺": "TRY", "TL": "TRY", "₩": "KRW", "원": "KRW", "₫": "VND", "đ": "VND", "฿": "THB",
        "₪": "ILS", "₱": "PHP", "₦": "NGN", "₸": "KZT", "₾": "GEL", "₼": "AZN", "₡": "CRC",
        "lei": "RON MDL", "Lei": "RON MDL", "лв.": "BGN", "лв": "BGN", "RM": "MYR", "Rp": "IDR",
        "R": "ZAR", "S/": "PEN", "د.إ": "AED", "ر.س": "SAR",
    }.items()
} | {"$": _DOLLARS}  # fmt: skip
_ONE = {sign: next(iter(codes)) for sign, codes in SIGNS.items() if len(codes) == 1}
SIGN = "|".join(
    # A sign of letters must not be the end or the beginning of a word.
    (r"(?<![^\W\d_])" if sign[0].isalpha() and sign[0].isascii() else "")
    + re.escape(sign)
    + (r"(?![^\W\d_])" if sign[-1].isalpha() and sign[-1].isascii() else "")
    for sign in sorted([*SIGNS, *CODES], key=len, reverse=True)
)
"""A regular expression of every code and sign, the longest first."""
# Prices in these run into many digits.
_SMALL_UNITS = frozenset(
    {
        "VND", "IDR", "IRR", "IQD", "LAK", "PYG", "COP", "CLP", "UZS", "GNF", "LBP", "TZS",
        "UGX", "KRW", "JPY", "HUF", "MMK", "KHR", "MNT", "NGN", "SYP",
    }
)  # fmt: skip


def currency_of(said: str | None, hints: Hints) -> str | None:
    """ISO 4217 of a code or a sign, or None if it could be several."""
    text = (said or "").strip().strip("\u200e\u200f")
    if text.upper() in CODES and len(text) == 3:
        return text.upper()
    if text in _ONE:
        return _ONE[text]
    family = SIGNS.get(text, frozenset[str]())
    for known in (hints.declared, hints.tenders()):
        if fitting := family & known:
            return next(iter(fitting)) if len(fitting) == 1 else None
    # Pound signs of other countries are rare, and stand on pages that say where they are.
    return "GBP" if text == "£" and not hints.regions else None


def digits(currency: str | None) -> int:
    """After the decimal sign."""
    return get_currency_precision(currency) if currency else 2


def most(currency: str) -> int:
    """No shop asks more than this for anything."""
    return 10**10 if currency in _SMALL_UNITS else 10**7
