"""A template that is refused: the reply waits for its user, and nobody is asked in a hurry."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from contracts.replies import TEMPLATE_REFUSED, WINDOW_SHUT, ReplyUndelivered
from services.gateway import decider
from services.gateway.channels.channel import Never, NotNow, TooLate
from services.gateway.channels.twilio.twilio import outcome_of
from services.gateway.decider import Claim, Hold, WaitUntil, by_template, in_time, next_move
from services.gateway.lane import FOLD, Lane
from tests.support.events import message, reply
from tests.support.memory_log import START
from tests.support.story import Story

LATER = START + timedelta(hours=25)
TOKEN = UUID(int=99)


@pytest.fixture
def story() -> Story:
    """A reminder, a day after its user wrote."""
    story = Story()
    story.tell(message("remind me"))
    story.tell(reply(None, "⏰ call", kind="reminder"))
    return story


def lane(story: Story) -> Lane:
    return FOLD.over(story.events)


def move(story: Story, seconds: float = 0) -> Any:
    """What the handler makes of it where a template is approved."""
    now = LATER + timedelta(seconds=seconds)
    moved = next_move(lane(story), now)
    return in_time(by_template(moved, "HX1"), now) if isinstance(moved, Hold) else moved


def claim(story: Story) -> Claim:
    claimed = move(story, 3_600)
    assert isinstance(claimed, Claim)
    assert claimed.template == "HX1"
    story.tell(*decider.claimed(lane(story), claimed, 1, TOKEN).events)
    return claimed


def test_a_429_of_a_template_is_waited_out(story: Story) -> None:
    claimed = claim(story)
    refused = decider.refused([lane(story).queue[0]], LATER, "busy", 30.0)
    story.tell(*refused.events, slot=refused.slot)

    assert claimed.template == "HX1"
    assert move(story) == WaitUntil(LATER + timedelta(seconds=30))
    assert isinstance(move(story, 31), Claim)


@pytest.mark.parametrize("code", sorted(TEMPLATE_REFUSED))
def test_a_refusal_that_is_told_later_holds_it_and_shuts_no_window(story: Story, code: int) -> None:
    claimed = claim(story)
    sent = decider.sent([lane(story).queue[0]], "SM1", "response")
    story.tell(*sent.events, slot=sent.slot)
    story.tell(_undelivered(claimed, code))

    held = lane(story)
    assert (held.shut, len(held.queue)) == (0, 1)
    assert isinstance(move(story, 7_200), Hold)


def test_of_a_text_only_a_shut_window_is_said_again(story: Story) -> None:
    story.tell(message("hello"))
    first = next_move(lane(story), START)
    assert isinstance(first, Claim)
    story.tell(*decider.claimed(lane(story), first, 1, TOKEN).events)
    sent = decider.sent([lane(story).queue[0]], "SM1", "response")
    story.tell(*sent.events, slot=sent.slot)
    story.tell(_undelivered(first, 63041))
    assert lane(story).queue == ()
    story.tell(_undelivered(first, WINDOW_SHUT))
    assert len(lane(story).queue) == 1


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
