"""What a rule's words say is what the rule does: they are read back, and both are expanded."""

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduler.recurrence import UnusableRule, _occurrences, check_rule
from services.scheduler.rule_words import rule_in_words

START = datetime(2026, 12, 4, 9, 0)
DAYS = list(calendar.day_name)
CODES = [name[:2].upper() for name in DAYS]
MONTHS = list(calendar.month_name)
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
YEARS_LOOKED_AT = 2


def listed(text: str) -> list[str]:
    return re.split(r", and | and |, ", text)


def on_days(text: str) -> Callable[[date], bool]:
    """Of a month, or of a week."""
    if text == "the last day":
        return lambda day: day.day == calendar.monthrange(day.year, day.month)[1]
    if found := re.fullmatch(r"day (\d+), or else the last day", text):
        wanted = int(found[1])
        return lambda day: day.day == min(wanted, calendar.monthrange(day.year, day.month)[1])
    if found := re.fullmatch(r"days? ([\d, and]+?)(?:, where there is one)?", text):
        numbers = {int(number) for number in listed(found[1])}
        return lambda day: day.day in numbers
    if found := re.fullmatch(r"the (\w+) (.+)", text):
        nth, names = ORDINALS[found[1]], listed(found[2])
        return lambda day: DAYS[day.weekday()] in names and _place(day, last=nth < 0) == nth
    names = listed(text)
    assert set(names) <= set(DAYS), text
    return lambda day: DAYS[day.weekday()] in names


def _place(day: date, *, last: bool) -> int:
    if last:
        return -1 if (day + timedelta(days=7)).month != day.month else 0
    return (day.day - 1) // 7 + 1


WORDS = re.compile(
    r"every (?:(?P<interval>\d+) )?(?P<unit>day|week|month|year|(?P<names>[A-Z].*?day))s?"
    r"(?: on (?P<on>.+?))?(?: in (?P<months>[A-Z][A-Za-z, ]+?))?(?: at (?P<times>\d.+?))?"
    r"(?:, (?P<count>\d+) times in all|, (?P<once>once)|, until (?P<until>.+))?"
)


def read_back(words: str, start: datetime, week_starts: int) -> Iterator[datetime]:
    said = WORDS.fullmatch(words)
    assert said, words
    interval, unit = int(said["interval"] or 1), said["unit"]
    is_on = on_days(said["on"] or said["names"]) if said["on"] or said["names"] else None
    months = [MONTHS.index(name) for name in listed(said["months"])] if said["months"] else None
    times = [time.fromisoformat(one) for one in listed(said["times"])] if said["times"] else []
    count = 1 if said["once"] else int(said["count"] or 10**6)
    until = _until(said["until"])
    monday = start.date() - timedelta(days=(start.weekday() - week_starts) % 7)
    for n in range(366 * YEARS_LOOKED_AT):
        day = start.date() + timedelta(days=n)
        passed = {
            "day": n,
            "week": (day - monday).days // 7,
            "month": (day.year - start.year) * 12 + day.month - start.month,
            "year": day.year - start.year,
        }.get(unit, 0)
        if passed % interval or (is_on and not is_on(day)) or (months and day.month not in months):
            continue
        for one in times or [start.time()]:
            at = datetime.combine(day, one)
            if at >= start and count and at <= until:
                count -= 1
                yield at


def _until(text: str | None) -> datetime:
    if text is None:
        return datetime.max
    day, _, at = text.partition(", ")
    number, month, year = day.split()
    whole = date(int(year), MONTHS.index(month), int(number))
    return datetime.combine(whole, time.fromisoformat(at) if at else time.max)


some_days = st.lists(st.sampled_from(CODES), min_size=1, max_size=7, unique=True).map(",".join)
months_of_a_year = st.sampled_from([str(month) for month in range(1, 13)])
some_months = st.lists(months_of_a_year, min_size=1, max_size=4, unique=True).map(",".join)
a_day = st.tuples(st.sampled_from(["1", "-1", "+2", "5"]), st.sampled_from(CODES)).map("".join)
PARTS: dict[Any, st.SearchStrategy[str]] = {
    "INTERVAL": st.integers(1, 4).map(str),
    "WKST": st.sampled_from(CODES),
    "BYDAY": some_days | a_day,
    "BYMONTH": some_months,
    "BYMONTHDAY": st.sampled_from(["1", "1,15", "31", "-1", "28,29,30", "28,29,30,31"]),
    "BYSETPOS": st.sampled_from(["-1", "1", "2"]),
    "BYHOUR": st.sampled_from(["9", "9,15", "18"]),
    "BYMINUTE": st.sampled_from(["0", "30", "0,30"]),
    "UNTIL": st.sampled_from(["20270301T235959", "20270704", "20280229T120000"]),
}


def a_rule(freq: str, parts: dict[Any, str]) -> str:
    return ";".join([f"FREQ={freq}", *(f"{name}={value}" for name, value in parts.items())])


rules = st.builds(
    a_rule,
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.fixed_dictionaries({}, optional=PARTS),
)
choosing = st.builds(
    a_rule,
    st.sampled_from(["MONTHLY", "YEARLY"]),
    st.fixed_dictionaries(
        {"BYSETPOS": PARTS["BYSETPOS"]},
        optional={name: PARTS[name] for name in ("BYDAY", "BYMONTH", "BYMONTHDAY", "BYHOUR")},
    ),
)
ends = st.sampled_from(["", "", ";COUNT=1", ";COUNT=5"])
starts = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1)).map(
    lambda at: at.replace(minute=0, second=0, microsecond=0)
)


@given(rules | choosing, ends, starts)
@settings(deadline=None)
def test_words_say_what_the_rule_does(rule: str, end: str, start: datetime) -> None:
    rule = rule if "UNTIL" in rule else rule + end
    try:
        check_rule(start.isoformat(), rule)
    except UnusableRule:
        return
    first = next(_occurrences(start, rule, start))
    words = rule_in_words(rule, first.isoformat())
    if words is None:
        return
    wkst = re.search(r"WKST=(\w\w)", rule)
    told = read_back(words, first, CODES.index(wkst[1]) if wkst else 0)
    end_of_look = first + timedelta(days=366 * YEARS_LOOKED_AT - 1)
    done = takewhile(lambda at: at < end_of_look, _occurrences(first, rule, first))
    assert list(takewhile(lambda at: at < end_of_look, told)) == list(done), (rule, words)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day"),
        ("RRULE:freq=daily;interval=3;count=4", "every 3 days, 4 times in all"),
        ("FREQ=DAILY;BYDAY=SA,SU", "every Saturday and Sunday"),
        ("FREQ=WEEKLY", "every week on Friday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;WKST=SU", "every 2 weeks on Monday and Friday"),
        ("FREQ=MONTHLY", "every month on day 4"),
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
         "every month on day 31, or else the last day"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "every month on day 31, where there is one"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20270301T235959",
         "every month on the last day, until 1 March 2027"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=TU;BYSETPOS=2", "every 3 months on the second Tuesday"),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "every year on the fourth Thursday in November"),
        ("FREQ=DAILY;BYHOUR=9;UNTIL=20261204", "every day at 09:00, until 4 December 2026, 00:00"),
        ("FREQ=MINUTELY;INTERVAL=45", "every 45 minutes"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", None),
        ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", None),
        ("FREQ=YEARLY;BYYEARDAY=100", None),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2;BYHOUR=9,15", None),
        ("FREQ=YEARLY;BYMONTH=1,6;BYDAY=TU;BYSETPOS=2", None),
        ("FREQ=YEARLY;BYMONTH=1,6;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", None),
        ("FREQ=YEARLY;INTERVAL=3;BYMONTH=12,1;BYDAY=MO;BYSETPOS=5", None),
        ("FREQ=MONTHLY;BYMONTHDAY=15,1,1", "every month on days 1 and 15"),
        ("FREQ=HOURLY;BYDAY=MO", None),
        ("FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7", None),
        ("FREQ=WEEKLY;BYDAY=MO(+1)", None),
    ],
)  # fmt: skip
def test_the_words_of_rules(rule: str, words: str | None) -> None:
    assert rule_in_words(rule, START.isoformat()) == words
