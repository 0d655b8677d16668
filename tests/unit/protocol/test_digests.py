"""What was held goes in one message: on the real decider, and what breaks a rule is found out."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.recorded import Recorded
from contracts.replies import ReplySending, ReplySent, ReplyUndelivered
from services.gateway import decider
from services.gateway.channels.statuses import Callback
from services.gateway.decider import Claim, Move
from services.gateway.lane import Lane, evolve
from taskflow.log.deciding import Decide
from taskflow.log.folding import Fold
from tests.support.held_lanes import HeldLanes
from tests.support.lane_world import Sender
from tests.support.lanes import CONSENT, FAULTS, WORK
from tests.support.simulated_twilio import Message
from tests.support.walks import SEEDS, violation, walk

Folding = Callable[[Lane, Recorded[Any]], Lane]


def test_walks_from_what_was_held_keep_every_invariant() -> None:
    digests = 0

    class Counted(HeldLanes):
        def teardown(self) -> None:
            nonlocal digests
            super().teardown()
            digests += self.judge.digests

    for seed in range(SEEDS):
        walk(Counted, seed, often=WORK)
    assert digests > SEEDS


def test_without_a_fault_three_reminders_are_one_message() -> None:
    class Quiet(HeldLanes):
        def teardown(self) -> None:
            super().teardown()
            assert self.judge.accepts() == Counter({(one, 0): 1 for one in self.judge.order})
            assert len(self.twilio.accepted) == 1

    for seed in range(SEEDS):
        walk(Quiet, seed, without=(*FAULTS, "a_reply_is_ready", "the_user_writes"), often=WORK)


def found(machine: type[HeldLanes]) -> str | None:
    return violation(lambda seed: walk(machine, seed, without=CONSENT, often=WORK))


def _its_outcome_is_the_heads_alone(lane: Lane, one: Recorded[Any]) -> Lane:
    others = {each.reply for each in lane.queue if each.within}
    if isinstance(one.event, ReplySent) and one.event.reply in others:
        return lane
    return evolve(lane, one)


def _nobody_is_claimed_with_the_head(lane: Lane, one: Recorded[Any]) -> Lane:
    if isinstance(one.event, ReplySending) and one.event.within:
        return lane
    return evolve(lane, one)


def _a_refusal_speaks_of_the_head_alone(lane: Lane, one: Recorded[Any]) -> Lane:
    known = (*lane.queue, *lane.held, *lane.gone)
    others = {each.reply for each in known if each.within}
    if isinstance(one.event, ReplyUndelivered) and one.event.reply in others:
        after = evolve(lane, one)
        return after.but(queue=lane.queue, held=lane.held, gone=lane.gone, driver=lane.driver)
    return evolve(lane, one)


@pytest.mark.long
@pytest.mark.parametrize(
    ("fold", "finding"),
    [
        (_its_outcome_is_the_heads_alone, "an attempt has two outcomes"),
        (_nobody_is_claimed_with_the_head, "held, though nothing of it waits"),
        (_a_refusal_speaks_of_the_head_alone, "a part counts as sent that WhatsApp refused"),
    ],
)
def test_a_fold_that_forgets_the_others_is_found_out(fold: Folding, finding: str) -> None:
    class Broken(HeldLanes):
        pass

    Broken.fold = Fold("broken", 1, Lane, fold)
    assert found(Broken) == finding


@pytest.mark.long
def test_a_digest_of_whatever_waits_is_found_out() -> None:
    class Greedy(HeldLanes):
        def next_move(self, lane: Lane, now: Any) -> Move:
            move = decider.next_move(lane, now)
            return replace(move, joined=lane.queue[1:]) if isinstance(move, Claim) else move

    assert found(Greedy) == "a digest says an answer"


@pytest.mark.long
def test_an_outcome_that_names_the_first_alone_is_found_out() -> None:
    class First(HeldLanes):
        def record(self, sender: Sender, decision: Decide) -> None:
            super().record(sender, Decide(decision.slot, decision.events[:1]))

    assert found(First) is not None


@pytest.mark.long
def test_a_late_refusal_that_names_the_first_alone_is_found_out() -> None:
    class First(HeldLanes):
        def callback(self, message: Message, status: str, code: int | None) -> Callback:
            told = super().callback(message, status, code)
            return replace(told, attempt=told.attempt + 7) if code else told

    assert found(First) is not None
