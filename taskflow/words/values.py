"""Numbers, money, dates, times, lists and cities as each language writes them, by CLDR. Pure."""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import cast

from babel.core import get_global
from babel.dates import (
    format_date,
    format_datetime,
    format_skeleton,
    format_timedelta,
    get_datetime_format,
    get_timezone_location,
)
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent

from taskflow.words.languages import SOURCE, locale_of

ISOLATE, ISOLATED = "\u2068", "\u2069"
"""FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE, of Unicode's UAX 9."""
MARK = "\u200f"
"""RIGHT-TO-LEFT MARK: a letter that is not seen."""
CONTROLS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Which set a direction: a value brings none of its own."""
_FROM_THE_RIGHT = frozenset({"R", "AL"})
_STRONG = _FROM_THE_RIGHT | {"L"}
_LEFT_TO_RIGHT = frozenset({"L", "EN", "AN"})
_ENGLISH = {
    "yMMMEd": "EEE d MMM y",
    "MMMMEEEEd": "EEEE d MMMM",
    "yMMMMd": "d MMMM y",
    "MMMd": "d MMM",
    "Hm": "HH:mm",
}
"""English is read far outside the United States: the day stands before the month."""


def isolated(text: str) -> str:
    """In a direction of its own, where it holds letters from left to right, or digits.

    A space ends an address: phones take the mark for a part of it.
    """
    if ISOLATE in text and is_balanced(text):
        return text
    bare = text.translate(CONTROLS)
    if not any(unicodedata.bidirectional(character) in _LEFT_TO_RIGHT for character in bare):
        return bare
    return f"{ISOLATE}{bare}{' ' if '://' in bare.rpartition(' ')[2] else ''}{ISOLATED}"


def begun_from_the_right(text: str, template: str) -> str:
    """A phone takes a text's direction from its first letter, which a value may have brought."""
    kinds = map(unicodedata.bidirectional, text)
    begins = next((kind for kind in kinds if kind in _STRONG), None)
    has_own_words = any(
        unicodedata.bidirectional(character) in _FROM_THE_RIGHT for character in template
    )
    return f"{MARK}{text}" if begins == "L" and has_own_words else text


def is_balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == ISOLATE) - (character == ISOLATED)
        if depth < 0:
            return False
    return depth == 0


def number(value: Decimal | int, language: str) -> str:
    return format_decimal(value, locale=locale_of(language))


def percent(value: Decimal | int, language: str) -> str:
    """`20` is "20%", or "20 %", or "%20"."""
    share = Decimal(value) / 100
    return format_percent(share, locale=locale_of(language), decimal_quantization=False)


def money(amount: Decimal, currency: str | None, language: str) -> str:
    """`€79.90`; the bare number where no currency is known."""
    locale = locale_of(language)
    if currency is None:
        return format_decimal(amount, "#,##0.00", locale=locale)
    return format_currency(amount, currency, locale=locale)


def listed(words: Sequence[str], language: str) -> str:
    """As "a, b, and c"."""
    return format_list(words, locale=locale_of(language))


def clock_time(at: datetime, language: str) -> str:
    """`09:00`, on the clock that `at` is told by."""
    return _skeleton("Hm", at, language)


def day(at: date, language: str) -> str:
    """`4 December 2026`."""
    if language == SOURCE:
        return format_date(at, _ENGLISH["yMMMMd"], locale=SOURCE)
    return format_date(at, "long", locale=locale_of(language))


def weekday_and_day(at: date, language: str) -> str:
    """`Fri 4 Dec 2026`."""
    return _skeleton("yMMMEd", datetime(at.year, at.month, at.day), language)  # noqa: DTZ001 - a day


def moment(at: datetime, language: str) -> str:
    """`Fri 4 Dec 2026, 09:00`."""
    return joined(weekday_and_day(at, language), clock_time(at, language), language)


def day_and_time(at: datetime, language: str) -> str:
    """`Friday 4 December, 09:00`, of a day so near that its year is known."""
    return joined(_skeleton("MMMMEEEEd", at, language), clock_time(at, language), language)


def ago(since: timedelta, language: str) -> str:
    """`2 days ago`, in the largest unit that it has one of."""
    return format_timedelta(-since, threshold=1, add_direction=True, locale=locale_of(language))


def city(zone: str, language: str) -> str:
    """That CLDR names a zone after; of an unknown one, its own name."""
    cldr_zones = cast("Mapping[str, Mapping[str, str]]", locale_of(language).time_zones)
    for name in (zone, *_names_of_old().get(zone, ())):
        if name in cldr_zones and "city" in cldr_zones[name]:
            return cldr_zones[name]["city"]
    try:
        located = get_timezone_location(zone, locale=locale_of(language), return_city=True)
    except LookupError:
        return zone
    return located.rpartition("/")[2]


@cache
def _names_of_old() -> Mapping[str, list[str]]:
    """CLDR keeps a zone's city by its first name, such as Asia/Calcutta; by the newest one here."""
    found: dict[str, list[str]] = defaultdict(list)
    newest: Mapping[str, str] = get_global("zone_aliases")
    for old, new in newest.items():
        found[new].append(old)
    return found


def _skeleton(skeleton: str, at: datetime, language: str) -> str:
    if language == SOURCE:
        return format_datetime(at, _ENGLISH[skeleton], locale=SOURCE)
    return format_skeleton(skeleton, at, locale=locale_of(language))


def joined(a_day: str, a_time: str, language: str) -> str:
    """A date and a time of day."""
    pattern = str(get_datetime_format("medium", locale=locale_of(language)))
    return pattern.replace("{1}", a_day).replace("{0}", a_time).replace("'", "")
