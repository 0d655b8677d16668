"""The invariants of the sender's lane, on the real decider, with a Twilio that misbehaves."""

from collections import Counter

from tests.support.lanes import Lanes
from tests.support.walks import MACHINE, SEEDS, walk

FAULTS = (
    "the_bus_delivers_again",
    "the_bus_loses_a_delivery",
    "a_sender_dies",
    "a_sender_is_told_to_park",
    "twilio_accepts_and_the_answer_is_lost",
    "twilio_refuses",
    "a_post_never_arrives",
    "twilios_list_breaks",
    "time_passes",
)
WORK = ("a_sender_goes_on", "the_bus_delivers", "twilio_accepts")

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
            assert self.twilio.accepts() == parts
            assert not self.judge.assumed_gone()

    for seed in range(SEEDS):
        walk(Quiet, seed, without=FAULTS, often=WORK)
