"""Several offers of one thing: the one price that they agree on, if they do."""

from collections.abc import Sequence
from dataclasses import replace

from services.tools.pages.found import FoundPrice
from services.tools.pages.locale_hints import Hints
from services.tools.pages.structured.offers import Offer, a_range


def together(found: Sequence[Offer], hints: Hints) -> FoundPrice:
    """All agree; or all of what is new; or all in the money of the page's country."""
    if troubled := [offer.price for offer in found if offer.price.problem]:
        return troubled[0]
    standing = [offer for offer in found if offer.price.amount is not None]
    if not standing:
        return same([offer.price for offer in found]) if found else FoundPrice()
    new = [offer for offer in standing if offer.new]
    at_home = [offer for offer in new if offer.price.currency in hints.tenders()]
    for kept in (standing, new, at_home):
        if len({(offer.price.amount, offer.price.currency) for offer in kept}) == 1:
            return same([offer.price for offer in kept])
    prices = [offer.price for offer in standing]
    return FoundPrice(problem=a_range(prices), text=prices[0].text)


def same(prices: Sequence[FoundPrice]) -> FoundPrice:
    """Of prices that are equal: in stock if anything is; out of stock if everything is."""
    stocks = {price.stock for price in prices}
    best = next((stock for stock in ("in", "later", None) if stock in stocks), "out")
    differs = {"in", "out"} <= stocks or any(price.differs for price in prices)
    return next(
        replace(price, stock=best, differs=differs) for price in prices if price.stock == best
    )
