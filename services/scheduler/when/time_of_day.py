"""The time of day that was said: by the clock, or a part of the day. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from services.scheduler.when.arguments import PartOfDay, When
from services.scheduler.when.unclear import Malformed, UnclearTime

HALF_A_DAY, NOON, MIDNIGHT = 12, 12, 24


@dataclass(frozen=True, slots=True)
class _Part:
    usual: int
    """The hour that is taken where none was said; the receipt shows it."""
    hours: frozenset[int]
    """In which a time may lie that was said with it."""


_PARTS: Mapping[PartOfDay, _Part] = {
    "morning": _Part(9, frozenset(range(3, 12))),
    "noon": _Part(12, frozenset(range(11, 14))),
    "afternoon": _Part(15, frozenset(range(12, 19))),
    "evening": _Part(19, frozenset(range(16, 24))),
    "night": _Part(21, frozenset({*range(18, 24), *range(6)})),
}


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    time: time
    ends_the_day: bool = False
    """24:00: the first moment of the day after."""
    after_midnight: bool = False
    """In a night, which begins on the day before."""


def of(asked: When) -> TimeOfDay | None:
    """None where none was said. Raises UnclearTime, Malformed."""
    part = _PARTS[asked.part_of_day] if asked.part_of_day else None
    if asked.time is None:
        return TimeOfDay(time(part.usual)) if part else None
    hour, minute, second = (int(digits) for digits in f"{asked.time}:00".split(":")[:3])
    if hour == MIDNIGHT and not minute and not second:
        return TimeOfDay(time(), ends_the_day=True)
    if hour >= MIDNIGHT or minute > 59 or second > 59:
        raise Malformed(f"{asked.time} is no time of day: give HH:MM, from 00:00 to 24:00.")
    if part:
        hour = _hour_in(part, hour, asked)
    after_midnight = asked.part_of_day == "night" and hour < NOON
    return TimeOfDay(time(hour, minute, second), after_midnight=after_midnight)


def _hour_in(part: _Part, hour: int, asked: When) -> int:
    """With "in the evening" 7 is 19, and 12 "at night" is 0."""
    for meant in (hour, (hour + HALF_A_DAY) % MIDNIGHT):
        if meant in part.hours and (meant == hour or hour <= HALF_A_DAY):
            return meant
    raise UnclearTime(
        f"{asked.time} is not in the {asked.part_of_day}. Ask the user which time they mean."
    )
