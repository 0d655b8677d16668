"""At which hours a flight should leave or land, in the form that SerpApi takes."""

import re

from simulators.gemini.brain.spans import SpannedValue
from simulators.gemini.brain.times import Clock, find_times

_LAST = 23
_ALL_DAY = f"0,{_LAST}"
_BEFORE = re.compile(r"\b(?:before|by|until|no\s+later\s+than)\s*$", re.IGNORECASE)
_AFTER = re.compile(r"\b(?:after|from|not\s+before|no\s+earlier\s+than)\s*$", re.IGNORECASE)
_LANDING = re.compile(r"\b(?:arriv\w+|land\w*|be\s+there|get\s+there)\b[^,;.]*$", re.IGNORECASE)
# A part of the day is as long as it is commonly taken to be.
_PARTS = {9: "5,11", 15: "12,17", 19: "18,23", 20: "18,23", 21: "20,23"}


def read_hours(text: str) -> str | None:
    """As 6,11 for departures and 0,23,0,11 for arrivals; None where no hour limits the flight."""
    for found in find_times(text):
        hours = _hours(text, found)
        if hours:
            is_landing = _LANDING.search(text[: found.start])
            return f"{_ALL_DAY},{hours}" if is_landing else hours
    return None


def _hours(text: str, found: SpannedValue[Clock]) -> str | None:
    clock = found.value
    if clock.is_part_of_day:
        return _PARTS.get(clock.hour)
    # "by 9" and "from 9" are read as a part of the time, "before" and "after" are not.
    before = text[: found.start] + re.split(r"\d|noon|midnight", text[found.start : found.end])[0]
    hour = clock.likeliest().hour
    if _BEFORE.search(before):
        return f"0,{hour if clock.minute else max(0, hour - 1)}"
    return f"{hour},{_LAST}" if _AFTER.search(before) else None
