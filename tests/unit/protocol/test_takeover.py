"""An operator speaks instead of the bot, on the real deciders, under every interleaving."""

from tests.support import taken_turns
from tests.support.lanes import WORK
from tests.support.taken_lanes import TakenLanes
from tests.support.taken_turns import TakenTurns
from tests.support.walks import MACHINE, SEEDS, walk

TestTakenLanes = TakenLanes.TestCase
TestTakenLanes.settings = MACHINE
TestTakenTurns = TakenTurns.TestCase
TestTakenTurns.settings = MACHINE


def test_long_walks_of_lanes_keep_every_invariant() -> None:
    for seed in range(SEEDS):
        walk(TakenLanes, seed, often=WORK)


def test_long_walks_of_turns_keep_every_invariant() -> None:
    for seed in range(SEEDS):
        walk(TakenTurns, seed, often=taken_turns.WORK)
