"""A reminder's life."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from contracts import streams
from contracts.reminders import ReminderCancelled, ReminderFired, ReminderSet
from contracts.replies import ReplyParked
from services.scheduler.decider import FOLD, Reminder, due_at, may_fire
from taskflow.log.appending import Write
from tests.support.memory_log import START, MemoryLog
from tests.support.story import USER

ID = UUID(int=5)
NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class Life:
    def __init__(self, rrule: str | None = None) -> None:
        self.log = MemoryLog()
        self.count = 0
        self.tell(
            ReminderSet(
                reminder=ID,
                text="stretch",
                local_time="2026-11-24T09:00:00",
                zone="Europe/Berlin",
                rrule=rrule,
                tzdata="2026.6",
            )
        )

    def tell(self, event) -> None:
        self.count += 1
        self.log.put([Write(streams.reminder(ID), [event], USER)], UUID(int=self.count))

    def fire(self, due: datetime) -> None:
        self.tell(ReminderFired(reminder=ID, due=due, late_s=0))

    @property
    def state(self) -> Reminder:
        return FOLD.over(self.log.all())


def test_it_is_due_at_its_time_and_only_then() -> None:
    life = Life()

    assert due_at(life.state) == NINE
    assert may_fire(life.state, NINE)
    assert not may_fire(life.state, NINE + timedelta(hours=1))


def test_once_fired_it_is_done() -> None:
    life = Life()
    life.fire(NINE)

    assert due_at(life.state) is None


def test_cancelled_it_does_not_fire() -> None:
    life = Life("FREQ=DAILY")
    life.tell(ReminderCancelled(reminder=ID))

    assert due_at(life.state) is None


def test_it_comes_again_by_its_rule() -> None:
    life = Life("FREQ=DAILY")
    assert due_at(life.state) == NINE
    life.log.pass_time(NINE - START)
    life.fire(NINE)

    assert due_at(life.state) == NINE + timedelta(days=1)


def test_after_a_downtime_it_speaks_once_not_for_each_day_missed() -> None:
    life = Life("FREQ=DAILY")
    life.log.pass_time(timedelta(days=10))
    life.fire(NINE)

    assert due_at(life.state) == NINE + timedelta(days=10)


def test_what_is_not_set_is_never_due() -> None:
    assert due_at(Reminder()) is None


def test_it_is_set_once_and_strangers_change_nothing() -> None:
    life = Life()
    before = life.state
    life.tell(ReplyParked(reply=ID, error=""))
    life.tell(
        ReminderSet(
            reminder=ID,
            text="x",
            local_time="2030-01-01T00:00:00",
            zone="UTC",
            rrule=None,
            tzdata="",
        )
    )

    assert life.state == before


def test_the_time_that_was_told_stands_though_it_passed_before_the_commit() -> None:
    life = Life("FREQ=DAILY;COUNT=2")
    late = life.state.model_copy(update={"begun_at": NINE + timedelta(seconds=40)})

    assert due_at(late) == NINE
    assert due_at(
        late.model_copy(update={"begun_at": NINE + timedelta(hours=1)})
    ) == NINE + timedelta(days=1)
