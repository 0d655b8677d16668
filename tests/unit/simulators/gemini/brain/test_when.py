from datetime import datetime

import pytest

from simulators.gemini.brain.when import read_when

NOW = datetime(2026, 11, 23, 9, 15, 20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in 1 minute", "2026-11-23T09:16:20"),
        ("in 90 seconds", "2026-11-23T09:16:50"),
        ("in an hour", "2026-11-23T10:15:20"),
        ("in half an hour", "2026-11-23T09:45:20"),
        ("in an hour and a half", "2026-11-23T10:45:20"),
        ("in 1 hour and 30 minutes", "2026-11-23T10:45:20"),
        ("in 2h", "2026-11-23T11:15:20"),
        ("10 minutes from now", "2026-11-23T09:25:20"),
        ("in 2 days", "2026-11-25T09:15:00"),
        ("tomorrow at 9", "2026-11-24T09:00:00"),
        ("tomorrow at 3", "2026-11-24T15:00:00"),
        ("tomorrow morning", "2026-11-24T09:00:00"),
        ("tomorrow at 7 in the evening", "2026-11-24T19:00:00"),
        ("tomorrow evening at 7", "2026-11-24T19:00:00"),
        ("at 10", "2026-11-23T10:00:00"),
        ("at 9", "2026-11-23T21:00:00"),
        ("at 08:00", "2026-11-24T08:00:00"),
        ("at 9am", "2026-11-24T09:00:00"),
        ("at 5pm", "2026-11-23T17:00:00"),
        ("at 6:30 p.m.", "2026-11-23T18:30:00"),
        ("at 18h30", "2026-11-23T18:30:00"),
        ("at half past 8", "2026-11-23T20:30:00"),
        ("at quarter to 10", "2026-11-23T09:45:00"),
        ("at noon", "2026-11-23T12:00:00"),
        ("at midnight", "2026-11-24T00:00:00"),
        ("at 8 tonight", "2026-11-23T20:00:00"),
        ("tonight", "2026-11-23T20:00:00"),
        ("on 24 December at 18:00", "2026-12-24T18:00:00"),
        ("next Friday at 3pm", "2026-12-04T15:00:00"),
        ("today at 8", "2026-11-23T20:00:00"),
        ("yesterday at 17:00", "2026-11-22T17:00:00"),
    ],
)
def test_a_moment_is_read(text: str, expected: str) -> None:
    reading = read_when(text, NOW)

    assert reading.when is not None
    assert reading.when.at.isoformat() == expected
    assert reading.when.rrule is None


@pytest.mark.parametrize(
    ("text", "rrule", "first"),
    [
        ("every day at 7", "FREQ=DAILY", "2026-11-24T07:00:00"),
        ("daily at 22:00", "FREQ=DAILY", "2026-11-23T22:00:00"),
        ("every morning at 7", "FREQ=DAILY", "2026-11-24T07:00:00"),
        ("every weekday at 8:30", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-24T08:30:00"),
        ("every Monday and Thursday at 19:00", "FREQ=WEEKLY;BYDAY=MO,TH", "2026-11-23T19:00:00"),
        ("on Fridays at 17:00", "FREQ=WEEKLY;BYDAY=FR", "2026-11-27T17:00:00"),
        ("every other Friday at noon", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "2026-11-27T12:00:00"),
        ("every weekend at 10:00", "FREQ=WEEKLY;BYDAY=SA,SU", "2026-11-28T10:00:00"),
        ("every 2 weeks at 10:00", "FREQ=WEEKLY;INTERVAL=2", "2026-11-23T10:00:00"),
        ("every other day at noon", "FREQ=DAILY;INTERVAL=2", "2026-11-23T12:00:00"),
        ("on the 1st of every month at 10", "FREQ=MONTHLY;BYMONTHDAY=1", "2026-12-01T10:00:00"),
        ("monthly on the 15th at 10", "FREQ=MONTHLY;BYMONTHDAY=15", "2026-12-15T10:00:00"),
        (
            "on the last day of the month at 18:00",
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "2026-11-30T18:00:00",
        ),
        (
            "every first Monday of the month at 9",
            "FREQ=MONTHLY;BYDAY=1MO",
            "2026-12-07T09:00:00",
        ),
        (
            "every year on 24 December at 18:00",
            "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24",
            "2026-12-24T18:00:00",
        ),
        ("every hour", "FREQ=HOURLY", "2026-11-23T10:15:20"),
        ("every 2 hours", "FREQ=HOURLY;INTERVAL=2", "2026-11-23T11:15:20"),
    ],
)
def test_a_repetition_is_read_with_its_first_time(text: str, rrule: str, first: str) -> None:
    when = read_when(text, NOW).when

    assert when is not None
    assert (when.rrule, when.at.isoformat()) == (rrule, first)


@pytest.mark.parametrize(
    ("text", "missing"),
    [("tomorrow", "time"), ("every day", "time"), ("call mom", "all"), ("costs at 9 euros", "all")],
)
def test_what_is_missing_is_told(text: str, missing: str) -> None:
    reading = read_when(text, NOW)

    assert reading.when is None
    assert reading.missing == missing


def test_without_seconds_in_now_none_are_invented() -> None:
    when = read_when("in 5 minutes", datetime(2026, 11, 23, 9, 15)).when

    assert when is not None
    assert when.at == datetime(2026, 11, 23, 9, 20)
