"""The google_shopping and google_immersive_product engines: offers, and then who sells them."""

from collections.abc import Callable, Mapping, Sequence

from simulators.serpapi.errors import SearchRefused
from simulators.serpapi.google import is_gibberish
from simulators.serpapi.offers import Body
from simulators.serpapi.shopping_parameters import HIGH_TO_LOW, LOW_TO_HIGH, ShoppingQuery
from simulators.serpapi.tokens import read_token, token
from simulators.serpapi.wares import Ware, WareOffer, price_text, wares
from simulators.shop.goods import Good

NO_RESULTS = "Google Shopping hasn't returned any results for this query."
_PAGE = 40
_STORES, _MORE_STORES = 3, 13
_ORDERS: Mapping[str, Callable[[Ware], object]] = {
    LOW_TO_HIGH: lambda ware: ware.price,
    HIGH_TO_LOW: lambda ware: -ware.price,
}


def search(query: ShoppingQuery, goods: Sequence[Good], shop: str, api: str) -> Body:
    """Offers without links to shops: those only the immersive engine tells. `api` is ours."""
    found = [
        ware
        for ware in wares(query.words, query.currency, goods, shop)
        if (query.least is None or ware.price >= query.least)
        and (query.most is None or ware.price <= query.most)
        and (ware.old_price is not None or not query.on_sale)
    ]
    gibberish = all(is_gibberish(word) for word in query.words.split())
    if query.sort_by:
        found.sort(key=_ORDERS[query.sort_by])  # pyright: ignore[reportArgumentType, reportCallIssue]
    page = found[query.start : query.start + _PAGE]
    if gibberish or not page:
        return {
            "search_information": {"shopping_results_state": "Fully empty"},
            "error": NO_RESULTS,
        }
    return {
        "search_information": {"shopping_results_state": "Results for exact spelling"},
        "shopping_results": [
            _listed(ware, position, query, api)
            for position, ware in enumerate(page, query.start + 1)
        ],
    }


def _listed(ware: Ware, position: int, query: ShoppingQuery, api: str) -> Body:
    sealed = token(key=ware.key, q=query.words, gl=query.country, currency=query.currency)
    product_id = str(abs(hash_of(ware.key)))
    listed: Body = {
        "position": position,
        "title": ware.title,
        "product_link": f"https://www.google.com/shopping/product/{product_id}?gl={query.country}",
        "product_id": product_id,
        "serpapi_immersive_product_api": f"{api}/search.json?engine=google_immersive_product",
        "immersive_product_page_token": sealed,
        "source": ware.stores[0].name,
        "multiple_sources": len(ware.stores) > 1,
        "price": price_text(ware.price, ware.currency),
        "extracted_price": float(ware.price),
        "rating": ware.rating,
        "reviews": ware.reviews,
        "snippet": ware.snippet,
        "delivery": _delivery(ware.stores[0], ware.currency),
    }
    if ware.old_price is not None:
        listed["old_price"] = price_text(ware.old_price, ware.currency)
        listed["extracted_old_price"] = float(ware.old_price)
        listed["tag"] = "Sale"
    return listed


def hash_of(key: str) -> int:
    """Stable between runs, unlike Python's own."""
    return int.from_bytes(key.encode()[-8:], "big") % 10**15


def product(parameters: Mapping[str, str], goods: Sequence[Good], shop: str) -> Body:
    """Who sells the product that a token names. Raises SearchRefused for a token not ours."""
    given = parameters.get("page_token")
    if not given:
        raise SearchRefused("Missing `page_token` parameter.")
    named = read_token(given, "page_token")
    found = wares(named.get("q", ""), named.get("currency", "USD"), goods, shop)
    ware = next((ware for ware in found if ware.key == named.get("key")), None)
    if ware is None:
        return {"error": "Google Immersive Product hasn't returned any results for this query."}
    more = parameters.get("more_stores", "").lower() in {"true", "1"}
    stores = ware.stores[: _MORE_STORES if more else _STORES]
    low, high = min(s.price for s in stores), max(s.price for s in stores)
    span = price_text(low, ware.currency)
    return {
        "product_results": {
            "title": ware.title,
            "brand": stores[0].name,
            "reviews": ware.reviews,
            "rating": ware.rating,
            "price_range": span if low == high else f"{span}-{price_text(high, ware.currency)}",
            "stores": [_sold_by(store, ware) for store in stores],
        }
    }


def _sold_by(store: WareOffer, ware: Ware) -> Body:
    total = store.price + store.shipping
    return {
        "name": store.name,
        "link": store.link,
        "title": ware.title,
        "price": price_text(store.price, ware.currency),
        "extracted_price": float(store.price),
        "shipping": _delivery(store, ware.currency),
        "shipping_extracted": float(store.shipping),
        "total": price_text(total, ware.currency),
        "extracted_total": float(total),
        "details_and_offers": ["In stock online"],
    }


def _delivery(store: WareOffer, currency: str) -> str:
    return f"+{price_text(store.shipping, currency)}" if store.shipping else "Free delivery"
