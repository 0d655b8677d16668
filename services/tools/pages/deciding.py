"""Which price counts, where metadata and what people see each have something to say.

Metadata may be old, net of tax or the lowest of several; what stands beside the product's title is
what a buyer pays. So each price that metadata state is looked for among the amounts shown there:

1. What metadata state and the page shows beside the title as a price counts. Of several that
   metadata state, one alone must be shown.
2. Where the page shows one price beside the title, and it is not what metadata state, the shown
   one counts, if the stated one is shown nowhere as a price or only as the price before.
3. Where the page shows a range, a starting price or several prices beside the title, and the
   stated price is none of those shown as a price, there is no price.
4. Where the page shows no amount beside the title, metadata count if they agree.
5. Without metadata the shown price counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contracts.readings import ReadingSource
from services.tools.pages.found import Price
from services.tools.pages.prices.money import Money
from services.tools.pages.visible.visible_text import Shown

DISAGREE = "The page's metadata and what it shows name different prices."


@dataclass(frozen=True, slots=True)
class Stated:
    """A price of one source, or why it names none."""

    price: Price
    source: ReadingSource


def decide(stated: Sequence[Stated], shown: Shown) -> Stated | None:
    """The price that counts, or why none does; None where no source says anything of a price."""
    if troubled := next((one for one in stated if one.price.problem), None):
        return troubled
    priced = {money: one for one in reversed(stated) if (money := _money(one.price))}
    as_text = Stated(shown.price, "text")
    if not priced:
        return as_text if _money(shown.price) or shown.price.problem else None
    beside = {one.money for one in shown.near if one.is_a_price and one.money}
    seen = _money(shown.price)
    if seen is not None and seen in priced:
        return _with_list_price(priced[seen], shown)
    if seen is not None:
        elsewhere = {one.money for one in shown.elsewhere if one.is_a_price}
        if elsewhere & priced.keys() - _before(shown):
            return _unclear(as_text)
        return as_text
    supported = [one for money, one in priced.items() if money in beside]
    if len(supported) == 1 and not any(one.is_a_range for one in shown.near):
        return supported[0]
    if shown.near or len(priced) > 1:
        return _unclear(next(iter(priced.values())), shown.price.problem)
    return next(iter(priced.values()))


def _money(price: Price) -> Money | None:
    if price.amount is None or price.currency is None or price.problem:
        return None
    return Money(price.amount, price.currency)


def _before(shown: Shown) -> set[Money | None]:
    return {one.money for one in shown.near if one.was_before or one.role == "usual"}


def _with_list_price(one: Stated, shown: Shown) -> Stated:
    before = one.price.list_amount or shown.price.list_amount
    return replace(one, price=replace(one.price, list_amount=before))


def _unclear(one: Stated, problem: str | None = None) -> Stated:
    price = Price(problem=problem or DISAGREE, text=one.price.text, stock=one.price.stock)
    return replace(one, price=price)
