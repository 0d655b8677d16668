"""A token bucket as one moment: when it will be full again (GCRA). Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, and then one in each `every`."""

    every: timedelta
    burst: int

    def __post_init__(self) -> None:
        if self.every <= timedelta(0) or self.burst < 1:
            raise ValueError(f"a rate lets something through: every {self.every}, {self.burst}")

    @classmethod
    def per_second(cls, number: float, *, burst_s: float) -> "Rate":
        """So many a second, of which as many as are due in `burst_s` may go at once."""
        return cls(timedelta(seconds=1 / number), max(1, int(number * burst_s)))

    def free_at(self, full_at: datetime | None) -> datetime | None:
        """From when on there is a token; None: there always was."""
        return full_at - (self.burst - 1) * self.every if full_at else None

    def taken(self, full_at: datetime | None, at: datetime) -> datetime:
        """When the bucket is full again, one token taken at that moment."""
        return max(full_at or at, at) + self.every
