"""Amounts of money in a text, each with what it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from services.tools.pages.locale_hints import Hints
from services.tools.pages.prices.amounts import Reader
from services.tools.pages.prices.characters import plain
from services.tools.pages.prices.kinds import Kind, Tax, around, tax_of
from services.tools.pages.prices.money import Money

LONGEST_TEXT = 4_096
"""Characters that are looked at; what a page's part says beyond is not read."""
_MOST_MENTIONS = 100
"""What tells more amounts tells no price."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A number beside a currency sign, and where in the text."""

    start: int
    end: int
    money: Money | None
    """None when it could mean several things."""
    kind: Kind
    """Only "price" is what one pays for the thing; "former" is what it cost before."""
    number: Decimal | None = None
    """None when the digits could mean several numbers."""
    currencies: frozenset[str] = frozenset()
    """Which the signs beside it can mean; none if they contradict each other."""
    tax: Tax | None = None
    """Said to be without tax, or with it: see `to_pay` in price_text.py."""


def mentions(text: str, hints: Hints) -> Iterator[Mention]:
    """Every number that stands beside a currency's sign."""
    shown = plain(text[:LONGEST_TEXT])
    for amount in islice(Reader(shown.text, hints).amounts(), _MOST_MENTIONS):
        yield Mention(
            shown.place(amount.start),
            shown.end(amount.end),
            amount.money,
            amount.kind,
            amount.number,
            amount.codes,
            tax_of(
                around(shown.text, amount.left, amount.start, amount.end), is_first=amount.left == 0
            ),
        )
