"""Repetitions as people write them, as RFC 5545 rules."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from dateutil.rrule import rrulestr
from pydantic import JsonValue

from simulators.gemini.brain.spans import Rule, SpannedValue, find_all, rule
from simulators.gemini.brain.words import MONTH, NUMBER, WEEKDAY, WEEKDAYS, month, number, weekday

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WORKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
_FREQUENCIES = {
    "minute": "MINUTELY",
    "hour": "HOURLY",
    "day": "DAILY",
    "week": "WEEKLY",
    "month": "MONTHLY",
    "year": "YEARLY",
}
_ADVERBS = {
    "daily": "DAILY",
    "hourly": "HOURLY",
    "weekly": "WEEKLY",
    "monthly": "MONTHLY",
    "yearly": "YEARLY",
    "annually": "YEARLY",
}
_NTH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "last": -1}


@dataclass(frozen=True)
class Repetition:
    rrule: str

    @property
    def within_a_day(self) -> bool:
        """Hours and minutes count from now and need no time of day."""
        return "HOURLY" in self.rrule or "MINUTELY" in self.rrule

    def said(self) -> dict[str, JsonValue]:
        """As a tool takes it that makes the rule itself."""
        parts = dict(part.split("=") for part in self.rrule.split(";"))
        units = {frequency: unit for unit, frequency in _FREQUENCIES.items()}
        said: dict[str, JsonValue] = {"unit": units[parts["FREQ"]]}
        if "INTERVAL" in parts:
            said["every"] = int(parts["INTERVAL"])
        if days := parts.get("BYDAY"):
            said["weekdays"] = [WEEKDAYS[_DAYS.index(day[-2:])] for day in days.split(",")]
            if place := days[:-2].rpartition(",")[2]:
                said["nth"] = int(place)
        if "BYMONTH" in parts:
            said["date"] = f"{int(parts['BYMONTH']):02}-{int(parts['BYMONTHDAY']):02}"
        elif "BYMONTHDAY" in parts:
            said["month_day"] = int(parts["BYMONTHDAY"])
        return said

    def first_after(self, now: datetime, start: datetime) -> datetime:
        """The first occurrence after now, counted from a start at the wanted time of day."""
        if self.within_a_day:
            return rrulestr(self.rrule, dtstart=now).after(now) or now
        return rrulestr(self.rrule, dtstart=start).after(now) or start + timedelta(days=1)


def find_repetition(text: str) -> SpannedValue[Repetition] | None:
    found = find_all(text, _RULES)
    return found[0] if found else None


def _days(match: re.Match[str]) -> Repetition:
    names = re.findall(rf"(?i)\b{WEEKDAY}", match["days"])
    chosen = sorted({weekday(name) for name in names})
    interval = ";INTERVAL=2" if (match.groupdict().get("other") or "") else ""
    return Repetition(f"FREQ=WEEKLY{interval};BYDAY={','.join(_DAYS[day] for day in chosen)}")


def _every(match: re.Match[str]) -> Repetition:
    unit = _FREQUENCIES[match["unit"].lower()]
    amount = (match["n"] or "").strip().lower()
    count = 2 if amount in {"other", "second"} else number(amount) if amount else 1
    return Repetition(f"FREQ={unit};INTERVAL={count}" if count > 1 else f"FREQ={unit}")


def _monthly(match: re.Match[str]) -> Repetition | None:
    day = int(match["d"])
    return Repetition(f"FREQ=MONTHLY;BYMONTHDAY={day}") if 1 <= day <= 31 else None


def _yearly(match: re.Match[str]) -> Repetition:
    return Repetition(f"FREQ=YEARLY;BYMONTH={month(match['m'])};BYMONTHDAY={int(match['d'])}")


def _nth_weekday(match: re.Match[str]) -> Repetition:
    nth, day = _NTH[match["nth"].lower()], _DAYS[weekday(match["day"])]
    return Repetition(f"FREQ=MONTHLY;BYDAY={nth}{day}")


_EVERY = r"\b(?:every|each)\s+"
_TH = r"(?:st|nd|rd|th)?"
_LIST = rf"(?P<days>{WEEKDAY}s?\b(?:(?:\s*,\s*|\s+and\s+|\s*&\s*|\s*,\s*and\s+){WEEKDAY}s?\b)*)"
_FULL_DAY = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)s"
_OF_MONTH = r"\s+(?:of\s+)?(?:every|each|the)\s+month\b"
_RULES: list[Rule[Repetition]] = [
    rule(
        r"\b(?:on\s+)?(?:every|each|the)\s+(?P<nth>first|1st|second|2nd|third|3rd|fourth|last)\s+"
        rf"(?P<day>{WEEKDAY}){_OF_MONTH}",
        _nth_weekday,
    ),
    rule(
        rf"\b(?:on\s+)?(?:every|each|the)\s+last\s+day{_OF_MONTH}",
        lambda _: Repetition("FREQ=MONTHLY;BYMONTHDAY=-1"),
    ),
    rule(rf"\b(?:on\s+)?(?:every|each|the)\s+(?P<d>\d{{1,2}}){_TH}{_OF_MONTH}", _monthly),
    rule(rf"(?:{_EVERY}month|\bmonthly)\s+on\s+(?:the\s+)?(?P<d>\d{{1,2}}){_TH}\b", _monthly),
    rule(
        rf"(?:{_EVERY}year|\byearly|\bannually)\s+on\s+(?:the\s+)?(?P<d>\d{{1,2}}){_TH}\s+"
        rf"(?:of\s+)?(?P<m>{MONTH})\b",
        _yearly,
    ),
    rule(
        rf"(?:{_EVERY}year|\byearly|\bannually)\s+on\s+(?P<m>{MONTH})\s+(?P<d>\d{{1,2}}){_TH}\b",
        _yearly,
    ),
    rule(
        rf"{_EVERY}(?:(?:week|work|working\s+)\s*day|business\s+day)s?\b",
        lambda _: Repetition(_WORKDAYS),
    ),
    rule(r"\b(?:on\s+)?(?:weekdays|workdays|working\s+days)\b", lambda _: Repetition(_WORKDAYS)),
    rule(
        rf"(?:{_EVERY}weekend|\b(?:on\s+)?weekends)\b",
        lambda _: Repetition("FREQ=WEEKLY;BYDAY=SA,SU"),
    ),
    rule(rf"(?:{_EVERY}week|\bweekly)\s+on\s+{_LIST}", _days),
    rule(rf"{_EVERY}(?P<other>(?:other|second)\s+)?{_LIST}", _days),
    rule(rf"\bon\s+(?P<days>{_FULL_DAY}\b(?:(?:\s*,\s*|\s+and\s+){_FULL_DAY}\b)*)", _days),
    rule(
        rf"{_EVERY}(?P<n>other\s+|second\s+|{NUMBER}\s+)?(?P<unit>minute|hour|day|week|month|year)s?\b",
        _every,
    ),
    rule(
        r"\b(?P<adverb>daily|hourly|weekly|monthly|yearly|annually)\b",
        lambda match: Repetition(f"FREQ={_ADVERBS[match['adverb'].lower()]}"),
    ),
    rule(rf"{_EVERY}(?=(?:morning|afternoon|evening|night)\b)", lambda _: Repetition("FREQ=DAILY")),
]
