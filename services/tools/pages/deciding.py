"""Which price counts, where metadata and what people see each have something to say.

Metadata may be old, net of tax or the lowest of several; what stands beside the product's title is
what a buyer pays. So each price that metadata state is looked for among the amounts shown there:

1. What metadata state and the page shows beside the title as a price counts. Of several that
   metadata state, one alone must be shown.
2. Where the page shows one price beside the title, and it is not what metadata state, the shown
   one counts if its element is named a price, and the stated one is shown nowhere as a price or
   only as the price before; else there is none.
3. Where the page shows a range, a starting price or several prices beside the title, and the
   stated price is none of those shown as a price, there is no price.
4. Where the page shows no amount beside the title, metadata count if they agree, unless the page
   shows the stated price as an instalment or for several only.
5. Without metadata the shown price counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from contracts.readings import ReadingSource
from services.tools.pages.found import FoundPrice
from services.tools.pages.prices.money import Money
from services.tools.pages.visible.visible_text import Shown, SignedAmount

ONLY_A_PART = "The page shows its price by the month or for several only."
_PARTS = frozenset({"instalment", "several"})
DISAGREE = "The page's metadata and what it shows name different prices."


@dataclass(frozen=True, slots=True)
class Stated:
    """A price of one source, or why it names none."""

    price: FoundPrice
    source: ReadingSource


def decide(stated: Sequence[Stated], shown: Shown) -> Stated | None:
    """The price that counts, or why none does; None where no source says anything of a price."""
    priced = {money: source for source in reversed(stated) if (money := _money(source.price))}
    if troubled := next((source for source in stated if _is_final(source, priced)), None):
        return troubled
    as_text = Stated(shown.price, "text")
    seen = _money(shown.price)
    if not priced:
        return as_text if seen or shown.price.problem else None
    if seen is None:
        return _without_one_shown(priced, shown)
    if seen in priced:
        return _with_list_price(priced[seen], shown)
    elsewhere = {
        signed_amount.money for signed_amount in shown.elsewhere if signed_amount.is_a_price
    }
    is_clear = any(
        signed_amount.named and signed_amount.money == seen
        for signed_amount in shown.near
        if signed_amount.is_a_price
    )
    if not is_clear or elsewhere & priced.keys() - _before(shown):
        return _unclear(as_text)
    return as_text


def _is_final(stated: Stated, priced: Mapping[Money, Stated]) -> bool:
    """Variants of several prices are; `meta` elements that were left twice tell nothing."""
    return bool(stated.price.problem) and not (priced and stated.source in {"opengraph", "meta"})


def _without_one_shown(priced: Mapping[Money, Stated], shown: Shown) -> Stated:
    """The page shows nothing beside the title, or several amounts, or a range."""
    supported = [source for money, source in priced.items() if _is_shown(money, shown.near)]
    if len(supported) == 1:
        return supported[0]
    money, first = next(iter(priced.items()))
    if shown.near or len(priced) > 1:
        return _unclear(first, shown.price.problem)
    alike = [signed_amount for signed_amount in shown.elsewhere if signed_amount.money == money]
    if alike and all(signed_amount.kind in _PARTS for signed_amount in alike):
        return _unclear(first, ONLY_A_PART)
    return first


def _is_shown(money: Money, near: Sequence[SignedAmount]) -> bool:
    """As a price in its own right, or by the piece; a range does not begin or end with it."""
    alike = [signed_amount for signed_amount in near if signed_amount.money == money]
    if any(signed_amount.is_a_price for signed_amount in alike):
        first = min(signed_amount.at for signed_amount in alike if signed_amount.is_a_price)
        return all(
            _is_apart(signed_amount, money, first)
            for signed_amount in near
            if signed_amount.is_a_range
        )
    others = any(signed_amount.is_a_price for signed_amount in near)
    return (
        not others
        and any(signed_amount.kind == "unit" and signed_amount.role for signed_amount in alike)
        and all(
            _is_apart(signed_amount, money, 0) for signed_amount in near if signed_amount.is_a_range
        )
    )


def _is_apart(signed_amount: SignedAmount, money: Money, first: int) -> bool:
    """Another offer's, on a later line, or what is put on top: a delivery from so much on."""
    on_top = signed_amount.money is not None and signed_amount.money.amount < money.amount / 2
    return on_top or (bool(first) and signed_amount.at > first)


def _money(price: FoundPrice) -> Money | None:
    if price.amount is None or price.currency is None or price.problem:
        return None
    return Money(price.amount, price.currency)


def _before(shown: Shown) -> set[Money | None]:
    return {
        signed_amount.money
        for signed_amount in shown.near
        if signed_amount.was_before or signed_amount.role == "usual"
    }


def _with_list_price(stated: Stated, shown: Shown) -> Stated:
    before = stated.price.list_amount or shown.price.list_amount
    return replace(stated, price=replace(stated.price, list_amount=before))


def _unclear(stated: Stated, problem: str | None = None) -> Stated:
    price = FoundPrice(
        problem=problem or DISAGREE, text=stated.price.text, stock=stated.price.stock
    )
    return replace(stated, price=price)
