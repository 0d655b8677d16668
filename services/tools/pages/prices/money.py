"""Numbers and amounts as pages write them, exact or not at all."""
# ruff: noqa: RUF001 - other alphabets, and the typography of prices

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from price_parser import Price

from services.tools.pages.locale_hints import Hints
from services.tools.pages.prices.currencies import CODES, SIGN, currency_of, digits, most
from services.tools.pages.prices.kinds import DASHED, Kind, kind_of

_GAP = "[ \u00a0\u2009\u202f'’]"
_NUMBER = (
    rf"\d{{1,3}}(?:{_GAP}\d{{3}})+(?:[.,]\d{{1,2}})?(?!\d)"
    rf"|\d{{1,2}}(?:,\d{{2}})+,\d{{3}}(?:\.\d{{1,2}})?(?!\d)"
    rf"|\d{{1,3}}(?:([.,])\d{{3}})(?:\1\d{{3}})*(?:[.,]\d{{1,2}})?(?!\d)"
    rf"|\d+(?:[.,]\d{{1,4}})?(?!\d)"
)
NUMBER = re.compile(rf"(?<![\d.,])(?:{_NUMBER})")
_BEFORE = re.compile(rf"({SIGN})\s?$")
_AFTER = re.compile(rf"(?:[.,][-–—]{{1,2}})?\s?({SIGN})")
# "€ 79 90": the cents stand apart, and could be anything else.
_CENTS_APART = re.compile(r"\s\d{2}(?![\d%])")
_LONGEST_SIGN = 8
_LONGEST_NUMBER = 24
_LONGEST_LEAD = 40


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A number beside a currency sign, and where in the text."""

    start: int
    end: int
    money: Money | None
    """None when it could mean several things."""
    kind: Kind
    """Only "price" is what one pays for the thing; "former" is what it cost before."""


def amount_of(number: Decimal | None, currency: str | None) -> Decimal | None:
    """In the currency's smallest unit; None if no shop could mean it."""
    if number is None or not number.is_finite() or abs(number.adjusted()) > _LONGEST_NUMBER:
        return None
    if not 0 < number <= most(currency or ""):
        return None
    unit = Decimal(1).scaleb(-digits(currency))
    rounded = number.quantize(unit, ROUND_HALF_UP)
    return rounded if rounded > 0 else None


def number_of(
    text: str, decimal: str | None, currency: str | None = None, *, machine: bool = False
) -> Decimal | None:
    """A number alone, by the page's decimal sign where the number itself leaves a doubt.

    For a `machine` it is written with a decimal point, as JSON has it, or as for people.
    """
    bare = re.sub(_GAP, "", text.strip())
    if len(bare) > _LONGEST_NUMBER or not re.fullmatch(r"\d+(?:[.,]\d+)*", bare, re.ASCII):
        return None
    found = re.fullmatch(r"(\d+)([.,])(\d{3})", bare)
    if found is None:
        return _parsed(bare, None)
    whole, sign, rest = found.groups()
    if len(whole) > 3:
        return _parsed(bare, sign)
    if digits(currency) == 3:
        known = "." if machine else decimal
        return None if known is None else _parsed(bare, known)
    if decimal == sign or whole == "0" or (machine and sign == "."):
        # Three places in a currency of two: a thousand, or a third digit of the cents.
        return None
    return Decimal(whole + rest)


def _parsed(bare: str, decimal: str | None) -> Decimal | None:
    thousands = {".": ",", ",": "."}[decimal] if decimal else None
    try:
        return Price.fromstring(
            bare, decimal_separator=decimal, digit_group_separator=thousands
        ).amount
    except (InvalidOperation, ValueError):
        return None


def mentions(text: str, hints: Hints) -> Iterator[Mention]:
    """Every number that stands beside a currency's sign."""
    ends = 0
    for found in NUMBER.finditer(text):
        start, end = found.span()
        before = _BEFORE.search(text[max(0, start - _LONGEST_SIGN) : start])
        after = _AFTER.match(text, end, end + _LONGEST_SIGN)
        if after and _belongs_to_the_next(text, after):
            after = None
        signs = [sign[1] for sign in (after, before) if sign]
        if not signs:
            continue
        # "$79.90 CAD": the code says which dollar.
        signs.sort(key=lambda sign: sign not in CODES)
        currency = currency_of(signs[0], hints)
        number = number_of(found[0], hints.decimal(), currency)
        if after is None and _CENTS_APART.match(text, end):
            number = None
        amount = amount_of(number, currency)
        money = Money(amount, currency) if amount is not None and currency else None
        # The sign before stands within the last characters before the number.
        opens = start - (len(before[0]) if before else 0)
        led = text[max(ends, opens - _LONGEST_LEAD) : opens]
        ends = after.end() if after else end
        kind = kind_of(led, text[ends : ends + _LONGEST_LEAD])
        if DASHED.search(text[max(0, opens - _LONGEST_LEAD) : opens]):
            kind = "range"
        yield Mention(opens, ends, money, kind)


def _belongs_to_the_next(text: str, after: re.Match[str]) -> bool:
    """In "10 €20" the sign is of 20."""
    return text[after.start()].isspace() and text[after.end() : after.end() + 1].isdigit()
