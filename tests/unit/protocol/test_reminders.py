"""Time's promises, kept by the scheduler's own code in replicas that hang, die and come late."""

from collections import Counter

from hypothesis import settings

from contracts.reminders import ReminderFired
from tests.support.reminders import FAULTS, STEPS, WORK, Reminders
from tests.support.walks import MACHINE, SEEDS, walk

TestReminders = Reminders.TestCase
TestReminders.settings = settings(MACHINE, max_examples=MACHINE.max_examples // 3)


def test_long_walks_keep_every_invariant() -> None:
    fired: Counter[bool] = Counter()

    class Counting(Reminders):
        def teardown(self) -> None:
            super().teardown()
            fired.update(late for late in self.judge.lateness)

    for seed in range(SEEDS):
        walk(Counting, seed, often=WORK, steps=STEPS)
    assert min(fired[True], fired[False]) > SEEDS // 4, "the walks go nowhere"


def test_without_a_fault_each_occurrence_is_taken_up_once() -> None:
    class Frugal(Reminders):
        patient = True

        def teardown(self) -> None:
            super().teardown()
            assert set(self.attempts.values()) <= {1}, "two replicas took up one occurrence"
            assert set(self.attempts) == self.judge.fired

    for seed in range(SEEDS // 8):
        walk(Frugal, seed, without=FAULTS, often=WORK, steps=STEPS)


def test_what_a_seed_does_it_does_again() -> None:
    def told(seed: int) -> list[object]:
        events: list[object] = []

        class Recording(Reminders):
            def teardown(self) -> None:
                super().teardown()
                events.extend((one.event_id, one.event, one.recorded_at) for one in self.log.all())

        walk(Recording, seed, often=WORK, steps=STEPS)
        return events

    stories = [told(seed) for seed in range(10)]
    assert stories == [told(seed) for seed in range(10)]
    assert any(isinstance(event, ReminderFired) for story in stories for _, event, _ in story)
