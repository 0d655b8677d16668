"""When something is meant, found by looking at every day of the calendar, with `whenever`'s clocks.

It shares nothing with the scheduler: no dateutil, no zoneinfo, no rule of RFC 5545.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from typing import Any

from whenever import Date, Instant, PlainDateTime, RepeatedTime, SkippedTime, Time

NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
USUAL = {"morning": 9, "noon": 12, "afternoon": 15, "evening": 19, "night": 21}
FURTHEST = 366 * 30
"""Days that are looked at."""


@dataclass(frozen=True)
class Oracle:
    zone: str
    week_starts: int
    """0 for Monday."""
    written: Instant

    @property
    def there(self) -> PlainDateTime:
        return self.written.to_tz(self.zone).to_plain()

    def moments(self, asked: Mapping[str, Any], most: int) -> list[datetime] | None:
        """The first ones; None where the user must be asked."""
        if asked.get("in_minutes") or asked.get("in_hours"):
            return [self._elapsed(asked)]
        time = _time(asked) or self.there.time().replace(second=0, nanosecond=0)
        if "unit" in asked:
            moments = (self.instant(day, time) for day in self._days(asked, time))
            ahead = (one for one in moments if one > self.written)
            return [_stdlib(one) for one in islice(ahead, min(most, asked.get("count", most)))]
        day = self._day(asked, time)
        found = self.instant(day, time) if day else None
        return [_stdlib(found)] if found and found > self.written else None

    def instant(self, day: Date, time: Time) -> Instant:
        """The first one at or after that wall time."""
        plain = day.at(time)
        try:
            return plain.assume_tz(self.zone, disambiguation="raise").to_instant()
        except RepeatedTime:
            return plain.assume_tz(self.zone, disambiguation="earlier").to_instant()
        except SkippedTime:
            early = plain.assume_tz(self.zone, disambiguation="earlier").to_instant().timestamp()
            late = plain.assume_tz(self.zone, disambiguation="later").to_instant().timestamp()
            inside = range(early, late + 1)
            return Instant.from_timestamp(next(one for one in inside if self._shows(one) >= plain))

    def _shows(self, timestamp: int) -> PlainDateTime:
        return Instant.from_timestamp(timestamp).to_tz(self.zone).to_plain()

    def _elapsed(self, asked: Mapping[str, Any]) -> datetime:
        later = self.written.add(hours=asked.get("in_hours", 0), minutes=asked.get("in_minutes", 0))
        whole = Instant.from_timestamp(later.timestamp())
        return _stdlib(whole if whole == later else whole.add(seconds=1))

    def _day(self, asked: Mapping[str, Any], time: Time) -> Date | None:
        today = self.there.date()
        if asked.keys() & {"in_days", "in_weeks", "in_months"}:
            day = today.add(months=asked.get("in_months", 0))
            return day.add(days=asked.get("in_days", 0) + 7 * asked.get("in_weeks", 0))
        if "date" in asked:
            return next(filter(lambda one: _is_dated(one, asked["date"]), self._from(today)), None)
        match asked.get("day"):
            case None:
                tomorrow = today.add(days=1)
                return today if self.instant(today, time) > self.written else tomorrow
            case "today":
                return today
            case "tomorrow":
                return today.add(days=1)
            case name:
                return self._weekday(name, asked.get("week"), today, time)

    def _weekday(self, name: str, week: str | None, today: Date, time: Time) -> Date | None:
        fitting = [one for one in self._within(today, -7, 14) if _name(one) == name]
        if week:
            wanted = self._week(today) + (week == "next")
            return next(one for one in fitting if self._week(one) == wanted)
        if _name(today) == name and self.instant(today, time) > self.written:
            return None
        return next(one for one in fitting if one > today)

    def _days(self, asked: Mapping[str, Any], time: Time) -> Iterator[Date]:
        """On which it repeats, from the first one that lies ahead."""
        every, today = asked.get("every", 1), self.there.date()
        fits = self._fits(asked, time)
        apart = self._apart(asked)
        first = None
        for day in self._from(today):
            if not fits(day) or self.instant(day, time) <= self.written:
                continue
            first = first or day
            if apart(first, day) % every == 0:
                if "until" in asked and f"{day}" > asked["until"]:
                    return
                yield day

    def _fits(self, asked: Mapping[str, Any], time: Time) -> Callable[[Date], bool]:
        first = self._day({}, time)
        assert first, "a time alone has a day"
        match asked["unit"]:
            case "day":
                return lambda _: True
            case "week":
                names = asked.get("weekdays") or [_name(first)]
                return lambda day: _name(day) in names
            case "month" if "nth" in asked:
                return lambda day: _is_nth(day, asked["weekdays"], asked["nth"])
            case "month":
                wanted = asked.get("month_day", first.day)
                return lambda day: (
                    day.day == (_last(day) if wanted < 0 else min(wanted, _last(day)))
                )
            case _:
                month, of_month = map(int, asked["date"].split("-"))
                return lambda day: day.month == month and day.day == min(of_month, _last(day))

    def _apart(self, asked: Mapping[str, Any]) -> Callable[[Date, Date], int]:
        """How many units lie between two days."""
        match asked["unit"]:
            case "day":
                return lambda a, b: _ordinal(b) - _ordinal(a)
            case "week":
                names = asked.get("weekdays") or ()
                eve = NAMES[self.week_starts - 1]
                whole = {NAMES[self.week_starts], eve} <= set(names)
                starts = 0 if whole else self.week_starts
                return lambda a, b: self._week(b, starts) - self._week(a, starts)
            case "month":
                return lambda a, b: (b.year - a.year) * 12 + b.month - a.month
            case _:
                return lambda a, b: b.year - a.year

    def _week(self, day: Date, starts: int | None = None) -> int:
        return (_ordinal(day) - 1 - (self.week_starts if starts is None else starts)) // 7

    def _from(self, day: Date) -> Iterator[Date]:
        return (day.add(days=n) for n in islice(count(), FURTHEST))

    def _within(self, day: Date, first: int, last: int) -> list[Date]:
        return [day.add(days=n) for n in range(first, last + 1)]


def _time(asked: Mapping[str, Any]) -> Time | None:
    if "time" in asked:
        return Time.parse_iso(asked["time"])
    return Time(USUAL[asked["part_of_day"]]) if "part_of_day" in asked else None


def _is_dated(day: Date, said: str) -> bool:
    return f"{day}".endswith(said)


def _is_nth(day: Date, names: list[str], nth: int) -> bool:
    """Of its own weekday in its month."""
    place = (day.day - 1) // 7 + 1
    from_the_end = -((_last(day) - day.day) // 7 + 1)
    return _name(day) in names and nth in {place, from_the_end}


def _name(day: Date) -> str:
    return NAMES[day.day_of_week().value - 1]


def _last(day: Date) -> int:
    return day.days_in_month()


def _ordinal(day: Date) -> int:
    """The first of January of the year 1 is 1, and a Monday."""
    return day.to_stdlib().toordinal()


def _stdlib(moment: Instant) -> datetime:
    return datetime.fromtimestamp(moment.timestamp(), UTC)
