"""The day that was said, counted from the day of the message. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from services.scheduler.recurrence import WEEKDAYS
from services.scheduler.when.arguments import Day, When
from services.scheduler.when.unclear import Malformed, UnclearTime

NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK = 7
MOST_YEARS = 100
"""Beyond, calendars end and zones overflow."""
MOST_YEARS_AHEAD = 8
"""Within which every date of the calendar comes: of two leap days one century lacks one."""
LAST_DAY = "That month has no such day, so it is on the month's last day."


@dataclass(frozen=True, slots=True)
class Today:
    """The day on which the message was written, where its user is."""

    day: date
    week_starts: str
    """By their country: MO, SU or SA."""

    def begin_of_week(self) -> date:
        first = WEEKDAYS.index(self.week_starts)
        return self.day - timedelta(days=(self.day.weekday() - first) % WEEK)


@dataclass(frozen=True, slots=True)
class Chosen:
    day: date
    or_today: bool = False
    """The weekday that was named is today's: today is meant just as well."""
    note: str | None = None


def chosen(asked: When, today: Today) -> Chosen | None:
    """None where no day was said. Raises UnclearTime, Malformed."""
    counted = asked.in_days or asked.in_weeks or asked.in_months
    if counted and (asked.day or asked.date):
        raise Malformed("Give a day, or how long from now, not both.")
    if asked.week and asked.day not in NAMES:
        raise Malformed("`week` goes with a weekday in `day`.")
    if counted:
        return _counted(asked, today.day)
    if asked.date is None:
        return _named(asked, asked.day, today) if asked.day else None
    day = coming(asked.date, today.day)
    if asked.day and not _agrees(asked, today, day):
        raise UnclearTime(
            f"{in_words(day)} is not {asked.day}{_of_week(asked)}. Ask the user which one is meant."
        )
    return Chosen(day)


def coming(said: str, today: date) -> date:
    """A date with what it leaves open filled in: the first from today on. Raises UnclearTime."""
    *front, last = map(int, said.split("-"))
    if len(front) == 2 and abs(front[0] - today.year) > MOST_YEARS:
        raise UnclearTime(f"{said} is more than {MOST_YEARS} years from now. Ask the user when.")
    for year, month in _months(front, today):
        try:
            found = date(year, month, last)
        except ValueError:
            continue
        if len(front) == 2 or found >= today:
            return found
    raise UnclearTime(f"There is no {said} in the calendar. Ask the user which day they mean.")


def in_words(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _months(front: list[int], today: date) -> Iterator[tuple[int, int]]:
    match front:
        case [year, month]:
            yield year, month
        case [month]:
            yield from ((today.year + n, month) for n in range(MOST_YEARS_AHEAD + 1))
        case _:
            for n in range(3):
                ahead = today.replace(day=1) + relativedelta(months=n)
                yield ahead.year, ahead.month


def _counted(asked: When, today: date) -> Chosen:
    months = asked.in_months or 0
    day = today + relativedelta(months=months)
    note = LAST_DAY if day.day != today.day else None
    return Chosen(
        day + timedelta(days=(asked.in_days or 0) + WEEK * (asked.in_weeks or 0)), note=note
    )


def _named(asked: When, day: Day, today: Today) -> Chosen:
    if day == "today":
        return Chosen(today.day)
    if day == "tomorrow":
        return Chosen(today.day + timedelta(days=1))
    weekday = NAMES.index(day)
    if asked.week:
        week = today.begin_of_week() + timedelta(days=WEEK * (asked.week == "next"))
        return Chosen(week + timedelta(days=(weekday - week.weekday()) % WEEK))
    days = (weekday - today.day.weekday()) % WEEK
    return Chosen(today.day + timedelta(days=days or WEEK), or_today=not days)


def _agrees(asked: When, today: Today, day: date) -> bool:
    if asked.day in NAMES and not asked.week:
        return NAMES[day.weekday()] == asked.day
    return asked.day is None or _named(asked, asked.day, today).day == day


def _of_week(asked: When) -> str:
    return f" of {asked.week} week" if asked.week else ""
