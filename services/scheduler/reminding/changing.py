"""What a reminder is after it was changed by words: another text, another time, or a day left out.

Pure. What the user leaves unsaid stays as it stands: "move it to 5 pm" keeps the day.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import ConfigDict, Field

from services.scheduler.meant import week_starts
from services.scheduler.recurrence import check_rule, instant, next_local, parts_of
from services.scheduler.when import days, time_of_day, zone_names
from services.scheduler.when.arguments import MOST_MINUTES, When
from services.scheduler.when.days import Today
from services.scheduler.when.resolved import on_the_wall
from services.scheduler.when.resolver import resolve
from services.scheduler.when.unclear import Malformed, UnclearTime
from taskflow import zones

SHORTEST_FOLLOW_UP, MOST_FOLLOW_UP = 5, 24 * 60
"""Minutes."""
MOST_LEFT_OUT = 50
"""Days to come that one reminder may leave out."""
_DAYS = ("in_days", "in_weeks", "in_months", "day", "week", "date")
_ELAPSED = ("in_minutes", "in_hours")
_TIMES = ("time", "part_of_day")
_RULES = ("unit", "every", "weekdays", "nth", "month_day", "until", "count", "except_on")
_CHOOSES_DAYS = ("weekdays", "nth", "month_day")
_OF_TIMES = frozenset({"BYHOUR", "BYMINUTE"})
_ALL_OR_ONE = (
    "It repeats. To move all of it give `unit` too, and `weekdays`; to move one time only, skip "
    "that one and set a reminder of its own."
)


def _told_already(schema: dict[str, Any]) -> None:
    """Each request carries `set_reminder` beside this, which tells what the fields of time are."""
    for name in When.model_fields:
        schema["properties"].get(name, {}).pop("description", None)


class ChangeReminder(When):
    model_config = ConfigDict(json_schema_extra=_told_already)

    which: str = Field(
        min_length=1, max_length=200, description="Its number in the list, or words of its text"
    )
    text: str | None = Field(
        default=None, min_length=1, max_length=500, description="What it is to say instead"
    )
    by_minutes: int | None = Field(
        default=None,
        ge=-MOST_MINUTES,
        le=MOST_MINUTES,
        description="so much later than it stands; below 0, earlier",
    )
    skip: bool | None = Field(
        default=None,
        description="true leaves out one day of one that repeats: `day` or `date`, else the next",
    )
    follow_up_minutes: int | None = Field(
        default=None,
        ge=0,
        le=MOST_FOLLOW_UP,
        description="asked once more after so long without an answer; 0: no more",
    )

    def names(self, *fields: str) -> bool:
        return any(getattr(self, name) is not None for name in fields)


@dataclass(frozen=True, slots=True)
class StandingReminder:
    """A reminder as it stands."""

    local: datetime
    """The first one, on the clocks of `zone`."""
    zone: str
    rule: str | None
    except_on: tuple[date, ...]
    due_at: datetime
    """When it comes next."""

    def due_there(self) -> datetime:
        return self.due_at.astimezone(zones.of(self.zone)).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class ChangedReminder:
    """A reminder as it is to stand."""

    local: datetime
    zone: str
    rule: str | None
    except_on: tuple[date, ...]
    due_at: datetime
    notes: list[str] = field(default_factory=list[str])
    skipped: date | None = None


def changed(
    standing: StandingReminder, asked: ChangeReminder, written_at: datetime, now: datetime
) -> ChangedReminder:
    """Raises UnclearTime, Malformed, UnusableRule: each says what to do."""
    moves = asked.names("by_minutes", "zone", *_DAYS, *_ELAPSED, *_TIMES, *_RULES)
    if asked.skip:
        if asked.names("text", "by_minutes", "zone", *_ELAPSED, *_TIMES, *_RULES):
            raise Malformed("`skip` goes with a day alone: change the rest by another call.")
        return _skipped(standing, asked, written_at, now)
    if asked.by_minutes is not None:
        return _shifted(standing, asked, asked.by_minutes, written_at)
    if not moves:
        if not asked.names("text", "follow_up_minutes"):
            raise Malformed("Nothing is to change: give a text, a time, or `skip`.")
        same = (standing.local, standing.zone, standing.rule, standing.except_on, standing.due_at)
        return ChangedReminder(*same)
    if standing.rule is not None and not asked.names(*_RULES):
        return _at_another_time(standing, asked, written_at, now)
    return _resolved(standing, asked, written_at, now)


def _resolved(
    standing: StandingReminder, asked: ChangeReminder, written_at: datetime, now: datetime
) -> ChangedReminder:
    """As if it were set anew, with the day and the time that it has where none is said."""
    there = standing.due_there()
    kept: dict[str, str] = {}
    elapsed = asked.names(*_ELAPSED)
    if not elapsed and not asked.names(*_TIMES):
        kept["time"] = f"{there:%H:%M:%S}"
    if not elapsed and not asked.names(*_DAYS, *_CHOOSES_DAYS):
        kept["date"] = f"{there:%Y-%m-%d}"
    found = resolve(asked.model_copy(update=kept), standing.zone, written_at, now)
    left_out = tuple(found.except_on)
    return ChangedReminder(found.local, found.zone, found.rule, left_out, found.due_at, found.notes)


def _shifted(
    standing: StandingReminder, asked: ChangeReminder, minutes: int, written_at: datetime
) -> ChangedReminder:
    if asked.names("zone", *_DAYS, *_ELAPSED, *_TIMES, *_RULES):
        raise Malformed("Give a time, or `by_minutes`, not both.")
    if standing.rule is not None:
        raise Malformed(f"{_ALL_OR_ONE} Give the new `time`.")
    due_at = standing.due_at + timedelta(minutes=minutes)
    if due_at <= written_at:
        raise UnclearTime("That is past. Ask the user which time ahead they mean.")
    local, zone = on_the_wall(due_at, standing.zone)
    return ChangedReminder(local, zone, None, (), instant(local, zone))


def _at_another_time(
    standing: StandingReminder, asked: ChangeReminder, written_at: datetime, now: datetime
) -> ChangedReminder:
    """All that are to come, by the same rule."""
    assert standing.rule is not None, "it repeats"
    if asked.names(*_DAYS, *_ELAPSED):
        raise Malformed(_ALL_OR_ONE)
    if parts_of(standing.rule).keys() & _OF_TIMES:
        raise Malformed("Its rule names its times. Say the whole of it anew, with `unit`.")
    zone = zone_names.named(asked.zone, written_at) if asked.zone else standing.zone
    local = datetime.combine(standing.local.date(), _clock(asked) or standing.local.time())
    check_rule(local.isoformat(), standing.rule)
    first_local = next_local(local.isoformat(), zone, standing.rule, now, standing.except_on)
    if first_local is None:
        raise UnclearTime("It would not come any more. Ask the user when.")
    return ChangedReminder(
        local, zone, standing.rule, standing.except_on, instant(first_local, zone)
    )


def _clock(asked: ChangeReminder) -> time | None:
    found = time_of_day.of(asked)
    if found is None:
        return None
    if found.ends_the_day:
        raise Malformed("What repeats at midnight is at 00:00, of the day that begins.")
    if found.after_midnight:
        raise UnclearTime("Ask the user which day's night they mean.")
    return found.time


def _skipped(
    standing: StandingReminder, asked: ChangeReminder, written_at: datetime, now: datetime
) -> ChangedReminder:
    if standing.rule is None:
        raise Malformed("It comes once: move it, or cancel it, whichever the user means.")
    there = written_at.astimezone(zones.of(standing.zone)).date()
    day = _day(standing, asked, there)
    first = _next(standing, standing.except_on, max(now, _just_before(day, standing.zone)))
    if first is None or first.date() != day:
        raise UnclearTime(
            f"It does not come on {days.in_words(day)}. It comes next on "
            f"{days.in_words(standing.due_there().date())}. Ask the user which one they mean."
        )
    left_out = tuple(
        sorted({*(left_day for left_day in standing.except_on if left_day >= there), day})
    )
    if len(left_out) > MOST_LEFT_OUT:
        raise UnclearTime(
            f"It leaves out {MOST_LEFT_OUT} days already. Ask the user for a new rule."
        )
    after = _next(standing, left_out, now)
    if after is None:
        raise UnclearTime("That is its last one. Ask the user whether it is to be cancelled.")
    due_at = instant(after, standing.zone)
    return ChangedReminder(
        standing.local, standing.zone, standing.rule, left_out, due_at, skipped=day
    )


def _day(standing: StandingReminder, asked: ChangeReminder, today: date) -> date:
    chosen = days.chosen(asked, Today(today, week_starts(standing.zone)))
    if chosen is None:
        return standing.due_there().date()
    if chosen.or_today and standing.due_there().date() == today:
        return today
    return chosen.day


def _just_before(day: date, zone: str) -> datetime:
    return instant(datetime.combine(day, time()), zone) - timedelta(seconds=1)


def _next(
    standing: StandingReminder, left_out: tuple[date, ...], after: datetime
) -> datetime | None:
    local = standing.local.isoformat()
    return next_local(local, standing.zone, standing.rule, after, left_out)
