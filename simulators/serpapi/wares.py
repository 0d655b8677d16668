"""What the shopping engines find: the simulated shop's goods, and others that say what they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from simulators.serpapi.flight_parameters import RATES
from simulators.serpapi.knowledge import stems
from simulators.shop.goods import STAFF_ONLY, Good, path_of

OUR_SHOP = "Northlight"
_SHOPS = ("Alder & Sons", "Brightmarket", "Tidewater", "Koppel", "Lumen Store", "Fjordhus")
_KINDS = ("Classic", "Light", "Pro", "Everyday", "Compact", "Plus")
_OTHERS = 5
_SIGNS = {
    "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "BRL": "R$",
    "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "MXN": "MX$", "HKD": "HK$", "CNY": "CN¥", "ILS": "₪",
}  # fmt: skip
_WHOLE = frozenset({"JPY", "KRW", "HUF"})


@dataclass(frozen=True, slots=True)
class WareOffer:
    name: str
    link: str
    price: Decimal
    shipping: Decimal


@dataclass(frozen=True, slots=True)
class Ware:
    key: str
    title: str
    currency: str
    stores: tuple[WareOffer, ...]
    """The first is the one that the list of results names."""
    rating: float
    reviews: int
    snippet: str
    old_price: Decimal | None = None

    @property
    def price(self) -> Decimal:
        return self.stores[0].price


def wares(words: str, currency: str, goods: Sequence[Good], shop: str) -> list[Ware]:
    """The shop's own first; `shop` is its address."""
    asked = stems(words)
    ours = [
        _of_shop(good, shop)
        for good in goods
        if good.currency == currency and good.slug not in STAFF_ONLY and asked & stems(good.title)
    ]
    ours.sort(key=lambda ware: -len(asked & stems(ware.title)))
    return [*ours, *(_invented(words, currency, number) for number in range(_OTHERS))]


def _of_shop(good: Good, shop: str) -> Ware:
    random = Random(good.slug)
    store = WareOffer(OUR_SHOP, shop + path_of(good.slug), good.price, Decimal(0))
    return Ware(
        key=good.slug,
        title=good.title,
        currency=good.currency,
        stores=(store,),
        rating=random.randint(38, 49) / 10,
        reviews=random.randint(12, 900),
        snippet=good.blurb,
        old_price=good.list_price if good.list_price and good.list_price > good.price else None,
    )


def _invented(words: str, currency: str, number: int) -> Ware:
    """Fixed by its query, so that a search repeats; its links lead nowhere."""
    slug = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") or "thing"
    random = Random(f"{slug} {currency} {number}")
    euros = Decimal(random.randint(1500, 16000)) / 100
    names = random.sample(_SHOPS, 3)
    stores = tuple(
        WareOffer(
            name,
            f"https://{name.split()[0].lower()}.example.org/{slug}-{number + 1}",
            _in(euros * (100 + 4 * step) / 100, currency),
            _in(Decimal(random.choice(("0", "3.90", "5.90"))), currency),
        )
        for step, name in enumerate(names)
    )
    return Ware(
        key=f"{slug}-{number + 1}",
        title=f"{words[:1].upper()}{words[1:60]} {_KINDS[number % len(_KINDS)]}",
        currency=currency,
        stores=stores,
        rating=random.randint(30, 49) / 10,
        reviews=random.randint(3, 400),
        snippet="A simulated offer: nobody sells this.",
    )


def _in(euros: Decimal, currency: str) -> Decimal:
    places = Decimal(1) if currency in _WHOLE else Decimal("0.01")
    return (euros * Decimal(str(RATES[currency]))).quantize(places)


def price_text(amount: Decimal, currency: str) -> str:
    """As Google writes it in English."""
    number = f"{amount:,.0f}" if currency in _WHOLE else f"{amount:,.2f}"
    sign = _SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{currency}\u00a0{number}"
