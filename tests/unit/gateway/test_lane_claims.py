"""What a lane holds of claims: their senders, what joins them, what is refused."""

from typing import Any
from uuid import UUID

import pytest

from contracts.consent import ConsentWithdrawn
from contracts.conversation import TurnStarted
from contracts.replies import (
    OPTED_OUT,
    WINDOW_SHUT,
    ReplyHeld,
    ReplyParked,
    ReplyRefused,
    ReplyUndelivered,
)
from contracts.takeover import ConversationTakenOver
from services.gateway.lane import PAIR
from services.gateway.senders import state_of
from tests.support.events import message
from tests.support.memory_log import START
from tests.support.story import Story
from tests.unit.gateway.folded import (
    ANOTHER,
    MINUTE,
    OTHER,
    OURS,
    TOKEN,
    claim,
    hears,
    hold,
    lane,
    ready,
    refuse,
    replies,
    sent,
    stopped,
)


@pytest.fixture
def story() -> Story:
    """Of a user who wrote to the first of ours."""
    told = Story()
    hears(told, OURS)
    return told


def test_the_language_is_that_of_the_newest_turn_and_of_each_reply(story: Story) -> None:
    story.tell(TurnStarted(number=0, language="pt"))
    ready(story, language="de")

    assert lane(story).language == "pt"
    assert lane(story).queue[0].language == "de"


@pytest.mark.parametrize(
    ("kind", "waits"),
    [("confirmation", False), ("notice", False), ("information", True), ("answer", True)],
)
def test_a_word_on_a_stop_that_stands_no_more_is_not_said(
    story: Story, kind: str, waits: bool
) -> None:
    said = ready(story, kind)

    assert replies(lane(story).queue) == [said] * waits


@pytest.mark.parametrize(("goes_from", "wrote_to"), [(OURS, OTHER), (OTHER, OURS)])
def test_a_claim_counts_at_the_sender_that_it_goes_from(
    story: Story, goes_from: str, wrote_to: str
) -> None:
    hears(story, goes_from)
    hears(story, wrote_to)
    claim(story, ready(story), sender=goes_from)

    assert state_of(lane(story), goes_from).full_at == PAIR.taken(None, START)
    assert state_of(lane(story), wrote_to).full_at is None
    assert lane(story).sender == wrote_to


def test_each_claim_takes_from_what_its_sender_has_left(story: Story) -> None:
    first, second = ready(story), ready(story)
    claim(story, first, sender=OTHER)
    sent(story, first)
    claim(story, second, sender=OTHER)

    once = PAIR.taken(None, START)
    assert state_of(lane(story), OTHER).full_at == PAIR.taken(once, START)


def test_the_first_claim_names_the_sender_of_a_log_that_named_none() -> None:
    story = Story()
    story.tell(message())
    claim(story, ready(story), sender=OTHER)

    assert lane(story).sender == OTHER


def test_what_was_sent_is_known_by_its_attempt(story: Story) -> None:
    said = ready(story)
    claim(story, said)
    sent(story, said)

    (known,) = lane(story).sent
    assert (known.message_ref, known.reply, known.part, known.attempt) == ("SM", said, 0, 1)


def two_that_were_held(story: Story) -> tuple[UUID, UUID]:
    first, second = ready(story, "reminder"), ready(story, "reminder")
    hold(story, first)
    hold(story, second)
    hears(story, OURS)
    return first, second


def test_a_reply_joins_the_claim_of_the_head(story: Story) -> None:
    first, second = two_that_were_held(story)
    at = START + MINUTE
    claim(story, first, attempt=2)
    story.log.pass_time(MINUTE)
    claim(story, second, attempt=2, within=first)

    head, joined = lane(story).queue
    assert (head.claimed_at, joined.claimed_at) == (START, at)
    assert (joined.token, joined.within) == (TOKEN, (first, 0, 2))
    assert replies(lane(story).flying) == [first, second]


@pytest.mark.parametrize(
    "facts",
    [{"token": ANOTHER}, {"attempt": 1}, {"within": UUID(int=5)}, {"part": 1}],
)
def test_what_does_not_fit_the_heads_claim_joins_nothing(
    story: Story, facts: dict[str, Any]
) -> None:
    first, second = two_that_were_held(story)
    claim(story, first, attempt=2)
    before = lane(story)
    claim(story, second, **{"attempt": 2, "within": first} | facts)

    assert lane(story).queue == before.queue


def test_nothing_joins_an_empty_lane(story: Story) -> None:
    claim(story, UUID(int=5), within=UUID(int=6))

    assert lane(story).queue == ()


def test_an_answer_that_is_parked_may_be_given_back_after_a_takeover_alone(story: Story) -> None:
    story.tell(ReplyParked(reply=ready(story), error="broken"))
    assert lane(story).parked == ()

    story.tell(ConversationTakenOver(by="Eve"))
    story.tell(ReplyParked(reply=ready(story, "reminder"), error="broken"))
    assert lane(story).parked == ()


def test_a_refused_word_on_a_stop_is_given_up(story: Story) -> None:
    confirmation = stopped(story)
    claim(story, confirmation)
    refuse(story, confirmation, OPTED_OUT)

    assert lane(story).queue == ()
    assert replies(lane(story).gone) == [confirmation]


def test_a_word_on_a_stop_is_tried_again_where_the_window_was_shut(story: Story) -> None:
    confirmation = stopped(story)
    claim(story, confirmation)
    refuse(story, confirmation, WINDOW_SHUT)

    assert replies(lane(story).queue) == [confirmation]


def test_a_refusal_speaks_of_the_sender_that_was_claimed(story: Story) -> None:
    hears(story, OTHER)
    said = ready(story)
    claimed = claim(story, said, sender=OURS)
    refuse(story, said, WINDOW_SHUT)

    assert state_of(lane(story), OURS).shut == claimed.version
    assert lane(story).shut == 0


def test_a_window_stays_shut_since_the_latest_claim(story: Story) -> None:
    said = ready(story)
    first = claim(story, said, sender=OURS)
    refuse(story, said, WINDOW_SHUT)
    hears(story, OTHER)
    second = claim(story, said, sender=OTHER, attempt=2)
    story.tell(
        ReplyRefused(reply=said, part=0, attempt=2, code=WINDOW_SHUT, reason="no", again_at=START)
    )

    assert (state_of(lane(story), OURS).shut, lane(story).shut) == (first.version, second.version)


def test_a_stop_at_the_channel_is_the_claimed_senders(story: Story) -> None:
    hears(story, OTHER)
    said = ready(story)
    claim(story, said, sender=OURS)
    refuse(story, said, OPTED_OUT)

    assert not state_of(lane(story), OURS).consent
    assert lane(story).consent


def test_a_stop_at_another_sender_leaves_the_word_that_is_owed_here(story: Story) -> None:
    said = ready(story)
    claim(story, said, sender=OTHER)
    hears(story, OURS, "stop")
    story.tell(ConsentWithdrawn())
    hears(story, OURS)
    owed = lane(story).owes
    refuse(story, said, OPTED_OUT)

    assert lane(story).owes == owed is not None
    assert not state_of(lane(story), OTHER).consent


def undelivered(story: Story, of: UUID, ref: str = "SM", code: int = WINDOW_SHUT) -> None:
    about: dict[str, Any] = {"reply": of, "part": 0, "attempt": 1, "message_ref": ref}
    story.tell(ReplyUndelivered(status="undelivered", code=code, **about))


def test_a_late_refusal_speaks_of_the_sender_that_was_claimed(story: Story) -> None:
    hears(story, OTHER)
    first, second = ready(story), ready(story)
    earlier = claim(story, first, sender=OTHER)
    sent(story, first)
    later = claim(story, second, sender=OURS)
    refuse(story, second, WINDOW_SHUT)
    undelivered(story, first)

    assert state_of(lane(story), OTHER).shut == earlier.version
    assert state_of(lane(story), OURS).shut == later.version
    assert replies(lane(story).queue) == [first, second]


def stopped_at_both(story: Story) -> UUID:
    """The confirmation of the second STOP."""
    for sender in (OURS, OTHER):
        hears(story, sender, "stop")
        story.tell(ConsentWithdrawn())
    return ready(story, "confirmation")


def test_a_word_on_a_stop_is_not_said_again_by_another_sender(story: Story) -> None:
    word = stopped_at_both(story)
    claim(story, word, sender=OTHER)
    hears(story, OURS)
    told = {"part": 0, "attempt": 1, "reason": "429", "again_at": START}
    story.tell(ReplyRefused(reply=word, **told))

    assert replies(lane(story).gone) == [word]


def test_a_word_on_a_stop_that_did_not_arrive_is_not_said_by_another_sender(
    story: Story,
) -> None:
    word = stopped_at_both(story)
    claim(story, word, sender=OTHER)
    sent(story, word)
    hears(story, OURS)
    undelivered(story, word)

    assert lane(story).queue == ()


def test_a_part_that_did_not_arrive_is_said_again_before_the_next(story: Story) -> None:
    first, second = ready(story), ready(story)
    claim(story, first, parts=2)
    sent(story, first)
    undelivered(story, first)

    assert replies(lane(story).queue) == [first, second]
    assert (lane(story).queue[0].part, lane(story).queue[0].attempt) == (0, 2)


def test_a_held_reply_whose_first_part_did_not_arrive_is_held_no_more(story: Story) -> None:
    said, other = ready(story), ready(story)
    claim(story, said, parts=2)
    sent(story, said)
    story.tell(ReplyHeld(reply=said, part=1, attempt=1, why="window", sender=OURS))
    hold(story, other)
    assert replies(lane(story).held) == [said, other]
    undelivered(story, said)

    assert replies(lane(story).held) == [other]
    assert replies(lane(story).queue) == [said]
