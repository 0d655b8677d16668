"""Every form of the arguments, in all zones over two years, against an oracle of another make."""

from datetime import datetime
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import available_timezones

import pytest
from whenever import Instant

from services.scheduler.meant import week_starts
from services.scheduler.recurrence import WEEKDAYS, next_due
from services.scheduler.when.arguments import When
from services.scheduler.when.resolver import resolve
from services.scheduler.when.unclear import UnclearTime
from tests.support.time_oracle import NAMES, USUAL, Oracle
from tests.support.walks import WHOLE

pytestmark = pytest.mark.no_cover

FIRST, LAST = Instant.from_utc(2026, 11, 1), Instant.from_utc(2028, 11, 1)
HOUR = 3600
MOST = 5
"""Occurrences that are compared."""
SAMPLE = 40
"""Zones, without the long tests."""
ZONES = sorted(available_timezones() - {"localtime", "Factory", "posixrules"})


def forms(chance: Random) -> list[dict[str, Any]]:
    """One of each, its values by chance."""
    time = {"time": f"{chance.randrange(24):02}:{chance.choice((0, 15, 30, 45)):02}"}
    part = {"part_of_day": chance.choice(list(USUAL))}
    clock = chance.choice((time, part))
    name, names = chance.choice(NAMES), sorted(chance.sample(NAMES, chance.randint(1, 4)))
    month, day = chance.randint(1, 12), chance.randint(1, 28)
    every = {"every": chance.randint(1, 4)}
    return [
        {"in_minutes": chance.randint(1, 5_000)},
        {"in_hours": chance.randint(1, 500)},
        {"in_days": chance.randint(1, 400)},
        {"in_weeks": chance.randint(1, 60), **clock},
        {"in_months": chance.randint(1, 24), "in_days": chance.randint(1, 40), **clock},
        clock,
        {"day": "today", **clock},
        {"day": "tomorrow", **clock},
        {"day": name, **clock},
        {"day": name, "week": "this", **clock},
        {"day": name, "week": "next", **clock},
        {"date": f"{chance.randint(2027, 2028)}-{month:02}-{day:02}", **clock},
        {"date": f"{month:02}-{day:02}", **clock},
        {"date": "02-29", **clock},
        {"date": f"{chance.randint(1, 31):02}", **clock},
        {"unit": "day", **every, **clock},
        {"unit": "day", **clock, "count": chance.randint(1, MOST)},
        {"unit": "day", **clock, "until": "2029-01-01"},
        {"unit": "week", **every, **clock},
        {"unit": "week", "weekdays": names, **every, **clock},
        {"unit": "month", **clock},
        {"unit": "month", "month_day": chance.choice((-1, *range(1, 32))), **every, **clock},
        {"unit": "month", "weekdays": [name], "nth": chance.choice((1, 2, 3, 4, -1)), **clock},
        {"unit": "month", "weekdays": [name], "nth": 5, **every, **clock},
        {"unit": "year", "date": f"{month:02}-{day:02}", **every, **clock},
        {"unit": "year", "date": "02-29", **clock},
    ]


def moments(zone: str, chance: Random) -> list[Instant]:
    """One at random, and one just before a change of the zone's clocks, if it has any."""
    first, last = FIRST.timestamp(), LAST.timestamp()
    days = range(first, last, 24 * HOUR)
    changes = [
        one
        for one, after in pairwise(days)
        if Instant.from_timestamp(one).to_tz(zone).offset
        != Instant.from_timestamp(after).to_tz(zone).offset
    ]
    at = [chance.randrange(first, last)]
    at += [chance.choice(changes) - chance.randrange(24 * HOUR)] if changes else []
    return [Instant.from_timestamp(one) for one in at]


def resolved(asked: dict[str, Any], zone: str, written: datetime) -> list[datetime] | None:
    try:
        found = resolve(When(**asked), zone, written, written)
    except UnclearTime:
        return None
    due = [found.due_at]
    while found.rule and len(due) < MOST:
        after = next_due(found.local.isoformat(), found.zone, found.rule, due[-1])
        if after is None:
            break
        due.append(after)
    return due


def disagreements(zones: list[str]) -> list[str]:
    found: list[str] = []
    for zone in zones:
        chance = Random(zone)
        starts = WEEKDAYS.index(week_starts(zone))
        for written in moments(zone, chance):
            oracle = Oracle(zone, starts, written)
            for asked in forms(chance):
                expected = oracle.moments(asked, MOST)
                ours = resolved(asked, zone, written.to_stdlib())
                if ours != expected:
                    found.append(f"{zone} {written} {asked}: {ours}, not {expected}")
    return found


def test_the_resolver_agrees_with_the_oracle_in_some_zones() -> None:
    zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
    zones += Random(16).sample(ZONES, SAMPLE)
    assert disagreements(zones) == []


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", range(8))
def test_the_resolver_agrees_with_the_oracle_in_all_zones(part: int) -> None:
    assert WHOLE
    assert disagreements(ZONES[part::8]) == []
