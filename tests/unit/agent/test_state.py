"""What a conversation's state says of itself."""

from uuid import UUID

import pytest

from contracts.reminders import ReminderAnswer, ReminderAnswered
from services.agent.state import (
    MOST_ANSWERED,
    MOST_SILENCED,
    Answered,
    ClosingReply,
    Conversation,
    Pending,
    Proposal,
)
from tests.support.memory_log import START

ONE, TWO, CALL = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.mark.parametrize(
    ("left", "of", "by", "then"),
    [(None, 3, 1, 2), (None, 3, 0, 3), (2, 5, 1, 1), (1, 1, 1, 0), (0, 1, 1, 0)],
)
def test_media_are_settled_one_after_the_other(
    left: int | None, of: int, by: int, then: int
) -> None:
    waiting = Pending(message=ONE, at=START, media_left=left, version=4)

    assert waiting.settled(of, by) == Pending(message=ONE, at=START, media_left=then, version=4)


@pytest.mark.parametrize(
    ("parts", "stands", "whole"),
    [
        (0, (), False),
        (1, (), False),
        (1, ((0, 0),), True),
        (2, ((0, 0), (0, 1)), False),
        (2, ((0, 0), (1, 1)), True),
    ],
)
def test_a_reply_is_whole_once_each_of_its_parts_stands(
    parts: int, stands: tuple[tuple[int, int], ...], whole: bool
) -> None:
    assert ClosingReply(reply=ONE, parts=parts, stands=stands).is_whole is whole


def test_a_reply_is_over_once_nothing_of_it_is_to_do_or_under_way() -> None:
    under_way = (0, 0)

    assert not ClosingReply(reply=ONE).is_over
    for done in ({"parts": 1, "stands": ((0, 0),)}, {"withdrawn": True}, {"parked": TWO}):
        assert ClosingReply(reply=ONE, **done).is_over
        assert not ClosingReply(reply=ONE, sending=under_way, **done).is_over


def test_an_operator_waits_for_an_answer_that_is_under_way() -> None:
    def answering(**facts: object) -> bool:
        return Conversation(answers=(ClosingReply(reply=ONE, **facts),)).is_answering

    assert answering(withdrawn=True, sending=(0, 0))
    assert not answering(withdrawn=True)
    assert not answering(sending=(0, 0))
    assert not Conversation().is_answering


def test_the_language_is_that_of_the_newest_turn() -> None:
    assert Conversation(languages=("de", "pt")).language == "pt"
    assert Conversation().language == "en"


def test_the_zone_that_was_asked_is_the_first_that_a_proposal_names() -> None:
    nothing = Proposal(proposed=ONE, fingerprint="a")
    berlin = Proposal(proposed=TWO, fingerprint="b", zone="Europe/Berlin")

    assert Conversation(asked=(nothing, berlin)).asked_zone == "Europe/Berlin"
    assert Conversation(asked=(nothing,)).asked_zone is None


def said(*answers: ReminderAnswer, alone: bool = True) -> ReminderAnswered:
    return ReminderAnswered(turn=ONE, step=3, answers=list(answers), alone=alone)


def test_answers_to_reminders_are_held_the_newest_of_each() -> None:
    done = ReminderAnswer(reply=ONE, answer="done")
    again = ReminderAnswer(reply=ONE, answer="hour", call=CALL)
    other = ReminderAnswer(reply=TWO, answer="done")

    state = Conversation().with_answers(said(done)).with_answers(said(other, again))

    assert state.answered == (
        Answered(reply=TWO, answer="done"),
        Answered(reply=ONE, answer="hour", call=CALL),
    )
    assert state.step == 4


def test_a_turn_answers_buttons_alone_where_its_messages_say_nothing_else() -> None:
    done = ReminderAnswer(reply=ONE, answer="done")
    again = ReminderAnswer(reply=TWO, answer="hour", call=CALL)

    assert Conversation().with_answers(said(done)).answering == "done"
    assert Conversation().with_answers(said(done, again)).answering == "again"
    assert Conversation().with_answers(said(done, alone=False)).answering is None


def test_only_the_newest_answers_are_held() -> None:
    answers = [ReminderAnswer(reply=UUID(int=n), answer="done") for n in range(MOST_ANSWERED + 1)]

    held = Conversation().with_answers(said(*answers)).answered

    assert [answered.reply.int for answered in held] == list(range(1, MOST_ANSWERED + 1))


def test_a_stop_is_the_senders_that_it_was_said_to() -> None:
    stopped = Conversation().written_to("a").but(consent=False)

    elsewhere = stopped.written_to("b")
    assert (elsewhere.sender, elsewhere.consent, elsewhere.silenced) == ("b", True, ("a",))
    back = elsewhere.written_to("a")
    assert (back.sender, back.consent, back.silenced) == ("a", False, ())


def test_who_names_no_sender_writes_to_that_of_now() -> None:
    stopped = Conversation(sender="a", consent=False)

    assert stopped.written_to(None) == stopped
    assert stopped.written_to("a") == stopped
    assert Conversation(consent=False).written_to("a") == stopped


def test_only_the_newest_senders_that_were_silenced_are_held() -> None:
    state = Conversation()
    for number in range(MOST_SILENCED + 2):
        state = state.written_to(f"s{number}").but(consent=False)
    state = state.written_to("last")

    assert state.silenced == tuple(f"s{number}" for number in range(2, MOST_SILENCED + 2))
