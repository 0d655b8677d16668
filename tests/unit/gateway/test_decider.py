"""The lane: given facts, which reply goes next, and what each outcome means."""

from datetime import timedelta
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
from services.gateway.decider import MAX_ATTEMPTS, Claim, Hold, Reconcile, WaitUntil, next_move
from services.gateway.lane import GATES, Lane
from services.gateway.queued import Queued, ReplyPart
from services.gateway.state import RANKS
from tests.support.events import message
from tests.support.lane_story import TOKEN, LaneStory, assumed, failed, refused, sent, too_late
from tests.support.memory_log import START
from tests.support.story import some

KINDS = {"delivered": ReplyDelivered, "read": ReplyRead, "failed": ReplyUndelivered}
A_SECOND_LATER = START + timedelta(seconds=1)


@pytest.fixture
def story() -> LaneStory:
    return LaneStory()


def tried(head: Queued, times: int) -> Queued:
    return head.with_piece(0, ReplyPart(attempts=tuple(range(1, times + 1)), tries=times))


def test_the_first_reply_drives_and_others_wait_behind_it(story: LaneStory) -> None:
    first = story.ready()
    story.ready()

    assert story.state.driver == first
    story.when(next_move, START).then(Claim(story.head, slots.claim(first, 0, 1)))
    story.when(decider.current_slot).then(slots.claim(first, 0, 1))


def test_a_claim_is_taken_once_and_then_looked_after(story: LaneStory) -> None:
    first = story.ready()
    story.claimed()
    story.tell(ReplySending(reply=first, part=0, parts=1, attempt=1, token=uuid4()))

    assert story.head.token == TOKEN
    story.when(next_move, START).then(Reconcile((story.head,), START))
    story.when(decider.current_slot).then(slots.send_outcome(first, 0, 1))


def test_sent_parts_follow_each_other_and_then_the_next_reply(story: LaneStory) -> None:
    first, second = story.ready(), story.ready()
    story.claimed(parts=2)
    story.ends(sent, "SM1")
    assert (story.head.reply, story.head.part, story.head.token) == (first, 1, None)
    story.claimed(parts=2)
    story.ends(sent, "SM2")

    assert (story.head.reply, story.state.driver) == (second, first)
    story.claimed()
    story.ends(sent, "SM3")
    assert (story.state.queue, story.state.driver) == ((), None)


def test_a_refusal_waits_longer_each_time(story: LaneStory) -> None:
    story.ready()
    story.claimed()
    story.when(refused).then(some(ReplyRefused, again_at=A_SECOND_LATER))

    story.when(next_move, START).then(WaitUntil(A_SECOND_LATER))
    story.when(next_move, A_SECOND_LATER).then(some(Claim))
    story.claimed()
    story.ends(refused, 30)
    story.when(next_move, START).then(WaitUntil(START + timedelta(seconds=30)))


def test_refused_too_often_is_failed(story: LaneStory) -> None:
    story.ready()
    last = tried(story.head, MAX_ATTEMPTS)

    assert isinstance(decider.refused([last], START, "429", None).events[0], ReplyFailed)


def test_refusals_are_borne_for_about_an_hour(story: LaneStory) -> None:
    story.ready()
    waited = timedelta()
    while story.head.attempt < MAX_ATTEMPTS:
        story.claimed()
        waited += story.ends(refused).again_at - START

    assert timedelta(minutes=45) < waited < timedelta(minutes=75)


def test_a_failed_reply_makes_way(story: LaneStory) -> None:
    story.ready()
    story.claimed()
    story.ends(failed, 21610)

    assert (story.state.queue, story.state.driver) == ((), None)


@pytest.mark.parametrize(
    ("kind", "fate"),
    [("reminder", "again"), ("alert", "again"), ("answer", "gone"), ("apology", "gone")],
)
def test_an_unknown_outcome_is_assumed_by_its_class(story: LaneStory, kind: str, fate: str) -> None:
    first = story.ready(kind)
    story.claimed()
    story.when(assumed).then(ReplyAssumed(reply=first, part=0, attempt=1, assumed=fate))

    assert bool(story.state.queue) is (fate == "again")


@pytest.mark.parametrize("kind", ["reminder", "alert"])
def test_what_is_said_again_is_not_for_ever(story: LaneStory, kind: str) -> None:
    story.ready(kind)
    last = tried(story.head, decider.MAX_REPEATS)

    assert decider.assumed([last]).events[0].assumed == "gone"


def test_parking_waits_for_a_claimed_attempt(story: LaneStory) -> None:
    first, second = story.ready(), story.ready()
    story.claimed()
    story.when(decider.parked, "boom").then()

    story.ends(refused)
    (parked,) = story.when(decider.parked, "boom").then(
        ReplyParked(reply=first, error="boom"), slot=slots.claim(first, 0, 2)
    )
    assert (story.head.reply, story.state.driver) == (second, parked.event_id)


def test_parking_the_last_leaves_no_driver(story: LaneStory) -> None:
    first = story.ready()
    story.when(decider.parked, "boom").then(ReplyParked(reply=first, error="boom"))

    assert (story.state.queue, story.state.driver) == ((), None)


def test_facts_of_other_attempts_change_nothing(story: LaneStory) -> None:
    other = uuid4()
    story.ready()
    before = story.state
    story.given(
        ReplySent(reply=other, part=0, attempt=1, message_ref="SM", known_by="list"),
        ReplySending(reply=other, part=0, parts=1, attempt=1, token=TOKEN),
        ReplyRefused(reply=other, part=0, attempt=1, reason="", again_at=START),
        ReplyAssumed(reply=other, part=0, attempt=1, assumed="gone"),
        ReplyAssumed(reply=other, part=0, attempt=1, assumed="again"),
        ReplyFailed(reply=other, part=0, attempt=1, code=None, reason=""),
        ReplyParked(reply=other, error=""),
    )

    assert story.state.but(gate=before.gate) == before


def test_a_forgotten_user_has_no_lane(story: LaneStory) -> None:
    story.ready()
    story.tell(UserForgotten())
    story.ready()

    assert story.state == Lane(forgotten=True)


def told(reply_: UUID, status: str, sid: str = "SM1") -> Callback:
    return Callback(reply_, 0, 1, sid, status, 63024 if status == "undelivered" else None)


@pytest.mark.parametrize("status", ["queued", "sent", "delivered", "read", "failed"])
def test_any_callback_proves_that_twilio_has_it(story: LaneStory, status: str) -> None:
    first = story.ready()
    story.claimed()
    proof = ReplySent(reply=first, part=0, attempt=1, message_ref="SM1", known_by="callback")
    facts = [some(KINDS[status], message_ref="SM1")] if status in KINDS else []

    story.when(called_back, told(first, status)).then(
        proof, *facts, slot=slots.send_outcome(first, 0, 1)
    )


def test_statuses_are_noted_and_never_go_backwards(story: LaneStory) -> None:
    first = story.ready()
    story.claimed()
    story.ends(sent, "SM1")
    for status in ("delivered", "read"):
        story.when(called_back, told(first, status)).then(some(KINDS[status], reply=first))

    story.when(called_back, told(first, "delivered")).then()
    story.when(called_back, told(first, "queued")).then()


def test_a_failed_delivery_is_noted_with_its_code(story: LaneStory) -> None:
    first = story.ready()
    story.claimed()
    story.ends(sent, "SM1")
    story.when(called_back, told(first, "undelivered")).then(
        some(ReplyUndelivered, status="undelivered", code=63024, attempt=1)
    )

    assert story.state.sent[0].rank == RANKS["undelivered"]
    assert story.state.queue == ()


def test_a_late_callback_after_assuming_is_only_noted(story: LaneStory) -> None:
    first = story.ready()
    story.claimed()
    story.ends(assumed)

    story.when(called_back, told(first, "delivered")).then(some(ReplyDelivered, reply=first))
    story.when(called_back, told(first, "delivered")).then()


def test_a_message_known_by_its_delivery_alone_is_not_taken_for_the_next(story: LaneStory) -> None:
    first = story.ready()
    story.tell(ReplyRead(reply=first, part=0, message_ref="SM7"))

    assert [(one.message_ref, one.rank) for one in story.state.sent] == [("SM7", RANKS["read"])]


def test_a_reply_that_came_to_fewer_parts_ends_with_the_last(story: LaneStory) -> None:
    story.ready()
    story.claimed(parts=3)
    story.ends(sent, "SM1")
    story.claimed(parts=1)
    story.ends(sent, "SM2")

    assert story.state.queue == ()


def test_what_may_be_forbidden_meanwhile_conflicts_with_the_gates_and_an_outcome_does_not(
    story: LaneStory,
) -> None:
    story.given(message("hello")).ready()
    claim = story.state
    move = next_move(claim, START)
    assert isinstance(move, Claim)
    parked = decider.parked(claim, "boom")
    assert parked is not None
    held = decider.held(claim, Hold(move.head, move.slot, "window"))
    for decision in (decider.claimed(claim, move, 1, TOKEN), held, parked):
        assert (decision.expected_version, decision.gates) == (1, GATES)

    story.claimed()
    for decided in (sent, refused, too_late, failed, assumed):
        assert decided(story.state).expected_version is None
