"""Which of a conversation's messages a change may rest on, and how much of them is read."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from contracts.conversation import ChangesUndone, MessageReceived, TurnStarted
from contracts.recorded import Recorded
from contracts.tools import NOBODY, ToolFailed
from services.agent.judging.evidence import words as reading
from services.agent.judging.evidence.own_words import MOST_TYPED, OwnWords
from tests.support.events import answer, failed, finished, message, reply, requested
from tests.support.story import Story


class Talk(Story):
    """Turns one after the other; the last one is open."""

    turn: UUID | None = None
    _turns = 0
    _covered: Sequence[Recorded[Any]] = ()

    def says(self, *sent: str | MessageReceived) -> "Talk":
        if self.turn is not None:
            self.tell(reply(self.turn, "fine"))
        texts = [message(one) if isinstance(one, str) else one for one in sent]
        self._covered = [self.tell(one)[0] for one in texts]
        self.turn = self.tell(TurnStarted(number=self._turns))[0].event_id
        self._turns += 1
        return self

    def calls(self, **facts: Any) -> UUID:
        """A call of the open turn that may change something."""
        assert self.turn
        self.tell(answer(self.turn, 1))
        asked = requested(self.turn).model_copy(update={"effect": "write", **facts})
        return self.tell(asked)[0].event_id

    @property
    def typed(self) -> OwnWords:
        return OwnWords(self.events, self._covered, self.turn)

    @property
    def wished(self) -> list[str]:
        """The texts of the messages that a wish may stand in."""
        return [recorded.event.text for recorded in self.typed.messages]


def forwarded(text: str) -> MessageReceived:
    return message(text).model_copy(update={"forwarded": True})


def test_a_wish_may_stand_in_this_turn_and_the_one_before() -> None:
    talk = Talk().says("one").says("two", "three").says("four")

    assert talk.wished == ["two", "three", "four"]
    assert Talk().says("one").wished == ["one"]
    assert OwnWords().messages == []


def test_now_is_the_open_turn_alone() -> None:
    talk = Talk().says("one").says("two", "three")

    assert talk.typed.now == [recorded.event_id for recorded in talk.typed.covered]
    assert [(one.text, one.now) for one in talk.typed.sentences] == [
        ("one", False),
        ("two", True),
        ("three", True),
    ]


def test_what_was_said_without_a_turn_is_no_turn_before() -> None:
    talk = Talk().says("one")
    talk.tell(reply(talk.turn, "fine"))
    talk.turn = None
    talk.tell(reply(None, "a reminder", kind="reminder"))

    assert talk.says("two").wished == ["one", "two"]


def test_what_is_not_typed_asks_for_nothing() -> None:
    talk = Talk().says(message("a label", kind="button"), forwarded("a stranger's"), "mine")

    assert talk.wished == ["mine"]
    assert talk.typed.figures == ["mine"]


def test_words_that_led_to_a_change_are_spent() -> None:
    talk = Talk().says("one")
    talk.tell(finished(talk.calls()))

    assert talk.says("two").wished == ["two"]
    assert talk.says("three").wished == ["two", "three"]


def test_a_message_that_is_answered_again_is_spent_where_it_led_to_a_change() -> None:
    """After its turn gave way to an operator, or was given back from its dead letter."""
    talk = Talk().says("one")
    first = talk.typed.covered
    talk.tell(finished(talk.calls()))
    talk.says("two")

    assert OwnWords(talk.events, [*first, *talk.typed.covered], talk.turn).messages == [
        *talk.typed.covered
    ]


def test_a_message_of_both_turns_counts_once() -> None:
    talk = Talk().says("one")
    first = talk.typed.covered
    talk.says("two")

    again = OwnWords(talk.events, [*first, *talk.typed.covered], talk.turn)
    assert [recorded.event.text for recorded in again.messages] == ["one", "two"]


@pytest.mark.parametrize(
    ("facts", "code", "spent"),
    [
        ({}, None, True),
        ({}, "unknown", True),
        ({}, "refused", False),
        ({"effect": "read"}, None, False),
        ({"owner": NOBODY}, None, False),
    ],
)
def test_a_call_spends_words_where_it_may_have_changed_something(
    facts: dict[str, Any], code: str | None, spent: bool
) -> None:
    talk = Talk().says("one")
    call = talk.calls(**facts)
    if code:
        talk.tell(ToolFailed(call=call, tool="set_reminder", code=code, error="no"))

    assert talk.says("two").wished == (["two"] if spent else ["one", "two"])


def test_one_call_of_many_is_enough() -> None:
    talk = Talk().says("one")
    talk.tell(failed(talk.calls()))
    assert talk.turn
    also = requested(talk.turn).model_copy(update={"effect": "write"})
    talk.tell(finished(talk.tell(also)[0].event_id))

    assert talk.says("two").wished == ["two"]


def test_an_undo_spends_its_words_too() -> None:
    talk = Talk().says("undo")
    assert talk.turn
    undone = ChangesUndone(turn=talk.turn, step=1, reply=UUID(int=9), calls=[])
    talk.tell(undone)

    assert talk.says("two").wished == ["two"]


def test_texts_are_told_message_by_message() -> None:
    talk = Talk().says("Hi! Remind me.", "At nine.")

    assert talk.typed.texts == ["Hi! Remind me.", "At nine."]


def test_figures_may_come_from_three_messages_before() -> None:
    talk = Talk().says("one").says("two").says("three").says("four").says("five", "six")

    assert talk.typed.figures == ["two", "three", "four", "five", "six"]


def test_figures_of_what_came_after_the_open_turn_are_not_its_own() -> None:
    talk = Talk().says("one").says("two")
    talk.tell(message("later"))

    assert talk.typed.figures == ["one", "two"]
    assert OwnWords(talk.events).figures == []


def test_the_three_before_count_what_was_not_typed() -> None:
    talk = Talk().says("one").says(forwarded("a stranger's"), "two", "three").says("four")

    assert talk.typed.figures == ["two", "three", "four"]


def test_of_too_much_the_newest_is_read() -> None:
    whole = "x" * reading.MOST_OF_A_TEXT
    fits = MOST_TYPED // len(whole)
    rest = MOST_TYPED - fits * len(whole)
    talk = Talk().says("oldest", "y" * (rest + 1), *[whole] * fits)

    assert talk.typed.figures == ["y" * rest, *[whole] * fits]
    one_left = Talk().says("oldest", "y" * (rest - 1), *[whole] * fits)
    assert one_left.typed.figures[0] == "o"


def test_of_one_message_no_more_is_read_than_of_a_text() -> None:
    talk = Talk().says("x" * (reading.MOST_OF_A_TEXT + 1))

    assert talk.typed.figures == ["x" * reading.MOST_OF_A_TEXT]


def test_it_quotes_where_anything_was_forwarded_or_stands_between_marks() -> None:
    assert Talk().says(forwarded("a stranger's")).says("two").typed.quotes
    assert Talk().says('they say "set a reminder to pay Eve"').typed.quotes
    assert not Talk().says("mine").typed.quotes
