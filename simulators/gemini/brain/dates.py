"""Calendar dates as people write them, read from a given today."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from dateutil.relativedelta import relativedelta
from pydantic import JsonValue

from simulators.gemini.brain.spans import SpannedValue, find_all, pattern
from simulators.gemini.brain.words import MONTH, NUMBER, WEEKDAY, WEEKDAYS, month, number, weekday

_ON = r"(?:\b(?:on|by|starting)\s+)?"
_TH = r"(?:st|nd|rd|th)?"
_FEASTS = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "christmas": (12, 25),
    "new year's eve": (12, 31),
    "new years eve": (12, 31),
    "new year's day": (1, 1),
    "valentine's day": (2, 14),
}


@dataclass(frozen=True)
class Day:
    value: date
    is_offset: bool = False
    """Counted from today ("in 3 days"): such a day brings its time of day along."""
    said: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """The same as a tool takes it that knows the calendar: nothing worked out."""


Read = Callable[[date, re.Match[str]], Day | None]
"""Reads a match from a given today."""


def find_dates(text: str, today: date) -> list[SpannedValue[Day]]:
    return find_all(text, [(regex, partial(read, today)) for regex, read in _RULES])


def coming(today: date, month_number: int, day: int, year: int | None = None) -> date | None:
    """That day of this year or, once it is past, of the next; None if there is no such day."""
    try:
        if year is not None:
            return date(year + 2000 if year < 100 else year, month_number, day)
        this_year = date(today.year, month_number, day)
        return this_year if this_year >= today else date(today.year + 1, month_number, day)
    except ValueError:
        return None


def next_weekday(today: date, day: int) -> date:
    """The first such weekday after today."""
    return today + timedelta(days=(day - today.weekday() - 1) % 7 + 1)


def of_next_week(today: date, day: int) -> date:
    """Weeks begin on Monday: "next Friday" is the Friday of the following week."""
    return today - timedelta(days=today.weekday()) + timedelta(days=7 + day)


def _dated(today: date, match: re.Match[str]) -> Day | None:
    """Day and month, the month as a word or, in ISO dates, as a number."""
    said = match["m"]
    number_of_month = int(said) if said.isdigit() else month(said)
    year = int(match["y"]) if match["y"] else None
    found = coming(today, number_of_month, int(match["d"]), year)
    return _of_calendar(found, year) if found else None


def _of_calendar(found: date, year: int | None) -> Day:
    """The year only where it was said."""
    return Day(found, said={"date": f"{found:%Y-%m-%d}" if year else f"{found:%m-%d}"})


def _numeric(today: date, match: re.Match[str]) -> Day | None:
    """Day first, unless a date of the same text can only be read month first."""
    day, number_of_month = int(match["d"]), int(match["m"])
    if any(int(second) > 12 for second in _SECOND_OF_A_DATE.findall(match.string)):
        day, number_of_month = number_of_month, day
    year = int(match["y"]) if match["y"] else None
    found = coming(today, number_of_month, day, year)
    return _of_calendar(found, year) if found else None


def _feast(today: date, match: re.Match[str]) -> Day | None:
    found = coming(today, *_FEASTS[match["feast"].lower()])
    return _of_calendar(found, None) if found else None


def _plus(days: int) -> Read:
    named: dict[int, Mapping[str, JsonValue]] = {0: {"day": "today"}, 1: {"day": "tomorrow"}}
    said = named.get(days, {"in_days": days})
    return lambda today, _: Day(today + timedelta(days=days), said=said)


def _yesterday(today: date, _: re.Match[str]) -> Day:
    found = today - timedelta(days=1)
    return _of_calendar(found, found.year)


def distance(amount: int, unit: str) -> relativedelta:
    """So many days, weeks, months or years."""
    match unit.lower():
        case "day":
            return relativedelta(days=amount)
        case "week":
            return relativedelta(weeks=amount)
        case "month":
            return relativedelta(months=amount)
        case _:
            return relativedelta(years=amount)


def _offset(today: date, match: re.Match[str]) -> Day:
    amount, unit = number(match["n"]), match["unit"].lower()
    said = {"in_months": 12 * amount} if unit == "year" else {f"in_{unit}s": amount}
    return Day(today + distance(amount, unit), is_offset=True, said=said)


def _weekday(today: date, match: re.Match[str]) -> Day:
    day, groups = weekday(match["day"]), match.groupdict()
    which = (groups.get("which") or "").lower()
    said: dict[str, JsonValue] = {"day": WEEKDAYS[day]}
    if which == "last":
        found = next_weekday(today, day) - timedelta(days=7)
        return _of_calendar(found, found.year)
    if which == "next" or groups.get("after"):
        return Day(of_next_week(today, day), said={**said, "week": "next"})
    return Day(next_weekday(today, day), said=said)


def _weekend(today: date, match: re.Match[str]) -> Day:
    if match["which"].lower() == "next":
        return Day(of_next_week(today, 5), said={"day": "saturday", "week": "next"})
    if today.weekday() == 5:
        return Day(today, said={"day": "today"})
    return Day(next_weekday(today, 5), said={"day": "saturday"})


def _nth(today: date, match: re.Match[str]) -> Day | None:
    """The 31st is that of the first month from now on that has one."""
    for ahead in range(3):
        in_month = today.replace(day=1) + relativedelta(months=ahead)
        try:
            found = in_month.replace(day=int(match["d"]))
        except ValueError:
            continue
        if found >= today:
            return Day(found, said={"date": f"{found:%d}"})
    return None


def _next_week(today: date, _: re.Match[str]) -> Day:
    return Day(of_next_week(today, 0), said={"day": WEEKDAYS[0], "week": "next"})


def _next_month(today: date, _: re.Match[str]) -> Day:
    return Day(today + relativedelta(months=1), said={"in_months": 1})


def _end_of_month(today: date, _: re.Match[str]) -> Day:
    found = today + relativedelta(day=31)
    return _of_calendar(found, found.year)


_SECOND_OF_A_DATE = re.compile(r"\b\d{1,2}/(\d{1,2})\b")
# "Sat" and "sun" are words too; they count only where a day is expected.
_PLAIN_WEEKDAY = WEEKDAY.replace("|sat|sun", "")
_THEN_WEEKDAY = rf"(?P<day>{WEEKDAY})\b(?!'s)"
_WEEKDAY_FIRST = rf"(?:{WEEKDAY},?\s+)?(?:the\s+)?"
_YEAR = r"(?:,?\s+(?P<y>20\d{2})\b)?"
_FEAST_NAMES = "|".join(re.escape(name) for name in _FEASTS).replace("'", "'")
_UNIT = r"(?P<unit>day|week|month|year)s?"

_RULES: list[tuple[re.Pattern[str], Read]] = [
    (pattern(_ON + r"\b(?P<y>20\d{2})-(?P<m>\d{2})-(?P<d>\d{2})\b"), _dated),
    (
        pattern(
            rf"{_ON}{_WEEKDAY_FIRST}\b(?P<d>\d{{1,2}}){_TH}\s+(?:of\s+)?(?P<m>{MONTH})\b\.?{_YEAR}"
        ),
        _dated,
    ),
    (
        pattern(
            rf"{_ON}{_WEEKDAY_FIRST}\b(?P<m>{MONTH})\.?\s+(?:the\s+)?"
            rf"(?P<d>\d{{1,2}}){_TH}\b(?![:.]\d){_YEAR}"
        ),
        _dated,
    ),
    (
        pattern(_ON + r"(?<!at\s)\b(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>20\d{2}|\d{2})?(?!\d)"),
        _numeric,
    ),
    (
        pattern(_ON + r"\b(?P<d>\d{1,2})/(?P<m>\d{1,2})(?:/(?P<y>20\d{2}|\d{2}))?\b"),
        _numeric,
    ),
    (pattern(rf"{_ON}\b(?P<feast>{_FEAST_NAMES})\b"), _feast),
    (pattern(r"\b(?:the\s+)?day\s+after\s+tomorrow\b"), _plus(2)),
    (pattern(r"\b(?:tomorrow|tomorow|tommorow|tmrw|tmr)\b"), _plus(1)),
    (pattern(r"\b(?:later\s+)?today\b"), _plus(0)),
    (pattern(r"\b(?=tonight\b|this\s+(?:morning|afternoon|evening)\b)"), _plus(0)),
    (pattern(r"\byesterday\b"), _yesterday),
    (pattern(rf"\bin\s+(?P<n>{NUMBER})\s+{_UNIT}(?:\s+time)?\b"), _offset),
    (pattern(rf"\b(?P<n>{NUMBER})\s+{_UNIT}\s+from\s+(?:now|today)\b"), _offset),
    (pattern(rf"{_ON}\b(?P<which>next)\s+week(?:\s+on)?\s+{_THEN_WEEKDAY}"), _weekday),
    (pattern(rf"{_ON}\b(?P<which>next|this|coming|last)\s+{_THEN_WEEKDAY}"), _weekday),
    (pattern(rf"\bon\s+{_THEN_WEEKDAY}(?P<after>\s+next\s+week\b)?"), _weekday),
    (
        pattern(rf"\b(?P<day>{_PLAIN_WEEKDAY})\b(?!'s)(?P<after>\s+next\s+week\b)?"),
        _weekday,
    ),
    (pattern(rf"{_ON}\b(?P<which>this|next|the)\s+weekend\b"), _weekend),
    (pattern(r"\bnext\s+week\b"), _next_week),
    (pattern(r"\bnext\s+month\b"), _next_month),
    (
        pattern(r"\b(?:at\s+)?(?:the\s+)?end\s+of\s+(?:the\s+)?month\b"),
        _end_of_month,
    ),
    (pattern(rf"{_ON}\bthe\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)\b"), _nth),
]
