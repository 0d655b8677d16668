"""The hours of a day in which a user is not written to unasked, as instants. Pure.

On their clock: a wall time that a clock change skips means the first instant after the gap, one
that comes twice its first occurrence.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from services.scheduler.recurrence import instant
from taskflow import zones

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    begin: time
    end: time
    """On the day after where it is earlier than the beginning."""
    zone: str

    def end_at(self, at: datetime) -> datetime | None:
        """When those end in which `at` lies; None outside of them."""
        today = at.astimezone(zones.of(self.zone)).date()
        over = timedelta() if self.begin < self.end else DAY
        for day in (today - DAY, today):
            end = instant(datetime.combine(day + over, self.end), self.zone)
            if instant(datetime.combine(day, self.begin), self.zone) <= at < end:
                return end
        return None
