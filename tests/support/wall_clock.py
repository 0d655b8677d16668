"""Wall times into instants, another way than the scheduler's own; what judges go by."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count, islice
from zoneinfo import ZoneInfo

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
STEPS = {"DAILY": timedelta(days=1), "HOURLY": timedelta(hours=1), "MINUTELY": timedelta(minutes=1)}


@lru_cache(maxsize=4096)
def instant(local: datetime, zone: str) -> datetime:
    """By trying the offsets around it: the earliest that fits, or else the minute the gap ends."""
    there = ZoneInfo(zone)

    def offset(at: datetime) -> timedelta:
        return at.replace(tzinfo=UTC).astimezone(there).utcoffset() or timedelta()

    day = timedelta(days=1)
    offsets = sorted({offset(local - day), offset(local + day)}, reverse=True)
    fitting = [local - one for one in offsets if offset(local - one) == one]
    if fitting:
        return min(fitting).replace(tzinfo=UTC)
    at = (local - offsets[0]).replace(second=0)
    while offset(at) != offsets[0]:
        at += timedelta(minutes=1)
    return at.replace(tzinfo=UTC)


def occurrences(local_time: str, rule: str | None) -> Iterator[datetime]:
    """Of the few kinds of rules that the simulation uses."""
    start = datetime.fromisoformat(local_time)
    if rule is None:
        return iter([start])
    parts = dict(part.split("=") for part in rule.split(";"))
    return islice(_all(start, parts), int(parts["COUNT"]) if "COUNT" in parts else None)


def _all(start: datetime, parts: dict[str, str]) -> Iterator[datetime]:
    until = datetime.fromisoformat(parts.get("UNTIL", "99991231T000000"))
    if parts["FREQ"] == "WEEKLY":
        wanted = [DAYS.index(day) for day in parts["BYDAY"].split(",")]
        days = (start + timedelta(days=n) for n in count())
        found = (day for day in days if day.weekday() in wanted)
    else:
        step = STEPS[parts["FREQ"]] * int(parts.get("INTERVAL", "1"))
        found = (start + n * step for n in count())
    for one in found:
        if one > until:
            return
        yield one


def next_due(
    local_time: str, zone: str, rule: str | None, after: datetime | None
) -> datetime | None:
    """The first one later than `after`, or the first at all."""
    for local in occurrences(local_time, rule):
        at = instant(local, zone)
        if after is None or at > after:
            return at
    return None
