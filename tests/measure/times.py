"""Open times of ten languages, as Recognizers-Text expects them: does the resolver find them?

A timex that leaves something open (a weekday, a date without a year, a time, a part of the day, a
recurrence) is turned into arguments by one mapping. It sees neither the text nor what is expected.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from services.scheduler.recurrence import UnusableRule, next_due
from services.scheduler.when.arguments import When
from services.scheduler.when.resolved import Resolved
from services.scheduler.when.resolver import resolve
from services.scheduler.when.unclear import Malformed, UnclearTime
from tests.measure.figures import Measure, share

LEAST = 900
"""Cases that must be as expected."""
MOST = 4
"""Occurrences of what repeats."""
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PARTS = {"MO": "morning", "MI": "noon", "AF": "afternoon", "EV": "evening", "NI": "night"}
UNITS = {"D": "day", "W": "week", "M": "month", "Y": "year"}
_OPEN = re.compile(
    r"(?:XXXX-(?:WXX-(?P<weekday>[1-7])|(?P<month>\d\d)-(?P<day>\d\d)|XX-(?P<of_month>\d\d)))?"
    r"(?:T(?:(?P<clock>\d\d(?::\d\d){0,2})|(?P<part>[A-Z]+)))?"
)
_PERIOD = re.compile(r"P(?P<n>\d+(?:\.\d+)?)(?P<unit>D|WE|WD|W|M|Y)")
_WEEKEND = "XXXX-WXX-WE"


@dataclass(frozen=True)
class Case:
    language: str
    timex: str
    is_set: bool
    written: datetime
    expected: list[dict[str, Any]]
    """The resolutions of this timex."""

    @property
    def kind(self) -> str:
        shape = re.sub(r"\d", "9", self.timex)
        return f"repeats: {shape}" if self.is_set else shape


def measure(folder: Path) -> Measure:
    cases = list(_cases(folder / "datetime"))
    right = [_is_as_expected(one) for one in cases]
    missed = Counter(one.kind for one, is_right in zip(cases, right, strict=True) if not is_right)
    every = Counter(one.kind for one in cases)
    languages = Counter(one.language for one in cases)
    right_of = Counter(one.language for one, is_right in zip(cases, right, strict=True) if is_right)
    figures = {"open times": share(sum(right), len(cases))}
    figures |= {f"of {name}": share(right_of[name], languages[name]) for name in sorted(languages)}
    details = tuple(f"{kind}: {n} of {every[kind]} not" for kind, n in missed.most_common())
    return Measure("times", figures, holds=sum(right) >= LEAST, details=details)


def _cases(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.glob("*.json")):
        language = path.stem.partition("-")[0]
        for entry in json.loads(path.read_text("utf-8-sig")):
            said_at = (entry.get("Context") or {}).get("ReferenceDateTime")
            for result in entry.get("Results") or ():
                if said_at and isinstance(result, dict):
                    written = datetime.fromisoformat(said_at[:19]).replace(tzinfo=UTC)
                    yield from _of_result(language, written, result)


def _of_result(language: str, written: datetime, result: dict[str, Any]) -> Iterator[Case]:
    kind = str(result.get("TypeName") or result.get("Type")).removeprefix("datetimeV2.")
    resolution, value = result.get("Resolution"), result.get("Value")
    values = resolution.get("values") if isinstance(resolution, dict) else None
    if values is None and isinstance(value, dict):
        values = [{"timex": value.get("Timex")}]
    by_timex: dict[str, list[dict[str, Any]]] = {}
    for one in values or ():
        by_timex.setdefault(str(one.get("timex")), []).append(one)
    for timex, expected in by_timex.items():
        if kind == "set" or _is_open(timex):
            yield Case(language, timex, kind == "set", written, expected)


def _is_open(timex: str) -> bool:
    return bool(timex) and _OPEN.fullmatch(timex) is not None


def arguments_of(timex: str, *, repeats: bool) -> dict[str, Any] | None:
    """For `set_reminder`; None for what it has no words for."""
    if found := _PERIOD.fullmatch(timex):
        return _period(found) if repeats else None
    if timex == _WEEKEND:
        return {"weekdays": list(NAMES[5:])}
    found = _OPEN.fullmatch(timex)
    if not found or (found["part"] and found["part"] not in PARTS):
        return None
    asked: dict[str, Any] = {}
    if found["clock"]:
        asked["time"] = found["clock"] if ":" in found["clock"] else f"{found['clock']}:00"
    if found["part"]:
        asked["part_of_day"] = PARTS[found["part"]]
    if found["weekday"]:
        name = NAMES[int(found["weekday"]) - 1]
        asked |= {"weekdays": [name]} if repeats else {"day": name}
    elif found["month"]:
        asked["date"] = f"{found['month']}-{found['day']}"
        asked |= {"unit": "year"} if repeats else {}
    elif found["of_month"]:
        day = found["of_month"]
        asked |= {"month_day": int(day)} if repeats else {"date": day}
    elif repeats:
        asked["unit"] = "day"
    return asked


def _period(found: re.Match[str]) -> dict[str, Any] | None:
    n, unit = float(found["n"]), found["unit"]
    if unit in {"WE", "WD"}:
        days = NAMES[5:] if unit == "WE" else NAMES[:5]
        return {"weekdays": list(days), "every": int(n)}
    if unit == "Y" and not n.is_integer():
        n, unit = n * 12, "M"
    return {"unit": UNITS[unit], "every": int(n)} if n.is_integer() and n >= 1 else None


def _is_as_expected(case: Case) -> bool:
    asked = arguments_of(case.timex, repeats=case.is_set)
    if asked is None:
        return False
    if not asked.keys() & {"time", "part_of_day"}:
        # A day alone: at its very end, when it has not passed.
        asked["time"] = "23:59"
    try:
        found = resolve(When(**asked), "UTC", case.written, case.written)
    except (UnclearTime, Malformed, UnusableRule, ValidationError):
        return False
    return _repeats_so(case, found) if case.is_set else _is_the_last_of(case.expected, found.local)


def _is_the_last_of(expected: list[dict[str, Any]], local: datetime) -> bool:
    """Of a past and a coming one the coming one is meant."""
    last = expected[-1]
    if "value" in last:
        return _fits(last["value"], local, local)
    if "start" in last and "end" in last:
        return _fits(last["start"], local, None) and _fits(last["end"], None, local)
    return False


def _fits(text: str, from_: datetime | None, until: datetime | None) -> bool:
    """Whether it is at or after one, and at or before the other, as far as it says."""
    try:
        told: Any = (
            time.fromisoformat(text)
            if text[2:3] == ":"
            else date.fromisoformat(text)
            if len(text) == len("2016-11-07")
            else datetime.fromisoformat(text)
        )
    except ValueError:
        return False
    return all(
        one is None or rule(_part(one, told), told)
        for one, rule in ((from_, lambda a, b: a >= b), (until, lambda a, b: a <= b))
    )


def _part(local: datetime, told: Any) -> Any:
    if isinstance(told, time):
        return local.time()
    return local if isinstance(told, datetime) else local.date()


def _repeats_so(case: Case, found: Resolved) -> bool:
    """By the calendar alone: what the timex says holds for each of its first occurrences."""
    due = [found.due_at]
    while len(due) < MOST:
        after = next_due(found.local.isoformat(), "UTC", found.rule, due[-1])
        if after is None:
            return False
        due.append(after)
    return _is_next(case, due) and all(
        _apart(case.timex, one, after) for one, after in pairwise(due)
    )


def _is_next(case: Case, due: list[datetime]) -> bool:
    """None is left out before the first, and each has the day and the time that the timex has."""
    said = _OPEN.fullmatch(case.timex)
    for at in due:
        if said is None:
            continue
        if said["weekday"] and at.isoweekday() != int(said["weekday"]):
            return False
        if said["month"] and f"{at:%m-%d}" != f"{said['month']}-{said['day']}":
            return False
        if said["of_month"] and at.day != int(said["of_month"]):
            return False
        if said["clock"] and not f"{at:%H:%M:%S}".startswith(said["clock"]):
            return False
    return due[0] > case.written


def _apart(timex: str, one: datetime, after: datetime) -> bool:
    days = (after.date() - one.date()).days
    if found := _PERIOD.fullmatch(timex):
        n, unit = float(found["n"]), found["unit"]
        if unit == "WE":
            return days == (1 if one.isoweekday() == 6 else 7 * n - 1)
        if unit == "WD":
            return days == (3 if one.isoweekday() == 5 else 1)
        months = (after.year - one.year) * 12 + after.month - one.month
        whole = {"D": (days, n), "W": (days, 7 * n), "M": (months, n), "Y": (months, 12 * n)}
        is_, wanted = whole[unit]
        return is_ == wanted
    if timex == _WEEKEND:
        return days == (1 if one.isoweekday() == 6 else 6)
    said = _OPEN.fullmatch(timex)
    assert said is not None, "it was mapped"
    if said["weekday"]:
        return days == 7
    if said["month"]:
        return after.year - one.year == 1
    if said["of_month"]:
        return timedelta(days=28) <= after - one <= timedelta(days=31)
    return days == 1
