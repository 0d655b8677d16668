"""What stands between a user and each sender of ours."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from contracts.replies import (
    OPTED_OUT,
    WINDOW_SHUT,
    ReplyRefused,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from services.gateway.decider import Claim, Hold, Move, next_move
from services.gateway.lane import PAIR, Lane
from services.gateway.senders import at, goes_by, noting, state_of
from services.gateway.state import MOST_SENDERS
from taskflow.log.deciding import Decide
from tests.support.events import message, reply
from tests.support.lane_story import LaneStory
from tests.support.memory_log import START
from tests.support.story import some

OLD, NEW, THIRD = (f"whatsapp:+1555010000{n}" for n in range(3))
OURS = (OLD, NEW)


@pytest.fixture
def story() -> LaneStory:
    return LaneStory()


def hears(story: LaneStory, sender: str | None, text: str = "hello") -> Recorded:
    sid = f"SM{len(story.events)}"
    return story.tell(message(text, sid=sid).model_copy(update={"sender": sender}))[0]


def says_stop(story: LaneStory, sender: str) -> None:
    word = message("STOP", sid=f"SM{len(story.events)}")
    story.tell(
        word.model_copy(update={"sender": sender, "word": "stop"}),
        ConsentWithdrawn(),
        reply(None, "stopped", "confirmation"),
    )


def says_start(story: LaneStory, sender: str) -> None:
    word = message("START", sid=f"SM{len(story.events)}")
    story.tell(word.model_copy(update={"sender": sender, "word": "start"}), ConsentGiven())


def claims(story: LaneStory, sender: str | None, attempt: int = 1) -> ReplySending:
    head = story.head
    claim = ReplySending(
        reply=head.reply, part=0, parts=1, attempt=attempt, token=uuid4(), sender=sender
    )
    story.tell(claim)
    return claim


def refused(claim: ReplySending, code: int | None) -> ReplyRefused:
    place = {"reply": claim.reply, "part": claim.part, "attempt": claim.attempt}
    return ReplyRefused(**place, reason="no", again_at=START, code=code)


def moves(lane: Lane) -> Move:
    return next_move(goes_by(lane, OURS), START)


def move(story: LaneStory, ours: tuple[str, ...] = OURS) -> Claim | Hold:
    found = next_move(goes_by(story.state, ours), START)
    assert isinstance(found, Claim | Hold)
    return found


def test_it_goes_from_the_sender_that_was_written_to_last(story: LaneStory) -> None:
    hears(story, NEW)
    story.tell(reply(None))
    assert move(story).sender == NEW
    hears(story, OLD)
    assert move(story).sender == OLD


def test_who_wrote_to_none_that_is_named_hears_from_the_default(story: LaneStory) -> None:
    hears(story, None)
    story.tell(reply(None))
    found = move(story)
    assert (type(found), found.sender) == (Claim, OLD)


def test_who_never_wrote_is_the_channels_to_judge(story: LaneStory) -> None:
    story.tell(reply(None))
    found = move(story)
    assert (type(found), found.sender) == (Claim, OLD)


def test_events_that_name_no_sender_speak_of_the_first_that_is_named(story: LaneStory) -> None:
    hears(story, None)
    story.tell(reply(None))
    claim = claims(story, None)
    hears(story, OLD)
    hears(story, NEW)
    story.tell(refused(claim, OPTED_OUT))
    known = story.state
    assert (known.sender, known.consent, state_of(known, OLD).consent) == (NEW, True, False)


def test_an_old_log_knows_no_other_sender(story: LaneStory) -> None:
    hears(story, None)
    story.tell(reply(None))
    claim = claims(story, None)
    story.tell(refused(claim, WINDOW_SHUT))
    known = story.state
    assert (known.sender, known.others, known.nameless) == (None, (), None)
    assert known.shut > known.heard


def test_a_sender_that_is_ours_no_more_is_spoken_for_by_the_default(story: LaneStory) -> None:
    hears(story, NEW)
    hears(story, THIRD)
    story.tell(reply(None))
    assert move(story, (NEW, OLD)).sender == NEW
    assert isinstance(move(story, (NEW, OLD)), Claim), "its window is open too"
    never_written_to = move(story, (OLD, NEW))
    assert isinstance(never_written_to, Hold)
    assert (never_written_to.why, never_written_to.sender) == ("window", OLD)


def test_after_a_stop_to_one_that_is_ours_no_more_nothing_goes(story: LaneStory) -> None:
    hears(story, NEW)
    says_stop(story, THIRD)
    story.tell(reply(None))
    story.tell(refused(claims(story, NEW), None))
    found = move(story)
    assert (type(found), found.head.kind) == (Hold, "answer")
    assert found.why == "consent"


def test_a_stop_is_the_senders_that_it_was_said_to(story: LaneStory) -> None:
    says_stop(story, OLD)
    assert not story.state.consent
    hears(story, NEW)
    story.tell(reply(None))
    assert isinstance(move(story), Claim)
    hears(story, OLD)
    story.when(moves).then(some(ReplyReady, kind="notice"))
    found = move(story)
    assert isinstance(found, Hold)
    assert found.why == "consent"
    says_start(story, OLD)
    assert isinstance(move(story), Claim)


def test_words_on_a_stop_are_not_said_elsewhere(story: LaneStory) -> None:
    says_stop(story, OLD)
    (confirmation,) = story.state.queue
    claim = claims(story, OLD)
    hears(story, NEW)
    assert story.state.queue, "it is on its way"
    story.tell(refused(claim, None))
    assert story.state.queue == ()
    assert confirmation.reply == claim.reply


def test_words_that_wait_are_dropped_when_another_sender_is_written_to(story: LaneStory) -> None:
    says_stop(story, OLD)
    hears(story, NEW)
    known = story.state
    assert (known.queue, known.held, known.driver) == ((), (), None)


def test_who_writes_on_after_a_stop_is_told_once_for_each_sender(story: LaneStory) -> None:
    says_stop(story, OLD)
    hears(story, OLD)
    owed = moves(story.state)
    assert isinstance(owed, Decide)
    hears(story, NEW)
    assert story.state.owes is None
    hears(story, OLD)
    assert story.state.owes is not None
    story.tell(*owed.events, slot=owed.slot)
    assert (story.state.owes, story.state.told) == (None, True)
    hears(story, NEW)
    hears(story, OLD)
    assert story.state.owes is None


@pytest.mark.parametrize("code", [WINDOW_SHUT, OPTED_OUT])
def test_a_refusal_speaks_of_the_sender_of_its_claim(story: LaneStory, code: int) -> None:
    hears(story, OLD)
    story.tell(reply(None))
    claim = claims(story, OLD)
    hears(story, NEW)
    story.tell(refused(claim, code))
    known = story.state
    here, there = state_of(known, NEW), state_of(known, OLD)
    assert (here.consent, here.shut) == (True, 0)
    assert (there.consent, there.shut > there.heard) == (code != OPTED_OUT, code == WINDOW_SHUT)
    assert isinstance(move(story), Claim)


def test_a_late_63016_repairs_by_the_sender_of_now(story: LaneStory) -> None:
    hears(story, OLD)
    story.tell(reply(None))
    claim = claims(story, OLD)
    place = {"reply": claim.reply, "part": 0}
    story.tell(ReplySent(**place, attempt=1, message_ref="SM", known_by="response"))
    hears(story, NEW)
    late = {"status": "undelivered", "code": WINDOW_SHUT, "attempt": 1}
    story.tell(ReplyUndelivered(**place, message_ref="SM", **late))
    found = move(story)
    assert (type(found), found.sender, found.head.attempt) == (Claim, NEW, 2)


def test_each_sender_has_a_rate_of_its_own(story: LaneStory) -> None:
    hears(story, OLD)
    story.tell(reply(None))
    claim = claims(story, OLD)
    story.tell(refused(claim, None))
    hears(story, NEW)
    known = story.state
    full_at = state_of(known, OLD).full_at
    assert full_at is not None
    assert timedelta() < full_at - START <= PAIR.every
    assert known.full_at is None


def test_a_claim_by_the_default_counts_for_its_rate_alone(story: LaneStory) -> None:
    hears(story, OLD)
    hears(story, THIRD)
    story.tell(reply(None))
    claims(story, OLD)
    known = story.state
    assert known.sender == THIRD
    assert (known.full_at, state_of(known, OLD).full_at is None) == (None, False)


def test_what_is_put_by_is_bounded_and_a_stop_stays_longest() -> None:
    known = noting(at(Lane(heard=1), OLD), OLD, consent=False, stop=UUID(int=1))
    for number in range(3 * MOST_SENDERS):
        known = at(known, f"whatsapp:+15550100{number:03}")
    assert len(known.others) == MOST_SENDERS
    assert not state_of(known, OLD).consent
    assert not at(known, OLD).consent
