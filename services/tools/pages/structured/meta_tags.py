"""Prices in `meta` elements: the Open Graph's, and those of shop vendors."""

from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser

from contracts.readings import ReadingSource
from services.tools.pages.found import FoundPrice, FoundProduct
from services.tools.pages.structured.asking import Asking
from services.tools.pages.words import Stock, stock_of

MOST = 2_000
_SALE = ("product:sale_price:amount", "product:sale_price")
_NOW = ("product:price:amount", "product:price", "og:price:amount", "og:product:price:amount")
_BEFORE = (
    "product:original_price:amount", "product:original_price", "og:price:standard_amount",
    "og:standard_amount",
)  # fmt: skip
_VENDORS = ("price", "product_price", "product-price", "item_price", "twitter:data1")
_STOCK = ("product:availability", "og:availability", "availability")
_CURRENCY = (
    "product:sale_price:currency", "product:price:currency", "og:price:currency",
    "og:product:price:currency", "product:original_price:currency", "currency", "price_currency",
    "pricecurrency",
)  # fmt: skip


def contents_by_name(tree: LexborHTMLParser) -> dict[str, list[str]]:
    """Every `meta` by its name, and all that it says."""
    found: dict[str, list[str]] = {}
    for node in tree.css("meta[content]")[:MOST]:
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        value = (attributes.get("content") or "").strip()
        if name and value and value not in found.setdefault(name.strip().lower(), []):
            found[name.strip().lower()].append(value[:200])
    return found


def currencies(tags: Mapping[str, list[str]]) -> list[str]:
    return [value for name in _CURRENCY for value in tags.get(name, ())]


def found(
    tags: Mapping[str, list[str]], asking: Asking
) -> tuple[FoundProduct, ReadingSource] | None:
    """The page's product; None where no tag tells a price or whether it can be had."""
    names = {
        name: tags[name] for name in (*_SALE, *_NOW, *_BEFORE, *_VENDORS, *_STOCK) if name in tags
    }
    if not names:
        return None
    sale, now, before = (_amount(tags, group, asking) for group in (_SALE, _NOW, _BEFORE))
    price = next((stated for stated in (sale, now) if stated.amount is not None), now)
    if price.amount is None and not price.problem and _labelled(tags):
        price = _amount(tags, _VENDORS, asking)
    usual = [
        stated.amount
        for stated in (now, before)
        if stated.amount is not None and stated.currency == price.currency
    ]
    stock: Stock | None = next(
        (s for name in _STOCK for said in tags.get(name, ()) if (s := stock_of(said))), None
    )
    text = ", ".join(f"{name}: {' | '.join(said)}" for name, said in names.items())
    title = next(iter(tags.get("og:title", ())), None)
    # Vendors' own names have no prefix.
    open_graph = any(":" in name and not name.startswith("twitter:") for name in names)
    problem = next((stated.problem for stated in (sale, now) if stated.problem), price.problem)
    result = FoundPrice(
        None if problem else price.amount,
        price.currency,
        max(usual, default=None),
        stock,
        text,
        problem,
    )
    return FoundProduct(title, result), "opengraph" if open_graph else "meta"


def _labelled(tags: Mapping[str, list[str]]) -> bool:
    """Twitter's cards pair a label with a datum, which need not be a price."""
    labels = [label.lower() for label in tags.get("twitter:label1", ())]
    return "twitter:data1" not in tags or any("price" in label for label in labels)


def _amount(tags: Mapping[str, list[str]], names: tuple[str, ...], asking: Asking) -> FoundPrice:
    """What the first of these tags says, if it says one thing."""
    for name in names:
        said = tags.get(name)
        if not said:
            continue
        own = tags.get(f"{name.removesuffix(':amount')}:currency") or currencies(tags)
        prices = {
            (price.amount, price.currency)
            for text in said
            if (price := asking.price(text, own[0] if own else None)).amount is not None
        }
        if len(prices) > 1:
            return FoundPrice(problem="The page's metadata names several prices.")
        if prices:
            amount, currency = prices.pop()
            return FoundPrice(amount, currency)
    return FoundPrice()
