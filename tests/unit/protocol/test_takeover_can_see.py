"""The simulation is worth something: each rule of takeovers, off alone, is found out."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from contracts.replies import ReplyRefused, ReplyUndelivered
from contracts.takeover import ConversationHandedBack, ConversationTakenOver, OperatorSaid
from services.agent import decider, withdrawing
from services.agent.decider import Conversation
from services.agent.takeover import deciding
from services.gateway import decider as sending
from services.gateway.lane import GATES, Lane, evolve
from taskflow.log.deciding import Decide
from taskflow.log.folding import Fold
from tests.support import taken_turns
from tests.support.lanes import CONSENT, FAULTS, WORK
from tests.support.taken_lanes import TakenLanes
from tests.support.taken_turns import TakenTurns
from tests.support.turns import FAULTS as FAULTS_OF_TURNS
from tests.support.walks import violation, walk

pytestmark = pytest.mark.long

Lanes = Callable[[Lane, Recorded[Any]], Lane]
Turns = Callable[[Conversation, Recorded[Any]], Conversation]
BESIDE = "an answer beside an operator"
LATE = "an answer of before a takeover was claimed"
UNASKED = "held, though nothing of it waits"
UNMARKED = "beside an operator a machine does not say that it is one"
NOTHING = "a turn covers nothing"
BESIDE_A_PERSON = "a turn is opened beside an operator"
WAITS = "it errs about who waits"
OFTEN = (*taken_turns.WORK, "a_reply_is_refused_late")
MOVES = ("an_operator_looks_to_take_over", "an_operator_moves", "an_operator_looks_to_hand_back")
OTHERS = (*FAULTS_OF_TURNS, "a_reminder_speaks")


def in_lanes(machine: type[TakenLanes], without: Sequence[str] = FAULTS) -> str | None:
    """In a quiet world first, where what takeovers do is seen soonest."""
    for others in dict.fromkeys((tuple(without), ())):
        found = violation(partial(walk, machine, without=others, often=WORK, steps=100))
        if found:
            return found
    return None


def in_turns(machine: type[TakenTurns], without: Sequence[str] = OTHERS) -> str | None:
    for often in ((*OFTEN, *MOVES), OFTEN):
        found = violation(partial(walk, machine, without=without, often=often, steps=100))
        if found:
            return found
    return None


# -- the lane -----------------------------------------------------------------------------------


def _what_is_queued_stays(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    if not isinstance(one.event, ConversationTakenOver):
        return after
    return after.but(queue=lane.queue, driver=lane.driver, gone=lane.gone)


def _what_is_held_stays(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    is_taken = isinstance(one.event, ConversationTakenOver)
    return after.but(held=lane.held, gone=lane.gone) if is_taken else after


def _all_that_waits_is_withdrawn(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    if not isinstance(one.event, ConversationTakenOver):
        return after
    kept = tuple(each for each in after.queue if each.token)
    return after.but(queue=kept, driver=after.driver if kept or after.owes else None)


def _what_is_refused_is_said_again(lane: Lane, one: Recorded[Any]) -> Lane:
    if isinstance(one.event, ReplyRefused):
        return evolve(lane.but(took=0), one).but(took=lane.took)
    return evolve(lane, one)


def _what_is_refused_late_is_said_again(lane: Lane, one: Recorded[Any]) -> Lane:
    if isinstance(one.event, ReplyUndelivered):
        return evolve(lane.but(took=0), one).but(took=lane.took)
    return evolve(lane, one)


def _what_is_given_back_is_said(lane: Lane, one: Recorded[Any]) -> Lane:
    if isinstance(one.event, ReplyReady) and one.event.turn is None:
        return evolve(lane.but(took=0), one).but(took=lane.took)
    return evolve(lane, one)


@pytest.mark.parametrize(
    ("fold", "findings"),
    [
        (_what_is_queued_stays, {BESIDE, LATE}),
        (_all_that_waits_is_withdrawn, {"claimed before an earlier reply that waits"}),
        (_what_is_refused_is_said_again, {BESIDE, LATE}),
        (_what_is_refused_late_is_said_again, {BESIDE, LATE, UNASKED}),
        (_what_is_given_back_is_said, {BESIDE, LATE, UNASKED}),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_lane_that_breaks_a_rule_is_found_out(fold: Lanes, findings: set[str]) -> None:
    class Broken(TakenLanes):
        def __init__(self) -> None:
            self.fold = Fold("broken", 1, Lane, fold)
            super().__init__()

    assert in_lanes(Broken) in findings


def test_a_lane_that_keeps_what_is_held_is_found_out() -> None:
    class Broken(TakenLanes):
        fold = Fold("broken", 1, Lane, _what_is_held_stays)

    assert in_lanes(Broken, CONSENT) in {BESIDE, LATE}


@pytest.mark.parametrize(
    ("gate", "findings"),
    [
        (ConversationTakenOver, {BESIDE, UNMARKED, LATE}),
        (ConversationHandedBack, {"marked, though nobody else speaks"}),
    ],
)
def test_a_claim_that_a_takeover_does_not_stop_is_found_out(gate: Any, findings: set[str]) -> None:
    class Late(TakenLanes):
        gates = tuple(one for one in GATES if one != gate.type)

    assert in_lanes(Late) in findings


def test_a_machine_that_does_not_say_that_it_is_one_is_found_out() -> None:
    class Unmarked(TakenLanes):
        def next_move(self, lane: Lane, now: datetime) -> sending.Move:
            return super().next_move(lane.but(taken=None), now)

    assert in_lanes(Unmarked) == UNMARKED


# -- turns --------------------------------------------------------------------------------------


def _with(part: Turns) -> Turns:
    """The agent's fold, with another first pass."""

    def folded(state: Conversation, one: Recorded[Any]) -> Conversation:
        if state.forgotten or state.leaving_since is not None:
            return decider.evolve(state, one)
        return decider._evolved(part(state, one), one)

    return folded


def _the_stopped_turn_takes_its_messages(state: Conversation, one: Recorded[Any]) -> Conversation:
    taken = isinstance(one.event, ConversationTakenOver)
    return withdrawing.followed(state.but(covers=()) if taken else state, one)


def _what_was_withdrawn_does_not_wait(state: Conversation, one: Recorded[Any]) -> Conversation:
    taken = isinstance(one.event, ConversationTakenOver)
    return withdrawing.followed(state.but(answers=()) if taken else state, one)


def _what_went_in_part_waits_too(state: Conversation, one: Recorded[Any]) -> Conversation:
    if isinstance(one.event, ConversationTakenOver):
        forgotten = (each.model_copy(update={"stands": ()}) for each in state.answers)
        return withdrawing.followed(state.but(answers=tuple(forgotten)), one)
    return withdrawing.followed(state, one)


def _what_is_on_its_way_waits_at_once(state: Conversation, one: Recorded[Any]) -> Conversation:
    if isinstance(one.event, ConversationTakenOver):
        forgotten = (each.model_copy(update={"sending": None}) for each in state.answers)
        return withdrawing.followed(state.but(answers=tuple(forgotten)), one)
    return withdrawing.followed(state, one)


def _a_refusal_brings_nothing_back(state: Conversation, one: Recorded[Any]) -> Conversation:
    late = isinstance(one.event, ReplyUndelivered)
    return state if late else withdrawing.followed(state, one)


def _a_line_settles_all_before_it(state: Conversation, one: Recorded[Any]) -> Conversation:
    if isinstance(one.event, OperatorSaid):
        after = withdrawing.followed(state, one)
        return after.but(pending=(), settled=one.version)
    return withdrawing.followed(state, one)


def _a_line_settles_only_what_waits(state: Conversation, one: Recorded[Any]) -> Conversation:
    return withdrawing.followed(state, one).but(settled=0)


def _nobody_is_woken(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = decider.evolve(state, one)
    return after.but(driver=None) if isinstance(one.event, ConversationHandedBack) else after


def _a_late_refusal_wakes_nobody(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = decider.evolve(state, one)
    late = isinstance(one.event, ReplyUndelivered)
    return after.but(driver=state.driver) if late else after


def _start_wakes_beside_an_operator(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = decider.evolve(state.but(taken=None), one)
    over = isinstance(one.event, ConversationHandedBack)
    taken = one.event_id if isinstance(one.event, ConversationTakenOver) else state.taken
    return after.but(taken=None if over else taken)


def _handing_back_wakes_who_said_stop(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = decider.evolve(state, one)
    if isinstance(one.event, ConversationHandedBack) and after.pending:
        return after.but(driver=one.event_id)
    return after


@pytest.mark.parametrize(
    ("fold", "findings"),
    [
        (_with(_the_stopped_turn_takes_its_messages), {WAITS}),
        (_with(_what_was_withdrawn_does_not_wait), {WAITS, "it errs about what is on its way"}),
        (_with(_what_went_in_part_waits_too), {WAITS}),
        (_with(_what_is_on_its_way_waits_at_once), {WAITS}),
        (_with(_a_refusal_brings_nothing_back), {WAITS}),
        (_with(_a_line_settles_all_before_it), {WAITS}),
        (_with(_a_line_settles_only_what_waits), {WAITS}),
        (_nobody_is_woken, {"messages wait for nobody"}),
        (_a_late_refusal_wakes_nobody, {"messages wait for nobody"}),
    ],
    ids=[
        "covers",
        "withdrawn",
        "part",
        "flying",
        "again",
        "seen",
        "settled",
        "wake",
        "late wake",
    ],
)
def test_a_fold_that_breaks_a_rule_is_found_out(fold: Turns, findings: set[str]) -> None:
    class Broken(TakenTurns):
        def __init__(self) -> None:
            self.fold = Fold("broken", 1, Conversation, fold)
            super().__init__()

    assert in_turns(Broken) in findings


@pytest.mark.parametrize(
    ("fold", "findings"),
    [
        (
            _start_wakes_beside_an_operator,
            {BESIDE_A_PERSON, NOTHING},
        ),
        (
            _handing_back_wakes_who_said_stop,
            {"handing back wakes who said STOP", "a turn is to open for who said STOP"},
        ),
    ],
)
def test_waking_whoever_must_not_speak_is_found_out(fold: Turns, findings: set[str]) -> None:
    class Broken(TakenTurns):
        def __init__(self) -> None:
            self.fold = Fold("broken", 1, Conversation, fold)
            super().__init__()

    assert in_turns(Broken, without=()) in findings


def test_taking_over_outside_the_turns_slot_is_found_out() -> None:
    class Aside(TakenTurns):
        def take(self, decision: Decide) -> Decide:
            return Decide(self.fresh(), decision.events)

    assert in_turns(Aside) is not None


def test_handing_back_while_an_answer_is_on_its_way_is_found_out() -> None:
    class Hasty(TakenTurns):
        def hand_back(self) -> Decide | None:
            return deciding.handed_back(self.state.but(answers=()), "operator")

    assert in_turns(Hasty) == "handed back while an answer was on its way"


@pytest.mark.parametrize("kind", [ConversationHandedBack, ReplyUndelivered])
def test_a_driver_that_is_not_delivered_is_found_out(kind: Any) -> None:
    class Deaf(TakenTurns):
        consumed = tuple(one for one in TakenTurns.consumed if one is not kind)

    assert in_turns(Deaf) == "the driver was acked"
