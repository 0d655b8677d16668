"""Quiet hours, kept by the scheduler's own code in replicas that hang, die and come late."""

from collections import Counter
from datetime import datetime
from unittest.mock import patch

import pytest
from hypothesis import settings

from contracts.streams import UserId
from services.scheduler import effects
from services.scheduler.quiet.hours import QuietHours
from services.scheduler.quiet.reading import QuietReading
from services.scheduler.quiet.waiting import Waiting
from services.scheduler.reminding.saying import LATE
from tests.support.quiet_reminders import QuietReminders
from tests.support.reminders import FAULTS, STEPS, WORK
from tests.support.walks import MACHINE, SEEDS, violation, walk

OFTEN = (
    *WORK,
    "somebody_goes_to_bed",
    "quiet_hours_are_wished_for",
    "quiet_hours_come_to_their_end",
)
WOKEN = "it woke somebody who had not timed it"

TestQuietReminders = QuietReminders.TestCase
TestQuietReminders.settings = settings(MACHINE, max_examples=MACHINE.max_examples // 3)


def test_long_walks_wake_nobody_and_leave_nothing_behind() -> None:
    seen: Counter[str] = Counter()

    class Counting(QuietReminders):
        def teardown(self) -> None:
            super().teardown()
            seen.update(waited=self.judge.waited, together=self.judge.together)

    for seed in range(2 * SEEDS):
        walk(Counting, seed, often=OFTEN, steps=STEPS)
    assert seen["waited"] > SEEDS // 20, "the walks go nowhere"
    assert seen["together"], "nothing comes as one message"


def test_without_a_fault_what_was_timed_comes_at_its_time() -> None:
    class Frugal(QuietReminders):
        patient = True

        def teardown(self) -> None:
            super().teardown()
            assert set(self.attempts.values()) <= {1}, "two replicas took up one occurrence"

    for seed in range(SEEDS // 8):
        walk(Frugal, seed, without=FAULTS, often=OFTEN, steps=STEPS)


def found(machine: type[QuietReminders]) -> str | None:
    return violation(lambda seed: walk(machine, seed, often=OFTEN, steps=STEPS), 0)


@pytest.mark.long
@pytest.mark.no_cover
def test_hours_that_are_not_heeded_are_found_out() -> None:
    async def never(self: QuietReading, user: UserId, at: datetime) -> None:
        del self, user, at

    with patch.object(QuietReading, "end_at", never):
        assert found(QuietReminders) == WOKEN


@pytest.mark.long
@pytest.mark.no_cover
def test_series_of_the_night_are_found_out() -> None:
    with patch.object(effects, "is_frequent", lambda state: False):
        assert found(QuietReminders) == WOKEN


@pytest.mark.long
@pytest.mark.no_cover
def test_a_night_that_ends_at_midnight_is_found_out() -> None:
    def of_one_day(self: QuietHours, at: datetime) -> datetime | None:
        return QuietHours.end_at(self, at) if self.begin < self.end else None

    with patch.object(QuietReading, "end_at", _by(of_one_day)):
        assert found(QuietReminders) == WOKEN


@pytest.mark.long
@pytest.mark.no_cover
def test_what_waits_for_ever_is_found_out() -> None:
    class Forgetful(QuietReminders):
        def wait(self, waiting: Waiting) -> None:
            super().wait(waiting)
            key = (waiting.kind, waiting.id)
            self.due.waiting[key] = (waiting, waiting.until + 1000 * LATE)

    assert found(Forgetful) in {"what is due was left behind", "it never settles"}


def _by(end_at: object) -> object:
    async def asked(self: QuietReading, user: UserId, at: datetime) -> datetime | None:
        hours = await self.of(user)
        return end_at(hours, at) if hours else None  # type: ignore[operator]

    return asked
