"""Pages that tell their price in JSON-LD; the price for people stands beside it."""

from decimal import Decimal
from typing import Any

from simulators.shop.view import SCHEMA, Parts, ShopView, ld


def _label(view: ShopView) -> str:
    return f'<p class="price">{view.price}</p>'


def simple(view: ShopView) -> Parts:
    return Parts(ld(view.product(offers=view.offer())), _label(view))


def listed(view: ShopView) -> Parts:
    """One script with a list; the price is a number."""
    crumbs = {
        "@context": SCHEMA,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": 1, "name": "Shop", "item": view.base}
        ],
    }
    product = view.product(offers=[view.offer(price=float(view.good.price))])
    product["@type"] = ["Product", "https://schema.org/ClothingItem"]
    return Parts(ld([crumbs, product]), _label(view))


def graph(view: ShopView) -> Parts:
    """The offer is only referred to; another block is broken."""
    offer = {"@id": f"{view.url}#offer", **view.offer()}
    graph = [
        {"@type": "WebSite", "@id": f"{view.base}/#site", "name": "Northlight", "url": view.base},
        {"@type": "ItemPage", "@id": view.url, "isPartOf": {"@id": f"{view.base}/#site"}},
        view.product(**{"@id": f"{view.url}#product"}, offers={"@id": f"{view.url}#offer"}),
        offer,
    ]
    broken = '{"@context": "https://schema.org", "@type": "Organization", "name": "North"light"'
    return Parts(ld(broken, {"@context": SCHEMA, "@graph": graph}), _label(view))


def group(view: ShopView) -> Parts:
    good = view.good
    variants: list[Any] = [
        view.product(
            name=f"{good.title}, {variant.colour}, {variant.size}",
            sku=variant.sku,
            color=variant.colour,
            size=variant.size,
            offers=view.offer(
                url=f"{view.url}?variant={variant.sku}", price=str(good.price + variant.dearer)
            ),
        )
        for variant in good.variants
    ]
    block = view.product(
        **{"@type": "ProductGroup"},
        productGroupID=good.sku,
        variesBy=[f"{SCHEMA}/color", f"{SCHEMA}/size"],
        hasVariant=variants,
    )
    choices = "".join(
        f'<li class="variant">{variant.colour}, {variant.size}: '
        f'<span class="price">{view.said(good.price + variant.dearer)}</span></li>'
        for variant in good.variants
    )
    return Parts(ld(block), f'<ul class="variants">{choices}</ul>')


def aggregate(view: ShopView) -> Parts:
    """Several sellers: there is no one price."""
    dearest = view.good.price + 5
    offers = {
        "@type": "AggregateOffer",
        "lowPrice": str(view.good.price),
        "highPrice": str(dearest),
        "priceCurrency": view.good.currency,
        "offerCount": 3,
    }
    label = f'<p class="price">{view.price} – {view.said(dearest)}</p>'
    return Parts(ld(view.product(offers=offers)), label)


def single_aggregate(view: ShopView) -> Parts:
    offers = {
        "@type": "AggregateOffer",
        "lowPrice": view.good.price.__float__(),
        "highPrice": view.good.price.__float__(),
        "priceCurrency": view.good.currency,
        "offerCount": "2",
        "availability": view.offer()["availability"],
    }
    return Parts(ld(view.product(offers=offers)), _label(view))


def offers(view: ShopView) -> Parts:
    """New and used."""
    used = view.offer(
        price=str((view.good.price * Decimal("0.6")).quantize(Decimal("0.01"))),
        itemCondition=f"{SCHEMA}/UsedCondition",
    )
    return Parts(ld(view.product(offers=[used, view.offer()])), _label(view))


def sale(view: ShopView) -> Parts:
    before = view.good.list_price or view.good.price
    specifications = [
        {"@type": "UnitPriceSpecification", "price": str(view.good.price),
         "priceCurrency": view.good.currency},
        {"@type": "UnitPriceSpecification", "priceType": f"{SCHEMA}/StrikethroughPrice",
         "price": str(before), "priceCurrency": view.good.currency},
    ]  # fmt: skip
    offer = view.offer(priceSpecification=specifications)
    del offer["price"]
    label = f'<p class="price">{view.price} <del>{view.said(before)}</del></p>'
    return Parts(ld(view.product(offers=offer)), label)


def many(view: ShopView) -> Parts:
    """The recommendations are products, too, and come first."""
    others = [ShopView(good, view.base) for good in view.others]
    blocks = [other.product(url=other.url, offers=other.offer()) for other in others]
    return Parts(ld([*blocks, view.product(url=view.url, offers=view.offer())]), _label(view))
