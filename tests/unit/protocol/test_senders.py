"""The invariants of lanes and turns hold for each sender of ours, on the real deciders."""

import pytest

from tests.support.lanes import WORK
from tests.support.sender_lanes import RETIRING, SenderLanes
from tests.support.sender_turns import SenderTurns
from tests.support.walks import MACHINE, SEEDS, walk

TestSenderLanes = SenderLanes.TestCase
TestSenderLanes.settings = MACHINE
TestSenderTurns = SenderTurns.TestCase
TestSenderTurns.settings = MACHINE


@pytest.mark.parametrize("without", [(RETIRING,), ()], ids=["both are ours", "one is retired"])
def test_long_walks_keep_every_invariant(without: tuple[str, ...]) -> None:
    for seed in range(SEEDS):
        walk(SenderLanes, seed, without=without, often=WORK)


def test_turns_open_for_who_wrote_to_another_sender_than_they_stopped() -> None:
    for seed in range(SEEDS):
        walk(SenderTurns, seed, often=("a_handler_goes_on", "the_bus_delivers"))
