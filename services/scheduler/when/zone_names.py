"""The zone that somebody named: one of IANA's, an offset, or what clocks there are called. Pure."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.lists import format_list

from services.scheduler.recurrence import check_zone
from services.scheduler.when.unclear import UnclearTime
from taskflow import zones

LOCALE = "en"
"""What it says, the model reads."""
LONGEST_ABBREVIATION = 5
"""Characters: AEDT, and ChST has a sign before and after it in some texts."""


MOST_COUNTRIES = 3
"""Named for each offset."""


def named(said: str, at: datetime) -> str:
    """As it is kept. `at` is the year whose clocks are meant.

    Raises UnclearTime for an abbreviation that several countries use, and UnusableRule for what is
    no zone.
    """
    countries = _countries(said.strip().upper(), at.year) if _may_abbreviate(said) else ()
    if countries:
        names = format_list(countries, style="or", locale=LOCALE)
        raise UnclearTime(
            f"{said.strip()} is the time of {names}. Ask the user which one is meant."
        )
    if found := zones.known(said):
        return found
    check_zone(said)
    return said


def _may_abbreviate(said: str) -> bool:
    bare = said.strip()
    return len(bare) <= LONGEST_ABBREVIATION and bare.isascii() and bare.isalpha()


@lru_cache(maxsize=200)
def _countries(abbreviation: str, year: int) -> tuple[str, ...]:
    """Where the clocks are called so, by tzdata, if that means several offsets; else nothing."""
    by_offset: dict[timedelta, Counter[str]] = {}
    for name in available_timezones():
        canonical = get_global("zone_aliases").get(name, name)
        territory = get_global("zone_territories").get(canonical, "")
        for month in (1, 7):
            there = datetime(year, month, 1, tzinfo=UTC).astimezone(zones.of(name))
            offset = there.utcoffset()
            if territory and offset is not None and (there.tzname() or "").upper() == abbreviation:
                by_offset.setdefault(offset, Counter())[territory] += 1
    if len(by_offset) < 2:
        return ()
    names = Locale.parse(LOCALE).territories
    most = [
        country for found in by_offset.values() for country, _ in found.most_common(MOST_COUNTRIES)
    ]
    return tuple(sorted(names[country] for country in most))
