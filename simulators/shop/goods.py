"""What the shop sells, and how each page says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

Make = Literal[
    "json-ld", "json-ld-list", "json-ld-graph", "json-ld-group", "json-ld-aggregate",
    "json-ld-single-aggregate", "json-ld-offers", "json-ld-sale", "json-ld-many", "json-ld-hostile",
    "microdata-text", "microdata-content", "opengraph", "vendor-meta", "text", "text-from",
    "script", "script-json-ld", "captcha", "slow", "huge",
]  # fmt: skip
Style = Literal["en", "en-us", "de", "ch", "pl", "ja", "in"]


@dataclass(frozen=True, slots=True)
class Variant:
    sku: str
    colour: str
    size: str
    dearer: Decimal
    """Than the good itself."""


@dataclass(frozen=True, slots=True)
class Good:
    slug: str
    title: str
    make: Make
    price: Decimal
    currency: str = "EUR"
    style: Style = "en"
    list_price: Decimal | None = None
    in_stock: bool = True
    blurb: str = "Made to be used every day, and to be mended when it is old."
    hue: int = 200
    """Of its picture, in degrees."""
    variants: tuple[Variant, ...] = ()

    @property
    def sku(self) -> str:
        return f"NL-{sum(map(ord, self.slug)) * 7:05d}"


def _good(slug: str, title: str, make: Make, price: str, **more: Any) -> Good:
    return Good(slug, title, make, Decimal(price), hue=sum(map(ord, slug)) % 360, **more)


_SOCKS = (
    Variant("SOCK-BLK-39", "black", "39-42", Decimal(0)),
    Variant("SOCK-BLK-43", "black", "43-46", Decimal(1)),
    Variant("SOCK-RED-39", "red", "39-42", Decimal("2.50")),
    Variant("SOCK-RED-43", "red", "43-46", Decimal("3.50")),
)
GOODS: Mapping[str, Good] = {
    good.slug: good
    for good in (
        _good("trail-shoe", "Trail shoe", "json-ld", "79.90",
              blurb="Grip on wet stone, and dry feet after it."),
        _good("rain-jacket", "Rain jacket", "json-ld-list", "129.00"),
        _good("camping-stove", "Camping stove", "json-ld-graph", "54.50"),
        _good("running-socks", "Running socks", "json-ld-group", "9.90", variants=_SOCKS),
        _good("headlamp", "Headlamp", "json-ld-aggregate", "39.90"),
        _good("water-bottle", "Water bottle", "json-ld-single-aggregate", "18.00"),
        _good("yoga-mat", "Yoga mat", "json-ld-offers", "34.00"),
        _good("espresso-machine", "Espressomaschine Brio", "microdata-text", "1299.00", style="de"),
        _good("desk-lamp", "Desk lamp", "microdata-content", "65.00"),
        _good("backpack", "Backpack 28 l", "opengraph", "94.95"),
        _good("mechanical-keyboard", "Mechanical keyboard", "vendor-meta", "119.00",
              list_price=Decimal("149.00")),
        _good("wool-blanket", "Wool blanket", "text", "59.00"),
        _good("smart-speaker", "Smart speaker", "script", "89.00"),
        _good("robot-vacuum", "Robot vacuum", "script-json-ld", "349.00"),
        _good("winter-coat", "Winter coat", "json-ld-sale", "149.00", list_price=Decimal("199.00")),
        _good("city-bike", "Stadtrad Linie 7", "text", "1299.00", style="de",
              list_price=Decimal("1499.00"), blurb="Sieben Gänge und ein Korb für den Markt."),
        _good("alpine-watch", "Alpenuhr Säntis", "text", "1299.00", currency="CHF", style="ch",
              blurb="Geht auch auf 2502 Metern richtig."),
        _good("folding-bike", "Rower składany", "text", "1299.90", currency="PLN", style="pl",
              blurb="Mieści się w tramwaju."),
        _good("rice-cooker", "炊飯器 五合炊き", "text", "79800", currency="JPY", style="ja",
              blurb="毎日のごはんをおいしく炊きます。"),
        _good("silk-sari", "Silk sari", "text", "112999.00", currency="INR", style="in"),
        _good("headphones", "Noise-cancelling headphones", "text", "249.00", currency="USD",
              style="en-us"),
        _good("concert-poster", "Concert poster", "json-ld", "25.00", in_stock=False),
        _good("vinyl-record", "Vinyl record", "text", "22.00", in_stock=False),
        _good("game-console", "Game console", "captcha", "499.00"),
        _good("slow-cooker", "Slow cooker", "slow", "69.00"),
        _good("giant-atlas", "Giant atlas", "huge", "120.00"),
        _good("tent", "Two-person tent", "microdata-content", "239.00"),
        _good("travel-pillow", "Travel pillow", "json-ld-hostile", "24.90"),
        _good("hiking-poles", "Hiking poles", "json-ld-many", "49.00"),
        _good("garden-chair", "Gartenstuhl", "text-from", "39.00", style="de"),
        _good("staff-mug", "Staff mug", "json-ld", "12.00"),
    )
}  # fmt: skip
STAFF_ONLY = frozenset({"staff-mug"})
"""Under /shop/private/, which robots.txt asks programs to leave alone."""


def path_of(slug: str) -> str:
    """Below the shop's mount."""
    return f"/private/{slug}" if slug in STAFF_ONLY else f"/p/{slug}"
