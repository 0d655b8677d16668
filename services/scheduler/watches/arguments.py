"""What the model may say to the tools of watches."""

from decimal import Decimal

from pydantic import BaseModel, Field

from services.scheduler.when.arguments import CalendarDate


class WatchPrice(BaseModel):
    url: str = Field(min_length=8, max_length=2000, description="as it was given")
    below: Decimal | None = Field(
        default=None,
        gt=0,
        max_digits=12,
        description='70 for "below 70", 70.01 for "70 or less"',
    )
    drop_percent: Decimal | None = Field(
        default=None,
        gt=0,
        lt=100,
        max_digits=5,
        description="so many percent below the first price seen",
    )
    back_in_stock: bool = False
    until: CalendarDate | None = Field(
        default=None,
        description="last day, YYYY-MM-DD, MM-DD or DD: only what they said",
    )
    product: str | None = Field(
        default=None, max_length=200, description="Which one, if the page shows many"
    )


class ListWatches(BaseModel):
    pass


class StopWatch(BaseModel):
    which: str = Field(
        min_length=1, max_length=200, description="Its number in the list, or words of its title"
    )


class PriceHistory(BaseModel):
    which: str | None = Field(
        default=None, max_length=200, description="Its number in the list, or words of its title"
    )
    url: str | None = Field(default=None, max_length=2000, description="or its link")
