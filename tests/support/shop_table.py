"""What each page of the simulated shop must come to: by plain HTTP, by the browser, or by neither.

`needs` tells what it takes: "http" answers already, "browser" needs the page's scripts, and
"fetcher" never becomes a page, because the walls around the fetch end it.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from contracts.readings import ReadingOutcome, ReadingSource

Needs = Literal["http", "browser", "fetcher"]


@dataclass(frozen=True)
class Row:
    path: str
    """Below the shop's address, `/shop`."""
    outcome: ReadingOutcome
    amount: str | None = None
    currency: str | None = None
    in_stock: bool | None = None
    needs: Needs = "http"
    list_amount: str | None = None
    source: ReadingSource | None = None
    product: str | None = None
    """As the user would name it."""
    title: str | None = None

    @property
    def id(self) -> str:
        return self.path.removeprefix("/p/") + (f" ({self.product})" if self.product else "")

    @property
    def price(self) -> Decimal | None:
        return None if self.amount is None else Decimal(self.amount)

    @property
    def list_price(self) -> Decimal | None:
        return None if self.list_amount is None else Decimal(self.list_amount)


def priced(path: str, amount: str, currency: str = "EUR", **more: object) -> Row:
    return Row(path, "priced", amount, currency, **{"in_stock": True, **more})


ROWS: tuple[Row, ...] = (
    priced("/p/trail-shoe", "79.90", source="json-ld", title="Trail shoe"),
    priced("/p/rain-jacket", "129.00", source="json-ld"),
    priced("/p/camping-stove", "54.50", source="json-ld", title="Camping stove"),
    Row("/p/running-socks", "unclear", source="json-ld"),
    priced("/p/running-socks", "10.90", source="json-ld", product="running socks black 43-46"),
    priced("/p/running-socks", "12.40", source="json-ld", product="the red ones in 39-42"),
    Row("/p/running-socks", "unclear", source="json-ld", product="running socks black 47-50"),
    priced("/p/running-socks?variant=SOCK-RED-43", "13.40", source="json-ld"),
    Row("/p/headlamp", "unclear", source="json-ld"),
    priced("/p/water-bottle", "18.00", source="json-ld"),
    priced("/p/yoga-mat", "34.00", source="json-ld"),
    priced("/p/espresso-machine", "1299.00", source="microdata"),
    priced("/p/desk-lamp", "65.00", source="microdata", title="Desk lamp"),
    priced("/p/backpack", "94.95", source="opengraph", title="Backpack 28 l"),
    priced("/p/mechanical-keyboard", "119.00", list_amount="149.00", source="opengraph"),
    priced("/p/wool-blanket", "59.00", in_stock=None, source="text", title="Wool blanket"),
    priced("/p/smart-speaker", "89.00", in_stock=None, needs="browser", source="text"),
    priced("/p/robot-vacuum", "349.00", needs="browser", source="json-ld"),
    priced("/p/winter-coat", "149.00", list_amount="199.00", source="json-ld"),
    priced("/p/city-bike", "1299.00", in_stock=None, list_amount="1499.00", source="text"),
    priced("/p/alpine-watch", "1299.00", "CHF", in_stock=None, source="text"),
    priced("/p/folding-bike", "1299.90", "PLN", in_stock=None, source="text"),
    priced("/p/rice-cooker", "79800", "JPY", in_stock=None, source="text"),
    priced("/p/silk-sari", "112999.00", "INR", in_stock=None, source="text"),
    priced("/p/headphones", "249.00", "USD", in_stock=None, source="text"),
    Row("/p/concert-poster", "out_of_stock", "25.00", "EUR", in_stock=False, source="json-ld"),
    Row("/p/vinyl-record", "out_of_stock", "22.00", "EUR", in_stock=False, source="text"),
    Row("/p/game-console", "blocked"),
    priced("/p/slow-cooker", "69.00", source="json-ld"),
    Row("/p/giant-atlas", "unreachable", needs="fetcher"),
    Row("/p/gift-card", "unreachable", needs="fetcher"),
    Row("/p/gift-box", "unreachable", needs="fetcher"),
    Row("/p/endless-scarf", "unreachable", needs="fetcher"),
    priced("/p/old-tent", "239.00", source="microdata", title="Two-person tent"),
    priced("/p/tent", "239.00", source="microdata"),
    priced("/p/travel-pillow", "24.90", source="json-ld", title="Travel pillow"),
    priced("/p/hiking-poles", "49.00", source="json-ld", title="Hiking poles"),
    Row("/p/garden-chair", "unclear", source="text"),
    priced("/private/staff-mug", "12.00", source="json-ld"),
    Row("/p/unicorn", "not_found"),
)
"""`gift-card` and `gift-box` redirect to internal addresses; `endless-scarf` to itself;
`giant-atlas` has more bytes than anybody should fetch. `private/` is closed to robots."""
