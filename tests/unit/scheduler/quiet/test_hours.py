"""Hours of a day, on its own clock: over midnight, and where clocks change."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduler.quiet.hours import QuietHours

NIGHT = QuietHours(time(22), time(7), "Europe/Berlin")
NAP = QuietHours(time(13), time(14, 30), "Asia/Kolkata")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "now", "end"),
    [
        (NIGHT, "2026-11-23T20:59:59", None),
        (NIGHT, "2026-11-23T21:00", "2026-11-24T06:00"),
        (NIGHT, "2026-11-24T05:59:59", "2026-11-24T06:00"),
        (NIGHT, "2026-11-24T06:00", None),
        (NAP, "2026-11-24T07:30", "2026-11-24T09:00"),
        (NAP, "2026-11-24T09:00", None),
        (QuietHours(time(22), time(7), "UTC+3"), "2026-11-24T02:00", "2026-11-24T04:00"),
        # The night in which clocks go forward, and the one in which they go back.
        (NIGHT, "2027-03-27T22:00", "2027-03-28T05:00"),
        (NIGHT, "2026-10-25T04:30", "2026-10-25T06:00"),
        # 02:30 is skipped: quiet hours end, or begin, with the gap.
        (
            QuietHours(time(22), time(2, 30), "Europe/Berlin"),
            "2027-03-28T00:50",
            "2027-03-28T01:00",
        ),
        (QuietHours(time(2, 30), time(7), "Europe/Berlin"), "2027-03-28T01:00", "2027-03-28T05:00"),
        # 02:30 comes twice: they begin with the first, and are not left between.
        (QuietHours(time(2, 30), time(7), "Europe/Berlin"), "2026-10-25T01:15", "2026-10-25T06:00"),
        # Both lie in the gap.
        (QuietHours(time(2, 10), time(2, 50), "Europe/Berlin"), "2027-03-28T01:05", None),
    ],
)
def test_when_they_end(hours: QuietHours, now: str, end: str | None) -> None:
    assert hours.end_at(at(now)) == (at(end) if end else None)


MINUTES = st.integers(0, 24 * 60 - 1)


@given(MINUTES, MINUTES, st.integers(0, 3 * 366 * 24 * 60))
def test_their_end_lies_ahead_and_is_none_of_theirs(begin: int, end: int, now: int) -> None:
    if begin == end:
        return
    hours = QuietHours(time(*divmod(begin, 60)), time(*divmod(end, 60)), "America/New_York")
    moment = at("2026-01-01T00:00") + timedelta(minutes=now)
    over = hours.end_at(moment)
    if over is not None:
        assert moment < over <= moment + timedelta(hours=25)
        assert hours.end_at(over) is None
