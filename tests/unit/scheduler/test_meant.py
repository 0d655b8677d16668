"""Rules are kept as people mean them: last days, whole dates, their country's weeks."""

import calendar
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduler.meant import MeantRule, as_meant
from services.scheduler.recurrence import UnusableRule, _occurrences, next_local
from services.scheduler.when.arguments import When
from services.scheduler.when.resolver import resolve

NOW = datetime(2026, 12, 4, 7, 0, tzinfo=UTC)
ENDS_OF_MONTHS = [
    date(year, month, day)
    for year in range(2024, 2036)
    for month in range(1, 13)
    for day in range(29, calendar.monthrange(year, month)[1] + 1)
]


def days(at: str, rule: str, count: int, zone: str = "UTC") -> list[date]:
    start = datetime.fromisoformat(at)
    found = _occurrences(start, as_meant(at, rule, zone).rule, start)
    return [one.date() for one in islice(found, count)]


@given(
    start=st.sampled_from(ENDS_OF_MONTHS),
    months=st.sampled_from([1, 2, 3, 6, 12]),
    said=st.booleans(),
)
def test_what_is_monthly_from_the_end_of_a_month_leaves_no_month_out(
    start: date, months: int, said: bool
) -> None:
    rule = f"FREQ=MONTHLY;INTERVAL={months}" + (f";BYMONTHDAY={start.day}" if said else "")
    expected: list[date] = []
    for n in range(24):
        year, month = divmod(start.year * 12 + start.month - 1 + n * months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        expected.append(date(year, month + 1, min(start.day, last)))
    assert days(f"{start}T09:00:00", rule, 24) == expected
    assert as_meant(f"{start}T09:00:00", rule, "UTC").on_last_days


def test_a_leap_day_comes_every_year() -> None:
    for rule in ("FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "RRULE:freq=yearly"):
        found = days("2028-02-29T09:00", rule, 5)
        assert [(one.month, one.day) for one in found] == [
            (2, 29), (2, 28), (2, 28), (2, 28), (2, 29),
        ]  # fmt: skip


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MONTHLY;BYMONTHDAY=28",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYMONTHDAY=31",
        "FREQ=YEARLY",
        "FREQ=DAILY;BYMONTHDAY=31",
        "FREQ=DAILY;UNTIL=20270101T100000",
        "FREQ=WEEKLY;BYDAY=SU,MO",
        "FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=SU,MO",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYHOUR=9,15",
        "FREQ=MONTHLY;BYMINUTE=0,30",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=1,3,5,7,8,10,12",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
        "no rule",
        "FREQ=MONTHLY;=;",
        "FREQ",
    ],
)
def test_what_says_all_is_kept_as_it_came(rule: str) -> None:
    assert as_meant("2027-03-31T09:00:00", rule, "America/New_York") == MeantRule(rule)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Pacific/Kiritimati", "America/Adak"])
def test_a_date_in_until_is_meant_to_its_end(zone: str) -> None:
    found = days("2026-12-01T09:00:00", "FREQ=DAILY;UNTIL=20261204", 9, zone)
    assert found == [date(2026, 12, day) for day in (1, 2, 3, 4)]


def test_on_its_last_day_a_rule_still_happens() -> None:
    asked = When(at="2026-12-04T09:00", rrule="FREQ=DAILY;UNTIL=20261204")
    found = resolve(asked, "UTC", NOW, NOW)
    assert found.local == datetime(2026, 12, 4, 9)
    assert found.rule == "FREQ=DAILY;UNTIL=20261204T235959"
    assert next_local("2026-12-04T09:00:00", "UTC", found.rule, NOW + timedelta(hours=3)) is None
    with pytest.raises(UnusableRule, match="never happens"):
        resolve(asked.model_copy(update={"at": "2026-12-05T09:00"}), "UTC", NOW, NOW)


def test_a_rule_whose_day_never_comes_is_refused_as_before() -> None:
    asked = When(at="2026-12-05T09:00", rrule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    with pytest.raises(UnusableRule, match="never happens"):
        resolve(asked, "UTC", NOW, NOW)


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", "MO"),
        ("America/New_York", "SU"),
        ("US/Pacific", "SU"),
        ("Asia/Calcutta", "SU"),
        ("Africa/Cairo", "SA"),
        ("America/Sao_Paulo", "SU"),
        ("UTC", "MO"),
        ("Etc/GMT+5", "MO"),
    ],
)
def test_every_second_week_counts_the_weeks_of_the_country(zone: str, first: str) -> None:
    kept = as_meant("2026-12-04T09:00:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", zone)
    assert kept.rule == f"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST={first}"


def test_a_sunday_is_the_last_or_the_first_day_of_its_week() -> None:
    rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO"
    monday = "2026-11-30T09:00:00"
    assert [one.day for one in days(monday, rule, 3, "Europe/Berlin")] == [30, 6, 14]
    assert [one.day for one in days(monday, rule, 3, "America/New_York")] == [30, 13, 14]


@pytest.mark.parametrize(
    "zone", ["America/New_York", "Asia/Tokyo", "Africa/Cairo", "Indian/Maldives"]
)
def test_days_that_follow_each_other_stay_together(zone: str) -> None:
    weekend = days("2026-12-11T09:00:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,SA,SU", 4, zone)
    assert [one.day for one in weekend] == [11, 12, 13, 25]


@pytest.mark.parametrize(
    "rule", ["FREQ=MONTHLY;BYDAY=53MO", "FREQ=DAILY;UNTIL=2027", "FREQ=DAILY;UNTIL=2027-01-04"]
)
def test_numbers_and_dates_that_are_none_are_refused(rule: str) -> None:
    with pytest.raises(UnusableRule):
        resolve(When(at="2026-12-05T09:00", rrule=rule), "UTC", NOW, NOW)
