"""The one price that a text tells, or the reason why it tells none."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from services.tools.pages.locale_hints import Hints
from services.tools.pages.prices.characters import plain
from services.tools.pages.prices.currencies import resolved, sign_after
from services.tools.pages.prices.kinds import Kind
from services.tools.pages.prices.mentions import Mention, mentions
from services.tools.pages.prices.money import Money, amount_of, number_of

LONGEST = 300
"""Characters of a text that tells one price."""
_MOST_TAX = Decimal("1.3")
_REASONS: dict[Kind, str] = {
    "from": "a price from which others begin",
    "range": "a range of prices",
    "instalment": "an instalment",
    "unit": "a price by unit",
    "several": "a price for several",
    "former": "a price before a sale",
    "other": "an amount that is no price",
}


@dataclass(frozen=True, slots=True)
class PriceText:
    """What was read: `money` is whole, or `reason` says why there is none."""

    money: Money | None = None
    number: Decimal | None = None
    """As it is written, also where the currency is not known."""
    currencies: frozenset[str] = frozenset()
    """What the sign can mean, where it is known and of several."""
    reason: str | None = None


def price_of(text: str, hints: Hints, beside: str = "") -> PriceText:
    """The price in a text that tells one; `beside` may name the currency that it lacks."""
    if len(text) > LONGEST:
        return PriceText(reason="too long for one price")
    found = list(mentions(text, hints))
    if found:
        return _price_of(found)
    alone = number_of(text, hints.decimal())
    if alone is None:
        return PriceText(reason="no number beside a currency")
    codes = currencies_in(beside[:LONGEST])
    currency = resolved(codes, hints) if codes else None
    number = number_of(text, hints.decimal(), currency)
    amount = amount_of(number, currency)
    if amount is None:
        return PriceText(number=number, currencies=codes, reason="no amount that a shop asks")
    if currency is None:
        return PriceText(number=number, currencies=codes, reason="no currency")
    return PriceText(Money(amount, currency), number, codes)


def _price_of(found: Iterable[Mention]) -> PriceText:
    every = list(found)
    prices = to_pay(every)
    if not prices:
        return PriceText(reason=_REASONS[every[0].kind])
    first = prices[0]
    if any(mention.kind in {"from", "range"} for mention in every):
        return PriceText(reason=_REASONS["range"])
    if len({(price.number, price.money) for price in prices}) > 1:
        return PriceText(reason="several prices")
    if first.number is None:
        return PriceText(
            currencies=first.currencies, reason="a number that can be read in two ways"
        )
    if first.money is None:
        why = "no amount that a shop asks" if not first.number else "a sign of several currencies"
        return PriceText(None, first.number, first.currencies, why)
    return PriceText(first.money, first.number, first.currencies)


def to_pay(every: Iterable[Mention]) -> list[Mention]:
    """The mentions that are prices to pay: not the net ones, where one with tax stands beside."""
    prices = [mention for mention in every if mention.kind == "price"]
    gross = [price for price in prices if price.tax == "gross"]
    if gross:
        return [price for price in prices if price in gross or not _is_net_of(price, gross)]
    return [price for price in prices if price.tax != "net"] or prices


def _is_net_of(mention: Mention, gross: list[Mention]) -> bool:
    """Said to be so, or less by no more than a tax."""
    if mention.tax == "net" or not mention.number:
        return mention.tax == "net"
    return any(each.number and 1 < each.number / mention.number <= _MOST_TAX for each in gross)


def currencies_in(text: str) -> frozenset[str]:
    """Which currencies the first sign in a text can mean: of "Price: $" the dollars."""
    shown = plain(text).text
    for at, character in enumerate(shown):
        in_a_word = at > 0 and character.isalpha() and shown[at - 1].isalpha()
        if character.isdigit() or character == " " or in_a_word:
            continue
        if (sign := sign_after(shown, at)) and sign.codes:
            return sign.codes
    return frozenset()
