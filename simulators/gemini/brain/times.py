"""Times of day and spans of time as people write them."""

import re
from dataclasses import dataclass
from datetime import time, timedelta

from simulators.gemini.brain.spans import Rule, SpannedValue, find_all, pattern, rule
from simulators.gemini.brain.words import NUMBER, number

_PARTS_OF_DAY = {"morning": 9, "afternoon": 15, "evening": 19, "tonight": 20, "night": 21}
_AT = r"(?:\b(?:at|by|around|about|from)\s+|@\s*)"
_PM_WORDS = ("afternoon", "evening", "night")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}


@dataclass(frozen=True)
class Clock:
    hour: int
    minute: int = 0
    is_open: bool = False
    """A bare "at 9" may mean the morning or the evening."""
    part_of_day: str | None = None
    """"In the evening": an hour of our choosing."""

    @property
    def is_part_of_day(self) -> bool:
        return self.part_of_day is not None

    def as_time(self) -> time:
        return time(self.hour, self.minute)

    def likeliest(self) -> time:
        """Nobody wants to be reminded at three in the night."""
        if self.is_open and 1 <= self.hour <= 6:
            return time(self.hour + 12, self.minute)
        return self.as_time()

    def candidates(self) -> list[time]:
        """The likeliest first."""
        first = self.likeliest()
        if not self.is_open or first.hour >= 12:
            return [first]
        return [first, time(first.hour + 12, first.minute)]


def find_times(text: str) -> list[SpannedValue[Clock]]:
    return find_all(text, _TIMES)


def read_time(found: list[SpannedValue[Clock]]) -> tuple[Clock, list[SpannedValue[Clock]]] | None:
    """One time of day and what it was read from: "in the evening" settles what "at 7" means."""
    exact = next((each for each in found if not each.value.is_part_of_day), None)
    part = next((each for each in found if each.value.is_part_of_day), None)
    if exact is None or part is None:
        chosen = exact or part
        return (chosen.value, [chosen]) if chosen else None
    clock = exact.value
    if clock.is_open:
        later = part.value.hour >= 12 and clock.hour < 12
        clock = Clock(clock.hour + 12 * later, clock.minute)
    return clock, [exact, part]


def find_spans(text: str) -> list[SpannedValue[timedelta]]:
    """Spans under a day: "in 5 minutes", "an hour and a half from now"."""
    return find_all(text, _SPANS)


def _clock(match: re.Match[str]) -> Clock | None:
    groups = match.groupdict()
    hour, minute = int(match["h"]), int(groups.get("min") or 0)
    half = (groups.get("half") or "").lower().replace(".", "")
    part = (groups.get("part") or "").lower()
    if hour > 24 or minute > 59 or (half and not 1 <= hour <= 12):
        return None
    if half == "pm" or (hour < 12 and any(word in part for word in _PM_WORDS)):
        return Clock(hour % 12 + 12, minute)
    if half == "am" or part:
        return Clock(hour % 12 if half else hour, minute)
    padded = match["h"].startswith("0")
    return Clock(hour % 24, minute, is_open=1 <= hour < 12 and not padded)


def _spoken(match: re.Match[str]) -> Clock | None:
    hour = number(match["h"])
    if not 1 <= hour <= 12:
        return None
    minute = {"half past": 30, "quarter past": 15, "quarter to": 45}[
        re.sub(r"\s+", " ", match["how"].lower())
    ]
    hour = hour - 1 if minute == 45 else hour
    return Clock(hour or 12, minute, is_open=hour != 12)


def _in_words(match: re.Match[str]) -> Clock:
    """As people speak: "at nine", "at nine in the evening"."""
    hour, part = number(match["h"]), (match["part"] or "").lower()
    if any(word in part for word in _PM_WORDS):
        return Clock(hour % 12 + 12)
    return Clock(hour, is_open=hour < 12 and not part)


def _part_of_day(match: re.Match[str]) -> Clock:
    part = match["part"].lower()
    return Clock(_PARTS_OF_DAY[part], part_of_day="evening" if part == "tonight" else part)


_HALF = r"(?P<half>[ap]\.?m\b\.?)"
_PART = (
    r"(?:\s+(?:in\s+the\s+|at\s+|on\s+the\s+|this\s+)?"
    r"(?P<part>morning|afternoon|evening|night|tonight)\b)?"
)
_HOURS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_TIMES: list[Rule[Clock]] = [
    rule(rf"{_AT}?(?<![\d.,:])\b(?P<h>\d{{1,2}}):(?P<min>\d{{2}})(?!\d)\s*{_HALF}?{_PART}", _clock),
    rule(rf"{_AT}?(?<![\d.,:])\b(?P<h>\d{{1,2}})\.(?P<min>\d{{2}})\s*{_HALF}{_PART}", _clock),
    rule(rf"{_AT}(?P<h>\d{{1,2}})\.(?P<min>\d{{2}})(?![\d.]){_PART}", _clock),
    rule(rf"{_AT}?(?<![\d.,:])\b(?P<h>\d{{1,2}})\s*{_HALF}{_PART}", _clock),
    rule(rf"{_AT}?\b(?P<h>\d{{1,2}})h(?P<min>\d{{2}})?\b{_PART}", _clock),
    rule(rf"{_AT}?\b(?P<how>half\s+past|quarter\s+past|quarter\s+to)\s+(?P<h>{NUMBER})\b", _spoken),
    rule(
        r"(?:\b(?:at|by|around)\s+|@\s*)(?P<h>\d{1,2})\b(?!\s*[%€$£]|[.,:/-]?\d"
        r"|\s+(?:percent|euros?|dollars?|pounds?|degrees?|km|people|"
        r"[A-Z][a-z]+\s+(?:street|road|avenue)))"
        rf"(?:\s*o'?clock)?{_PART}",
        _clock,
    ),
    rule(rf"\b(?P<h>\d{{1,2}})\s*o'?clock\b{_PART}", _clock),
    rule(rf"\b(?:at|by|around)\s+(?P<h>{_HOURS})\b(?:\s*o'?clock\b)?{_PART}", _in_words),
    rule(r"(?:\bat\s+)?\b(?:noon|midday|lunch\s*time)\b", lambda _: Clock(12)),
    rule(r"(?:\bat\s+)?\bmidnight\b", lambda _: Clock(0)),
    rule(
        r"\b(?:in\s+the\s+|this\s+|at\s+)?(?P<part>morning|afternoon|evening|tonight|night)\b",
        _part_of_day,
    ),
]


def _units(match: re.Match[str]) -> timedelta:
    total = timedelta()
    for pair in _AMOUNTS.finditer(match["many"]):
        total += timedelta(**{_UNITS[pair["unit"].lower()]: number(pair["n"])})
    if "and a half" in match["many"].lower():
        total += timedelta(minutes=30)
    return total


_AMOUNTS = pattern(rf"(?P<n>{NUMBER})\s*(?P<unit>[smh])")
_UNIT = r"(?:seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h)"
_MANY = (
    rf"(?P<many>{NUMBER}\s*{_UNIT}\b(?:\s+and\s+a\s+half)?"
    rf"(?:,?\s*(?:and\s+)?{NUMBER}\s*{_UNIT}\b)*)"
)
_SPANS: list[Rule[timedelta]] = [
    rule(r"\b(?:in|after)\s+half\s+an\s+hour\b", lambda _: timedelta(minutes=30)),
    rule(r"\b(?:in|after)\s+(?:a\s+)?quarter\s+of\s+an\s+hour\b", lambda _: timedelta(minutes=15)),
    rule(r"\bin\s+an\s+hour\s+and\s+a\s+half\b", lambda _: timedelta(minutes=90)),
    rule(rf"\b(?:in|after)\s+(?:about\s+)?{_MANY}", _units),
    rule(rf"\b{_MANY}\s+from\s+now\b", _units),
    rule(r"\bin\s+a\s+(?:minute|moment)\b", lambda _: timedelta(minutes=1)),
]
