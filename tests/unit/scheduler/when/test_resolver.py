"""What people say of a time, and the moment that is meant. The message is of a Monday, 09:15:20."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.scheduler.recurrence import UnusableRule, next_due
from services.scheduler.rule_words import rule_in_words
from services.scheduler.when.arguments import When
from services.scheduler.when.resolved import Resolved
from services.scheduler.when.resolver import resolve
from services.scheduler.when.unclear import Malformed, UnclearTime

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
WRITTEN = datetime(2026, 11, 23, 8, 15, 20, tzinfo=UTC)
LATER = timedelta(seconds=40)
WORKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]


def resolved(home: str = BERLIN, at: datetime = WRITTEN, **said: Any) -> Resolved:
    return resolve(When(**said), home, at, at + LATER)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"in_minutes": 2}, "2026-11-23T09:17:20"),
        ({"in_minutes": 0.5}, "2026-11-23T09:16:00"),
        ({"in_hours": 1.5}, "2026-11-23T10:45:20"),
        ({"in_hours": 1, "in_minutes": 30}, "2026-11-23T10:45:20"),
        ({"in_days": 2}, "2026-11-25T09:15:00"),
        ({"in_days": 1, "in_hours": 3}, "2026-11-24T12:15:00"),
        ({"in_days": 2, "time": "18:00"}, "2026-11-25T18:00:00"),
        ({"in_weeks": 1, "part_of_day": "morning"}, "2026-11-30T09:00:00"),
        ({"in_months": 1, "in_days": 1}, "2026-12-24T09:15:00"),
        ({"time": "09:30"}, "2026-11-23T09:30:00"),
        ({"time": "09:15"}, "2026-11-24T09:15:00"),
        ({"time": "08:00"}, "2026-11-24T08:00:00"),
        ({"time": "07:56:30"}, "2026-11-24T07:56:30"),
        ({"part_of_day": "morning"}, "2026-11-24T09:00:00"),
        ({"part_of_day": "evening"}, "2026-11-23T19:00:00"),
        ({"day": "today", "time": "18:00"}, "2026-11-23T18:00:00"),
        ({"day": "today", "time": "24:00"}, "2026-11-24T00:00:00"),
        ({"day": "today", "part_of_day": "night", "time": "01:00"}, "2026-11-24T01:00:00"),
        ({"day": "tomorrow", "time": "09:00"}, "2026-11-24T09:00:00"),
        ({"day": "tomorrow", "part_of_day": "evening", "time": "07:00"}, "2026-11-24T19:00:00"),
        ({"day": "friday", "time": "15:00"}, "2026-11-27T15:00:00"),
        ({"day": "friday", "week": "this", "time": "15:00"}, "2026-11-27T15:00:00"),
        ({"day": "friday", "week": "next", "time": "15:00"}, "2026-12-04T15:00:00"),
        ({"day": "sunday", "week": "next", "time": "15:00"}, "2026-12-06T15:00:00"),
        ({"day": "monday", "week": "this", "time": "15:00"}, "2026-11-23T15:00:00"),
        ({"day": "monday", "week": "next", "time": "15:00"}, "2026-11-30T15:00:00"),
        ({"day": "monday", "time": "09:00"}, "2026-11-30T09:00:00"),
        ({"date": "2026-12-24", "time": "18:00"}, "2026-12-24T18:00:00"),
        ({"date": "12-24", "time": "18:00"}, "2026-12-24T18:00:00"),
        ({"date": "03-01", "time": "18:00"}, "2027-03-01T18:00:00"),
        ({"date": "02-29", "time": "18:00"}, "2028-02-29T18:00:00"),
        ({"date": "24", "time": "18:00"}, "2026-11-24T18:00:00"),
        ({"date": "22", "time": "18:00"}, "2026-12-22T18:00:00"),
        ({"date": "31", "time": "18:00"}, "2026-12-31T18:00:00"),
        ({"date": "23", "time": "18:00"}, "2026-11-23T18:00:00"),
        ({"date": "12-04", "day": "friday", "time": "18:00"}, "2026-12-04T18:00:00"),
    ],
)
def test_what_happens_once(said: dict[str, Any], expected: str) -> None:
    found = resolved(**said)
    assert (found.local.isoformat(), found.zone, found.rule) == (expected, BERLIN, None)
    assert not found.notes


@pytest.mark.parametrize(
    ("said", "rule", "first"),
    [
        ({"unit": "day", "time": "07:00"}, "FREQ=DAILY", "2026-11-24T07:00:00"),
        ({"unit": "day", "time": "22:00"}, "FREQ=DAILY", "2026-11-23T22:00:00"),
        ({"unit": "day", "every": 2, "time": "12:00"}, "FREQ=DAILY;INTERVAL=2",
         "2026-11-23T12:00:00"),
        ({"unit": "hour", "every": 2}, "FREQ=HOURLY;INTERVAL=2", "2026-11-23T11:15:20"),
        ({"unit": "minute", "every": 20, "count": 3}, "FREQ=MINUTELY;INTERVAL=20;COUNT=3",
         "2026-11-23T09:35:20"),
        ({"unit": "hour", "time": "10:00"}, "FREQ=HOURLY", "2026-11-23T10:00:00"),
        ({"weekdays": WORKDAYS, "time": "08:30"}, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
         "2026-11-24T08:30:00"),
        ({"weekdays": ["thursday", "monday"], "time": "19:00"}, "FREQ=WEEKLY;BYDAY=MO,TH",
         "2026-11-23T19:00:00"),
        ({"unit": "week", "day": "monday", "time": "09:00"}, "FREQ=WEEKLY", "2026-11-30T09:00:00"),
        ({"unit": "week", "day": "monday", "time": "19:00"}, "FREQ=WEEKLY", "2026-11-23T19:00:00"),
        ({"unit": "week", "every": 2, "weekdays": ["friday"], "time": "12:00"},
         "FREQ=WEEKLY;BYDAY=FR;INTERVAL=2;WKST=MO", "2026-11-27T12:00:00"),
        ({"month_day": 1, "time": "10:00"}, "FREQ=MONTHLY;BYMONTHDAY=1", "2026-12-01T10:00:00"),
        ({"month_day": 5, "every": 2, "time": "10:00"}, "FREQ=MONTHLY;BYMONTHDAY=5;INTERVAL=2",
         "2026-12-05T10:00:00"),
        ({"month_day": -1, "time": "18:00"}, "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-30T18:00:00"),
        ({"nth": 1, "weekdays": ["monday"], "time": "09:00"}, "FREQ=MONTHLY;BYDAY=1MO",
         "2026-12-07T09:00:00"),
        ({"nth": -1, "weekdays": WORKDAYS, "time": "09:00"},
         "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-11-30T09:00:00"),
        ({"unit": "month", "time": "10:00"}, "FREQ=MONTHLY;BYMONTHDAY=23", "2026-11-23T10:00:00"),
        ({"unit": "month", "time": "08:00"}, "FREQ=MONTHLY;BYMONTHDAY=24", "2026-11-24T08:00:00"),
        ({"unit": "year", "date": "12-24", "time": "18:00"},
         "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "2026-12-24T18:00:00"),
        ({"unit": "year", "nth": 4, "weekdays": ["thursday"], "date": "11-26", "time": "10:00"},
         "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2026-11-26T10:00:00"),
        ({"unit": "day", "time": "09:30", "until": "11-27"},
         "FREQ=DAILY;UNTIL=20261127T235959", "2026-11-23T09:30:00"),
        ({"unit": "day", "time": "09:30", "count": 10}, "FREQ=DAILY;COUNT=10",
         "2026-11-23T09:30:00"),
        ({"unit": "day", "day": "tomorrow", "time": "09:30"}, "FREQ=DAILY", "2026-11-24T09:30:00"),
        ({"unit": "week", "in_minutes": 20}, "FREQ=WEEKLY", "2026-11-23T09:35:20"),
    ],
)  # fmt: skip
def test_what_repeats(said: dict[str, Any], rule: str, first: str) -> None:
    found = resolved(**said)
    assert (found.rule, found.local.isoformat()) == (rule, first)


def test_a_month_without_the_day_has_it_on_its_last_and_says_so() -> None:
    found = resolved(month_day=31, time="09:00")
    assert found.local.isoformat() == "2026-11-30T09:00:00"
    assert found.rule == "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"
    assert ["last day" in note for note in found.notes] == [True]
    assert resolved(unit="month", date="31", time="09:00").rule == found.rule
    assert resolved(unit="month", date="31", time="09:00").local == found.local

    once = resolved(at=datetime(2027, 1, 31, 12, tzinfo=UTC), in_months=1)
    assert once.local.isoformat() == "2027-02-28T13:00:00"
    assert ["last day" in note for note in once.notes] == [True]


def test_a_leap_day_comes_every_year() -> None:
    found = resolved(unit="year", date="02-29", time="09:00")
    assert found.local.isoformat() == "2027-02-28T09:00:00"
    assert found.notes
    rare = resolved(unit="year", every=4, date="02-29", time="09:00")
    assert rare.local.isoformat() == "2028-02-29T09:00:00"


def test_weeks_begin_as_in_the_users_country() -> None:
    sunday = {"day": "sunday", "week": "next", "time": "12:00"}
    assert resolved(BERLIN, **sunday).local.day == 6
    assert resolved(NEW_YORK, **sunday).local.day == 29
    found = resolved(NEW_YORK, **sunday, zone="Asia/Tokyo")
    assert found.local.day == 29


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({}, "when"),
        ({"day": "tomorrow"}, "what time"),
        ({"date": "12-24"}, "what time"),
        ({"unit": "day"}, "what time"),
        ({"weekdays": ["monday"]}, "what time"),
        ({"unit": "hour", "day": "tomorrow"}, "what time"),
        ({"day": "today", "time": "08:00"}, "is past"),
        ({"date": "23", "time": "08:00"}, "is past"),
        ({"date": "11-23", "time": "08:00"}, "is past"),
        ({"date": "2026-11-22", "time": "12:00"}, "is past"),
        ({"day": "monday", "week": "this", "time": "08:00"}, "is past"),
        ({"day": "monday", "time": "12:00"}, "today or Monday 30 November 2026"),
        ({"date": "12-04", "day": "thursday", "time": "12:00"}, "is not thursday"),
        ({"date": "12-04", "day": "tomorrow", "time": "12:00"}, "is not tomorrow"),
        ({"date": "02-30", "time": "12:00"}, "no 02-30"),
        ({"date": "2027-02-29", "time": "12:00"}, "no 2027-02-29"),
        ({"date": "00", "time": "12:00"}, "no 00"),
        ({"date": "9999-12-31", "time": "12:00"}, "100 years"),
        ({"date": "0000-12-31", "time": "12:00"}, "100 years"),
        ({"time": "12:00", "part_of_day": "evening"}, "not in the evening"),
        ({"day": "friday", "time": "01:00", "part_of_day": "night"}, "from Friday to Saturday"),
        ({"unit": "day", "time": "12:00", "until": "2026-11-22"}, "after its end"),
        ({"time": "12:00", "zone": "IST"}, "India, Ireland, or Israel"),
        ({"time": "12:00", "zone": " ist "}, "India, Ireland, or Israel"),
    ],
)
def test_what_is_open_is_asked_in_one_question(said: dict[str, Any], asked: str) -> None:
    with pytest.raises(UnclearTime, match=asked) as raised:
        resolved(**said)
    assert str(raised.value).count("Ask the user") == 1


@pytest.mark.parametrize(
    "said",
    [
        {"in_days": 2, "day": "friday"},
        {"in_minutes": 5, "time": "09:00"},
        {"in_hours": 5, "day": "today"},
        {"week": "next", "time": "09:00"},
        {"week": "next", "day": "tomorrow", "time": "09:00"},
        {"time": "25:00"},
        {"time": "24:01"},
        {"time": "09:60"},
        {"every": 2, "time": "09:00"},
        {"until": "12-24", "time": "09:00"},
        {"unit": "day", "time": "09:00", "until": "12-24", "count": 3},
        {"unit": "day", "time": "24:00", "day": "friday"},
        {"nth": 1, "time": "09:00"},
        {"nth": 0, "weekdays": ["monday"], "unit": "month", "time": "09:00"},
        {"nth": 1, "weekdays": ["monday"], "unit": "week", "time": "09:00"},
        {"nth": 1, "weekdays": ["monday"], "unit": "year", "time": "09:00"},
        {"month_day": 5, "unit": "year", "time": "09:00"},
        {"month_day": 0, "unit": "month", "time": "09:00"},
        {"weekdays": ["monday"], "unit": "month", "time": "09:00"},
    ],
)
def test_what_does_not_go_together_is_for_the_model_to_mend(said: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as raised:
        resolved(**said)
    assert "Ask the user" not in str(raised.value)


@pytest.mark.parametrize(
    "said",
    [
        {"in_minutes": 0},
        {"in_minutes": -1},
        {"in_minutes": float("nan")},
        {"in_minutes": float("inf")},
        {"in_minutes": 1e12},
        {"in_days": 10**9},
        {"date": "24 December"},
        {"date": "2026-12-1"},
        {"time": "9"},
        {"day": "someday"},
        {"weekdays": []},
        {"zone": "x" * 65},
        {"count": 10**6},
    ],
)
def test_what_is_no_value_is_refused_at_the_door(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        When(**said)


def test_offsets_are_told_back_as_they_were_said() -> None:
    half = resolved(day="tomorrow", time="09:00", zone="gmt +5:30")
    assert (half.zone, half.local.isoformat()) == ("GMT+5:30", "2026-11-24T09:00:00")
    assert half.due_at == datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
    assert resolved(time="09:00", zone="UTC+3").zone == "UTC+3"


def test_days_are_those_of_the_zone_that_was_named() -> None:
    late = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
    found = resolved(BERLIN, late, day="today", time="09:00", zone="Asia/Tokyo")
    assert found.local.isoformat() == "2026-11-24T09:00:00"


def test_a_zone_that_is_none_is_refused_with_its_mend() -> None:
    with pytest.raises(UnusableRule, match="Asia/Tokyo"):
        resolved(time="09:00", zone="Tokyo")


def test_clock_changes_are_told() -> None:
    spring, autumn = datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)
    skipped = resolved(BERLIN, spring, day="tomorrow", time="02:30")
    assert skipped.due_at == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert skipped.notes == ["The clocks skip 02:30 that day: it comes at 03:00."]
    twice = resolved(BERLIN, autumn, day="tomorrow", time="02:30")
    assert twice.due_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert twice.notes == ["The clocks show 02:30 twice that day: it comes the first time."]


def test_times_count_from_the_message_however_late_they_are_resolved() -> None:
    late = WRITTEN + timedelta(minutes=10)
    assert resolve(When(in_minutes=30), BERLIN, WRITTEN, late).due_at == WRITTEN + timedelta(
        minutes=30
    )
    assert resolve(When(in_minutes=2), BERLIN, WRITTEN, late).due_at == late
    nine = resolve(When(time="09:20"), BERLIN, WRITTEN, late)
    assert nine.local.isoformat() == "2026-11-23T09:20:00"
    eve = WRITTEN.replace(hour=22, minute=59)
    tomorrow = resolve(When(day="tomorrow", time="09:00"), BERLIN, eve, eve + timedelta(minutes=2))
    assert tomorrow.local.isoformat() == "2026-11-24T09:00:00"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"at": "2026-11-24T09:00"}, ("2026-11-24T09:00:00", None)),
        ({"at": "2026-11-23T09:00", "rrule": "FREQ=DAILY"}, ("2026-11-24T09:00:00", "FREQ=DAILY")),
        ({"in_minutes": 5, "rrule": "FREQ=DAILY"}, ("2026-11-23T09:20:20", "FREQ=DAILY")),
        (
            {"at": "2026-11-30T09:00", "rrule": "FREQ=MONTHLY"},
            ("2026-11-30T09:00:00", "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"),
        ),
    ],
)
def test_calls_as_they_were_made_before_are_understood(said: Any, expected: Any) -> None:
    found = resolve(When.model_validate(said), BERLIN, WRITTEN, WRITTEN)
    assert (found.local.isoformat(), found.rule) == expected


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"at": "2026-11-23T09:00"}, "is past"),
        ({"at": "2026-02-30T09:00"}, "calendar"),
        ({"at": "9999-12-31T09:00"}, "100 years"),
        ({"rrule": "FREQ=DAILY"}, "begins"),
        ({"at": "2026-11-23T09:00", "rrule": "FREQ=DAILY;COUNT=1"}, "is past"),
        ({"at": "2026-11-23T09:00", "rrule": "FREQ=SECONDLY"}, "15 minutes"),
    ],
)
def test_and_refused_where_they_were_wrong(said: Any, told: str) -> None:
    with pytest.raises((UnclearTime, Malformed, UnusableRule), match=told):
        resolve(When.model_validate(said), BERLIN, WRITTEN, WRITTEN)


def test_days_are_left_out_and_told() -> None:
    said: Any = {"unit": "day", "time": "09:30", "except_on": ["11-23", "2026-11-25", "25"]}
    found = resolved(**said)
    assert found.local.isoformat() == "2026-11-24T09:30:00"
    assert found.rule
    assert found.except_on == [date(2026, 11, 23), date(2026, 11, 25)]
    start = found.local.isoformat()
    due = [found.due_at]
    while len(due) < 3:
        after = next_due(start, found.zone, found.rule, due[-1], found.except_on)
        assert after
        due.append(after)
    assert [one.day for one in due] == [24, 26, 27]
    told = rule_in_words(found.rule, start, "en", found.except_on)
    assert told == "every day, but not on 23 November 2026 and 25 November 2026"


def test_what_happens_once_leaves_out_nothing() -> None:
    with pytest.raises(Malformed):
        resolved(time="09:30", except_on=["12-24"])
