"""The rule that is kept for the rule that was asked for: what people mean by it, said outright.

RFC 5545 leaves out months without a 31st, takes a bare date in UNTIL for its first moment, and
begins weeks on Monday. People mean the last day of such a month, the whole of that date, and weeks
as their country has them. Pure.
"""

from datetime import datetime

from babel import Locale, UnknownLocaleError
from babel.core import get_global

LAST_DAY = "In months or years without that day it comes on the last day of the month."
_ENDS_THE_DAY = "T235959"
_A_DATE = len("20261204")
_SHORTEST, _FEBRUARY = 28, "2"
_CHOOSERS = frozenset({"BYDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO"})
_MONDAY = "MO"
_WEEKDAYS = (_MONDAY, "TU", "WE", "TH", "FR", "SA", "SU")


def as_meant(local_time: str, rule: str, zone: str) -> str:
    """What `rule` leaves open is decided. One that is no rule comes back as it is."""
    pairs = [part.split("=") for part in rule.upper().removeprefix("RRULE:").split(";")]
    if any(len(pair) != 2 for pair in pairs):
        return rule
    before = dict(pairs)
    parts = dict(before)
    if len(parts.get("UNTIL", "")) == _A_DATE:
        parts["UNTIL"] += _ENDS_THE_DAY
    _on_last_days(parts, datetime.fromisoformat(local_time))
    if parts.get("FREQ") == "WEEKLY" and parts.get("INTERVAL", "1") != "1" and "WKST" not in parts:
        parts["WKST"] = _week_starts(zone)
    if parts == before:
        return rule
    return ";".join(f"{name}={value}" for name, value in parts.items())


def comes_on_last_days(rule: str) -> bool:
    """Whether as_meant chose the last day of months that are too short."""
    return "BYMONTHDAY=28,29" in rule and rule.count("BYSETPOS=-1") == 1


def _on_last_days(parts: dict[str, str], start: datetime) -> None:
    if parts.get("FREQ") not in {"MONTHLY", "YEARLY"} or parts.keys() & _CHOOSERS:
        return
    if parts["FREQ"] == "YEARLY" and "BYMONTHDAY" in parts and "BYMONTH" not in parts:
        # That is a day of each month.
        return
    day = parts.get("BYMONTHDAY", str(start.day))
    if day not in {"29", "30", "31"}:
        return
    if parts["FREQ"] == "YEARLY":
        if (parts.get("BYMONTH", str(start.month)), day) != (_FEBRUARY, "29"):
            return
        parts["BYMONTH"] = _FEBRUARY
    days = range(_SHORTEST, int(day) + 1)
    parts |= {"BYMONTHDAY": ",".join(map(str, days)), "BYSETPOS": "-1"}


def _week_starts(zone: str) -> str:
    """By CLDR, for the country of a zone; Monday for zones of none."""
    canonical = get_global("zone_aliases").get(zone, zone)
    territory = get_global("zone_territories").get(canonical)
    try:
        there = Locale.parse(f"und_{territory}")
    except UnknownLocaleError:
        return _MONDAY
    return _WEEKDAYS[there.first_week_day] if there.territory == territory else _MONDAY
