"""Wall time into instants, through every clock change."""

import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduler.recurrence import (
    UnusableRule,
    _occurrences,
    check_rule,
    check_zone,
    instant,
    next_due,
    next_local,
)

BERLIN = "Europe/Berlin"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_plain_time_is_that_instant() -> None:
    assert instant(datetime(2026, 11, 23, 9, 0), BERLIN) == utc("2026-11-23T08:00")


def test_a_skipped_time_is_the_first_instant_after_the_gap() -> None:
    assert instant(datetime(2027, 3, 28, 2, 30), BERLIN) == utc("2027-03-28T01:00")


def test_a_repeated_time_is_its_first_occurrence() -> None:
    assert instant(datetime(2026, 10, 25, 2, 30), BERLIN) == utc("2026-10-25T00:30")


def test_every_day_at_nine_stays_at_nine_through_the_change() -> None:
    due = utc("2027-03-26T00:00")
    hours = []
    for _ in range(4):
        due = next_due("2027-03-26T09:00:00", BERLIN, "FREQ=DAILY", due)
        hours.append((due.hour, due.astimezone(ZoneInfo(BERLIN)).hour))

    assert hours == [(8, 9), (8, 9), (7, 9), (7, 9)]


def test_once_is_once() -> None:
    assert next_due("2026-12-24T18:00:00", BERLIN, None, utc("2026-12-24T16:59")) == utc(
        "2026-12-24T17:00"
    )
    assert next_due("2026-12-24T18:00:00", BERLIN, None, utc("2026-12-24T17:00")) is None


def test_a_rule_ends() -> None:
    assert (
        next_due("2026-11-23T09:00:00", BERLIN, "FREQ=DAILY;COUNT=1", utc("2026-11-24T00:00"))
        is None
    )


def test_the_start_need_not_fit_the_rule() -> None:
    monday = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    first = next_local("2026-11-23T09:00:00", "UTC", "FREQ=WEEKLY;BYDAY=FR", monday)
    assert first == datetime(2026, 11, 27, 9, 0)


def test_a_rule_that_never_happens_is_refused() -> None:
    with pytest.raises(UnusableRule, match="never happens"):
        check_rule("2026-11-23T09:00:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MINUTELY;INTERVAL=45",
        "FREQ=MINUTELY;INTERVAL=30;BYHOUR=9,10,17",
        "FREQ=HOURLY;INTERVAL=5",
        "FREQ=HOURLY;INTERVAL=2;BYDAY=SA",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=DAILY;INTERVAL=2;BYMONTH=11,12",
        "FREQ=DAILY;COUNT=400",
        "FREQ=DAILY;UNTIL=20270301T000000",
        "FREQ=DAILY;BYHOUR=9,15;BYSETPOS=1",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    ],
)
def test_what_is_left_out_of_the_walk_changes_no_occurrence(rule: str) -> None:
    start = datetime(2026, 11, 23, 9, 0)
    every = rrulestr(rule, dtstart=start)
    for days in (0, 1, 3, 40, 100, 365, 700):
        after = start + timedelta(days=days, minutes=7)
        expected = every.after(after)
        found = next_local(start.isoformat(), "UTC", rule, after.replace(tzinfo=UTC))
        assert found == expected, (rule, after)


BY = [
    "BYMONTH=2", "BYMONTH=1,12", "BYMONTHDAY=31", "BYMONTHDAY=-1", "BYMONTHDAY=13;BYDAY=FR",
    "BYDAY=MO", "BYDAY=TU,SA", "BYHOUR=9,15", "BYYEARDAY=366", "BYWEEKNO=53",
    "BYMONTH=2;BYMONTHDAY=29", "BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
]  # fmt: skip
"""Each happens within a few years: what never does keeps dateutil, the oracle here, for seconds."""


@given(
    every=st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"]),
    by=st.sampled_from(BY),
    interval=st.integers(1, 3),
    ends=st.sampled_from(["", ";COUNT=7", ";UNTIL=20731231T120000", ";UNTIL=20990101"]),
    start=st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1)),
)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_walk_in_another_cycle_of_the_calendar_is_the_same(
    every: str, by: str, interval: int, ends: str, start: datetime
) -> None:
    start = start.replace(microsecond=0)
    rule = f"FREQ={every};INTERVAL={interval};{by}{ends}"
    here = takewhile(lambda at: at.year < 2300, rrulestr(rule, dtstart=start))
    walked = takewhile(lambda at: at.year < 2300, _occurrences(start, rule, start))

    assert list(islice(walked, 20)) == list(islice(here, 20))


LONG_WALKS = [
    "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
    "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MINUTELY;INTERVAL=15;BYSETPOS=2",
    "FREQ=HOURLY;BYSETPOS=5",
    "FREQ=MINUTELY;INTERVAL=1440;BYMONTH=7,8,12;BYSETPOS=-4",
    "FREQ=MINUTELY;BYDAY=MO;BYMONTHDAY=29;BYMONTH=2;BYHOUR=4;BYMINUTE=5",
    "FREQ=HOURLY;BYMONTH=6;BYMONTHDAY=29;BYYEARDAY=-270;BYSECOND=34",
    "FREQ=DAILY;INTERVAL=2;BYMINUTE=5;BYSETPOS=-5",
    "FREQ=YEARLY;BYEASTER=-400",
]


@pytest.mark.parametrize("rule", LONG_WALKS)
def test_a_rule_is_walked_no_longer_than_the_days_of_the_longest_search(rule: str) -> None:
    """Beside every day of 440 years: it took up to 11 s, or did not end."""
    start = datetime(2026, 12, 1, 9, 0)

    def cpu(work: Callable[[], object]) -> float:
        began = time.process_time()
        with contextlib.suppress(UnusableRule):
            work()
        return time.process_time() - began

    days = cpu(lambda: len(list(rrulestr("FREQ=DAILY;UNTIL=24661201", dtstart=start))))
    assert cpu(lambda: check_rule(start.isoformat(), rule)) < 10 * days


@pytest.mark.parametrize("name", ["INTERVAL", "COUNT"])
@pytest.mark.parametrize("value", ["0", "-1", "10001", "9" * 20, "\u0663", "1e3", ""])
def test_a_number_without_a_bound_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(UnusableRule, match=name):
        check_rule("2026-12-01T09:00:00", f"FREQ=DAILY;{name}={value}")


def test_seconds_are_refused_at_once() -> None:
    with pytest.raises(UnusableRule, match="15 minutes"):
        check_rule("2026-11-23T09:00:00", "FREQ=SECONDLY;INTERVAL=3600")


@pytest.mark.parametrize(
    "rule",
    [
        "every day",
        "FREQ=MINUTELY",
        "FREQ=SOMETIMES",
        "DTSTART:20260101T000000\nRRULE:FREQ=DAILY",
        "FREQ=DAILY;UNTIL=20270101T000000Z",
        "FREQ=DAILY;UNTIL=20200101T000000",
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused(rule: str) -> None:
    with pytest.raises(UnusableRule):
        check_rule("2026-11-23T09:00:00", rule)


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3"])
def test_a_good_rule_is_taken(rule: str) -> None:
    check_rule("2026-11-23T09:00:00", rule)


def test_a_wrong_zone_is_told_with_names_alike() -> None:
    check_zone(BERLIN)
    with pytest.raises(UnusableRule, match="Europe/Berlin"):
        check_zone("Germany/Berlin")
    with pytest.raises(UnusableRule, match="not an IANA"):
        check_zone("Nowhere/Atall")


ZONES = sorted(available_timezones() - {"localtime"})


@given(
    zone=st.sampled_from(ZONES),
    local=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
)
@settings(max_examples=400, deadline=None, derandomize=True)
def test_an_instant_shows_its_wall_time_or_the_end_of_a_gap(zone: str, local: datetime) -> None:
    local = local.replace(microsecond=0)
    there = ZoneInfo(zone)
    due = instant(local, zone)
    shown = due.astimezone(there).replace(tzinfo=None)

    assert shown >= local
    if shown != local:
        before = (due - timedelta(seconds=1)).astimezone(there).replace(tzinfo=None)
        assert before < local


@given(zone=st.sampled_from(ZONES), days=st.integers(0, 700))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_a_daily_reminder_is_never_early_and_never_twice_a_day(zone: str, days: int) -> None:
    start = datetime(2026, 1, 1, 2, 30) + timedelta(days=days)
    first = next_due(start.isoformat(), zone, "FREQ=DAILY", utc("2025-12-01T00:00"))
    second = next_due(start.isoformat(), zone, "FREQ=DAILY", first)

    assert first is not None
    assert second is not None
    assert timedelta(hours=20) < second - first < timedelta(hours=52)
