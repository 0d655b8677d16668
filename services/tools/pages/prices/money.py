"""Amounts of money, exact or not at all."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from services.tools.pages.prices.characters import plain
from services.tools.pages.prices.currencies import digits, most
from services.tools.pages.prices.numerals import LONGEST, numerals


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str


def amount_of(number: Decimal | None, currency: str | None) -> Decimal | None:
    """In the currency's smallest unit; None if no shop could mean it."""
    if number is None or not number.is_finite() or abs(number.adjusted()) > LONGEST:
        return None
    if not 0 < number <= most(currency or ""):
        return None
    places = digits(currency)
    if places == 0 and number != number.to_integral_value():
        return None
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return rounded if rounded > 0 else None


def number_of(
    text: str, decimal: str | None, currency: str | None = None, *, machine: bool = False
) -> Decimal | None:
    """A number alone, by the page's decimal sign where the number itself leaves a doubt.

    For a `machine` it is written with a decimal point, as JSON has it, or as for people.
    """
    if len(text) > LONGEST * 4:
        return None
    bare = plain(text.strip()).text.strip()
    alone = next(numerals(bare), None)
    if alone is None or (alone.start, alone.end) != (0, len(bare)):
        return None
    return alone.value(decimal, digits(currency), machine=machine)
