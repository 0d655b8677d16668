"""Several offers of one thing: the one price that they agree on, if they do."""

from collections.abc import Sequence
from dataclasses import replace

from services.tools.pages.found import Price
from services.tools.pages.locale_hints import Hints
from services.tools.pages.structured.offers import Offer, a_range


def together(found: Sequence[Offer], hints: Hints) -> Price:
    """All agree; or all of what is new; or all in the money of the page's country."""
    if troubled := [one.price for one in found if one.price.problem]:
        return troubled[0]
    standing = [one for one in found if one.price.amount is not None]
    if not standing:
        return same([one.price for one in found]) if found else Price()
    new = [one for one in standing if one.new]
    at_home = [one for one in new if one.price.currency in hints.tenders()]
    for kept in (standing, new, at_home):
        if len({(one.price.amount, one.price.currency) for one in kept}) == 1:
            return same([one.price for one in kept])
    prices = [one.price for one in standing]
    return Price(problem=a_range(prices), text=prices[0].text)


def same(prices: Sequence[Price]) -> Price:
    """Of prices that are equal: in stock if anything is; out of stock if everything is."""
    stocks = {one.stock for one in prices}
    best = next((stock for stock in ("in", "later", None) if stock in stocks), "out")
    differs = {"in", "out"} <= stocks or any(one.differs for one in prices)
    return next(replace(one, stock=best, differs=differs) for one in prices if one.stock == best)
