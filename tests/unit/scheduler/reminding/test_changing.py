"""What is left unsaid stays; what is said is worked out as when it is set."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.scheduler.reminding.changing import (
    ChangedReminder,
    ChangeReminder,
    StandingReminder,
    changed,
)
from services.scheduler.when.unclear import Malformed, UnclearTime

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in Berlin
TOMORROW_AT_NINE = StandingReminder(
    datetime(2026, 12, 1, 9), BERLIN, None, (), datetime(2026, 12, 1, 8, tzinfo=UTC)
)
DAILY = StandingReminder(
    datetime(2026, 11, 20, 8, 30),
    BERLIN,
    "FREQ=DAILY",
    (),
    datetime(2026, 12, 1, 7, 30, tzinfo=UTC),
)


def after(standing: StandingReminder, **asked: Any) -> ChangedReminder:
    return changed(standing, ChangeReminder(which="1", **asked), NOW, NOW)


def there(found: ChangedReminder) -> str:
    assert found.due_at.tzinfo is not None
    return f"{found.due_at + timedelta(hours=1):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ({"time": "17:00"}, "2026-12-01 17:00"),
        ({"part_of_day": "evening"}, "2026-12-01 19:00"),
        ({"day": "friday"}, "2026-12-04 09:00"),
        ({"date": "12-24"}, "2026-12-24 09:00"),
        ({"day": "friday", "time": "12:00"}, "2026-12-04 12:00"),
        ({"in_days": 3}, "2026-12-03 09:00"),
        ({"in_hours": 2}, "2026-11-30 12:00"),
        ({"by_minutes": 90}, "2026-12-01 10:30"),
        ({"by_minutes": -60}, "2026-12-01 08:00"),
        ({"zone": "America/New_York"}, "2026-12-01 15:00"),
        ({"text": "the orthodontist"}, "2026-12-01 09:00"),
    ],
)
def test_one_that_comes_once_is_moved_by_what_is_said(asked: dict[str, Any], due: str) -> None:
    assert there(after(TOMORROW_AT_NINE, **asked)) == due


def test_one_that_came_once_may_repeat_from_then_on() -> None:
    found = after(TOMORROW_AT_NINE, unit="week")
    assert (found.rule, there(found)) == ("FREQ=WEEKLY", "2026-12-01 09:00")


def test_all_that_are_to_come_move_to_another_time_of_day() -> None:
    standing = StandingReminder(
        datetime(2026, 11, 20, 8, 30),
        BERLIN,
        "FREQ=DAILY;INTERVAL=3;COUNT=9",
        (date(2026, 12, 2),),
        datetime(2026, 12, 5, 7, 30, tzinfo=UTC),
    )
    found = after(standing, time="21:00")
    assert (found.rule, found.except_on) == (standing.rule, standing.except_on)
    assert found.local == datetime(2026, 11, 20, 21), "its days are counted from where they were"
    assert there(found) == "2026-12-05 21:00"


def test_another_rule_is_read_as_when_it_is_set_with_the_time_that_it_has() -> None:
    found = after(DAILY, weekdays=["monday", "wednesday"])
    assert found.rule == "FREQ=WEEKLY;BYDAY=MO,WE"
    assert there(found) == "2026-12-02 08:30"


@pytest.mark.parametrize(
    ("asked", "skipped", "due"),
    [
        ({}, date(2026, 12, 1), "2026-12-02 08:30"),
        ({"day": "tomorrow"}, date(2026, 12, 1), "2026-12-02 08:30"),
        ({"day": "friday"}, date(2026, 12, 4), "2026-12-01 08:30"),
        ({"date": "24"}, date(2026, 12, 24), "2026-12-01 08:30"),
    ],
)
def test_one_day_is_left_out(asked: dict[str, Any], skipped: date, due: str) -> None:
    found = after(DAILY, skip=True, **asked)
    assert found.skipped == skipped
    assert found.except_on == (skipped,)
    assert (found.local, found.rule) == (DAILY.local, DAILY.rule)
    assert there(found) == due


def test_days_that_are_past_are_not_kept_as_left_out() -> None:
    standing = StandingReminder(
        DAILY.local, BERLIN, DAILY.rule, (date(2026, 11, 21), date(2026, 12, 5)), DAILY.due_at
    )
    assert after(standing, skip=True).except_on == (date(2026, 12, 1), date(2026, 12, 5))


@pytest.mark.parametrize(
    ("standing", "asked", "error", "says"),
    [
        (TOMORROW_AT_NINE, {}, Malformed, "Nothing is to change"),
        (TOMORROW_AT_NINE, {"skip": True}, Malformed, "comes once"),
        (TOMORROW_AT_NINE, {"by_minutes": -3000}, UnclearTime, "is past"),
        (TOMORROW_AT_NINE, {"by_minutes": 5, "time": "10:00"}, Malformed, "not both"),
        (TOMORROW_AT_NINE, {"day": "today"}, UnclearTime, "is past"),
        (DAILY, {"day": "friday"}, Malformed, "It repeats"),
        (DAILY, {"by_minutes": 60}, Malformed, "Give the new `time`"),
        (DAILY, {"time": "24:00"}, Malformed, "00:00"),
        (DAILY, {"skip": True, "time": "10:00"}, Malformed, "goes with a day alone"),
    ],
)
def test_what_does_not_go_together_says_what_to_do(
    standing: StandingReminder, asked: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        after(standing, **asked)


def test_a_day_on_which_it_does_not_come_is_asked_about() -> None:
    weekly = StandingReminder(
        datetime(2026, 11, 24, 8), BERLIN, "FREQ=WEEKLY", (), datetime(2026, 12, 1, 7, tzinfo=UTC)
    )
    with pytest.raises(UnclearTime, match="comes next on Tuesday 1 December"):
        after(weekly, skip=True, day="friday")


def test_the_last_one_is_not_left_out_but_cancelled() -> None:
    last = StandingReminder(
        DAILY.local, BERLIN, "FREQ=DAILY;UNTIL=20261201T235959", (), DAILY.due_at
    )
    with pytest.raises(UnclearTime, match="cancelled"):
        after(last, skip=True)


def test_a_rule_that_names_its_times_is_said_anew() -> None:
    twice = StandingReminder(DAILY.local, BERLIN, "FREQ=DAILY;BYHOUR=8,20", (), DAILY.due_at)
    with pytest.raises(Malformed, match="names its times"):
        after(twice, time="10:00")
