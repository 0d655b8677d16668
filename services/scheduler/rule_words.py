"""A reminder's rule in words, as far as there are words that are exactly right. Pure.

Each language puts them together from the same few pieces; weekdays and months are CLDR's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import product

from babel.dates import get_day_names, get_month_names

from services.scheduler.recurrence import WEEKDAYS, parts_of
from taskflow.words import values
from taskflow.words.languages import SOURCE, locale_of
from taskflow.words.message import Counted, Message

MOST_TIMES = 6
"""A day; more of them are no words."""
_EVERY = {
    "MINUTELY": (Message("every minute"), Counted("every {n} minute", "every {n} minutes")),
    "HOURLY": (Message("every hour"), Counted("every {n} hour", "every {n} hours")),
    "DAILY": (Message("every day"), Counted("every {n} day", "every {n} days")),
    "WEEKLY": (Message("every week"), Counted("every {n} week", "every {n} weeks")),
    "MONTHLY": (Message("every month"), Counted("every {n} month", "every {n} months")),
    "YEARLY": (Message("every year"), Counted("every {n} year", "every {n} years")),
}
_EVERY_WEEKDAY = Message("every {weekdays}")
_ON = Message("{every} on {days}")
_IN = Message("{rule} in {months}")
_AT = Message("{rule} at {times}")
_ONCE = Message("{rule}, once")
_TIMES = Counted("{rule}, {n} time in all", "{rule}, {n} times in all")
_UNTIL = Message("{rule}, until {day}")
_EXCEPT = Message("{rule}, but not on {days}")
_ONE_DAY, _DAYS = Message("day {day}"), Message("days {days}")
_IF_THERE = Message("{days}, where there is one")
_LAST_DAY = Message("the last day")
_OR_LAST = Message("day {day}, or else the last day")
_SAID = {
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYSETPOS"),
    *("BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE"),
}
_NTH = {
    "1": Message("the first {weekday}"),
    "2": Message("the second {weekday}"),
    "3": Message("the third {weekday}"),
    "4": Message("the fourth {weekday}"),
    "5": Message("the fifth {weekday}"),
    "-1": Message("the last {weekday}"),
}
_DAY = re.compile(r"([+-]?\d{1,2})?([A-Z]{2})")
_SHORTEST_MONTH = 28


def rule_in_words(
    rule: str, local_time: str, language: str = SOURCE, except_on: Sequence[date] = ()
) -> str | None:
    """As "every 2 weeks on Friday, until 4 December 2026"; None where no words are right.

    `rule` has passed recurrence.check_rule, and `local_time` is its first occurrence; the days of
    `except_on` are left out.
    """
    parts = parts_of(rule)
    if parts.keys() - _SAID or _chooses_among_more_than_days(parts):
        return None
    try:
        said = _Wording(parts, datetime.fromisoformat(local_time), language).whole()
    except (ValueError, KeyError):  # dateutil understands more ways to write a number or a date
        return None
    if said is None or not except_on:
        return said
    left_out = values.listed([values.day(day, language) for day in except_on], language)
    return _EXCEPT.said(language, rule=said, days=left_out)


def _chooses_among_more_than_days(parts: dict[str, str]) -> bool:
    """BYSETPOS chooses among all times of its month, or of its year."""
    several_times = "," in parts.get("BYHOUR", "") + parts.get("BYMINUTE", "")
    of_a_year = parts["FREQ"] == "YEARLY" and not parts.get("BYMONTH", "").isdecimal()
    return "BYSETPOS" in parts and (several_times or of_a_year)


@dataclass(frozen=True, slots=True)
class _Wording:
    parts: dict[str, str]
    start: datetime
    language: str

    def whole(self) -> str | None:
        said = self._days()
        return self._ending(self._at_times(said)) if said is not None else None

    def _days(self) -> str | None:
        """On which days, before their times and the end."""
        match self.parts["FREQ"]:
            case "MINUTELY" | "HOURLY":
                by = any(name.startswith("BY") for name in self.parts)
                return None if by else self._every()
            case "DAILY":
                return self._daily()
            case "WEEKLY":
                return self._weekly()
            case "MONTHLY":
                return self._on(self._of_a_month())
            case _:
                return self._yearly()

    def _every(self) -> str:
        single, several = _EVERY[self.parts["FREQ"]]
        interval = int(self.parts.get("INTERVAL", 1))
        if interval == 1:
            return single.said(self.language)
        return several.said(self.language, interval)

    def _on(self, days: str | None) -> str | None:
        if days is None:
            return None
        return self._in_months(_ON.said(self.language, every=self._every(), days=days))

    def _daily(self) -> str | None:
        if "BYMONTHDAY" in self.parts or "BYSETPOS" in self.parts:
            return None
        days = self.parts.get("BYDAY")
        if not days:
            return self._in_months(self._every())
        named = self._named(days)
        if named is None or int(self.parts.get("INTERVAL", 1)) != 1:
            return None
        return self._in_months(_EVERY_WEEKDAY.said(self.language, weekdays=named))

    def _weekly(self) -> str | None:
        if "BYMONTHDAY" in self.parts or "BYSETPOS" in self.parts:
            return None
        return self._on(self._named(self.parts.get("BYDAY", WEEKDAYS[self.start.weekday()])))

    def _yearly(self) -> str | None:
        if "BYMONTH" in self.parts:
            return self._on(self._of_a_month())
        if "BYMONTHDAY" in self.parts or "BYDAY" in self.parts:
            return None
        said = self._on(self._of_a_month())
        month = [self._month(self.start.month)]
        return said and _IN.said(self.language, rule=said, months=self._listed(month))

    def _of_a_month(self) -> str | None:
        if "BYDAY" in self.parts:
            return None if "BYMONTHDAY" in self.parts else self._nth_weekdays()
        days = self.parts.get("BYMONTHDAY", str(self.start.day)).split(",")
        if "BYSETPOS" in self.parts:
            return self._or_the_last(days) if self.parts["BYSETPOS"] == "-1" else None
        if days == ["-1"]:
            return _LAST_DAY.said(self.language)
        if not all(day.isdecimal() for day in days):
            return None
        numbers = sorted(set(map(int, days)))
        day_numbers = [values.number(number, self.language) for number in numbers]
        listed = (
            _ONE_DAY.said(self.language, day=day_numbers[0])
            if len(day_numbers) == 1
            else _DAYS.said(self.language, days=self._listed(day_numbers))
        )
        some_lack = any(number > _SHORTEST_MONTH for number in numbers)
        return _IF_THERE.said(self.language, days=listed) if some_lack else listed

    def _or_the_last(self, days: Sequence[str]) -> str | None:
        """Of 28, 29, 30 and so on the last that there is (meant.py)."""
        if days != [str(day) for day in range(_SHORTEST_MONTH, _SHORTEST_MONTH + len(days))]:
            return None
        return _OR_LAST.said(self.language, day=values.number(int(days[-1]), self.language))

    def _nth_weekdays(self) -> str | None:
        found = [_DAY.fullmatch(day) for day in self.parts["BYDAY"].split(",")]
        if None in found:
            return None
        places = {match_[1] for match_ in found if match_}
        place = places.pop() if len(places) == 1 else None
        single = self.parts.get("BYSETPOS")
        if single and len(found) == 1 and place is None:
            place = single
        elif single:
            return None
        nth = _NTH.get((place or "").lstrip("+"))
        named = self._named(",".join(match_[2] for match_ in found if match_))
        return nth.said(self.language, weekday=named) if nth and named else None

    def _named(self, days: str) -> str | None:
        """Weekdays, as they stand alone."""
        wanted = days.split(",")
        if any(day not in WEEKDAYS for day in wanted):
            return None
        names = get_day_names("wide", "stand-alone", locale_of(self.language))
        return self._listed([names[nth] for nth, day in enumerate(WEEKDAYS) if day in wanted])

    def _in_months(self, rule: str) -> str:
        if "BYMONTH" not in self.parts:
            return rule
        months = sorted(set(map(int, self.parts["BYMONTH"].split(","))))
        listed = self._listed([self._month(month) for month in months])
        return _IN.said(self.language, rule=rule, months=listed)

    def _month(self, month: int) -> str:
        return get_month_names("wide", "stand-alone", locale_of(self.language))[month]

    def _at_times(self, rule: str) -> str | None:
        """Only where there are others than that of the first occurrence."""
        if not self.parts.keys() & {"BYHOUR", "BYMINUTE"}:
            return rule
        if self.start.second:
            return None
        hours = self.parts.get("BYHOUR", str(self.start.hour)).split(",")
        minutes = self.parts.get("BYMINUTE", str(self.start.minute)).split(",")
        if len(hours) * len(minutes) > MOST_TIMES:
            return None
        times = sorted({time(int(hour), int(minute)) for hour, minute in product(hours, minutes)})
        clock_times = [
            values.clock_time(datetime.combine(self.start, time_), self.language) for time_ in times
        ]
        return _AT.said(self.language, rule=rule, times=self._listed(clock_times))

    def _ending(self, rule: str | None) -> str | None:
        count = self.parts.get("COUNT")
        if rule is None or (count is None and "UNTIL" not in self.parts):
            return rule
        if count == "1":
            return _ONCE.said(self.language, rule=rule)
        if count:
            return _TIMES.said(self.language, int(count), rule=rule)
        until = datetime.fromisoformat(self.parts["UNTIL"])
        last_day = values.day(until, self.language)
        if (until.hour, until.minute) != (23, 59):
            last_day = values.joined(
                last_day, values.clock_time(until, self.language), self.language
            )
        return _UNTIL.said(self.language, rule=rule, day=last_day)

    def _listed(self, words: Sequence[str]) -> str:
        return values.listed(words, self.language)
