"""A reminder that is changed, followed up or left out on some days: what its stream comes to."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.event import Event
from contracts.reminders import (
    ReminderCancelled,
    ReminderChanged,
    ReminderFired,
    ReminderFollowedUp,
    ReminderSet,
)
from services.scheduler.decider import FOLD, Reminder, due_at, follow_up_at, is_frequent
from taskflow.log.appending import Write
from tests.support.memory_log import START, MemoryLog
from tests.support.story import USER

ID, REPLY = UUID(int=5), UUID(int=6)
AT_NINE = "2026-11-24T09:00:00"
NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
"""The same in Berlin."""
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SET: dict[str, Any] = {
    "reminder": ID,
    "text": "stretch",
    "local_time": AT_NINE,
    "zone": "Europe/Berlin",
    "rrule": None,
    "tzdata": "2026.6",
    "language": "en",
    "except_on": [],
    "follow_up_minutes": None,
}


def set_so(**changes: Any) -> Event:
    return ReminderSet(**SET | changes)


def changed_to(**changes: Any) -> Event:
    return ReminderChanged(**SET | changes)


FIRED = ReminderFired(reminder=ID, due=NINE, late_s=0, reply=REPLY)
FOLLOWED_UP = ReminderFollowedUp(reminder=ID, due=NINE, reply=UUID(int=8))


def after(*events: Event) -> Reminder:
    """Each a minute after the one before."""
    log = MemoryLog()
    for number, event in enumerate(events):
        log.put([Write(streams.reminder(ID), [event], USER)], slots.step(ID, number))
        log.pass_time(MINUTE)
    return FOLD.over(log.all())


def test_it_holds_what_was_set() -> None:
    state = after(set_so(rrule="FREQ=DAILY", except_on=[date(2026, 12, 24)], follow_up_minutes=20))

    assert state == Reminder(
        reminder=ID,
        begun_at=START,
        stated=1,
        local_time=AT_NINE,
        zone="Europe/Berlin",
        rrule="FREQ=DAILY",
        except_on=(date(2026, 12, 24),),
        follow_up_minutes=20,
    )


@pytest.mark.parametrize(
    "times",
    [
        {"local_time": "2026-11-25T09:00:00"},
        {"zone": "Europe/London"},
        {"rrule": "FREQ=DAILY"},
    ],
)
def test_other_times_begin_anew(times: dict[str, Any]) -> None:
    state = after(set_so(), FIRED, changed_to(**times))

    assert (state.begun_at, state.spoke, state.stated) == (START + 2 * MINUTE, False, 3)
    assert {name: getattr(state, name) for name in times} == times


@pytest.mark.parametrize(
    ("others", "held"),
    [
        ({"text": "stretch well"}, {}),
        ({"except_on": [date(2026, 12, 24)]}, {"except_on": (date(2026, 12, 24),)}),
        ({"follow_up_minutes": 5}, {"follow_up_minutes": 5}),
    ],
)
def test_other_words_or_days_begin_nothing(others: dict[str, Any], held: dict[str, Any]) -> None:
    before = after(set_so(), FIRED)

    changed = after(set_so(), FIRED, changed_to(**others))

    assert changed == before.model_copy(update={"stated": 3, **held})


def test_what_was_never_set_is_not_changed() -> None:
    assert after(changed_to()) == Reminder()


def test_it_holds_what_fired_when_and_by_which_reply() -> None:
    state = after(set_so(), FIRED)

    assert (state.fired, state.fired_at, state.reply) == (NINE, START + MINUTE, REPLY)
    assert state.spoke


def test_told_before_it_was_due_it_comes_again_after_that() -> None:
    """By a clock that is behind: the next one is not the same once more."""
    state = after(set_so(rrule="FREQ=DAILY"), FIRED)

    assert state.fired_at is not None
    assert state.fired_at < NINE
    assert due_at(state) == NINE + DAY


def test_of_a_state_without_the_instant_that_fired_the_first_is_due() -> None:
    state = after(set_so(rrule="FREQ=DAILY"), FIRED)

    assert due_at(state.model_copy(update={"fired": None})) == NINE
    assert due_at(state.model_copy(update={"fired_at": None})) == NINE
    assert due_at(state.model_copy(update={"begun_at": None})) is None


def test_the_first_day_may_be_left_out() -> None:
    left_out = {"except_on": [date(2026, 11, 24)]}

    assert due_at(after(set_so(rrule="FREQ=DAILY", **left_out))) == NINE + DAY
    assert due_at(after(set_so(**left_out))) == NINE


@pytest.mark.parametrize(
    ("checked_before", "due"), [(2 * MINUTE - MINUTE / 60, NINE), (2 * MINUTE, NINE + DAY)]
)
def test_a_time_may_pass_for_two_minutes_between_check_and_commit(
    checked_before: timedelta, due: datetime
) -> None:
    late = {"begun_at": NINE + checked_before}
    state = after(set_so(rrule="FREQ=DAILY")).model_copy(update=late)

    assert due_at(state) == due


def test_it_is_followed_up_once_so_long_after_it_was_said() -> None:
    assert follow_up_at(after(set_so(follow_up_minutes=20))) is None
    assert follow_up_at(after(set_so(), FIRED)) is None

    said = after(set_so(follow_up_minutes=20), FIRED)
    assert follow_up_at(said) == START + 21 * MINUTE

    followed_up = after(set_so(follow_up_minutes=20), FIRED, FOLLOWED_UP)
    assert followed_up.followed_up == NINE
    assert follow_up_at(followed_up) is None


def test_cancelled_it_is_not_followed_up() -> None:
    cancelled = after(set_so(follow_up_minutes=20), FIRED, ReminderCancelled(reminder=ID))

    assert follow_up_at(cancelled) is None


@pytest.mark.parametrize(
    ("rule", "frequent"),
    [
        (None, False),
        ("FREQ=DAILY;BYHOUR=9", False),
        ("FREQ=HOURLY", True),
        ("FREQ=MINUTELY;INTERVAL=30", True),
    ],
)
def test_a_rule_of_hours_or_minutes_is_frequent(rule: str | None, frequent: bool) -> None:
    assert is_frequent(after(set_so(rrule=rule))) is frequent
