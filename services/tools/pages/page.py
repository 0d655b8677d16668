"""A page as it was fetched, and what was read from it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from contracts.readings import ReadingOutcome, ReadingSource


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a shop, by plain HTTP or as a browser shows it."""

    url: str
    """Where the redirects ended."""
    html: str
    """Of a browser: the document after its scripts ran."""
    status: int
    read_by: Literal["http", "browser"]
    visible: str | None
    """`innerText` of the body; None by HTTP, where no style sheet was heeded."""
    at: datetime


@dataclass(frozen=True, slots=True)
class PageReading:
    """What a page says of one product: a price that stands there, or why there is none."""

    outcome: ReadingOutcome
    title: str | None = None
    amount: Decimal | None = None
    """What one pays today; always there when priced, sometimes when out of stock."""
    currency: str | None = None
    """ISO 4217, wherever an amount stands."""
    list_amount: Decimal | None = None
    """The price before a sale, in the same currency; always above `amount`."""
    in_stock: bool | None = None
    """False with `priced` can be ordered, and is not there yet; None when the page does not say."""
    source: ReadingSource | None = None
    text: str = ""
    """What the values were read from: at most contracts.readings.MAX_EVIDENCE characters."""
    note: str = ""
    """Why there is no price, or that variants differ: ours, which may quote products' titles."""
    too_large: bool = False
    """Only its metadata were read, and they were not enough."""
