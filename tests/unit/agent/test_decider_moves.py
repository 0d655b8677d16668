"""What the driver of a conversation owes it, at each bound."""

from datetime import timedelta
from typing import Any

import pytest

from contracts import slots, streams
from contracts.conversation import (
    RULES,
    ReplyReady,
    TurnParked,
    TurnStarted,
    TurnStopped,
)
from services.agent import decider
from services.agent.apologies import given_up
from services.agent.decider import (
    LONGEST_BURST,
    MAX_REPAIRS,
    MAX_STEPS,
    MAX_TOKENS,
    MAX_WORK,
    AskModel,
    Decide,
    WaitForBurst,
    WaitForMedia,
)
from services.agent.leaving.parting import GOODBYE_WITHIN, AwaitGoodbye, Forget
from services.agent.state import Pending
from tests.support.memory_log import START
from tests.support.story import STREAM
from tests.unit.agent.folded import (
    IDLE,
    MESSAGE,
    OPEN,
    SECOND,
    TURN,
    WAITING,
)


def pending(at: timedelta, **facts: Any) -> Pending:
    return Pending(message=MESSAGE, at=START + at, **facts)


def test_a_turn_that_spent_too_much_is_given_up() -> None:
    sound = OPEN.but(repairs=MAX_REPAIRS, step=MAX_STEPS, tokens=MAX_TOKENS, worked_ms=89_999)
    slot = slots.step(TURN, MAX_STEPS)
    assert decider.next_move(sound, START, SECOND) == AskModel(TURN, MAX_STEPS, slot)

    spent: dict[Any, dict[str, Any]] = {
        "malformed": {"repairs": MAX_REPAIRS + 1},
        "steps": {"step": MAX_STEPS + 1},
        "tokens": {"tokens": MAX_TOKENS + 1},
        "time": {"worked_ms": MAX_WORK // timedelta(milliseconds=1)},
    }
    for reason, changes in spent.items():
        state = sound.but(**changes)
        move = decider.next_move(state, START, SECOND)
        apologies = given_up(TURN, state.step, reason, language="de")
        assert move == Decide(slots.step(TURN, state.step), apologies)


def test_what_is_left_of_the_work_is_told_in_milliseconds() -> None:
    assert decider.work_left(OPEN) == MAX_WORK - timedelta(milliseconds=500)


def test_a_turn_opens_by_todays_rules() -> None:
    started = TurnStarted(number=6, rules=RULES, introduces=True)
    slot = slots.turn(STREAM, 6)

    assert decider.next_move(IDLE, START, SECOND) == Decide(slot, [started])
    known = started.model_copy(update={"introduces": False})
    assert decider.next_move(IDLE.but(introduced=True), START, SECOND) == Decide(slot, [known])


def test_a_burst_is_waited_out() -> None:
    def ends(*waiting: Pending, quiet: timedelta = SECOND) -> Any:
        return decider.burst_ends(IDLE.but(pending=waiting), quiet)

    late = LONGEST_BURST - SECOND / 2
    assert ends(pending(SECOND)) == START + 2 * SECOND
    assert ends(pending(SECOND), pending(2 * SECOND)) == START + 3 * SECOND
    assert ends(pending(0 * SECOND), pending(late)) == START + LONGEST_BURST
    assert ends(pending(SECOND), pending(2 * SECOND, at_once=True)) is None
    assert ends(pending(SECOND), quiet=timedelta()) is None
    assert ends() is None

    state = IDLE.but(pending=(pending(0 * SECOND),))
    assert decider.next_move(state, START, SECOND) == WaitForBurst(START + SECOND)
    assert isinstance(decider.next_move(state, START + SECOND, SECOND), Decide)


def test_media_are_waited_for_so_long_after_the_first_message() -> None:
    picture = pending(SECOND, media_left=None)
    state = IDLE.but(pending=(pending(0 * SECOND), picture))

    assert decider.media_arrive(state, 5 * SECOND) == START + 5 * SECOND
    assert decider.media_arrive(state, timedelta()) is None
    assert decider.media_arrive(IDLE.but(pending=(pending(SECOND),)), 5 * SECOND) is None
    assert decider.next_move(state, START, SECOND, 5 * SECOND) == WaitForMedia(START + 5 * SECOND)
    by_then = decider.next_move(state, START + 5 * SECOND, SECOND, 5 * SECOND)
    assert isinstance(by_then, Decide)
    assert decider.next_move(state, START, SECOND) == WaitForBurst(START + 2 * SECOND)


def test_who_leaves_is_seen_off_and_forgotten() -> None:
    leaving = OPEN.but(leaving_since=START)
    until = START + GOODBYE_WITHIN

    assert decider.next_move(leaving, START, SECOND) == AwaitGoodbye(until)
    assert decider.next_move(leaving, until, SECOND) == Forget()
    assert decider.current_slot(leaving) == slots.forgotten(streams.user_of(STREAM))


def test_what_is_parked_names_its_messages() -> None:
    waits = IDLE.but(pending=(WAITING,))

    assert decider.parked(waits, "broken") == Decide(
        slots.turn(STREAM, 6),
        [TurnParked(turn=None, messages=[WAITING.message], error="broken")],
    )
    given, sorry = decider.parked(OPEN, "broken").events
    assert given == TurnParked(turn=TURN, messages=[MESSAGE], error="broken")
    assert isinstance(sorry, ReplyReady)
    assert (sorry.turn, sorry.kind) == (TURN, "apology")
    assert sorry.text != decider.parked(OPEN.but(languages=()), "broken").events[1].text
    assert decider.parked(OPEN, "broken").slot == slots.step(TURN, 2)


def test_a_stop_takes_the_step_of_the_turn_that_was_open_when_it_came() -> None:
    assert decider.stopped(OPEN, TURN) == Decide(
        slots.step(TURN, 2), [TurnStopped(turn=TURN, reason="user")]
    )
    assert decider.stops(OPEN, 5)
    assert not decider.stops(OPEN, 4)
    assert not decider.stops(OPEN.but(turn=None), 5)


@pytest.mark.parametrize(
    ("text", "stops"), [("stop", True), ("Stopp!", True), ("stop it please", False), ("", False)]
)
def test_a_stop_word_is_known_in_any_language(text: str, stops: bool) -> None:
    assert decider.is_stop_word(text) is stops
