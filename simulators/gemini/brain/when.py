"""A reminder's moment: one instant on the user's wall, perhaps repeated."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from pydantic import JsonValue

from simulators.gemini.brain.dates import Day, find_dates
from simulators.gemini.brain.recurrence import Repetition, find_repetition
from simulators.gemini.brain.spans import without
from simulators.gemini.brain.times import Clock, find_spans, find_times, read_time


@dataclass(frozen=True)
class SpokenWhen:
    at: datetime
    """Local wall time, without a zone."""
    rrule: str | None = None
    minutes: float | None = None
    """Counted from now ("in a minute")."""
    said: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """The same as a tool takes it that knows the calendar: nothing worked out."""


@dataclass(frozen=True)
class TimeReading:
    """What a text says about time, and the text without it."""

    rest: str
    when: SpokenWhen | None = None
    missing: Literal["nothing", "time", "all"] = "nothing"


def read_when(text: str, now: datetime, *, by_morning: bool = False) -> TimeReading:
    """`now` is the local wall time. `by_morning` takes a bare "at 7" for the morning."""
    if spans := find_spans(text):
        total = sum((span.value for span in spans), timedelta())
        rest = without(text, [(span.start, span.end) for span in spans])
        at = _up_to_the_minute(now + total, now)
        minutes = total.total_seconds() / 60
        return TimeReading(rest, SpokenWhen(at, minutes=minutes, said={"in_minutes": minutes}))
    repeated = find_repetition(text)
    if repeated:
        text = text[: repeated.start] + " " * (repeated.end - repeated.start) + text[repeated.end :]
    days, timed = find_dates(text, now.date())[:1], read_time(find_times(text))
    used: list[tuple[int, int]] = [(found.start, found.end) for found in days]
    clock: Clock | None = None
    if timed:
        clock = replace(timed[0], is_open=False) if by_morning else timed[0]
        used += [(found.start, found.end) for found in timed[1]]
    rest, day = without(text, used), days[0].value if days else None
    if repeated:
        return _repeated(rest, repeated.value, day, clock, now)
    return _once(rest, day, clock, now)


def _once(rest: str, day: Day | None, clock: Clock | None, now: datetime) -> TimeReading:
    if clock is None:
        if day is None or not day.is_offset:
            return TimeReading(rest, missing="time" if day else "all")
        at = datetime.combine(day.value, now.time().replace(second=0))
        return TimeReading(rest, SpokenWhen(at, said=day.said))
    at = _on_day(day, clock, now) if day else _soonest(clock, now)
    return TimeReading(rest, SpokenWhen(at, said={**(day.said if day else {}), **_said(clock, at)}))


def _said(clock: Clock, at: datetime) -> dict[str, JsonValue]:
    if clock.part_of_day:
        return {"part_of_day": clock.part_of_day}
    return {"time": f"{at:%H:%M}"}


def _repeated(
    rest: str, rule: Repetition, day: Day | None, clock: Clock | None, now: datetime
) -> TimeReading:
    if clock is None and not rule.within_a_day:
        return TimeReading(rest, missing="time")
    time_of_day = clock.likeliest() if clock else now.time()
    start = datetime.combine(day.value if day else now.date(), time_of_day)
    said = {**(day.said if day else {}), **rule.said(), **(_said(clock, start) if clock else {})}
    return TimeReading(rest, SpokenWhen(rule.first_after(now, start), rrule=rule.rrule, said=said))


def _on_day(day: Day, clock: Clock, now: datetime) -> datetime:
    moments = [datetime.combine(day.value, each) for each in clock.candidates()]
    if day.value == now.date():
        return next((moment for moment in moments if moment > now), moments[0])
    return moments[0]


def _soonest(clock: Clock, now: datetime) -> datetime:
    moments = [datetime.combine(now.date(), each) for each in clock.candidates()]
    later = [moment for moment in moments if moment > now]
    return later[0] if later else moments[0] + timedelta(days=1)


def _up_to_the_minute(moment: datetime, now: datetime) -> datetime:
    """Seconds only where now has them: rounding down could land in the past."""
    return moment if now.second else moment.replace(second=0, microsecond=0)
