"""Products as schema.org describes them, in JSON-LD or in microdata made into the same objects."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, cast

from services.tools.pages.addresses import joined
from services.tools.pages.found import FoundPrice, FoundProduct
from services.tools.pages.structured import agreeing
from services.tools.pages.structured.asking import Asking
from services.tools.pages.structured.json_ld import Node, several, text, types, walk
from services.tools.pages.structured.offers import Offer, a_range, is_priced, offers

_PRODUCTS = frozenset({"product", "productgroup", "individualproduct", "productmodel"})
"""A page is about these, with a price or without; of other things only what is offered counts."""
_NO_PRODUCTS = frozenset(
    {
        "offer", "aggregateoffer", "offercatalog", "demand", "itemlist", "listitem", "organization",
        "website", "collectionpage", "searchresultspage", "breadcrumblist",
    }
)  # fmt: skip
_BESIDE = frozenset(
    {
        "isRelatedTo", "isSimilarTo", "isAccessoryOrSparePartFor", "isConsumableFor", "addOn",
        "relatedLink", "review", "includesObject",
    }
)  # fmt: skip
_WITHIN = frozenset({"hasVariant", "isVariantOf", "itemOffered", "itemReviewed", "model"})
_SKUS = ("sku", "productID", "mpn", "gtin", "gtin8", "gtin12", "gtin13", "gtin14", "isbn")
_WORDS = ("name", "color", "size", "material", "pattern", "sku", "model")
MOST = 200


def products(tops: list[Node], asking: Asking, base: str) -> list[FoundProduct]:
    """Each product once; variants within their group."""
    every = list(walk(tops))
    known = {str(node["@id"]): node for node, _ in every if "@id" in node and len(node) > 1}
    reader = _Reader(known, asking, base)
    found: list[FoundProduct] = []
    for node, path in every:
        steps = set(path.split("/"))
        if not steps & _WITHIN and _is_sold(node, reader):
            found.append(replace(reader.product(node), related=bool(steps & _BESIDE)))
        elif "offer" in types(node) and not path.endswith("/offers"):
            items = several(node.get("itemOffered"))
            found += [reader.product({**reader.whole(item), "offers": node}) for item in items]
        if len(found) >= MOST:
            break
    return _grouped(_once(found))


def _is_sold(node: Node, reader: "_Reader") -> bool:
    """A product, or anything else that has offers of its own: an event, a trip, a book, a room."""
    kinds = types(node)
    if kinds & _PRODUCTS:
        return True
    if not kinds or kinds & _NO_PRODUCTS:
        return False
    asked = map(reader.whole, several(node.get("offers"))[:MOST])
    return any(map(is_priced, asked))


class _Reader:
    def __init__(self, known: dict[str, Node], asking: Asking, base: str) -> None:
        self._known, self._asking, self._base = known, asking, base

    def whole(self, node: Node) -> Node:
        """Of a mere reference the object that it names."""
        only_names = "@id" in node and set(node) <= {"@id", "@type"}
        return self._known.get(str(node["@id"]), node) if only_names else node

    def product(self, node: Node) -> FoundProduct:
        asked = [self.whole(offer) for offer in several(node.get("offers"))[:MOST]]
        found_offers = offers(asked, self._asking)
        variants = [self.product(variant) for variant in self._variants(node)]
        price = (
            _of_variants(variants)
            if variants
            else agreeing.together(found_offers, self._asking.hints)
        )
        if (
            price.amount is None
            and not variants
            and not found_offers
            and node.get("price") is not None
        ):
            # Not schema.org's way, and yet often seen.
            found_offers = offers(node, self._asking)
            price = found_offers[0].price
        title = text(node.get("name"))
        if price.problem and not variants:
            variants = [
                self._as_variant(title, offer) for offer in found_offers if offer.price.amount
            ]
        return FoundProduct(
            title=title,
            price=price,
            urls=self._urls([*_addresses(node), *(offer.url for offer in found_offers)]),
            skus=frozenset(sku for name in _SKUS if (sku := text(node.get(name)))),
            words=" ".join(word for name in _WORDS if (word := text(node.get(name)))),
            variants=variants,
            group=_group(node),
        )

    def _variants(self, node: Node) -> list[Node]:
        if "productgroup" not in types(node) and "hasVariant" not in node:
            return []
        variants = [self.whole(variant) for variant in several(node.get("hasVariant"))[:MOST]]
        # A group within a group, or one that refers to itself, is none of its variants.
        return [variant for variant in variants if "hasVariant" not in variant]

    def _as_variant(self, title: str | None, offer: Offer) -> FoundProduct:
        return FoundProduct(title, offer.price, self._urls([offer.url]), words=offer.words)

    def _urls(self, given: Iterable[str | None]) -> frozenset[str]:
        return frozenset(whole for url in given if url and (whole := joined(self._base, url)))


def _addresses(node: Node) -> list[str | None]:
    page: Any = node.get("mainEntityOfPage")
    named = cast("Node", page).get("@id") if isinstance(page, dict) else page
    own = text(node.get("@id")) or ""
    return [text(node.get("url")), text(named), own if own.startswith("http") else None]


def _of_variants(variants: Sequence[FoundProduct]) -> FoundPrice:
    """What all variants cost, if all cost the same."""
    priced = [variant.price for variant in variants if variant.price.amount is not None]
    if not priced:
        return FoundPrice(
            problem=next((v.price.problem for v in variants if v.price.problem), None)
        )
    if len({(price.amount, price.currency) for price in priced}) > 1:
        return FoundPrice(problem=a_range(priced), text=priced[0].text)
    return agreeing.same(priced)


def _group(node: Node) -> str | None:
    of = several(node.get("isVariantOf"))[:1]
    group = of[0] if of else Node()
    named = (*map(group.get, ("@id", "productGroupID", "name")), node.get("isVariantOf"))
    return text(node.get("inProductGroupWithID")) or next(
        (known for name in named if (known := text(name))), None
    )


def _grouped(found: list[FoundProduct]) -> list[FoundProduct]:
    """Variants that name their group become one product, as if the group had named them."""
    groups: dict[str, list[FoundProduct]] = {}
    for product in found:
        if product.group and not product.related:
            groups.setdefault(product.group, []).append(product)
    several_of_one = {name: each for name, each in groups.items() if len(each) > 1}
    kept = [product for product in found if product.group not in several_of_one or product.related]
    if several_of_one:
        # The group itself, without a price of its own.
        kept = [product for product in kept if product.price.amount is not None or product.variants]
    for each in several_of_one.values():
        urls = frozenset(url for product in each for url in product.urls)
        kept.append(FoundProduct(each[0].title, _of_variants(each), urls, variants=each))
    return kept


def _once(found: list[FoundProduct]) -> list[FoundProduct]:
    """Pages describe the same product twice, in two blocks."""
    kept: dict[tuple[object, ...], FoundProduct] = {}
    for product in found:
        key = (
            product.title,
            product.price.amount,
            product.price.currency,
            product.price.problem,
            product.related,
        )
        known = kept.get(key)
        if known is None:
            kept[key] = product
        else:
            stock = known.price.stock or product.price.stock
            kept[key] = replace(
                known,
                urls=known.urls | product.urls,
                skus=known.skus | product.skus,
                variants=known.variants or product.variants,
                price=replace(known.price, stock=stock),
            )
    return list(kept.values())
