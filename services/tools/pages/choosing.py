"""Which product is meant, where a page shows many.

1. The one whose address or SKU is that of the page. 2. The one that the user's words name. 3. The
one that the page's heading names. 4. The only one, unless it is plainly another. Of a product's
variants: the one that the address names, then the one that the words name, then any if all cost
the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from services.tools.pages.cleaning import clean, plain
from services.tools.pages.found import FoundProduct
from services.tools.pages.structured.agreeing import same
from services.tools.pages.structured.offers import a_range

Likeness = Callable[[set[str]], float]

_LIKE = 0.5
"""The share of words in common that makes two names one product's."""
_SHORTEST_SKU = 4
_MOST_TITLES = 5


@dataclass(frozen=True, slots=True)
class About:
    """What is known of the product before its price."""

    urls: tuple[str, ...]
    """The page's own address, and its canonical one."""
    words: frozenset[str]
    """As the user named it."""
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Several:
    """More than one product, and no way to tell."""

    note: str


def choose(found: Sequence[FoundProduct], about: About) -> FoundProduct | Several | None:
    mains = [product for product in found if not product.related]
    if not mains:
        return None
    for narrow in (_by_address, _by_words, _by_heading):
        kept = narrow(mains, about)
        if len(kept) == 1:
            return variant(kept[0], about)
    if len(mains) == 1:
        return None if _is_plainly_another(mains[0], about) else variant(mains[0], about)
    titles = list(dict.fromkeys(clean(main.title, 60) for main in mains if main.title))
    quoted_titles = ", ".join(f"“{title}”" for title in titles[:_MOST_TITLES])
    return Several(
        f"The page shows {len(mains)} products; it is not clear which is meant: {quoted_titles}."
    )


def variant(product: FoundProduct, about: About) -> FoundProduct:
    """The product with the price of the variant that is meant, or why none can be told."""
    if not product.variants:
        return product
    for narrow in (_by_address, _named):
        if narrow is _named and _asks_for_another(product, about):
            problem = "The page does not list the variant that was named."
            return replace(product, price=replace(product.price, amount=None, problem=problem))
        kept = narrow(product.variants, about)
        priced = [found for found in kept if found.price.amount is not None]
        if priced and len({(found.price.amount, found.price.currency) for found in priced}) == 1:
            title = priced[0].title if len(priced) == 1 else product.title
            return replace(
                priced[0], title=title or product.title, price=same([o.price for o in priced])
            )
        if len(priced) > 1 and len(priced) < len(product.variants):
            prices = [found.price for found in priced]
            return replace(
                product, price=replace(product.price, amount=None, problem=a_range(prices))
            )
    if product.price.problem:
        problem = f"{product.price.problem} It depends on the variant."
        return replace(product, price=replace(product.price, problem=problem))
    return product


def _by_address(found: Sequence[FoundProduct], about: About) -> list[FoundProduct]:
    pages = {_whole(url) for url in about.urls}
    exact = [product for product in found if pages & {_whole(url) for url in product.urls}]
    if len(exact) == 1:
        return exact
    parts = {part for url in about.urls for part in _parts(url)}
    by_sku = [
        product
        for product in found
        if any(len(s) >= _SHORTEST_SKU and s.lower() in parts for s in product.skus)
    ]
    if len(by_sku) == 1:
        return by_sku
    paths = {_path(url) for url in about.urls}
    return [product for product in found if paths & {_path(url) for url in product.urls}]


def _by_words(found: Sequence[FoundProduct], about: About) -> list[FoundProduct]:
    return _most_like(found, lambda words: len(words & about.words) / max(1, len(about.words)))


def _by_heading(found: Sequence[FoundProduct], about: About) -> list[FoundProduct]:
    headings = [set(plain(heading).split()) for heading in about.headings if heading]

    def likeness(words: set[str]) -> float:
        return max((len(words & h) / max(1, len(words | h)) for h in headings), default=0)

    return _most_like(found, likeness)


def _most_like(found: Sequence[FoundProduct], likeness: Likeness) -> list[FoundProduct]:
    scored = [(likeness(set(plain(product.title or "").split())), product) for product in found]
    best = max((score for score, _ in scored), default=0)
    return [product for score, product in scored if score == best] if best >= _LIKE else []


def _named(variants: Sequence[FoundProduct], about: About) -> list[FoundProduct]:
    """Those that have each word which tells variants apart."""
    each = [_own_words(product) for product in variants]
    telling = (frozenset[str]().union(*each) - frozenset.intersection(*each)) & about.words
    return [
        product for product, own in zip(variants, each, strict=True) if telling and telling <= own
    ]


def _asks_for_another(product: FoundProduct, about: About) -> bool:
    """A size or model was named that no variant has."""
    known = frozenset(plain(product.title or "").split()).union(*map(_own_words, product.variants))
    return any(any(c.isdigit() for c in word) for word in about.words - known)


def _own_words(found: FoundProduct) -> frozenset[str]:
    return frozenset(plain(f"{found.title or ''} {found.words}").split())


def _is_plainly_another(found: FoundProduct, about: About) -> bool:
    """It has another address, and another name than the page's headings."""
    paths = {_path(url) for url in about.urls}
    elsewhere = bool(found.urls) and not paths & {_path(url) for url in found.urls}
    headed = any(about.headings) and bool(found.title)
    return (
        elsewhere and headed and not _by_heading([found], about) and not _by_words([found], about)
    )


def _whole(url: str) -> str:
    query = urlencode(sorted(parse_qsl(urlsplit(url).query)))
    return f"{_path(url)}?{query}"


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc.lower().removeprefix('www.')}{unquote(parts.path).rstrip('/')}"


def _parts(url: str) -> set[str]:
    parts = urlsplit(url)
    pieces = [*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query))]
    return {unquote(piece).lower() for piece in pieces}
