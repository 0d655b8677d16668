"""The rule that is kept for the rule that was asked for: what people mean by it, said outright.

RFC 5545 leaves out months without a 31st, takes a bare date in UNTIL for its first moment, and
begins weeks on Monday. People mean the last day of such a month, the whole of that date, and weeks
as their country has them. Pure.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from services.scheduler.recurrence import WEEKDAYS, parts_of

LAST_DAY = "In months or years without that day it comes on the last day of the month."
_ENDS_THE_DAY = "T235959"
_A_DATE = len("20261204")
_LATE_DAYS = frozenset({"29", "30", "31"})
_SHORTEST, _FEBRUARY, _NO_LEAP_YEAR = 28, "2", 2027
_CHOOSERS = frozenset({"BYDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO"})
_MONDAY = WEEKDAYS[0]


@dataclass(frozen=True, slots=True)
class MeantRule:
    rule: str
    on_last_days: bool = False
    """In months that are too short it comes on the last day."""


def as_meant(local_time: str, rule: str, zone: str) -> MeantRule:
    """What `rule` leaves open is decided. One that is no rule comes back as it is."""
    try:
        before = parts_of(rule)
    except ValueError:
        return MeantRule(rule)
    parts = dict(before)
    if len(parts.get("UNTIL", "")) == _A_DATE:
        parts["UNTIL"] += _ENDS_THE_DAY
    last_days = _on_last_days(parts, datetime.fromisoformat(local_time))
    parts |= last_days
    if parts.get("FREQ") == "WEEKLY" and parts.get("INTERVAL", "1") != "1" and "WKST" not in parts:
        parts |= _counted_in_weeks(parts.get("BYDAY", ""), week_starts(zone))
    if parts == before:
        return MeantRule(rule)
    kept = ";".join(f"{name}={value}" for name, value in parts.items())
    return MeantRule(kept, on_last_days=bool(last_days))


def _on_last_days(parts: Mapping[str, str], start: datetime) -> dict[str, str]:
    """The parts that choose the last day of months that lack the day; none where none lacks it."""
    freq, months = parts.get("FREQ"), parts.get("BYMONTH")
    several_times = "," in parts.get("BYHOUR", "") + parts.get("BYMINUTE", "")
    if parts.keys() & _CHOOSERS or several_times:
        # BYSETPOS would choose among the times as well.
        return {}
    if freq == "YEARLY" and "BYMONTHDAY" not in parts and months is None:
        months = str(start.month)
    leap_day = freq == "YEARLY" and months == _FEBRUARY and parts.get("INTERVAL", "1") == "1"
    day = parts.get("BYMONTHDAY", str(start.day))
    if day not in ({"29"} if leap_day else _LATE_DAYS) or not (leap_day or freq == "MONTHLY"):
        return {}
    if months and all(_shortest(month) >= int(day) for month in months.split(",")):
        return {}
    days = ",".join(str(month_day) for month_day in range(_SHORTEST, int(day) + 1))
    chosen = {"BYMONTHDAY": days, "BYSETPOS": "-1"}
    return {"BYMONTH": _FEBRUARY, **chosen} if leap_day else chosen


def _shortest(month: str) -> int:
    """Days; 0 for what is no month."""
    known = month.isdecimal() and 1 <= int(month) <= 12
    return monthrange(_NO_LEAP_YEAR, int(month))[1] if known else 0


def _counted_in_weeks(days: str, first: str) -> dict[str, str]:
    """Weeks as the country has them, unless they would part days that follow each other."""
    before = WEEKDAYS[WEEKDAYS.index(first) - 1]
    return {} if {first, before} <= set(days.split(",")) else {"WKST": first}


def week_starts(zone: str) -> str:
    """By CLDR, for the country of a zone; Monday for zones of none."""
    canonical = get_global("zone_aliases").get(zone, zone)
    territory = get_global("zone_territories").get(canonical)
    try:
        there = Locale.parse(f"und_{territory}")
    except UnknownLocaleError:
        return _MONDAY
    return WEEKDAYS[there.first_week_day] if there.territory == territory else _MONDAY
