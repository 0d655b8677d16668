"""The lane: given facts, which reply goes next, and what each outcome means."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts import slots
from contracts.conversation import UserForgotten
from contracts.replies import (
    ReplyAssumed,
    ReplyDelivered,
    ReplyFailed,
    ReplyParked,
    ReplyRead,
    ReplyRefused,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from services.gateway import decider
from services.gateway.channels.statuses import Callback, called_back
from services.gateway.decider import MAX_ATTEMPTS, Claim, Reconcile, WaitUntil, next_move
from services.gateway.lane import FOLD, Lane
from services.gateway.queued import Queued, ReplyPart
from services.gateway.state import RANKS
from taskflow.log.deciding import Decide
from tests.support.events import reply
from tests.support.memory_log import START
from tests.support.story import Story

TOKEN = UUID(int=99)
KINDS = {"delivered": "reply.delivered", "read": "reply.read", "failed": "reply.undelivered"}


@pytest.fixture
def story() -> Story:
    return Story()


def lane(story: Story) -> Lane:
    return FOLD.over(story.events)


def ready(story: Story, kind: str = "answer") -> UUID:
    return story.tell(reply(None, kind=kind))[0].event_id


def claimed(story: Story, parts: int = 1) -> None:
    move = next_move(lane(story), START + timedelta(hours=1))
    assert isinstance(move, Claim)
    settle(story, decider.claimed(lane(story), move, parts, TOKEN))


def settle(story: Story, decision: Decide) -> Any:
    return story.tell(*decision.events, slot=decision.slot)[0].event


def head(story: Story) -> Queued:
    return lane(story).queue[0]


def tried(head: Queued, times: int) -> Queued:
    return head.with_piece(0, ReplyPart(attempts=tuple(range(1, times + 1)), tries=times))


def test_the_first_reply_drives_and_others_wait_behind_it(story: Story) -> None:
    first = ready(story)
    ready(story)

    assert lane(story).driver == first
    assert next_move(lane(story), START) == Claim(head(story), slots.claim(first, 0, 1))
    assert decider.current_slot(lane(story)) == slots.claim(first, 0, 1)


def test_a_claim_is_taken_once_and_then_looked_after(story: Story) -> None:
    first = ready(story)
    claimed(story)
    story.tell(ReplySending(reply=first, part=0, parts=1, attempt=1, token=uuid4()))

    assert head(story).token == TOKEN
    assert next_move(lane(story), START) == Reconcile((head(story),), START)
    assert decider.current_slot(lane(story)) == slots.send_outcome(first, 0, 1)


def test_sent_parts_follow_each_other_and_then_the_next_reply(story: Story) -> None:
    first, second = ready(story), ready(story)
    claimed(story, parts=2)
    settle(story, decider.sent([head(story)], "SM1", "response"))
    assert (head(story).reply, head(story).part, head(story).token) == (first, 1, None)
    claimed(story, parts=2)
    settle(story, decider.sent([head(story)], "SM2", "list"))

    assert (head(story).reply, lane(story).driver) == (second, first)
    claimed(story)
    settle(story, decider.sent([head(story)], "SM3", "response"))
    assert (lane(story).queue, lane(story).driver) == ((), None)


def test_a_refusal_waits_longer_each_time(story: Story) -> None:
    ready(story)
    claimed(story)
    refused = settle(story, decider.refused([head(story)], START, "429", None))
    assert isinstance(refused, ReplyRefused)

    assert next_move(lane(story), START) == WaitUntil(START + timedelta(seconds=1))
    assert isinstance(next_move(lane(story), START + timedelta(seconds=1)), Claim)
    claimed(story)
    settle(story, decider.refused([head(story)], START, "429", 30))
    assert next_move(lane(story), START) == WaitUntil(START + timedelta(seconds=30))


def test_refused_too_often_is_failed(story: Story) -> None:
    ready(story)
    last = tried(head(story), MAX_ATTEMPTS)

    assert isinstance(decider.refused([last], START, "429", None).events[0], ReplyFailed)


def test_refusals_are_borne_for_about_an_hour(story: Story) -> None:
    ready(story)
    waited = timedelta()
    while head(story).attempt < MAX_ATTEMPTS:
        claimed(story)
        refused = settle(story, decider.refused([head(story)], START, "unreachable", None))
        waited += refused.again_at - START

    assert timedelta(minutes=45) < waited < timedelta(minutes=75)


def test_a_failed_reply_makes_way(story: Story) -> None:
    ready(story)
    claimed(story)
    settle(story, decider.failed([head(story)], 21610, "opted out"))

    assert (lane(story).queue, lane(story).driver) == ((), None)


@pytest.mark.parametrize(
    ("kind", "assumed"),
    [("reminder", "again"), ("alert", "again"), ("answer", "gone"), ("apology", "gone")],
)
def test_an_unknown_outcome_is_assumed_by_its_class(story: Story, kind: str, assumed: str) -> None:
    ready(story, kind)
    claimed(story)
    event = settle(story, decider.assumed([head(story)]))

    assert isinstance(event, ReplyAssumed)
    assert event.assumed == assumed
    assert bool(lane(story).queue) is (assumed == "again")


@pytest.mark.parametrize("kind", ["reminder", "alert"])
def test_what_is_said_again_is_not_for_ever(story: Story, kind: str) -> None:
    ready(story, kind)
    last = tried(head(story), decider.MAX_REPEATS)

    assert decider.assumed([last]).events[0].assumed == "gone"


def test_parking_waits_for_a_claimed_attempt(story: Story) -> None:
    ready(story)
    second = ready(story)
    claimed(story)
    assert decider.parked(lane(story), "boom") is None

    settle(story, decider.refused([head(story)], START, "429", None))
    decision = decider.parked(lane(story), "boom")
    assert decision is not None
    parked = story.tell(*decision.events, slot=decision.slot)[0]
    assert isinstance(parked.event, ReplyParked)
    assert (head(story).reply, lane(story).driver) == (second, parked.event_id)


def test_parking_the_last_leaves_no_driver(story: Story) -> None:
    ready(story)
    decision = decider.parked(lane(story), "boom")
    assert decision is not None
    story.tell(*decision.events)

    assert (lane(story).queue, lane(story).driver) == ((), None)


def test_facts_of_other_attempts_change_nothing(story: Story) -> None:
    other = uuid4()
    ready(story)
    before = lane(story)
    for event in (
        ReplySent(reply=other, part=0, attempt=1, message_ref="SM", known_by="list"),
        ReplySending(reply=other, part=0, parts=1, attempt=1, token=TOKEN),
        ReplyRefused(reply=other, part=0, attempt=1, reason="", again_at=START),
        ReplyAssumed(reply=other, part=0, attempt=1, assumed="gone"),
        ReplyAssumed(reply=other, part=0, attempt=1, assumed="again"),
        ReplyFailed(reply=other, part=0, attempt=1, code=None, reason=""),
        ReplyParked(reply=other, error=""),
    ):
        story.tell(event)

    assert lane(story).but(gate=before.gate) == before


def test_a_forgotten_user_has_no_lane(story: Story) -> None:
    ready(story)
    story.tell(UserForgotten())
    ready(story)

    assert lane(story) == Lane(forgotten=True)


def told(reply_: UUID, status: str, sid: str = "SM1") -> Callback:
    return Callback(reply_, 0, 1, sid, status, 63024 if status == "undelivered" else None)


def heard(story: Story, callback: Callback) -> Decide:
    decision = called_back(lane(story), callback)
    assert decision is not None
    return decision


@pytest.mark.parametrize("status", ["queued", "sent", "delivered", "read", "failed"])
def test_any_callback_proves_that_twilio_has_it(story: Story, status: str) -> None:
    first = ready(story)
    claimed(story)
    decision = called_back(lane(story), told(first, status))

    assert decision is not None
    assert decision.slot == slots.send_outcome(first, 0, 1)
    assert decision.events[0].known_by == "callback"
    assert [one.type for one in decision.events[1:]] == (
        [] if status in {"queued", "sent"} else [KINDS[status]]
    )


def test_statuses_are_noted_and_never_go_backwards(story: Story) -> None:
    first = ready(story)
    claimed(story)
    settle(story, decider.sent([head(story)], "SM1", "response"))
    for status, kind in (("delivered", ReplyDelivered), ("read", ReplyRead)):
        assert isinstance(settle(story, heard(story, told(first, status))), kind)

    assert called_back(lane(story), told(first, "delivered")) is None
    assert called_back(lane(story), told(first, "queued")) is None


def test_a_failed_delivery_is_noted_with_its_code(story: Story) -> None:
    first = ready(story)
    claimed(story)
    settle(story, decider.sent([head(story)], "SM1", "response"))
    event = settle(story, heard(story, told(first, "undelivered")))

    assert isinstance(event, ReplyUndelivered)
    assert (event.status, event.code, event.attempt) == ("undelivered", 63024, 1)
    assert lane(story).sent[0].rank == RANKS["undelivered"]
    assert lane(story).queue == ()


def test_a_late_callback_after_assuming_is_only_noted(story: Story) -> None:
    first = ready(story)
    claimed(story)
    settle(story, decider.assumed([head(story)]))

    assert isinstance(settle(story, heard(story, told(first, "delivered"))), ReplyDelivered)
    assert called_back(lane(story), told(first, "delivered")) is None


def test_a_message_known_by_its_delivery_alone_is_not_taken_for_the_next(story: Story) -> None:
    first = ready(story)
    story.tell(ReplyRead(reply=first, part=0, message_ref="SM7"))

    assert [(one.message_ref, one.rank) for one in lane(story).sent] == [("SM7", RANKS["read"])]


def test_a_reply_that_came_to_fewer_parts_ends_with_the_last(story: Story) -> None:
    ready(story)
    claimed(story, parts=3)
    settle(story, decider.sent([head(story)], "SM1", "response"))
    claimed(story, parts=1)
    settle(story, decider.sent([head(story)], "SM2", "response"))

    assert lane(story).queue == ()
