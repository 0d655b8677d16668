"""The invariants of the turn protocol, on the real decider, under every interleaving."""

from tests.support.turns import FAULTS, Turns
from tests.support.walks import MACHINE, SEEDS, walk

WORK = ("a_handler_goes_on", "the_bus_delivers")

TestTurns = Turns.TestCase
TestTurns.settings = MACHINE


def test_long_walks_keep_every_invariant() -> None:
    for seed in range(SEEDS):
        walk(Turns, seed, often=WORK)


def test_without_a_fault_each_step_asks_the_model_once() -> None:
    class Frugal(Turns):
        def teardown(self) -> None:
            super().teardown()
            assert set(self.asked.values()) <= {1}, "the model was paid twice for one step"
            assert not self.judge.parked

    for seed in range(SEEDS):
        walk(Frugal, seed, without=FAULTS, often=WORK)
