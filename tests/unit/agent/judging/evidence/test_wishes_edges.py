"""Where a span just stands, or just does not: runs, slips, and what the model is told of it."""

from typing import Any

import pytest

from services.agent.judging.evidence import wishes
from services.agent.judging.evidence.wishes import LONGEST_SPAN, MOST_TYPED, Unfounded, Wish
from tests.unit.agent.judging.evidence.test_own_words import Talk

MOM = "remind me to call mom"
NO_LIST = "`said` is no list of 1 to 3 texts of the user's"
OTHER_WORDS = "what stands in `said` is not what the user typed, word for word"
ASKS_NOTHING = "`said` holds no words of the user's that ask for anything"
NOT_NOW = "`said` holds nothing of what the user typed just now"


def found(talk: Talk, *said: str) -> list[str]:
    """The sentences that the spans widen to; none where they carry nothing."""
    wish = wishes.wish(list(said), talk.typed)
    return wish.texts if isinstance(wish, Wish) else []


@pytest.mark.parametrize(
    ("said", "because"),
    [
        (MOM, NO_LIST),
        ([], NO_LIST),
        ([MOM] * 4, NO_LIST),
        (["x" * (LONGEST_SPAN + 1)], NO_LIST),
        (["x" * LONGEST_SPAN], OTHER_WORDS),
        (["call dad"], OTHER_WORDS),
        (["", "..."], ASKS_NOTHING),
        (["ok"], ASKS_NOTHING),
        (["the old one"], NOT_NOW),
    ],
)
def test_the_model_is_told_why_its_spans_carry_nothing(said: Any, because: str) -> None:
    talk = Talk().says("the old one").says(MOM, "ok")

    assert wishes.wish(said, talk.typed) == Unfounded(because)


def test_a_witness_is_shown_all_that_a_wish_may_stand_in() -> None:
    talk = Talk().says("Hi! The old one.").says(MOM, "at nine")

    wish = wishes.wish([MOM], talk.typed)
    assert isinstance(wish, Wish)
    assert wish.shown == ("Hi! The old one.", MOM, "at nine")
    assert wish.messages == [talk.typed.covered[0].event_id]


def test_three_spans_may_stand_and_empty_ones_are_passed_over() -> None:
    talk = Talk().says("Remind me. Call mom. At nine.")

    sentences = ["Remind me.", "Call mom.", "At nine."]
    assert found(talk, "at nine", "remind me", "call mom") == sentences
    assert found(talk, "", "remind me") == ["Remind me."]


def test_no_sentence_gives_two_pieces_of_a_span() -> None:
    talk = Talk().says("Remind me now please. At nine.")

    assert found(talk, "remind me at nine") == ["Remind me now please.", "At nine."]
    assert found(talk, "remind me at nine now please") == []


@pytest.mark.parametrize(
    ("typed", "said", "sentences"),
    [
        ("Thanks! Well. Remind me.", "thanks remind me", ["Thanks!", "Remind me."]),
        ("Cancel it. Remind me.", "cancel remind me", []),
    ],
)
def test_one_word_is_a_piece_where_its_sentence_has_no_other(
    typed: str, said: str, sentences: list[str]
) -> None:
    assert found(Talk().says(typed), said) == sentences


def test_of_words_that_stand_twice_the_newest_count() -> None:
    assert found(Talk().says(MOM).says(MOM), MOM) == [MOM]

    talk = Talk().says("remind me").says("remind me", "well", "at nine")
    wish = wishes.wish(["remind me at nine"], talk.typed)
    assert isinstance(wish, Wish)
    assert [sentence.now for sentence in wish.sentences] == [True, True]


def test_a_word_stands_for_no_other_place_of_the_span() -> None:
    assert found(Talk().says("me me now"), "remind me") == []
    assert found(Talk().says("tommorow tommorow"), "call tomorrow") == []
    assert found(Talk().says("tommorow tommorow"), "tomorrow tomorrow") == ["tommorow tommorow"]


@pytest.mark.parametrize(
    ("typed", "said", "stands"),
    [
        ("buy mikl", "buy milk", True),
        ("buy tae", "buy tea", False),
        ("buy iilk", "buy milk", False),
        ("rember to call", "remember to call", True),
        ("rmember to call", "remember to call", True),
        ("remer to call", "remember to call", False),
        ("the wethr now", "the weather now", False),
        ("my responsibilitees", "my responsibilities", True),
        ("my telecomunication", "my telecommunication", False),
        ("room ab1d", "room abcd", False),
        ("mail bob@exmple.com", "mail bob@example.com", False),
    ],
)
def test_a_slip_is_forgiven_by_the_length_of_its_word(typed: str, said: str, stands: bool) -> None:
    assert found(Talk().says(typed), said) == ([typed] if stands else [])


def test_of_very_much_only_the_newest_words_are_walked() -> None:
    filler = "a " * 750
    talk = Talk().says(MOM, filler, filler)
    assert found(talk, MOM) == []

    shorter = "a " * (MOST_TYPED - 750 - len(MOM.split()))
    assert found(Talk().says(MOM, filler, shorter), MOM) == [MOM]


@pytest.mark.parametrize(("typed", "asks"), [("go", True), ("x", False), ('"go"', False)])
def test_two_letters_ask_for_something_and_quotes_for_nothing(typed: str, asks: bool) -> None:
    assert found(Talk().says(typed), typed) == ([typed] if asks else [])
