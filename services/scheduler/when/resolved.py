"""What a time was resolved to."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from services.scheduler.recurrence import instant
from taskflow import zones

ALMOST_A_SECOND = timedelta(microseconds=999_999)
"""Rounds what is counted from now up to a whole second: nothing is early."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What is stored of a time."""

    local: datetime
    """The first one on the clocks of `zone`."""
    zone: str
    """As it was said, where it was (taskflow/zones.py)."""
    rule: str | None = None
    """RFC 5545, if it repeats."""
    except_on: list[date] = field(default_factory=list[date])
    """Days that the rule leaves out."""
    notes: list[str] = field(default_factory=list[str])
    """What the user is to be told beside it."""

    @property
    def due_at(self) -> datetime:
        return instant(self.local, self.zone)


def on_the_wall(moment: datetime, zone: str) -> tuple[datetime, str]:
    """The wall time of an instant, rounded up to a second, and its zone.

    The second half of the hours that a clock change repeats has no wall time of its own: it is
    kept in UTC.
    """
    moment = (moment + ALMOST_A_SECOND).replace(microsecond=0)
    local = moment.astimezone(zones.of(zone)).replace(tzinfo=None)
    if instant(local, zone) == moment:
        return local, zone
    return moment.astimezone(UTC).replace(tzinfo=None), "UTC"
