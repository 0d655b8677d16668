"""A reminder's life."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts import streams
from contracts.reminders import ReminderCancelled, ReminderFired, ReminderSet
from contracts.replies import ReplyParked
from services.scheduler.decider import FOLD, Reminder, due_at, may_fire
from tests.support.memory_log import START
from tests.support.story import Story

ID = UUID(int=5)
NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


FIRED = ReminderFired(reminder=ID, due=NINE, late_s=0)
CANCELLED = ReminderCancelled(reminder=ID)
ONCE = ReminderSet(
    reminder=ID,
    text="stretch",
    local_time="2026-11-24T09:00:00",
    zone="Europe/Berlin",
    rrule=None,
    tzdata="2026.6",
)
DAILY = ONCE.model_copy(update={"rrule": "FREQ=DAILY"})


@pytest.fixture
def life() -> Story[Reminder]:
    return Story(FOLD, streams.reminder(ID))


def test_it_is_due_at_its_time_and_only_then(life: Story) -> None:
    life.given(ONCE).when(due_at).then(NINE)
    life.when(may_fire, NINE).then(True)
    life.when(may_fire, NINE + timedelta(hours=1)).then(False)


def test_once_fired_it_is_done(life: Story) -> None:
    life.given(ONCE, FIRED).when(due_at).then()


def test_cancelled_it_does_not_fire(life: Story) -> None:
    life.given(DAILY, CANCELLED).when(due_at).then()


def test_it_comes_again_by_its_rule(life: Story) -> None:
    life.given(DAILY).when(due_at).then(NINE)
    life.log.pass_time(NINE - START)
    life.given(FIRED).when(due_at).then(NINE + timedelta(days=1))


def test_after_a_downtime_it_speaks_once_not_for_each_day_missed(life: Story) -> None:
    life.given(DAILY)
    life.log.pass_time(timedelta(days=10))
    life.given(FIRED).when(due_at).then(NINE + timedelta(days=10))


def test_what_is_not_set_is_never_due(life: Story) -> None:
    life.when(due_at).then()


def test_it_is_set_once_and_strangers_change_nothing(life: Story) -> None:
    before = life.given(ONCE).state
    again = ReminderSet(
        reminder=ID, text="x", local_time="2030-01-01T00:00:00", zone="UTC", rrule=None, tzdata=""
    )

    assert life.given(ReplyParked(reply=ID, error=""), again).state == before


def test_the_time_that_was_told_stands_though_it_passed_before_the_commit(life: Story) -> None:
    def due_of_one_set(state: Reminder, at: datetime) -> datetime | None:
        return due_at(state.model_copy(update={"begun_at": at}))

    life.given(ONCE.model_copy(update={"rrule": "FREQ=DAILY;COUNT=2"}))

    life.when(due_of_one_set, NINE + timedelta(seconds=40)).then(NINE)
    life.when(due_of_one_set, NINE + timedelta(hours=1)).then(NINE + timedelta(days=1))
