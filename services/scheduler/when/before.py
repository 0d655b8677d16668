"""A time as calls gave it before they were flat: a wall time or minutes, and a rule. Pure.

A call that was proposed then may be said yes to, and one that an older agent made may be done now.
"""

from datetime import datetime, timedelta

from services.scheduler.meant import LAST_DAY, as_meant
from services.scheduler.recurrence import check_rule, instant, next_local
from services.scheduler.when.arguments import When
from services.scheduler.when.days import MOST_YEARS
from services.scheduler.when.resolved import Resolved, on_the_wall
from services.scheduler.when.unclear import Malformed, UnclearTime


def as_before(asked: When, zone: str, written_at: datetime, now: datetime) -> Resolved:
    """Raises UnclearTime, Malformed, UnusableRule."""
    local, zone = _first(asked, zone, written_at, now)
    if abs(local.year - now.year) > MOST_YEARS:
        raise UnclearTime(f"{local} is more than {MOST_YEARS} years from now. Ask the user when.")
    if asked.rrule is None:
        if instant(local, zone) > written_at:
            return Resolved(local, zone)
        raise UnclearTime(f"{asked.at} is past. Ask the user which time ahead they mean.")
    meant = as_meant(local.isoformat(), asked.rrule, zone)
    check_rule(local.isoformat(), meant.rule)
    first = next_local(local.isoformat(), zone, meant.rule, now)
    if first is None:
        raise UnclearTime(f"All of it is past on {now:%Y-%m-%d}. Ask the user when.")
    return Resolved(first, zone, meant.rule, notes=[LAST_DAY] if meant.on_last_days else [])


def _first(asked: When, zone: str, written_at: datetime, now: datetime) -> tuple[datetime, str]:
    if asked.at is None:
        if asked.in_minutes is None:
            raise Malformed("What repeats begins at a time.")
        return on_the_wall(max(written_at + timedelta(minutes=asked.in_minutes), now), zone)
    try:
        return datetime.fromisoformat(asked.at), zone
    except ValueError as error:
        raise Malformed(f"{asked.at} is not a time of the calendar.") from error
