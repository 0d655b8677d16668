"""The turn's patience: how long it waits for more, and how much it may spend."""

from datetime import timedelta

import pytest

from contracts import slots
from contracts.conversation import (
    RULES,
    ModelFailed,
    ReplyReady,
    TurnStarted,
)
from services.agent import decider
from services.agent.apologies import apology
from services.agent.decider import (
    FOLD,
    MAX_STEPS,
    MAX_TOKENS,
    Conversation,
    Move,
    WaitForBurst,
    next_move,
)
from tests.support.events import answer, failed, finished, message, opened, requested
from tests.support.memory_log import START
from tests.support.story import STREAM, Story, some

QUIET = timedelta(seconds=1)
NONE = timedelta()


@pytest.fixture
def story() -> Story[Conversation]:
    return Story(FOLD)


def test_a_burst_is_waited_out_from_its_last_message(story: Story) -> None:
    story.tell(message())
    story.log.pass_time(timedelta(seconds=0.5))
    story.tell(message("more"))

    until = START + timedelta(seconds=1.5)
    story.when(next_move, START + QUIET, QUIET).then(WaitForBurst(until))
    story.when(next_move, until, QUIET).then(some(TurnStarted))


def test_a_burst_is_bounded(story: Story) -> None:
    for _ in range(10):
        story.tell(message())
        story.log.pass_time(timedelta(seconds=0.9))

    story.when(next_move, START + decider.LONGEST_BURST, QUIET).then(some(TurnStarted))


@pytest.mark.parametrize("kind", ["button", "location"])
def test_buttons_and_places_are_taken_up_at_once(story: Story, kind: str) -> None:
    story.given(message(kind=kind)).when(next_move, START, QUIET).then(
        TurnStarted(number=0, rules=RULES, introduces=True), slot=slots.turn(STREAM, 0)
    )


def test_nothing_pending_has_no_burst() -> None:
    assert decider.burst_ends(Conversation(), QUIET) is None


def test_calls_side_by_side_cost_the_time_of_the_longest(story: Story) -> None:
    turn = opened(story)
    _, one, two = story.tell(answer(turn, 1, took_ms=5), requested(turn), requested(turn))
    story.log.pass_time(timedelta(seconds=10))
    story.tell(finished(one.event_id, took_ms=10_000))
    story.log.pass_time(timedelta(seconds=2))
    story.tell(failed(two.event_id))

    assert story.state.worked_ms == 12_005


def test_waiting_past_the_last_deadline_is_nobodys_work(story: Story) -> None:
    turn = opened(story)
    _, one, two = story.tell(
        answer(turn, 1, took_ms=0), requested(turn, lasts=20), requested(turn, lasts=5)
    )
    story.tell(failed(two.event_id))
    story.log.pass_time(timedelta(minutes=10))
    story.tell(failed(one.event_id))

    assert story.state.worked_ms == 20_000


def test_each_step_of_calls_is_waited_for_anew(story: Story) -> None:
    turn = opened(story)
    for step in (1, 2):
        _, call = story.tell(answer(turn, step, took_ms=0), requested(turn, step, lasts=900))
        story.log.pass_time(timedelta(seconds=3))
        story.tell(finished(call.event_id))
        story.log.pass_time(timedelta(seconds=60))

    assert story.state.worked_ms == 6_000


def test_clocks_that_disagree_cost_nothing(story: Story) -> None:
    turn = opened(story)
    _, call = story.tell(answer(turn, 1, took_ms=0), requested(turn, lasts=-5))
    story.tell(failed(call.event_id))

    assert story.state.worked_ms == 0


@pytest.mark.parametrize(
    ("spent", "reason"),
    [
        ({"repairs": 2}, "malformed"),
        ({"step": MAX_STEPS + 1}, "steps"),
        ({"tokens": MAX_TOKENS + 1}, "tokens"),
        ({"worked_ms": 90_000}, "time"),
    ],
)
def test_a_spent_budget_ends_in_an_apology(story: Story, spent: dict, reason: str) -> None:
    def moves(state: Conversation) -> Move:
        return next_move(state.but(**spent), START, NONE)

    turn = opened(story)
    _, sorry = story.when(moves).then(
        some(ModelFailed, turn=turn, reason=reason),
        ReplyReady(turn=turn, kind="apology", text=apology(reason, "en")),
    )
    assert sorry.event.text.startswith("I could not do that:")


def test_an_answer_that_led_to_nothing_counts_as_a_repair_until_one_leads_on(
    story: Story,
) -> None:
    turn = opened(story)
    story.tell(answer(turn, 1, finish="MALFORMED_FUNCTION_CALL"))
    assert (story.state.repairs, story.state.step) == (1, 2)

    story.tell(answer(turn, 2), requested(turn, 2))
    assert story.state.repairs == 0
