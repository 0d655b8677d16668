"""The rule of what repeats, in RFC 5545's terms, without its end. Pure."""

from collections.abc import Mapping
from datetime import date

from services.scheduler.recurrence import WEEKDAYS
from services.scheduler.when.arguments import Unit, When
from services.scheduler.when.days import NAMES
from services.scheduler.when.unclear import Malformed

_FREQUENCIES: Mapping[Unit, str] = {
    "minute": "MINUTELY",
    "hour": "HOURLY",
    "day": "DAILY",
    "week": "WEEKLY",
    "month": "MONTHLY",
    "year": "YEARLY",
}
WITHIN_A_DAY: frozenset[Unit] = frozenset({"minute", "hour"})
_CHOSEN_AMONG = ({*NAMES[:5]}, {*NAMES[5:]}, {*NAMES})
""""The first workday", "the last weekend day": one of them, not each."""


def unit_of(asked: When) -> Unit | None:
    """None for what happens once. Raises Malformed."""
    if asked.unit is None and (asked.nth or asked.month_day):
        return "month"
    if asked.unit is None and asked.weekdays:
        return "week"
    if asked.unit is None and _is_of_what_repeats(asked):
        raise Malformed("What repeats has a `unit`; `every`, `until`, `count` go with it.")
    if asked.unit == "day" and asked.weekdays:
        return "week"
    return asked.unit


def _is_of_what_repeats(asked: When) -> bool:
    return bool(asked.every or asked.until or asked.count or asked.except_on)


def rule_of(asked: When, unit: Unit, start: date, *, day_said: bool) -> dict[str, str]:
    """Its parts but INTERVAL, COUNT and UNTIL. Raises Malformed.

    `day_said` tells whether `start` is a day that the user named.
    """
    _check(asked, unit)
    parts = {"FREQ": _FREQUENCIES[unit]}
    days = [name for name in NAMES if name in (asked.weekdays or ())]
    marks = [WEEKDAYS[NAMES.index(name)] for name in days]
    if unit == "year" and (day_said or asked.nth):
        parts["BYMONTH"] = str(start.month)
    if asked.nth:
        if set(days) in _CHOSEN_AMONG:
            return {**parts, "BYDAY": ",".join(marks), "BYSETPOS": str(asked.nth)}
        return {**parts, "BYDAY": ",".join(f"{asked.nth}{mark}" for mark in marks)}
    if marks:
        parts["BYDAY"] = ",".join(marks)
    elif asked.month_day:
        parts["BYMONTHDAY"] = str(asked.month_day)
    elif unit == "month" or "BYMONTH" in parts:
        parts["BYMONTHDAY"] = str(start.day)
    return parts


def _check(asked: When, unit: Unit) -> None:
    if asked.count and asked.until:
        raise Malformed("Give `until` or `count`, not both.")
    if bool(asked.nth) and not asked.weekdays:
        raise Malformed("`nth` goes with `weekdays`.")
    if asked.nth is not None and (unit not in {"month", "year"} or not asked.nth):
        raise Malformed("`nth` is 1 to 5, or -1 for the last, of the unit month or year.")
    if asked.weekdays and not asked.nth and unit != "week":
        raise Malformed("`weekdays` go with the unit week, or with `nth` and the unit month.")
    if asked.month_day is not None and (unit != "month" or not asked.month_day or asked.nth):
        raise Malformed("`month_day` is 1 to 31, or -1 for the last day, of the unit month.")
    if unit == "year" and asked.nth and asked.date is None:
        raise Malformed("Give the next one's `date`: it tells the month.")
