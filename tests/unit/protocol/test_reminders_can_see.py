"""The simulation is worth something: each rule of time, off alone, is found out."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from contracts import slots
from contracts.conversation import UserForgotten
from contracts.recorded import Recorded
from contracts.reminders import ReminderCancelled, ReminderFired, ReminderSet
from contracts.tools import ToolFailed, ToolFinished
from services.scheduler import decider, due, effects, recurrence, tools
from services.scheduler.decider import Reminder, evolve
from services.scheduler.effects import Claimed, Overdue
from services.scheduler.reminding import saying
from taskflow.log.appending import Because, Outcome, Write
from taskflow.log.folding import Fold
from taskflow.log.snapshots import Folds
from taskflow.projecting.projector import Projection, Statement
from tests.support.reminders import STEPS, WORK, Reminders
from tests.support.walks import SEEDS, violation, walk

pytestmark = [pytest.mark.no_cover, pytest.mark.long]


def found(machine: type[Reminders], first: int = 0) -> str | None:
    return violation(lambda seed: walk(machine, seed, often=WORK, steps=STEPS), first)


def found_with(first: int = 0, /, **broken: Any) -> str | None:
    """With functions of the scheduler replaced wherever they are used."""
    with ExitStack() as stack:
        for name, value in broken.items():
            for module in (decider, due, effects, recurrence, saying, tools):
                if hasattr(module, name):
                    stack.enter_context(patch.object(module, name, value))
        return found(Reminders, first)


def kinds(writes: Sequence[Write]) -> list[type]:
    return [type(event) for write in writes for event in write.events]


class Appending(Reminders):
    """Appends go out changed."""

    made_up = 0

    def put(self, writes: Sequence[Write], slot: UUID, because: Because) -> Outcome:
        return super().put(*self.changed(writes, slot), because)

    def changed(self, writes: Sequence[Write], slot: UUID) -> tuple[Sequence[Write], UUID]:
        raise NotImplementedError

    def fresh(self) -> UUID:
        self.made_up += 1
        return UUID(int=2**90 + self.made_up)


def unversioned(writes: Sequence[Write]) -> list[Write]:
    return [replace(write, expected_version=None) for write in writes]


class FreshSlot(Appending):
    def changed(self, writes: Sequence[Write], slot: UUID) -> tuple[Sequence[Write], UUID]:
        return writes, self.fresh() if ReminderFired in kinds(writes) else slot


def test_firing_without_slot_and_version_is_found_out() -> None:
    class Unguarded(FreshSlot):
        def changed(self, writes: Sequence[Write], slot: UUID) -> tuple[Sequence[Write], UUID]:
            fires = ReminderFired in kinds(writes)
            return super().changed(unversioned(writes) if fires else writes, slot)

    assert found(Unguarded, 97) == "an occurrence fired twice"


def test_the_version_alone_still_keeps_it_single() -> None:
    """The slot is the second belt: a version names one state, hence one occurrence."""
    for seed in range(SEEDS // 8):
        walk(FreshSlot, seed, often=WORK, steps=STEPS)


def test_firing_without_a_version_is_found_out() -> None:
    class Unversioned(Appending):
        def changed(self, writes: Sequence[Write], slot: UUID) -> tuple[Sequence[Write], UUID]:
            return unversioned(writes) if ReminderFired in kinds(writes) else writes, slot

    def walks(seed: int) -> None:
        """Much is cancelled, at the moment when it fires."""
        often = (*WORK, "a_reminder_is_to_be_cancelled")
        others = ("a_reminder_is_to_be_changed", "a_list_is_asked_for")
        walk(Unversioned, seed, often=often, without=others, steps=STEPS)

    assert violation(walks, 128) == "fired, but it was cancelled"


def test_cancelling_without_a_version_is_found_out() -> None:
    class Unversioned(Appending):
        def changed(self, writes: Sequence[Write], slot: UUID) -> tuple[Sequence[Write], UUID]:
            return unversioned(writes) if ReminderCancelled in kinds(writes) else writes, slot

    assert found(Unversioned) in {
        "cancelled, but it was cancelled",
        "cancelled, but it had spoken for the last time",
    }


def test_two_replies_are_found_out() -> None:
    class Twice(Appending):
        def changed(self, writes: Sequence[Write], slot: UUID) -> tuple[Sequence[Write], UUID]:
            return [*writes, *writes[1:]] if ReminderFired in kinds(writes) else writes, slot

    assert found(Twice) == "a reminder speaks without its firing, or twice"


def test_a_reply_in_its_own_transaction_is_found_out() -> None:
    class Apart(Reminders):
        def put(self, writes: Sequence[Write], slot: UUID, because: Because) -> Outcome:
            if ReminderFired not in kinds(writes):
                return super().put(writes, slot, because)
            super().put(writes[1:], slots.retry(slot), because)
            return super().put(writes[:1], slot, because)

    assert found(Apart) in {
        "a reminder speaks without its firing, or twice",
        "it speaks of something else",
    }


def test_a_late_outcome_outside_the_calls_slot_is_found_out() -> None:
    class Aside(Appending):
        def changed(self, writes: Sequence[Write], slot: UUID) -> tuple[Sequence[Write], UUID]:
            return writes, self.fresh() if ToolFailed in kinds(writes) else slot

    assert found(Aside) == "a call has two outcomes"


def test_facts_outside_their_calls_batch_are_found_out() -> None:
    class Apart(Reminders):
        def put(self, writes: Sequence[Write], slot: UUID, because: Because) -> Outcome:
            if ToolFinished in kinds(writes) and ReminderSet in kinds(writes):
                super().put(writes[1:], slots.retry(slot), because)
                return super().put(writes[:1], slot, because)
            return super().put(writes, slot, because)

    assert found(Apart) == "a reminder was set, but its call did not finish"


def test_a_claim_that_holds_nobody_off_is_found_out() -> None:
    """The same occurrence is taken up again and again until the read model has moved."""

    class Sharing(Reminders):
        def claim(self, limit: int, seconds: int) -> list[Claimed]:
            return super().claim(limit, -1)

    assert found(Sharing, 257) == "it never comes to rest"


def test_a_claim_that_never_ends_is_found_out() -> None:
    class ForEver(Reminders):
        def claim(self, limit: int, seconds: int) -> list[Claimed]:
            return super().claim(limit, 10**9)

    assert found(ForEver, 76) == "it never settles"


def test_looking_ahead_is_found_out() -> None:
    class Hasty(Reminders):
        def claim(self, limit: int, seconds: int) -> list[Claimed]:
            now, self.log.now = self.log.now, self.log.now + timedelta(seconds=2)
            try:
                return super().claim(limit, seconds)
            finally:
                self.log.now = now

    assert found(Hasty, 33) == "fired before its time"


def test_giving_up_a_call_early_is_found_out() -> None:
    class Hasty(Reminders):
        def overdue(self) -> list[Overdue]:
            return [Overdue(call, one.stream, one.tool) for call, one in self.due.calls.items()]

    assert found(Hasty) == "a call failed before its deadline"


def test_without_deadlines_a_lost_call_hangs() -> None:
    class Endless(Reminders):
        deadlines = False

    assert found(Endless) == "it never settles"


def test_firing_what_the_table_says_unasked_is_found_out() -> None:
    finding = found_with(166, may_fire=lambda state, due: True)

    assert finding in {
        "fired, but it was cancelled",
        "fired for an instant that nobody was promised",
    }


def test_a_table_that_is_not_moved_is_found_out() -> None:
    class Still(due.DueReminders):
        async def project(self, events: Sequence[Recorded[Any]]) -> list[Statement]:
            return await super().project(
                [one for one in events if not isinstance(one.event, ReminderFired)]
            )

    class Unmoved(Reminders):
        def projections(self, folds: Folds) -> tuple[Projection, Projection]:
            return Still(folds), due.OpenCalls()

        def __init__(self) -> None:
            super().__init__()
            # Whoever claims a row that the log contradicts sets it right: that, too, is off.
            self.due.realign = lambda *_: None

    assert found(Unmoved) == "it never settles"


def test_speaking_once_for_each_that_was_missed_is_found_out() -> None:
    def punctual(state: Reminder, one: Recorded[Any]) -> Reminder:
        after = evolve(state, one)
        return after.model_copy(update={"fired_at": after.fired}) if after.fired else after

    finding = found_with(FOLD=Fold("broken", 1, Reminder, punctual))

    assert finding == "fired for an instant that nobody was promised"


def _on_utcs_clock(local: datetime, zone: str) -> datetime:
    """The offset of today for ever."""
    today = datetime(2026, 9, 1, tzinfo=ZoneInfo(zone)).utcoffset() or timedelta()
    return local.replace(tzinfo=UTC) - today


def _the_second_time(local: datetime, zone: str) -> datetime:
    return max(recurrence_instant(local, zone), _with_fold(local, zone, 1))


def _into_the_gap(local: datetime, zone: str) -> datetime:
    return _with_fold(local, zone, 0)


def _with_fold(local: datetime, zone: str, fold: int) -> datetime:
    return local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


recurrence_instant = recurrence.instant


@pytest.mark.parametrize("broken", [_on_utcs_clock, _the_second_time, _into_the_gap])
def test_a_wrong_way_through_a_clock_change_is_found_out(broken: Any) -> None:
    assert found_with(instant=broken) in {
        "what is due was left behind",
        "fired for an instant that nobody was promised",
        "the table and the promises differ",
    }


def test_being_late_in_silence_is_found_out() -> None:
    assert found_with(LATE=timedelta(days=999)) == "late in silence"


def test_a_runner_that_was_overtaken_and_writes_on_is_found_out() -> None:
    class Unchecked(Reminders):
        def __init__(self) -> None:
            super().__init__()
            commit = self.due.commit
            moves = self.due.checkpoints

            def regardless(name: str, statements: Any, at: int, to: int, owner: object) -> None:
                commit(name, statements, moves.get(name, 0), to, owner)

            self.due.commit = regardless

    assert found(Unchecked) in {
        "the table and the promises differ",
        "a call without an outcome",
        "what is due was left behind",
    }


def test_calls_that_outlive_their_user_are_found_out() -> None:
    class Faithful(due.OpenCalls):
        async def project(self, events: Sequence[Recorded[Any]]) -> list[Statement]:
            return await super().project(
                [one for one in events if not isinstance(one.event, UserForgotten)]
            )

    class Abandoned(Reminders):
        def projections(self, folds: Folds) -> tuple[Projection, Projection]:
            return due.DueReminders(folds), Faithful()

    assert found(Abandoned) == "it never settles"
