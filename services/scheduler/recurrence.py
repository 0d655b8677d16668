"""Wall time, zone and rule into instants: expanded on the user's clock, never on UTC. Pure.

A local time that a clock change skips means the first instant after the gap; one that comes twice
means its first occurrence.
"""

import re
from collections.abc import Collection, Iterator
from datetime import MAXYEAR, UTC, date, datetime, timedelta, tzinfo
from functools import cache
from itertools import islice, pairwise, takewhile
from zoneinfo import available_timezones

from dateutil.rrule import rrulestr

from taskflow import zones

SHORTEST = timedelta(minutes=15)
"""Between occurrences: a reminder is not an alarm siren."""
_STEPS = {
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
    "DAILY": timedelta(days=1),
}
LOOKED_AT = 50
"""Occurrences examined to find the shortest distance."""
CYCLE = 400
"""Years after which every date falls on the same weekday again, in the same week."""
SEARCHED = 40
"""Years, within which every date falls on every weekday."""
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LARGEST = 10_000
"""Of a rule's INTERVAL and COUNT."""

_AMONG_DAYS = frozenset({"BYSETPOS", "BYYEARDAY", "BYWEEKNO"})
_PARTS = _AMONG_DAYS | {
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"),
    *("BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE"),
}
_UNTIL = re.compile(r"[0-9]{8}(?:T[0-9]{6})?")
TOO_OFTEN = "the rule repeats more often than every 15 minutes"


class UnusableRule(ValueError):
    """The rule, the time or the zone cannot be kept; the text says what to mend."""


def instant(local: datetime, zone: str) -> datetime:
    """The UTC instant of a wall time."""
    there = zones.of(zone)
    first = local.replace(tzinfo=there, fold=0)
    back = first.astimezone(UTC).astimezone(there).replace(tzinfo=None)
    if back == local:
        return first.astimezone(UTC)
    return _after_the_gap(local, there)


def _after_the_gap(local: datetime, there: tzinfo) -> datetime:
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


def next_due(
    local_time: str,
    zone: str,
    rule: str | None,
    after: datetime,
    except_on: Collection[date] = (),
) -> datetime | None:
    """The first occurrence later than `after`, as a UTC instant; None when there is none.

    A rule leaves out the days of `except_on`; its COUNT counts them all the same.
    """
    local = next_local(local_time, zone, rule, after, except_on)
    return None if local is None else instant(local, zone)


def next_local(
    local_time: str,
    zone: str,
    rule: str | None,
    after: datetime,
    except_on: Collection[date] = (),
) -> datetime | None:
    """The same, as the wall time of the rule."""
    start = datetime.fromisoformat(local_time)
    if rule is None:
        return start if instant(start, zone) > after else None
    # A clock change moves an instant by hours at most: start the search a day early.
    near = after.astimezone(zones.of(zone)).replace(tzinfo=None) - timedelta(days=1)
    left_out = frozenset(except_on)
    found = (
        local
        for local in _occurrences(start, rule, near)
        if local >= near and local.date() not in left_out
    )
    return next((local for local in found if instant(local, zone) > after), None)


def _occurrences(start: datetime, rule: str, near: datetime) -> Iterator[datetime]:
    """From the start, or from shortly before `near`, where leaving out the rest changes nothing.

    dateutil walks a rule step by step from its start, and where nothing happens to the year 9999.
    The calendar repeats after CYCLE years, weekdays and all: so the walk is done in the last cycle
    that leaves it SEARCHED years at least.
    """
    parts = parts_of(rule)
    step = _STEPS.get(parts["FREQ"])
    if step and near > start and not parts.keys() & {"COUNT", "BYSETPOS"}:
        step *= int(parts.get("INTERVAL", 1))
        start += (near - start) // step * step
    years = max(0, (MAXYEAR - SEARCHED - start.year) // CYCLE) * CYCLE
    if "UNTIL" in parts:
        until = int(parts["UNTIL"][:4]) + years
        parts["UNTIL"] = f"{min(until, MAXYEAR):04}{parts['UNTIL'][4:]}"
    late = ";".join(f"{name}={value}" for name, value in parts.items())
    for at in rrulestr(late, dtstart=start.replace(year=start.year + years)):
        yield at.replace(year=at.year - years)


def parts_of(rule: str) -> dict[str, str]:
    """By name. Raises ValueError."""
    return dict(part.split("=") for part in rule.upper().removeprefix("RRULE:").split(";"))


def check_rule(local_time: str, rule: str) -> None:
    """Raises UnusableRule."""
    text = rule.upper()
    if "\n" in text or "DTSTART" in text or "FREQ=" not in text:
        raise UnusableRule("the rule must be one RRULE such as FREQ=WEEKLY;BYDAY=MO,FR")
    if "UNTIL=" in text and "Z" in text.partition("UNTIL=")[2].partition(";")[0]:
        raise UnusableRule("UNTIL must be a local time without Z, such as UNTIL=20270101T000000")
    if "FREQ=SECONDLY" in text:
        raise UnusableRule(TOO_OFTEN)
    start = datetime.fromisoformat(local_time)
    try:
        _check_parts(parts_of(text))
        first = islice(_occurrences(start, rule, start), LOOKED_AT)
        seen = list(takewhile(lambda at: at.year <= start.year + SEARCHED, first))
    except UnusableRule:
        raise
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise UnusableRule("the rule is not a valid RFC 5545 RRULE") from error
    if not seen:
        raise UnusableRule(f"the rule never happens in the next {SEARCHED} years")
    if any(later - earlier < SHORTEST for earlier, later in pairwise(seen)):
        raise UnusableRule(TOO_OFTEN)


def _check_parts(parts: dict[str, str]) -> None:
    """Raises UnusableRule for what dateutil would walk too long, and for what is not RFC 5545."""
    if unknown := parts.keys() - _PARTS:
        raise UnusableRule(f"{min(unknown)} is no part of a rule here")
    if parts["FREQ"] in {"MINUTELY", "HOURLY"} and (among := parts.keys() & _AMONG_DAYS):
        raise UnusableRule(f"{min(among)} chooses among days: use it with FREQ=MONTHLY or YEARLY")
    if not _UNTIL.fullmatch(parts.get("UNTIL", "20270101")):
        raise UnusableRule("UNTIL must be a date or a local time, such as 20270101T090000")
    for name in ("INTERVAL", "COUNT"):
        value = parts.get(name, "1")
        if not (value.isascii() and value.isdigit() and 1 <= int(value[:8]) <= LARGEST):
            raise UnusableRule(f"{name} must be a whole number from 1 to {LARGEST}")


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
