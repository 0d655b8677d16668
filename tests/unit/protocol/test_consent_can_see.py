"""The simulation is worth something: each rule of consent, off alone, is found out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.conversation import MessageReceived
from contracts.recorded import Recorded
from contracts.replies import OPTED_OUT, ReplyRefused
from services.gateway import decider
from services.gateway.lane import Lane, evolve
from taskflow.log.folding import Fold
from tests.support.lane_world import CONSUMED
from tests.support.lanes import WORK, Lanes
from tests.support.walks import violation, walk

pytestmark = pytest.mark.long

Folding = Callable[[Lane, Recorded[Any]], Lane]
NOT_TOLD = "who wrote after a STOP was not told what resumes"


def found(machine: type[Lanes]) -> str | None:
    return violation(lambda seed: walk(machine, seed, often=WORK))


def _a_stop_is_a_message_like_any(lane: Lane, one: Recorded[Any]) -> Lane:
    return lane if isinstance(one.event, ConsentWithdrawn) else evolve(lane, one)


def _start_drops_no_word(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    return after.but(queue=lane.queue) if isinstance(one.event, ConsentGiven) else after


def _start_releases_nothing(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    if not isinstance(one.event, ConsentGiven) or not lane.held:
        return after
    kept = tuple(each for each in after.queue if each in lane.queue)
    return after.but(queue=kept, held=lane.held, driver=lane.driver if kept else None)


def _start_wakes_nobody(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    return after.but(driver=lane.driver) if isinstance(one.event, ConsentGiven) else after


def _each_message_releases_what_is_held(lane: Lane, one: Recorded[Any]) -> Lane:
    if not isinstance(one.event, MessageReceived) or lane.consent:
        return evolve(lane, one)
    return evolve(lane.but(consent=True), one).but(consent=False, told=lane.told, stop=lane.stop)


def _nobody_is_told_what_resumes(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    return after.but(owes=None, driver=after.driver if after.queue else None)


def _the_list_is_not_believed(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    refused = isinstance(one.event, ReplyRefused) and one.event.code == OPTED_OUT
    return after.but(consent=lane.consent, stop=lane.stop) if refused else after


def _the_list_is_believed_whenever_it_speaks(lane: Lane, one: Recorded[Any]) -> Lane:
    return evolve(lane.but(consented=0), one)


def _a_word_is_said_in_spite_of_the_list(lane: Lane, one: Recorded[Any]) -> Lane:
    refused = isinstance(one.event, ReplyRefused) and one.event.code == OPTED_OUT
    if not refused or not lane.queue or not lane.queue[0].is_of_consent:
        return evolve(lane, one)
    head = lane.queue[0].to_do()
    return lane.but(queue=(head, *lane.queue[1:]), gate=one.version)


@pytest.mark.parametrize(
    ("fold", "finding"),
    [
        (_a_stop_is_a_message_like_any, NOT_TOLD),
        (_start_drops_no_word, "a lane without its driver, or the reverse"),
        (_start_releases_nothing, "claimed before an earlier reply that waits"),
        (_start_wakes_nobody, "a lane without its driver, or the reverse"),
        (_each_message_releases_what_is_held, NOT_TOLD),
        (_nobody_is_told_what_resumes, NOT_TOLD),
        (_the_list_is_not_believed, NOT_TOLD),
        (_the_list_is_believed_whenever_it_speaks, "held, though the window is open"),
        (_a_word_is_said_in_spite_of_the_list, "claimed, though nothing of it waits"),
    ],
)
def test_a_fold_that_breaks_a_rule_is_found_out(fold: Folding, finding: str) -> None:
    class Broken(Lanes):
        def __init__(self) -> None:
            self.fold = Fold("broken", 1, Lane, fold)
            super().__init__()

    assert found(Broken) == finding


def test_a_claim_that_does_not_ask_for_consent_is_found_out() -> None:
    class Deaf(Lanes):
        def next_move(self, lane: Lane, now: datetime) -> decider.Move:
            return super().next_move(lane if lane.owes else lane.but(consent=True), now)

    assert found(Deaf) == "claimed after STOP"


def test_holding_the_word_on_a_stop_is_found_out() -> None:
    class Silent(Lanes):
        def next_move(self, lane: Lane, now: datetime) -> decider.Move:
            move = super().next_move(lane, now)
            if isinstance(move, decider.Claim) and not lane.consent:
                return decider.Hold(move.head, move.slot, "consent")
            return move

    assert found(Silent) is not None


def test_a_start_that_is_not_delivered_is_found_out() -> None:
    class Deaf(Lanes):
        consumed = tuple(kind for kind in CONSUMED if kind is not ConsentGiven)

    assert found(Deaf) == "the driver was acked"
