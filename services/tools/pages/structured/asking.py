"""How a page asks: what its numbers mean, and whether a price specification holds for anybody."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from services.tools.pages.found import FoundPrice
from services.tools.pages.locale_hints import Hints
from services.tools.pages.prices.currencies import currency_of
from services.tools.pages.prices.money import amount_of, number_of
from services.tools.pages.prices.price_text import price_of
from services.tools.pages.structured.json_ld import Node, last, several, text

_BEFORE_A_SALE = frozenset({"ListPrice", "StrikethroughPrice", "MSRP", "SRP", "RegularPrice"})
_TODAY = frozenset({"", "SalePrice"})
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Asking:
    hints: Hints
    at: datetime

    def price(self, value: object, currency: object) -> FoundPrice:
        """A number as JSON has it, or as people write it, with or without a sign."""
        code = currency_of(text(currency), self.hints)
        if isinstance(value, Decimal | int) and not isinstance(value, bool):
            return FoundPrice(amount_of(_decimal(value), code), code)
        said = text(value)
        if said is None or len(said) > _LONGEST:
            return FoundPrice(currency=code)
        number = number_of(said, self.hints.decimal(), code, machine=True)
        if number is not None:
            return FoundPrice(amount_of(number, code), code)
        hints = replace(self.hints, declared=frozenset({code})) if code else self.hints
        money = price_of(said, hints).money
        if money and code in {None, money.currency}:
            return FoundPrice(money.amount, money.currency)
        return FoundPrice(currency=code)


def _decimal(value: int | Decimal) -> Decimal | None:
    return value if isinstance(value, Decimal) else Decimal(value) if abs(value) < 10**12 else None


def of_today(specifications: Iterable[Node], offer: Node, asking: Asking) -> list[FoundPrice]:
    return _of_kinds(_TODAY, specifications, offer, asking)


def before_a_sale(specifications: Iterable[Node], offer: Node, asking: Asking) -> list[FoundPrice]:
    return _of_kinds(_BEFORE_A_SALE, specifications, offer, asking)


def _of_kinds(
    kinds: frozenset[str], specifications: Iterable[Node], offer: Node, asking: Asking
) -> list[FoundPrice]:
    found: list[FoundPrice] = []
    for specification in specifications:
        if last(text(specification.get("priceType"))) in kinds and _holds(specification, asking.at):
            currency = specification.get("priceCurrency") or offer.get("priceCurrency")
            price = asking.price(specification.get("price"), currency)
            found += [price] if price.amount is not None else []
    return found


def _holds(specification: Node, at: datetime) -> bool:
    """Not for members, not by weight, not for many at once, not next week."""
    if any(specification.get(name) for name in ("validForMemberTier", "referenceQuantity")):
        return False
    for eligible in several(specification.get("eligibleQuantity"))[:1]:
        least = number_of(text(eligible.get("minValue") or eligible.get("value")) or "", ".")
        if least is not None and least > 1:
            return False
    day = at.date().isoformat()
    starts, ends = ((text(specification.get(n)) or "")[:10] for n in ("validFrom", "validThrough"))
    return (not starts or starts <= day) and (not ends or ends >= day)
