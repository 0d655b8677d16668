"""A template that is refused: the reply waits for its user, and nobody is asked in a hurry."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.replies import TEMPLATE_REFUSED, WINDOW_SHUT, ReplyUndelivered
from services.gateway import decider
from services.gateway.channels.channel import Never, NotNow, TooLate
from services.gateway.channels.twilio.twilio import outcome_of
from services.gateway.decider import Claim, Hold, WaitUntil, by_template, in_time, next_move
from tests.support.events import message, reply
from tests.support.lane_story import TOKEN, LaneStory, sent
from tests.support.memory_log import START

LATER = START + timedelta(hours=25)


@pytest.fixture
def story() -> LaneStory:
    """A reminder, a day after its user wrote."""
    return LaneStory().given(message("remind me"), reply(None, "⏰ call", kind="reminder"))


def move(story: LaneStory, seconds: float = 0) -> Any:
    """What the handler makes of it where a template is approved."""
    now = LATER + timedelta(seconds=seconds)
    moved = next_move(story.state, now)
    return in_time(by_template(moved, "HX1"), now) if isinstance(moved, Hold) else moved


def claim(story: LaneStory) -> Claim:
    claimed = move(story, 3_600)
    assert isinstance(claimed, Claim)
    assert claimed.template == "HX1"
    story.record(decider.claimed(story.state, claimed, 1, TOKEN))
    return claimed


def test_a_429_of_a_template_is_waited_out(story: LaneStory) -> None:
    claimed = claim(story)
    story.record(decider.refused(story.state.flying, LATER, "busy", 30.0))

    assert claimed.template == "HX1"
    assert move(story) == WaitUntil(LATER + timedelta(seconds=30))
    assert isinstance(move(story, 31), Claim)


@pytest.mark.parametrize("code", sorted(TEMPLATE_REFUSED))
def test_a_refusal_that_is_told_later_holds_it_and_shuts_no_window(
    story: LaneStory, code: int
) -> None:
    claimed = claim(story)
    story.ends(sent)
    story.tell(_undelivered(claimed, code))

    held = story.state
    assert (held.shut, len(held.queue)) == (0, 1)
    assert isinstance(move(story, 7_200), Hold)


def test_of_a_text_only_a_shut_window_is_said_again(story: LaneStory) -> None:
    story.tell(message("hello"))
    first = next_move(story.state, START)
    assert isinstance(first, Claim)
    story.record(decider.claimed(story.state, first, 1, TOKEN))
    story.ends(sent)
    story.tell(_undelivered(first, 63041))
    assert story.state.queue == ()
    story.tell(_undelivered(first, WINDOW_SHUT))
    assert len(story.state.queue) == 1


@pytest.mark.parametrize(
    ("code", "by_text", "by_a_template"),
    [
        (63016, TooLate, TooLate),
        (21655, Never, TooLate),
        (21656, Never, TooLate),
        (63041, Never, TooLate),
        (63013, Never, TooLate),
        (99999, Never, TooLate),
        (21211, Never, Never),
        (21610, TooLate, TooLate),
        (63018, NotNow, NotNow),
    ],
)
def test_a_refusal_of_words_is_for_good_and_one_of_a_template_is_not(
    code: int, by_text: type, by_a_template: type
) -> None:
    error = SimpleNamespace(status=400, code=code)
    assert isinstance(outcome_of(error), by_text)
    assert isinstance(outcome_of(error, by_template=True), by_a_template)


def _undelivered(claimed: Claim, code: int) -> ReplyUndelivered:
    return ReplyUndelivered(
        reply=claimed.head.reply,
        part=0,
        message_ref="SM1",
        status="undelivered",
        code=code,
        attempt=claimed.head.attempt,
    )
