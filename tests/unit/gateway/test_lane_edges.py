"""What a lane's fold holds after words on consent, claims of each sender, and what joins them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.conversation import TurnStarted
from contracts.recorded import Recorded
from contracts.replies import (
    OPTED_OUT,
    WINDOW_SHUT,
    ReplyHeld,
    ReplyParked,
    ReplyRefused,
    ReplySending,
    ReplySent,
)
from contracts.takeover import ConversationTakenOver
from services.gateway.lane import FOLD, PAIR, Lane
from services.gateway.senders import state_of
from tests.support.events import message, reply
from tests.support.memory_log import START
from tests.support.story import Story

OURS, OTHER = "whatsapp:+15550100000", "whatsapp:+15550100001"
TOKEN, ANOTHER = UUID(int=98), UUID(int=99)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def story() -> Story:
    """Of a user who wrote to the first of ours."""
    told = Story()
    hears(told, OURS)
    return told


def lane(story: Story) -> Lane:
    return FOLD.over(story.events)


def hears(story: Story, sender: str, word: str | None = None) -> Recorded[Any]:
    heard = message(sid=f"SM{len(story.events)}")
    return story.tell(heard.model_copy(update={"sender": sender, "word": word}))[0]


def ready(story: Story, kind: str = "answer", language: str | None = None) -> UUID:
    said = reply(None, kind=kind).model_copy(update={"language": language})
    return story.tell(said)[0].event_id


def claim(story: Story, of: UUID, **facts: Any) -> Recorded[Any]:
    told: dict[str, Any] = {"part": 0, "parts": 1, "attempt": 1, "token": TOKEN, "sender": OURS}
    return story.tell(ReplySending(reply=of, **told | facts))[0]


def hold(story: Story, of: UUID, why: str = "window") -> None:
    story.tell(ReplyHeld(reply=of, part=0, attempt=1, why=why, sender=OURS))


def refuse(story: Story, of: UUID, code: int) -> None:
    told: dict[str, Any] = {"part": 0, "attempt": 1, "reason": "no", "again_at": START}
    story.tell(ReplyRefused(reply=of, code=code, **told))


def replies(queue: Any) -> list[UUID]:
    return [queued.reply for queued in queue]


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


def test_a_claim_counts_at_the_sender_that_it_goes_from(story: Story) -> None:
    hears(story, OTHER)
    said = ready(story)
    claim(story, said, sender=OURS)

    assert state_of(lane(story), OURS).full_at == PAIR.taken(None, START)
    assert state_of(lane(story), OTHER).full_at is None
    assert lane(story).sender == OTHER


def test_each_claim_takes_from_what_its_sender_has_left(story: Story) -> None:
    hears(story, OTHER)
    first, second = ready(story), ready(story)
    claim(story, first, sender=OURS)
    story.tell(ReplySent(reply=first, part=0, attempt=1, message_ref="SM", known_by="list"))
    claim(story, second, sender=OURS)

    once = PAIR.taken(None, START)
    assert state_of(lane(story), OURS).full_at == PAIR.taken(once, START)


def test_the_first_claim_names_the_sender_of_a_log_that_named_none() -> None:
    story = Story()
    story.tell(message())
    claim(story, ready(story), sender=OTHER)

    assert lane(story).sender == OTHER


def test_what_was_sent_is_known_by_its_attempt(story: Story) -> None:
    said = ready(story)
    claim(story, said)
    story.tell(ReplySent(reply=said, part=0, attempt=1, message_ref="SM", known_by="list"))

    (sent,) = lane(story).sent
    assert (sent.message_ref, sent.reply, sent.part, sent.attempt) == ("SM", said, 0, 1)


def stopped(story: Story) -> UUID:
    """The confirmation of a STOP; an answer is held behind it."""
    answer = ready(story)
    hears(story, OURS, "stop")
    story.tell(ConsentWithdrawn())
    hold(story, answer, "consent")
    return ready(story, "confirmation")


def test_a_stop_releases_nothing_and_is_owed_no_word(story: Story) -> None:
    held = ready(story)
    hold(story, held)
    hears(story, OURS, "stop")

    assert replies(lane(story).held) == [held]
    assert lane(story).owes is None


def test_a_second_stop_is_owed_no_word_either(story: Story) -> None:
    confirmation = stopped(story)
    hold(story, confirmation)
    hears(story, OURS)
    assert lane(story).owes is not None
    hears(story, OURS, "stop")

    assert lane(story).owes is None
    assert replies(lane(story).queue) == [confirmation]


def test_who_writes_after_a_stop_releases_the_word_on_it_alone(story: Story) -> None:
    confirmation = stopped(story)
    hold(story, confirmation)
    story.log.pass_time(MINUTE)
    hears(story, OURS)

    assert replies(lane(story).queue) == [confirmation]
    assert lane(story).queue[0].released_at == START + MINUTE
    assert len(lane(story).held) == 1


def test_the_word_that_is_owed_is_driven_by_what_drives_the_lane(story: Story) -> None:
    confirmation = stopped(story)
    driven_by = lane(story).driver
    hears(story, OURS)
    assert (lane(story).driver, lane(story).owes is None) == (driven_by, False)

    claim(story, confirmation)
    story.tell(ReplySent(reply=confirmation, part=0, attempt=1, message_ref="SM", known_by="list"))
    wrote = hears(story, OURS)
    assert lane(story).driver == driven_by, "the word is owed still"
    assert wrote.event_id != driven_by


def test_an_empty_lane_is_driven_by_the_message_after_the_stop(story: Story) -> None:
    hears(story, OURS, "stop")
    story.tell(ConsentWithdrawn())
    wrote = hears(story, OURS)

    assert lane(story).driver == wrote.event_id


def test_a_message_that_releases_nothing_drives_nothing(story: Story) -> None:
    waits = ready(story)
    hears(story, OURS)

    assert lane(story).driver == waits
    assert lane(story).queue[0].released_at is None


def test_a_start_drops_the_words_on_the_stop_and_releases_the_rest(story: Story) -> None:
    confirmation = stopped(story)
    hold(story, confirmation)
    wrote = hears(story, OURS)
    notice = ready(story, "notice")
    assert replies(lane(story).queue) == [confirmation, notice]
    hold(story, confirmation)
    story.log.pass_time(MINUTE)
    given = story.tell(ConsentGiven())[0]

    after = lane(story)
    assert (after.consent, after.consented, after.owes) == (True, given.version, None)
    assert after.held == ()
    (answer,) = after.queue
    assert (answer.kind, answer.released_at) == ("answer", START + MINUTE)
    assert wrote.version < given.version


def test_a_start_takes_back_the_word_that_is_owed(story: Story) -> None:
    hears(story, OURS, "stop")
    story.tell(ConsentWithdrawn())
    hears(story, OURS)
    story.tell(ConsentGiven())

    assert (lane(story).owes, lane(story).driver) == (None, None)


def test_a_word_on_the_stop_that_is_on_its_way_goes_on(story: Story) -> None:
    confirmation = stopped(story)
    claim(story, confirmation)
    story.tell(ConsentGiven())

    assert lane(story).queue[0].reply == confirmation


def test_who_stops_again_is_told_again_what_resumes(story: Story) -> None:
    stopped(story)
    hears(story, OURS)
    ready(story, "notice")
    assert lane(story).told
    story.tell(ConsentGiven(), ConsentWithdrawn())

    assert not lane(story).told


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
