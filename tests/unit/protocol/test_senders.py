"""The invariants of a lane hold for each sender of ours, on the real decider."""

import pytest

from tests.support.lanes import WORK
from tests.support.sender_lanes import RETIRING, SenderLanes
from tests.support.walks import MACHINE, SEEDS, walk

TestSenderLanes = SenderLanes.TestCase
TestSenderLanes.settings = MACHINE


@pytest.mark.parametrize("without", [(RETIRING,), ()], ids=["both are ours", "one is retired"])
def test_long_walks_keep_every_invariant(without: tuple[str, ...]) -> None:
    for seed in range(SEEDS):
        walk(SenderLanes, seed, without=without, often=WORK)
