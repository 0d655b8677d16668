"""Wall time, zone and rule into instants: expanded on the user's clock, never on UTC. Pure.

A local time that a clock change skips means the first instant after the gap; one that comes twice
means its first occurrence.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

from dateutil.rrule import rrulestr

SHORTEST = timedelta(minutes=15)
"""Between occurrences: a reminder is not an alarm siren."""
_STEPS = {
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
    "DAILY": timedelta(days=1),
}
LOOKED_AT = 50
"""Occurrences examined to find the shortest distance."""


TOO_OFTEN = "the rule repeats more often than every 15 minutes"


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
    local = next_local(local_time, zone, rule, after)
    return None if local is None else instant(local, zone)


def next_local(local_time: str, zone: str, rule: str | None, after: datetime) -> datetime | None:
    """The same, as the wall time of the rule."""
    start = datetime.fromisoformat(local_time)
    if rule is None:
        return start if instant(start, zone) > after else None
    # A clock change moves an instant by hours at most: start the search a day early.
    near = after.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - timedelta(days=1)
    found = (local for local in _occurrences(start, rule, near) if local >= near)
    return next((local for local in found if instant(local, zone) > after), None)


def _occurrences(start: datetime, rule: str, near: datetime) -> Iterator[datetime]:
    """From the start, or from shortly before `near`, where leaving out the rest changes nothing.

    dateutil walks a rule step by step from its start: a year of quarters of an hour takes long.
    """
    parts = dict(part.split("=") for part in rule.upper().removeprefix("RRULE:").split(";"))
    step = _STEPS.get(parts["FREQ"])
    if step and near > start and not parts.keys() & {"COUNT", "BYSETPOS"}:
        step *= int(parts.get("INTERVAL", 1))
        start += (near - start) // step * step
    return iter(rrulestr(rule.removeprefix("RRULE:"), dtstart=start))


def check_rule(local_time: str, rule: str) -> None:
    """Raises UnusableRule."""
    text = rule.removeprefix("RRULE:").upper()
    if "\n" in text or "DTSTART" in text or "FREQ=" not in text:
        raise UnusableRule("the rule must be one RRULE such as FREQ=WEEKLY;BYDAY=MO,FR")
    if "UNTIL=" in text and "Z" in text.partition("UNTIL=")[2].partition(";")[0]:
        raise UnusableRule("UNTIL must be a local time without Z, such as UNTIL=20270101T000000")
    if "FREQ=SECONDLY" in text:
        raise UnusableRule(TOO_OFTEN)
    start = datetime.fromisoformat(local_time)
    try:
        may_happen = _happens_in_the_last_years(start, text)
        seen = list(islice(_occurrences(start, rule, start), LOOKED_AT)) if may_happen else []
    except (ValueError, TypeError, KeyError) as error:
        raise UnusableRule("the rule is not a valid RFC 5545 RRULE") from error
    if not seen:
        raise UnusableRule("the rule never happens")
    if any(later - earlier < SHORTEST for earlier, later in pairwise(seen)):
        raise UnusableRule(TOO_OFTEN)


def _happens_in_the_last_years(start: datetime, rule: str) -> bool:
    """Whether it can happen at all: dateutil looks for a 30th of February day by day until 9999.

    From 9960 on it has forty years to look through, in which every date falls on every weekday.
    """
    kept = [
        part for part in rule.split(";") if not part.startswith(("COUNT=", "UNTIL=", "INTERVAL="))
    ]
    late = start.replace(year=9960)
    return next(iter(rrulestr(";".join(kept), dtstart=late)), None) is not None


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
