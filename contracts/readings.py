"""What a look at a shop's page came to: a price that stands there, or why there is none."""

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

ReadingOutcome = Literal["priced", "out_of_stock", "blocked", "not_found", "unclear", "unreachable"]
ReadingSource = Literal["json-ld", "microdata", "opengraph", "meta", "text"]

MAX_EVIDENCE = 300
"""Characters of the text that a value was read from."""


class Evidence(BaseModel):
    """Where a reading comes from: enough to show later that it stood there."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    read_by: Literal["http", "browser"]
    source: ReadingSource | None = None
    """None when nothing was read."""
    text: str = Field(default="", max_length=MAX_EVIDENCE)
    """What the value was read from, as it stood on the page."""
    status: int | None = None
    """HTTP status of the page; None when no answer came."""
    screenshot: UUID | None = None
    """The picture in the media store; None where no browser was needed."""
    screenshot_sha256: str | None = None


class Reading(BaseModel):
    """One look at one page."""

    model_config = ConfigDict(frozen=True)

    outcome: ReadingOutcome
    title: str | None = None
    amount: Decimal | None = None
    """What one pays today. Always there when priced; sometimes when out of stock."""
    currency: str | None = None
    """ISO 4217; stands wherever an amount does."""
    list_amount: Decimal | None = None
    """The price before a sale."""
    in_stock: bool | None = None
    """None when the page does not say."""
    note: str = ""
    """Why it is unclear, blocked or unreachable: a sentence of ours, never the page's."""
    evidence: Evidence
