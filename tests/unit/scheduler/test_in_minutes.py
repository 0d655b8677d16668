"""Reminders that are counted from now: no zone can make them early, late or past."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.scheduler.recurrence import UnusableRule
from services.scheduler.when.arguments import When
from services.scheduler.when.resolver import resolve

NOW = datetime(2026, 11, 23, 9, 0, 0, 400_000, tzinfo=UTC)


def set_for(minutes: float, zone: str = "Europe/Berlin", now: datetime = NOW, **more: Any) -> Any:
    found = resolve(When(in_minutes=minutes, **more), zone, now, now + timedelta(seconds=0.2))
    return found.due_at, found.zone


@pytest.mark.parametrize("minutes", [0.001, 1 / 30, 1, 20, 90, 60 * 24 * 400])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu", "UTC"])
def test_it_is_due_so_many_minutes_from_now_and_never_early(minutes: float, zone: str) -> None:
    due, where = set_for(minutes, zone)
    late = due - (NOW + timedelta(minutes=minutes))
    assert timedelta() <= late < timedelta(seconds=1.2)
    assert where == zone


@pytest.mark.parametrize("minutes", [10, 45, 75, 100, 130])
@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("Europe/Berlin", datetime(2026, 10, 25, 0, 0, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 1, 5, 0, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2027, 4, 3, 14, 30, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2027, 3, 28, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_clock_change_moves_it_nowhere(zone: str, change: datetime, minutes: float) -> None:
    due, where = set_for(minutes, zone, change)
    assert due == change + timedelta(minutes=minutes) + timedelta(seconds=due.second)
    assert due.second <= 1
    assert where in {zone, "UTC"}


def test_one_that_was_late_in_being_set_lies_ahead_all_the_same() -> None:
    now = NOW + timedelta(seconds=30)
    assert resolve(When(in_minutes=0.1), "Europe/Berlin", NOW, now).due_at > now


def test_it_may_repeat_from_there() -> None:
    due, _ = set_for(20, unit="day")
    assert due - NOW < timedelta(minutes=21)


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(UnusableRule, match="IANA"):
        resolve(When(in_minutes=5, zone="Mars/Olympus"), "UTC", NOW, NOW)
