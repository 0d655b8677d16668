"""The invariants of the sender's lane, on the real decider, with a Twilio that misbehaves."""

from collections import Counter

from tests.support.lanes import FAULTS, WORK, Lanes
from tests.support.walks import MACHINE, SEEDS, walk

TestLanes = Lanes.TestCase
TestLanes.settings = MACHINE


def test_long_walks_keep_every_invariant() -> None:
    for seed in range(SEEDS):
        walk(Lanes, seed, often=WORK)


def test_without_a_fault_each_part_is_sent_once_though_commits_go_unanswered() -> None:
    class Quiet(Lanes):
        def teardown(self) -> None:
            super().teardown()
            parts = Counter(
                {(r, p): 1 for r, count in self.judge.parts.items() for p in range(count)}
            )
            assert self.judge.accepts() == parts
            assert not self.judge.assumed_gone()

    for seed in range(SEEDS):
        walk(Quiet, seed, without=FAULTS, often=WORK)
