"""The invariants of the turn protocol, on the real decider, under every interleaving."""

from tests.support.turns import CONSENT, Turns
from tests.support.walks import MACHINE, SEEDS, walk

FAULTS = (
    "the_bus_delivers_again",
    "the_bus_loses_a_delivery",
    "a_handler_dies",
    "a_handler_is_told_to_park",
    "a_tools_service_is_gone",
    "a_tools_deadline_passes",
    "the_user_says_stop",
    *CONSENT,
)
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
