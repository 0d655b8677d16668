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
from tests.support.lane_story import LaneStory, refused, sent, too_late
from tests.support.memory_log import START

DAY = timedelta(hours=24)


@pytest.fixture
def story() -> LaneStory:
    """Of a user who wrote."""
    return LaneStory().given(message())


def refused_late(
    story: LaneStory, reply: UUID, part: int = 0, attempt: int | None = 1, code: int = WINDOW_SHUT
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


def hold(story: LaneStory, now: datetime = START + DAY) -> None:
    move = next_move(story.state, now)
    assert isinstance(move, Hold)
    story.record(decider.held(story.state, move))


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
    story: LaneStory, after: timedelta, *, is_open: bool
) -> None:
    first = story.ready()
    slot = slots.claim(first, 0, 1)
    story.when(next_move, START + after).then(
        Claim(story.head, slot) if is_open else Hold(story.head, slot, "window")
    )

    story.log.pass_time(DAY)
    story.tell(message())
    assert window_is_open(story.state, START + after + DAY) is is_open


def test_of_a_user_who_was_never_heard_the_channel_has_to_judge() -> None:
    story = LaneStory()
    story.ready()
    assert window_is_open(story.state, START + 1000 * DAY)

    story.refused_at_once()
    assert not window_is_open(story.state, START)


def test_a_terminal_has_no_window_and_the_last_message_says_which_channel(story: LaneStory) -> None:
    story.tell(message().model_copy(update={"channel": "terminal"}))
    assert window_is_open(story.state, START + 2 * DAY)

    story.tell(message())
    assert not window_is_open(story.state, START + 2 * DAY)


def test_a_refusal_at_the_post_holds_whatever_the_clock_says(story: LaneStory) -> None:
    first = story.ready()
    story.refused_at_once()
    story.when(next_move, START).then(Hold(story.head, slots.claim(first, 0, 2), "window"))

    hold(story, START)
    now = story.state
    assert (now.queue, now.driver, [one.reply for one in now.held]) == ((), None, [first])


def test_a_message_behind_the_claim_that_was_refused_keeps_the_window_open(
    story: LaneStory,
) -> None:
    first = story.ready()
    story.claimed()
    story.tell(message())
    story.ends(too_late)

    story.when(next_move, START).then(Claim(story.head, slots.claim(first, 0, 2)))


def test_what_is_held_lets_others_pass_and_comes_back_in_order(story: LaneStory) -> None:
    replies = [story.ready(kind) for kind in ("answer", "reminder", "alert", "apology")]
    for _ in replies[:3]:
        hold(story)
    assert story.queued == replies[3:]
    hold(story)
    assert (story.queued, story.state.driver) == ([], None)

    later = story.ready()
    assert (story.queued, story.state.driver) == ([later], later)
    story.tell(message())
    assert (story.queued, story.state.driver) == ([*replies, later], later)
    assert story.state.held == ()


def test_nothing_is_put_before_a_claimed_head(story: LaneStory) -> None:
    first, second, third = story.ready(), story.ready(), story.ready()
    hold(story)
    story.claimed(parts=2)
    story.tell(message())
    assert story.queued == [second, first, third]

    story.ends(sent, "SM1")
    assert story.queued == [first, second, third]


def test_tries_are_counted_anew_after_a_hold(story: LaneStory) -> None:
    story.ready()
    for _ in range(MAX_ATTEMPTS - 1):
        story.claimed()
        story.ends(refused)
    assert story.head.tries == MAX_ATTEMPTS

    hold(story)
    story.tell(message())
    assert (story.head.tries, story.head.attempt) == (1, MAX_ATTEMPTS + 1)
    assert story.head.not_before is None


def test_a_reply_is_parked_though_an_earlier_one_came_back_meanwhile(story: LaneStory) -> None:
    first, second = story.ready(), story.ready()
    hold(story)
    decision = decider.parked(story.state, "boom")
    assert decision is not None
    story.given(message())
    (parked,) = story.tell(*decision.events, slot=decision.slot)

    assert (story.queued, story.state.driver) == ([first], parked.event_id)
    refused_late(story, second)
    assert story.queued == [first]


def test_a_forgotten_user_has_nothing_held(story: LaneStory) -> None:
    story.ready()
    hold(story)
    story.tell(UserForgotten())
    story.tell(message())

    assert story.state == Lane(forgotten=True)


def test_facts_of_other_replies_hold_and_repair_nothing(story: LaneStory) -> None:
    other = UUID(int=5)
    story.ready()
    before = story.state
    story.tell(ReplyHeld(reply=other, part=0, attempt=1, why="window"))
    story.tell(ReplyParked(reply=other, error="boom"))
    refused_late(story, other)
    now = story.state
    assert (now.queue, now.held, now.shut) == (before.queue, before.held, before.shut)


def test_an_event_becomes_driver_at_its_own_append_or_never(story: LaneStory) -> None:
    first, second = story.ready(), story.ready("reminder")
    story.goes("SM1")
    story.claimed()
    refused_late(story, first)
    story.tell(ReplyAssumed(reply=second, part=0, attempt=1, assumed="again"))
    hold(story)
    hold(story)
    story.tell(message())
    story.goes("SM2")
    story.goes("SM3")
    refused_late(story, second, attempt=3)

    state, drivers = Lane(), []
    for one in story.events:
        before, state = state, FOLD.evolve(state, one)
        assert state.driver in {None, before.driver, one.event_id}
        if state.driver not in {None, before.driver}:
            drivers.append(one.event.type)
    assert drivers == ["reply.ready", "message.received", "reply.undelivered"]
