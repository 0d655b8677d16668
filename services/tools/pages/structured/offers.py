"""schema.org's Offer and AggregateOffer: what is asked, and whether one can have it."""

import json
from dataclasses import dataclass, replace

from services.tools.pages.found import FoundPrice
from services.tools.pages.structured.asking import Asking, before_a_sale, of_today
from services.tools.pages.structured.json_ld import Node, last, several, text, types
from services.tools.pages.words import stock_of

_SHOWN = (
    "@type", "price", "lowPrice", "highPrice", "priceCurrency", "availability", "priceSpecification"
)  # fmt: skip
MOST = 200
_PRICED = ("price", "priceSpecification", "lowPrice")


@dataclass(frozen=True, slots=True)
class Offer:
    price: FoundPrice
    url: str | None = None
    words: str = ""
    new: bool = True


def offers(value: object, asking: Asking) -> list[Offer]:
    """Each single offer of a product's `offers`; of an aggregate its parts, if they are told."""
    found: list[Offer] = []
    for node in several(value):
        inner = [
            offer for offer in several(node.get("offers"))[:MOST] if any(map(offer.get, _PRICED))
        ]
        if inner:
            currency = node.get("priceCurrency")
            found += [_offer({"priceCurrency": currency, **offer}, asking) for offer in inner]
        else:
            found.append(_offer(node, asking))
    return found


def is_priced(node: Node) -> bool:
    """An offer, or an aggregate of such, that says what it asks."""
    parts = several(node.get("offers"))[:MOST]
    return any(any(map(part.get, _PRICED)) for part in (node, *parts))


def _offer(node: Node, asking: Asking) -> Offer:
    items = [node, *several(node.get("itemOffered"))[:1]]
    named = (text(item.get(name)) for item in items for name in ("name", "sku", "gtin", "mpn"))
    aggregate = "aggregateoffer" in types(node) or node.get("lowPrice") is not None
    price = _aggregate(node, asking) if aggregate else _single(node, asking)
    return Offer(
        replace(price, stock=stock_of(text(node.get("availability"))), text=_shown(node)),
        text(node.get("url")),
        " ".join(word for word in named if word),
        last(text(node.get("itemCondition"))) in {"", "NewCondition"},
    )


def _single(node: Node, asking: Asking) -> FoundPrice:
    specifications = several(node.get("priceSpecification"))
    price = asking.price(node.get("price"), node.get("priceCurrency"))
    if price.amount is None and (standing := of_today(specifications, node, asking)):
        if len({(offer.amount, offer.currency) for offer in standing}) > 1:
            return FoundPrice(problem=a_range(standing))
        price = standing[0]
    before = before_a_sale(specifications, node, asking)
    highest = max(
        (b.amount for b in before if b.amount and b.currency == price.currency), default=None
    )
    return replace(price, list_amount=highest)


def _aggregate(node: Node, asking: Asking) -> FoundPrice:
    currency = node.get("priceCurrency")
    low, high = (asking.price(node.get(name), currency) for name in ("lowPrice", "highPrice"))
    if low.amount is None:
        return _single(node, asking)
    if low.amount == high.amount or text(node.get("offerCount")) == "1":
        return low
    return FoundPrice(problem=a_range([low, high]))


def a_range(prices: list[FoundPrice]) -> str:
    """Why there is no one price."""
    stand = sorted(
        {(price.amount, price.currency or "") for price in prices if price.amount is not None}
    )
    price_texts = [f"{currency} {amount}".strip() for amount, currency in stand]
    if len(price_texts) == 1:
        return f"Prices start at {price_texts[0]}."
    return f"Prices run from {price_texts[0]} to {price_texts[-1]}."


def _shown(node: Node) -> str:
    shown = {name: node[name] for name in _SHOWN if isinstance(node.get(name), str | int | float)}
    parts = several(node.get("priceSpecification"))[:4]
    if parts and "price" not in shown:
        shown["priceSpecification"] = [
            {name: text(part.get(name)) for name in ("priceType", "price", "priceCurrency")}
            for part in parts
        ]
    plain = {name: str(node[name]) for name in _SHOWN[1:4] if node.get(name) is not None}
    return json.dumps({**shown, **plain}, ensure_ascii=False)[:2000]
