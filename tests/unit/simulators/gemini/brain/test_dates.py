from datetime import date

import pytest

from simulators.gemini.brain.dates import find_dates

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "2026-11-23"),
        ("tomorrow", "2026-11-24"),
        ("the day after tomorrow", "2026-11-25"),
        ("yesterday", "2026-11-22"),
        ("on Friday", "2026-11-27"),
        ("this Friday", "2026-11-27"),
        ("next Friday", "2026-12-04"),
        ("Friday next week", "2026-12-04"),
        ("next week on Tuesday", "2026-12-01"),
        ("last Friday", "2026-11-20"),
        ("on Monday", "2026-11-30"),
        ("on sat", "2026-11-28"),
        ("this weekend", "2026-11-28"),
        ("next weekend", "2026-12-05"),
        ("next week", "2026-11-30"),
        ("next month", "2026-12-23"),
        ("3 December", "2026-12-03"),
        ("the 3rd of December", "2026-12-03"),
        ("Friday, 4 December 2026", "2026-12-04"),
        ("December 3rd, 2027", "2027-12-03"),
        ("Dec 20", "2026-12-20"),
        ("3 November", "2027-11-03"),
        ("2026-12-24", "2026-12-24"),
        ("24.12.", "2026-12-24"),
        ("24.12.2027", "2027-12-24"),
        ("5/12", "2026-12-05"),
        ("12/15", "2026-12-15"),
        ("the 10th", "2026-12-10"),
        ("the 31st", "2026-12-31"),
        ("in 3 days", "2026-11-26"),
        ("in two weeks", "2026-12-07"),
        ("a month from now", "2026-12-23"),
        ("in a year", "2027-11-23"),
        ("on Christmas Eve", "2026-12-24"),
        ("at the end of the month", "2026-11-30"),
    ],
)
def test_a_date_is_read_from_a_given_monday(text: str, expected: str) -> None:
    assert [found.value.value.isoformat() for found in find_dates(text, MONDAY)] == [expected]


@pytest.mark.parametrize(
    "text", ["Friday's concert", "31 February", "I sat in the sun", "at 9.30."]
)
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    assert find_dates(text, MONDAY) == []


def test_month_first_dates_are_seen_by_their_neighbours() -> None:
    found = find_dates("from 12/1 to 12/15", MONDAY)

    assert [each.value.value.isoformat() for each in found] == ["2026-12-01", "2026-12-15"]


def test_next_friday_on_a_sunday_is_in_five_days() -> None:
    found = find_dates("next Friday", date(2026, 11, 29))

    assert found[0].value.value == date(2026, 12, 4)
