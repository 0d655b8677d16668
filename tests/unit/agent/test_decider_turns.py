"""A turn from its beginning to whatever ends it, fact by fact."""

from typing import Any
from uuid import UUID

import pytest

from contracts.conversation import (
    FIRST_RULES,
    RULES,
    ChangesUndone,
    ForgettingAsked,
    ForgettingConfirmed,
    ReplyCaught,
    ReplyLooked,
    TurnParked,
    TurnRetried,
    TurnStarted,
    TurnStopped,
    TurnSuperseded,
    Usage,
    UserForgotten,
    WishJudged,
)
from contracts.reminders import ReminderAnswer, ReminderAnswered
from contracts.takeover import ConversationHandedBack, ConversationTakenOver
from contracts.tools import ActionProposed
from services.agent.decider import (
    REMEMBERED,
)
from services.agent.state import Conversation, Pending, Proposal
from tests.support.events import answer, message
from tests.support.memory_log import START
from tests.support.story import STREAM
from tests.unit.agent.folded import (
    CALL,
    CLOSED,
    COVERED,
    IDLE,
    MESSAGE,
    OLD_TURN,
    OPEN,
    OTHER,
    OUTCOME,
    PROPOSAL,
    REPLY,
    SECOND,
    TAKEOVER,
    THIS,
    TURN,
    VERSION,
    WAITING,
    after,
)


def test_a_takeover_ends_the_turn_that_it_names() -> None:
    ended = after(OPEN.but(driver=MESSAGE), ConversationTakenOver(by="Eve", turn=TURN))
    assert ended == OPEN.but(
        **CLOSED,
        pending=(COVERED, WAITING),
        taken=THIS,
        spoke_at=START + SECOND,
        gone=(),
        driver=None,
    )

    between = IDLE.but(turns_since=3, driver=MESSAGE)
    taken = after(between, ConversationTakenOver(by="Eve"))
    assert (taken.turns_since, taken.driver, taken.taken) == (3, None, THIS)


def test_handed_back_it_is_woken_by_what_waits() -> None:
    back = ConversationHandedBack(takeover=TAKEOVER, why="idle")
    taken = IDLE.but(taken=TAKEOVER, spoke_at=START)

    assert after(taken, back) == IDLE
    assert after(taken.but(pending=(WAITING,)), back) == IDLE.but(pending=(WAITING,), driver=THIS)


@pytest.mark.parametrize(
    ("rules", "introduces", "owed_turns"),
    [(RULES, True, (OLD_TURN, TURN, THIS)), (FIRST_RULES, None, (OLD_TURN, TURN))],
)
def test_a_turn_begins_anew_and_covers_what_waits(
    rules: int, introduces: bool | None, owed_turns: tuple[UUID, ...]
) -> None:
    before = OPEN.but(turn=None, driver=MESSAGE)
    started = TurnStarted(number=6, rules=rules, language="fr", introduces=introduces)

    assert after(before, started) == before.but(
        turn=THIS,
        turn_version=VERSION,
        rules=rules,
        introduces=introduces is True,
        languages=("pt", "de", "fr"),
        owed_turns=owed_turns,
        step=1,
        waiting=frozenset(),
        waiting_since=None,
        wait_ends=None,
        covers=(WAITING,),
        pending=(),
        tokens=0,
        worked_ms=0,
        repairs=0,
        caught=False,
        proposed=(),
        undoing=False,
        answering=None,
        asks_to_forget=False,
    )


def test_only_the_newest_languages_are_remembered() -> None:
    state = IDLE.but(languages=("a", "b", "c", "d")[:REMEMBERED])

    assert after(state, TurnStarted(number=6, language="e")).languages == ("b", "c", "d", "e")


@pytest.mark.parametrize("busy", [{"turn": TURN}, {"taken": TAKEOVER}])
def test_no_turn_opens_beside_another_or_an_operator(busy: dict[str, Any]) -> None:
    state = IDLE.but(**busy)

    assert after(state, TurnStarted(number=6)) == state


def test_an_answer_costs_a_step_tokens_and_time() -> None:
    told = answer(TURN, 2, tokens=30, took_ms=70)

    assert after(OPEN, told) == OPEN.but(step=3, tokens=130, worked_ms=570, repairs=2)
    assert after(OPEN, answer(TURN, 1)) == OPEN
    assert after(OPEN, answer(OLD_TURN, 2)) == OPEN


LOOKED: dict[str, Any] = {
    "step": 2,
    "model": "m",
    "prompt_version": "v1",
    "usage": Usage(total=30),
    "took_ms": 70,
}
JUDGED: dict[str, Any] = {
    "call": CALL,
    "tool": "set_reminder",
    "fingerprint": "a",
    "words": [],
    "messages": [],
    "by": "witness",
}


def test_a_second_look_and_a_witness_cost_tokens_and_time() -> None:
    cost = OPEN.but(tokens=130, worked_ms=570)

    assert after(OPEN, ReplyLooked(turn=TURN, claims=None, **LOOKED)) == cost
    assert after(OPEN, WishJudged(turn=TURN, **JUDGED, **LOOKED)) == cost
    assert after(OPEN, ReplyLooked(turn=OLD_TURN, claims=None, **LOOKED)) == OPEN


@pytest.mark.parametrize(("repairs", "left"), [(0, 0), (1, 0), (2, 1)])
def test_an_answer_that_the_model_has_to_correct_is_no_repair(repairs: int, left: int) -> None:
    caught = ReplyCaught(turn=TURN, step=2, claims=[], corrected="by_model")
    state = OPEN.but(caught=False, repairs=repairs)

    assert after(state, caught) == state.but(caught=True, repairs=left)
    assert after(state, caught.model_copy(update={"turn": OLD_TURN})) == state
    assert after(state, caught.model_copy(update={"corrected": "by_rule"})) == state


PROPOSED = ActionProposed(
    turn=TURN, step=2, tool="pay", arguments={}, fingerprint="c", why="zone", zone="Asia/Tokyo"
)


def test_a_proposal_is_held_with_the_zone_that_it_guesses() -> None:
    new = Proposal(proposed=THIS, fingerprint="c", zone="Asia/Tokyo")

    assert after(OPEN, PROPOSED) == OPEN.but(proposed=(PROPOSAL, new))
    assert after(OPEN, PROPOSED.model_copy(update={"turn": OLD_TURN})) == OPEN


def test_changes_are_undone_once_and_owed() -> None:
    undone = ChangesUndone(turn=TURN, step=2, reply=REPLY)
    state = OPEN.but(undoing=False)

    assert after(state, undone) == state.but(
        step=3, undoing=True, undoable=None, owed=(OUTCOME, THIS)
    )
    assert after(state, undone.model_copy(update={"step": 1})) == state


def test_answers_to_reminders_are_those_of_the_open_step() -> None:
    done = ReminderAnswer(reply=REPLY, answer="done")
    said = ReminderAnswered(turn=TURN, step=2, answers=[done], alone=True)

    assert after(OPEN, said) == OPEN.with_answers(said)
    assert after(OPEN, said.model_copy(update={"step": 1})) == OPEN


def test_to_be_forgotten_is_asked_and_confirmed_in_the_open_turn() -> None:
    state = OPEN.but(asks_to_forget=False)
    leaving = state.but(leaving_since=START + SECOND)

    asked = after(state, ForgettingAsked(turn=TURN))
    assert asked == state.but(asks_to_forget=True, forgetting=THIS)
    assert after(state, ForgettingConfirmed(turn=TURN)) == leaving
    assert after(state, ForgettingAsked(turn=OLD_TURN)) == state
    assert after(state, ForgettingConfirmed(turn=OLD_TURN)) == state


@pytest.mark.parametrize(
    ("given", "left"), [([MESSAGE], (WAITING,)), ([WAITING.message], ()), ([], (WAITING,))]
)
def test_a_parked_turn_gives_up_what_it_names(given: list[UUID], left: tuple[Pending, ...]) -> None:
    parked = TurnParked(turn=TURN, messages=given, error="broken")

    assert after(OPEN, parked) == OPEN.but(**CLOSED, pending=left, driver=THIS if left else None)
    assert after(OPEN.but(consent=False), parked).driver is None
    assert after(OPEN, parked.model_copy(update={"turn": OLD_TURN})) == OPEN


def test_a_stopped_turn_wakes_the_next() -> None:
    stop = TurnStopped(turn=TURN, reason="user")

    assert after(OPEN, stop) == OPEN.but(**CLOSED, driver=THIS)
    assert after(OPEN.but(pending=()), stop) == OPEN.but(**CLOSED, pending=(), driver=None)
    assert after(OPEN.but(consent=False), stop).driver is None
    assert after(OPEN, stop.model_copy(update={"turn": OLD_TURN})) == OPEN


def test_a_turn_that_gives_way_gives_its_messages_back() -> None:
    state = OPEN.but(driver=MESSAGE)
    gave_way = TurnSuperseded(turn=TURN, step=2)

    assert after(state, gave_way) == state.but(**CLOSED, pending=(COVERED, WAITING))
    assert after(state, gave_way.model_copy(update={"turn": OLD_TURN})) == state


def test_the_messages_of_a_retried_turn_wait_before_all_others() -> None:
    again = Pending(message=MESSAGE, at=START + SECOND, version=VERSION)
    retried = TurnRetried(parked=OTHER, messages=[MESSAGE])
    state = IDLE.but(pending=(WAITING,))

    assert after(state, retried) == state.but(pending=(again, WAITING), driver=THIS)
    assert after(state, TurnRetried(parked=OTHER, messages=[])) == state


def test_of_who_is_forgotten_only_the_stream_is_known() -> None:
    forgotten = Conversation(stream=STREAM, ended=6, forgotten=True)

    assert after(OPEN, UserForgotten()) == forgotten
    assert after(forgotten, message()) == forgotten
    assert after(OPEN.but(leaving_since=START), message()) == OPEN.but(leaving_since=START)
