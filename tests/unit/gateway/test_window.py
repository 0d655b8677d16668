"""WhatsApp's 24 hours: what may not go is held, what it refused is said again, in order."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from contracts import slots
from contracts.conversation import UserForgotten
from contracts.replies import WINDOW_SHUT, ReplyAssumed, ReplyHeld, ReplyParked, ReplyUndelivered
from services.gateway import decider
from services.gateway.decider import (
    MARGIN,
    MAX_ATTEMPTS,
    Claim,
    Hold,
    next_move,
    window_is_open,
)
from services.gateway.lane import FOLD, Lane
from tests.support.events import message
from tests.support.memory_log import START
from tests.support.story import Story
from tests.unit.gateway.test_decider import claimed, head, lane, ready, settle

DAY = timedelta(hours=24)
LATE = "HTTP 400, 63016: too late"


@pytest.fixture
def story() -> Story:
    """Of a user who wrote."""
    told = Story()
    told.tell(message())
    return told


def sends(story: Story, sid: str, parts: int = 1) -> None:
    claimed(story, parts)
    settle(story, decider.sent([head(story)], sid, "response"))


def refused_late(
    story: Story, reply: UUID, part: int = 0, attempt: int | None = 1, code: int = WINDOW_SHUT
) -> UUID:
    """WhatsApp's word on what Twilio had accepted."""
    fact = ReplyUndelivered(
        reply=reply,
        part=part,
        message_ref=f"SM{reply}{part}{attempt}",
        status="undelivered",
        code=code,
        attempt=attempt,
    )
    return story.tell(fact)[0].event_id


def refused_at_once(story: Story) -> None:
    claimed(story)
    settle(story, decider.too_late([head(story)], START, WINDOW_SHUT, LATE))


def hold(story: Story, now: datetime = START + DAY) -> None:
    move = next_move(lane(story), now)
    assert isinstance(move, Hold)
    settle(story, decider.held(lane(story), move))


def queued(story: Story) -> list[UUID]:
    return [one.reply for one in lane(story).queue]


@pytest.mark.parametrize(
    ("after", "is_open"),
    [
        (timedelta(), True),
        (DAY - MARGIN - timedelta(seconds=1), True),
        (DAY - MARGIN, False),
        (DAY, False),
    ],
)
def test_a_day_from_the_last_message_and_a_little_less(
    story: Story, after: timedelta, *, is_open: bool
) -> None:
    first = ready(story)
    move = next_move(lane(story), START + after)
    slot = slots.claim(first, 0, 1)
    assert move == (Claim(head(story), slot) if is_open else Hold(head(story), slot, "window"))

    story.log.pass_time(DAY)
    story.tell(message())
    assert window_is_open(lane(story), START + after + DAY) is is_open


def test_of_a_user_who_was_never_heard_the_channel_has_to_judge() -> None:
    story = Story()
    ready(story)
    assert window_is_open(lane(story), START + 1000 * DAY)

    refused_at_once(story)
    assert not window_is_open(lane(story), START)


def test_a_terminal_has_no_window_and_the_last_message_says_which_channel(story: Story) -> None:
    story.tell(message().model_copy(update={"channel": "terminal"}))
    assert window_is_open(lane(story), START + 2 * DAY)

    story.tell(message())
    assert not window_is_open(lane(story), START + 2 * DAY)


def test_a_refusal_at_the_post_holds_whatever_the_clock_says(story: Story) -> None:
    first = ready(story)
    refused_at_once(story)
    assert next_move(lane(story), START) == Hold(head(story), slots.claim(first, 0, 2), "window")

    hold(story, START)
    now = lane(story)
    assert (now.queue, now.driver, [one.reply for one in now.held]) == ((), None, [first])


def test_a_message_behind_the_claim_that_was_refused_keeps_the_window_open(story: Story) -> None:
    first = ready(story)
    claimed(story)
    story.tell(message())
    settle(story, decider.too_late([head(story)], START, WINDOW_SHUT, LATE))

    assert next_move(lane(story), START) == Claim(head(story), slots.claim(first, 0, 2))


def test_what_is_held_lets_others_pass_and_comes_back_in_order(story: Story) -> None:
    replies = [ready(story, kind) for kind in ("answer", "reminder", "alert", "apology")]
    for _ in replies[:3]:
        hold(story)
    assert queued(story) == replies[3:]
    hold(story)
    assert (queued(story), lane(story).driver) == ([], None)

    later = ready(story)
    assert (queued(story), lane(story).driver) == ([later], later)
    story.tell(message())
    assert (queued(story), lane(story).driver) == ([*replies, later], later)
    assert lane(story).held == ()


def test_nothing_is_put_before_a_claimed_head(story: Story) -> None:
    first, second, third = ready(story), ready(story), ready(story)
    hold(story)
    claimed(story, parts=2)
    story.tell(message())
    assert queued(story) == [second, first, third]

    settle(story, decider.sent([head(story)], "SM1", "response"))
    assert queued(story) == [first, second, third]


def test_tries_are_counted_anew_after_a_hold(story: Story) -> None:
    ready(story)
    for _ in range(MAX_ATTEMPTS - 1):
        claimed(story)
        settle(story, decider.refused([head(story)], START, "429", None))
    assert head(story).tries == MAX_ATTEMPTS

    hold(story)
    story.tell(message())
    assert (head(story).tries, head(story).attempt) == (1, MAX_ATTEMPTS + 1)
    assert head(story).not_before is None


def test_a_reply_is_parked_though_an_earlier_one_came_back_meanwhile(story: Story) -> None:
    first, second = ready(story), ready(story)
    hold(story)
    decision = decider.parked(lane(story), "boom")
    assert decision is not None
    story.tell(message())
    parked = story.tell(*decision.events, slot=decision.slot)[0].event_id

    assert (queued(story), lane(story).driver) == ([first], parked)
    refused_late(story, second)
    assert queued(story) == [first]


def test_a_forgotten_user_has_nothing_held(story: Story) -> None:
    ready(story)
    hold(story)
    story.tell(UserForgotten())
    story.tell(message())

    assert lane(story) == Lane(forgotten=True)


def test_facts_of_other_replies_hold_and_repair_nothing(story: Story) -> None:
    other = UUID(int=5)
    ready(story)
    before = lane(story)
    story.tell(ReplyHeld(reply=other, part=0, attempt=1, why="window"))
    story.tell(ReplyParked(reply=other, error="boom"))
    refused_late(story, other)
    now = lane(story)
    assert (now.queue, now.held, now.shut) == (before.queue, before.held, before.shut)


def test_an_event_becomes_driver_at_its_own_append_or_never(story: Story) -> None:
    first, second = ready(story), ready(story, "reminder")
    sends(story, "SM1")
    claimed(story)
    refused_late(story, first)
    story.tell(ReplyAssumed(reply=second, part=0, attempt=1, assumed="again"))
    hold(story)
    hold(story)
    story.tell(message())
    sends(story, "SM2")
    sends(story, "SM3")
    refused_late(story, second, attempt=3)

    state, drivers = Lane(), []
    for one in story.events:
        before, state = state, FOLD.evolve(state, one)
        assert state.driver in {None, before.driver, one.event_id}
        if state.driver not in {None, before.driver}:
            drivers.append(one.event.type)
    assert drivers == ["reply.ready", "message.received", "reply.undelivered"]
