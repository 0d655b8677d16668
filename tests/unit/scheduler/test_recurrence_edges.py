"""Rules at their bounds, and what a model is told of those that cannot be kept."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.scheduler.recurrence import (
    LARGEST,
    TOO_OFTEN,
    UnusableRule,
    check_rule,
    check_zone,
    instant,
    next_due,
    next_local,
    parts_of,
)
from tests.support.machine_zone import machine_in

START = "2026-11-24T09:00:00"
BERLIN = "Europe/Berlin"
NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
FIVE = "Europe/Amsterdam, Europe/Andorra, Europe/Astrakhan, Europe/Athens, Europe/Belfast"
WHOLE = f"must be a whole number from 1 to {LARGEST}"


def refusal(rule: str, start: str = START) -> str | None:
    try:
        check_rule(start, rule)
    except UnusableRule as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("FREQ=DAILY", None),
        ("RRULE:FREQ=DAILY", None),
        ("rrule:freq=daily".upper(), None),
        ("freq=daily", None),
        ("BYHOUR=9", "the rule must be one RRULE such as FREQ=WEEKLY;BYDAY=MO,FR"),
        ("FREQ=DAILY\nFREQ=DAILY", "the rule must be one RRULE such as FREQ=WEEKLY;BYDAY=MO,FR"),
        (
            "DTSTART:20260101T000000;FREQ=DAILY",
            "the rule must be one RRULE such as FREQ=WEEKLY;BYDAY=MO,FR",
        ),
        (
            "FREQ=DAILY;UNTIL=20270101T000000Z",
            "UNTIL must be a local time without Z, such as UNTIL=20270101T000000",
        ),
        (
            "FREQ=DAILY;UNTIL=20270101T000000Z;COUNT=2",
            "UNTIL must be a local time without Z, such as UNTIL=20270101T000000",
        ),
        (
            "FREQ=DAILY;UNTIL=20270101T000000Z;UNTIL=20270101",
            "UNTIL must be a local time without Z, such as UNTIL=20270101T000000",
        ),
        ("FREQ=DAILY;UNTIL=20270101;X=Z", "X is no part of a rule here"),
        ("FREQ=DAILY;UNTIL=20270101", None),
        ("FREQ=DAILY;UNTIL=20270101T090000", None),
        (
            "FREQ=DAILY;UNTIL=2027",
            "UNTIL must be a date or a local time, such as 20270101T090000",
        ),
        ("FREQ=DAILY;ZZ=1;YY=1", "YY is no part of a rule here"),
        ("FREQ=SECONDLY", TOO_OFTEN),
        ("FREQ=MINUTELY;INTERVAL=14", TOO_OFTEN),
        ("FREQ=MINUTELY;INTERVAL=15", None),
        ("FREQ=DAILY;BYHOUR=9,10;BYMINUTE=0,14", TOO_OFTEN),
        (
            "FREQ=HOURLY;BYSETPOS=1",
            "BYSETPOS chooses among days: use it with FREQ=MONTHLY or YEARLY",
        ),
        (
            "FREQ=MINUTELY;BYYEARDAY=1;BYWEEKNO=1",
            "BYWEEKNO chooses among days: use it with FREQ=MONTHLY or YEARLY",
        ),
        ("FREQ=YEARLY;BYYEARDAY=1", None),
        ("FREQ=FORTNIGHTLY", "the rule is not a valid RFC 5545 RRULE"),
        ("FREQ=DAILY;BYHOUR=x", "the rule is not a valid RFC 5545 RRULE"),
        ("FREQ=DAILY;BYHOUR", "the rule is not a valid RFC 5545 RRULE"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "the rule never happens in the next 40 years"),
        ("FREQ=DAILY;UNTIL=20200101", "the rule never happens in the next 40 years"),
        ("FREQ=DAILY;INTERVAL=0", f"INTERVAL {WHOLE}"),
        ("FREQ=DAILY;INTERVAL=-1", f"INTERVAL {WHOLE}"),
        ("FREQ=DAILY;INTERVAL=1.5", f"INTERVAL {WHOLE}"),
        ("FREQ=DAILY;INTERVAL=²", f"INTERVAL {WHOLE}"),
        ("FREQ=DAILY;INTERVAL=٢", f"INTERVAL {WHOLE}"),
        (f"FREQ=DAILY;INTERVAL={LARGEST}", None),
        (f"FREQ=DAILY;INTERVAL={LARGEST + 1}", f"INTERVAL {WHOLE}"),
        ("FREQ=DAILY;COUNT=0", f"COUNT {WHOLE}"),
        (f"FREQ=DAILY;COUNT={LARGEST}", None),
        (f"FREQ=DAILY;COUNT={'9' * 5_000}", f"COUNT {WHOLE}"),
        (f"FREQ=DAILY;COUNT={'0' * 8}1", f"COUNT {WHOLE}"),
    ],
)
def test_a_rule_is_taken_or_refused_with_what_to_mend(rule: str, why: str | None) -> None:
    assert refusal(rule) == why


def test_a_rule_may_begin_in_forty_years_and_no_later() -> None:
    def first_in(years: int) -> str | None:
        rule = f"FREQ=YEARLY;INTERVAL={years};BYMONTH=2;BYMONTHDAY=1"
        return refusal(rule, "2026-03-01T09:00:00")

    assert first_in(40) is None
    assert first_in(41) == "the rule never happens in the next 40 years"


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("Europe/Berlin", None),
        ("Berlin", "; perhaps Europe/Berlin"),
        ("Mars/new york", "; perhaps America/New_York"),
        ("Mars/Olympus", ""),
        ("Mars/", ""),
        ("europe", f"; perhaps {FIVE}"),
    ],
)
def test_a_zone_is_known_or_refused_with_names_alike(zone: str, hint: str | None) -> None:
    told = None
    try:
        check_zone(zone)
    except UnusableRule as error:
        told = str(error)

    refused = f"{zone!r} is not an IANA time zone such as Europe/Berlin{hint}"
    assert told == (None if hint is None else refused)


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        ("2026-03-29T02:30:00", BERLIN, "2026-03-29T01:00:00"),
        ("2026-03-29T02:00:00", BERLIN, "2026-03-29T01:00:00"),
        ("2026-03-29T01:59:59", BERLIN, "2026-03-29T00:59:59"),
        ("2026-03-29T03:00:00", BERLIN, "2026-03-29T01:00:00"),
        ("2026-10-25T02:30:00", BERLIN, "2026-10-25T00:30:00"),
        ("2011-12-30T12:00:00", "Pacific/Apia", "2011-12-30T10:00:00"),
        ("2026-10-04T02:15:00", "Australia/Lord_Howe", "2026-10-03T15:30:00"),
    ],
)
def test_a_wall_time_is_one_instant(local: str, zone: str, utc: str) -> None:
    found = instant(datetime.fromisoformat(local), zone)

    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert found.tzinfo == UTC


def test_a_repeated_wall_time_is_its_first_occurrence_whatever_its_fold() -> None:
    again = datetime(2026, 10, 25, 2, 30, fold=1)

    assert instant(again, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("local", ["2026-03-29T02:30:00", "2026-03-29T03:00:00"])
def test_an_instant_is_in_utc_on_a_machine_with_another_zone(local: str) -> None:
    with machine_in("Asia/Tokyo"):
        found = instant(datetime.fromisoformat(local), BERLIN)

    assert (found, found.tzinfo) == (datetime(2026, 3, 29, 1, tzinfo=UTC), UTC)


def test_every_second_of_a_gap_is_the_instant_after_it() -> None:
    begins = datetime(2026, 3, 29, 2)
    seconds = (begins + n * SECOND for n in range(0, 3_600, 7))

    assert {instant(local, BERLIN) for local in seconds} == {datetime(2026, 3, 29, 1, tzinfo=UTC)}


def test_what_comes_next_is_later_than_now() -> None:
    def due(after: datetime, rule: str | None = None, *left_out: date) -> datetime | None:
        return next_due(START, BERLIN, rule, after, left_out)

    assert due(NINE - SECOND) == NINE
    assert due(NINE) is None
    assert due(NINE - SECOND, None, date(2026, 11, 24)) == NINE
    assert due(NINE - SECOND, "FREQ=DAILY") == NINE
    assert due(NINE, "FREQ=DAILY") == NINE + DAY
    assert due(NINE, "FREQ=DAILY", date(2026, 11, 25)) == NINE + 2 * DAY
    assert due(NINE, "FREQ=DAILY;COUNT=2", date(2026, 11, 25)) is None
    assert due(NINE, "FREQ=DAILY;UNTIL=20261125T090000") == NINE + DAY
    assert due(NINE + DAY, "FREQ=DAILY;UNTIL=20261125T090000") is None
    assert due(NINE, "FREQ=HOURLY;INTERVAL=36") == NINE + 36 * HOUR


def test_the_next_wall_time_is_the_rules_own() -> None:
    assert next_local(START, BERLIN, "FREQ=DAILY", NINE) == datetime(2026, 11, 25, 9)
    assert next_local(START, BERLIN, None, NINE - SECOND) == datetime(2026, 11, 24, 9)
    assert next_local(START, BERLIN, None, NINE) is None


@pytest.mark.parametrize(
    ("rule", "later", "after"),
    [
        ("FREQ=DAILY;INTERVAL=3", 300 * DAY, 300 * DAY + 3 * DAY),
        ("FREQ=HOURLY;INTERVAL=5", 25 * HOUR * 10, 25 * HOUR * 10 + 5 * HOUR),
        ("FREQ=MINUTELY;INTERVAL=45", 90 * HOUR, 90 * HOUR + 45 * 60 * SECOND),
        ("FREQ=WEEKLY", 70 * DAY, 77 * DAY),
        ("FREQ=DAILY;COUNT=12", 10 * DAY, 11 * DAY),
    ],
)
def test_long_after_its_start_a_rule_keeps_its_step(
    rule: str, later: timedelta, after: timedelta
) -> None:
    begun = datetime(2026, 1, 5, 9, tzinfo=UTC)

    assert next_due("2026-01-05T09:00:00", "UTC", rule, begun + later) == begun + after


def test_a_rule_whose_days_are_chosen_by_place_is_walked_from_its_start() -> None:
    every_other_last = "FREQ=DAILY;INTERVAL=2;BYHOUR=8,20;BYSETPOS=-1"
    begun = datetime(2026, 1, 5, 9, tzinfo=UTC)

    found = next_due("2026-01-05T09:00:00", "UTC", every_other_last, begun + 10 * DAY)
    assert found == datetime(2026, 1, 15, 20, tzinfo=UTC)


def test_a_year_at_the_end_of_the_calendar_is_reached() -> None:
    begun = "9990-01-01T09:00:00"
    after = datetime(9991, 1, 1, tzinfo=UTC)

    assert next_due(begun, "UTC", "FREQ=YEARLY;UNTIL=99981231", after) == after + 9 * HOUR


def test_the_parts_of_a_rule_are_known_by_name() -> None:
    assert parts_of("rrule:freq=daily;Interval=2") == {"FREQ": "DAILY", "INTERVAL": "2"}
