"""A reminder's rule in words, as far as there are words that are exactly right. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import product

from babel.dates import format_date, get_day_names, get_month_names
from babel.lists import format_list

from services.scheduler.recurrence import WEEKDAYS, parts_of

LOCALE = "en"
MOST_TIMES = 6
"""A day; more of them are no words."""
_UNITS = {
    "MINUTELY": "minute",
    "HOURLY": "hour",
    "DAILY": "day",
    "WEEKLY": "week",
    "MONTHLY": "month",
    "YEARLY": "year",
}
_SAID = {
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYSETPOS"),
    *("BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE"),
}
_ORDINALS = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "-1": "last"}
_DAY = re.compile(r"([+-]?\d{1,2})?([A-Z]{2})")
_SHORTEST_MONTH = 28


def rule_in_words(rule: str, local_time: str) -> str | None:
    """As "every 2 weeks on Friday, until 4 December 2026"; None where no words are right.

    `rule` has passed recurrence.check_rule, and `local_time` is its first occurrence.
    """
    parts = parts_of(rule)
    if parts.keys() - _SAID:
        return None
    start = datetime.fromisoformat(local_time)
    if _chooses_among_more_than_days(parts):
        return None
    try:
        said = _SAYS[parts["FREQ"]](parts, start)
        times = _times(parts, start)
        return f"{said}{times}{_end(parts)}" if said is not None and times is not None else None
    except (ValueError, KeyError):  # dateutil understands more ways to write a number or a date
        return None


def _chooses_among_more_than_days(parts: dict[str, str]) -> bool:
    """BYSETPOS chooses among all times of its month, or of its year."""
    several_times = "," in parts.get("BYHOUR", "") + parts.get("BYMINUTE", "")
    of_a_year = parts["FREQ"] == "YEARLY" and not parts.get("BYMONTH", "").isdecimal()
    return "BYSETPOS" in parts and (several_times or of_a_year)


def _every(parts: dict[str, str]) -> str:
    unit, interval = _UNITS[parts["FREQ"]], int(parts.get("INTERVAL", 1))
    return f"every {unit}" if interval == 1 else f"every {interval} {unit}s"


def _often(parts: dict[str, str], _: datetime) -> str | None:
    """Several times a day."""
    return None if any(name.startswith("BY") for name in parts) else _every(parts)


def _daily(parts: dict[str, str], _: datetime) -> str | None:
    if "BYMONTHDAY" in parts or "BYSETPOS" in parts:
        return None
    every = _every(parts)
    if days := parts.get("BYDAY"):
        named = _named_days(days)
        if every != "every day" or named is None:
            return None
        every = f"every {named}"
    return f"{every}{_in_months(parts)}"


def _weekly(parts: dict[str, str], start: datetime) -> str | None:
    if "BYMONTHDAY" in parts or "BYSETPOS" in parts:
        return None
    named = _named_days(parts.get("BYDAY", WEEKDAYS[start.weekday()]))
    return f"{_every(parts)} on {named}{_in_months(parts)}" if named else None


def _monthly(parts: dict[str, str], start: datetime) -> str | None:
    on = _on_days(parts, start)
    return f"{_every(parts)} on {on}{_in_months(parts)}" if on else None


def _yearly(parts: dict[str, str], start: datetime) -> str | None:
    if "BYMONTH" not in parts and ("BYMONTHDAY" in parts or "BYDAY" in parts):
        return None
    on = _on_days(parts, start)
    within = _in_months(parts) or f" in {_months()[start.month]}"
    return f"{_every(parts)} on {on}{within}" if on else None


_SAYS = {
    "MINUTELY": _often,
    "HOURLY": _often,
    "DAILY": _daily,
    "WEEKLY": _weekly,
    "MONTHLY": _monthly,
    "YEARLY": _yearly,
}


def _on_days(parts: dict[str, str], start: datetime) -> str | None:
    """Of a month."""
    if "BYDAY" in parts:
        return None if "BYMONTHDAY" in parts else _on_weekdays(parts)
    days = parts.get("BYMONTHDAY", str(start.day)).split(",")
    if "BYSETPOS" in parts:
        return _or_the_last(days) if parts["BYSETPOS"] == "-1" else None
    if days == ["-1"]:
        return "the last day"
    if not all(day.isdecimal() for day in days):
        return None
    days = [str(day) for day in sorted(set(map(int, days)))]
    listed = f"{'day' if len(days) == 1 else 'days'} {_listed(days)}"
    some_lack = any(int(day) > _SHORTEST_MONTH for day in days)
    return f"{listed}, where there is one" if some_lack else listed


def _or_the_last(days: Sequence[str]) -> str | None:
    """Of 28, 29, 30 and so on the last that there is (meant.py)."""
    if days != [str(day) for day in range(_SHORTEST_MONTH, _SHORTEST_MONTH + len(days))]:
        return None
    return f"day {days[-1]}, or else the last day"


def _on_weekdays(parts: dict[str, str]) -> str | None:
    found = [_DAY.fullmatch(day) for day in parts["BYDAY"].split(",")]
    if None in found:
        return None
    places = {one[1] for one in found if one}
    place = places.pop() if len(places) == 1 else None
    single = parts.get("BYSETPOS")
    if single and len(found) == 1 and place is None:
        place = single
    elif single:
        return None
    name = _ORDINALS.get((place or "").lstrip("+"))
    named = _named_days(",".join(one[2] for one in found if one))
    return f"the {name} {named}" if name and named else None


def _named_days(days: str) -> str | None:
    wanted = days.split(",")
    if any(day not in WEEKDAYS for day in wanted):
        return None
    names = get_day_names("wide", locale=LOCALE)
    return _listed([names[nth] for nth, day in enumerate(WEEKDAYS) if day in wanted])


def _in_months(parts: dict[str, str]) -> str:
    if "BYMONTH" not in parts:
        return ""
    months = sorted(set(map(int, parts["BYMONTH"].split(","))))
    return f" in {_listed([_months()[month] for month in months])}"


def _months() -> dict[int, str]:
    return dict(get_month_names("wide", locale=LOCALE))


def _times(parts: dict[str, str], start: datetime) -> str | None:
    """Only where there are others than that of the first occurrence."""
    if not parts.keys() & {"BYHOUR", "BYMINUTE"}:
        return ""
    if start.second:
        return None
    hours = parts.get("BYHOUR", str(start.hour)).split(",")
    minutes = parts.get("BYMINUTE", str(start.minute)).split(",")
    if len(hours) * len(minutes) > MOST_TIMES:
        return None
    times = sorted({f"{int(hour):02}:{int(minute):02}" for hour, minute in product(hours, minutes)})
    return f" at {_listed(times)}"


def _end(parts: dict[str, str]) -> str:
    if count := parts.get("COUNT"):
        return ", once" if count == "1" else f", {count} times in all"
    if "UNTIL" not in parts:
        return ""
    until = datetime.fromisoformat(parts["UNTIL"])
    time = "" if (until.hour, until.minute) == (23, 59) else f"{until:, %H:%M}"
    return f", until {format_date(until, 'd MMMM y', locale=LOCALE)}{time}"


def _listed(words: Sequence[str]) -> str:
    return format_list(words, locale=LOCALE)
