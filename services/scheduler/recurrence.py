"""Wall time, zone and rule into instants: expanded on the user's clock, never on UTC. Pure.

A local time that a clock change skips means the first instant after the gap; one that comes twice
means its first occurrence.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

from dateutil.rrule import rrule, rruleset, rrulestr

SHORTEST = timedelta(minutes=15)
"""Between occurrences: a reminder is not an alarm siren."""
LOOKED_AT = 50
"""Occurrences examined to find the shortest distance."""


class UnusableRule(ValueError):
    """The rule, the time or the zone cannot be kept; the text says what to mend."""


def instant(local: datetime, zone: str) -> datetime:
    """The UTC instant of a wall time."""
    there = ZoneInfo(zone)
    first = local.replace(tzinfo=there, fold=0)
    back = first.astimezone(UTC).astimezone(there).replace(tzinfo=None)
    if back == local:
        return first.astimezone(UTC)
    return _after_the_gap(local, there)


def _after_the_gap(local: datetime, there: ZoneInfo) -> datetime:
    """By halving, between a wall time that is surely before the gap and one surely after it."""
    early = (local - timedelta(days=1)).replace(tzinfo=there).astimezone(UTC)
    late = (local + timedelta(days=1)).replace(tzinfo=there).astimezone(UTC)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(there).replace(tzinfo=None) < local:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


def next_due(local_time: str, zone: str, rule: str | None, after: datetime) -> datetime | None:
    """The first occurrence later than `after`, as a UTC instant; None when there is none."""
    start = datetime.fromisoformat(local_time)
    if rule is None:
        due = instant(start, zone)
        return due if due > after else None
    # A clock change moves an instant by hours at most: start the search a day early.
    near = after.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - timedelta(days=1)
    for local in _occurrences(start, rule).xafter(near, inc=True):
        due = instant(local, zone)
        if due > after:
            return due
    return None


def _occurrences(start: datetime, rule: str) -> rrule | rruleset:
    return rrulestr(rule.removeprefix("RRULE:"), dtstart=start)


def first_occurrence(local_time: str, rule: str) -> datetime | None:
    """Of the rule, not before its start: a start that the rule skips is not one."""
    start = datetime.fromisoformat(local_time)
    return next(iter(_occurrences(start, rule)), None)


def check_rule(local_time: str, rule: str) -> None:
    """Raises UnusableRule."""
    text = rule.removeprefix("RRULE:").upper()
    if "\n" in text or "DTSTART" in text or "FREQ=" not in text:
        raise UnusableRule("the rule must be one RRULE such as FREQ=WEEKLY;BYDAY=MO,FR")
    if "UNTIL=" in text and "Z" in text.partition("UNTIL=")[2].partition(";")[0]:
        raise UnusableRule("UNTIL must be a local time without Z, such as UNTIL=20270101T000000")
    try:
        occurrences = _occurrences(datetime.fromisoformat(local_time), rule)
        seen = list(islice(_bounded(occurrences), LOOKED_AT))
    except (ValueError, TypeError) as error:
        raise UnusableRule("the rule is not a valid RFC 5545 RRULE") from error
    if not seen:
        raise UnusableRule("the rule never happens")
    if any(later - earlier < SHORTEST for earlier, later in pairwise(seen)):
        raise UnusableRule("the rule repeats more often than every 15 minutes")


def _bounded(occurrences: rrule | rruleset) -> Iterator[datetime]:
    return iter(occurrences)


def check_zone(zone: str) -> None:
    """Raises UnusableRule with names that look alike."""
    if zone in _zones():
        return
    city = zone.rpartition("/")[2].replace(" ", "_").lower()
    alike = sorted(name for name in _zones() if city and city in name.lower())[:5]
    hint = f"; perhaps {', '.join(alike)}" if alike else ""
    raise UnusableRule(f"{zone!r} is not an IANA time zone such as Europe/Berlin{hint}")


@cache
def _zones() -> frozenset[str]:
    """Asking for them walks a thousand files."""
    return frozenset(available_timezones())
