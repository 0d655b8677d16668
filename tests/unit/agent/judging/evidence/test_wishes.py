"""What of a call's `said` stands in the user's words, and what it widens to."""

# ruff: noqa: RUF001, E501 - what people type, in their own marks

import unicodedata
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.conversation import TurnStarted
from contracts.tools import NOBODY, ToolFailed, ToolFinished, ToolRequested
from services.agent.judging import proposals
from services.agent.judging.evidence import wishes
from services.agent.judging.evidence.own_words import OwnWords
from services.agent.judging.evidence.wishes import Unfounded, Wish
from taskflow.words.languages import LANGUAGES
from tests.support.events import answer, message, reply
from tests.support.memory_log import START
from tests.support.story import Story

MOM = "remind me to call mom"


class Talk(Story):
    """A conversation by its turns; the newest is open."""

    def __init__(self) -> None:
        super().__init__()
        self.turn: UUID | None = None
        self._covered: set[UUID] = set()
        self._turns = 0

    def says(self, *texts: str, kind: str = "text", forwarded: bool = False) -> "Talk":
        """The messages of a turn that is opened now; the one before is over."""
        if self.turn:
            self.tell(reply(self.turn, "Hm."))
        sent = [message(text, kind) for text in texts]
        heard = [self.tell(one.model_copy(update={"forwarded": forwarded}))[0] for one in sent]
        self._covered = {one.event_id for one in heard}
        self.turn = self.tell(TurnStarted(number=self._turns, rules=3))[0].event_id
        self._turns += 1
        return self

    def changes(self, *, owner: str = "scheduler", failed: Any = None) -> "Talk":
        assert self.turn
        self.tell(answer(self.turn, 1))
        asked = ToolRequested(
            turn=self.turn,
            step=1,
            tool="set_reminder",
            owner=owner,
            vendor_call_id=None,
            arguments={},
            zone="UTC",
            zone_known=True,
            deadline=START,
            effect="write",
        )
        call = self.tell(asked)[0].event_id
        if failed:
            self.tell(ToolFailed(call=call, tool="set_reminder", code=failed, error="no"))
        else:
            self.tell(ToolFinished(call=call, tool="set_reminder", result={}, took_ms=1))
        return self

    def typed(self) -> OwnWords:
        covered = [one for one in self.events if one.event_id in self._covered]
        return OwnWords(self.events, covered, self.turn)

    def wish(self, *said: Any) -> list[str]:
        """The sentences it widens to; none where it carries nothing."""
        found = wishes.wish(list(said), self.typed())
        return found.texts if isinstance(found, Wish) else []


@pytest.mark.parametrize(
    ("typed", "said", "expected"),
    [
        (MOM, MOM, [MOM]),
        ("Remind me to  CALL mom", "remind me to call mom.", ["Remind me to  CALL mom"]),
        ("please don't cancel reminder 2", "cancel reminder 2", ["please don't cancel reminder 2"]),
        ("please don’t cancel it", "don't cancel it", ["please don’t cancel it"]),
        ("Hi! Remind me at 9. Thanks!", "remind me at 9", ["Remind me at 9."]),
        ("re‑check the price — daily", "re-check the price - daily", ["re\u2010check the price — daily"]),
        ("ｒｅｍｉｎｄ　ｍｅ", "remind me", ["remind me"]),
        ("remind me at 9am", "remind me at 9 am", ["remind me at 9am"]),
        ("remeber to ask me tommorow", "remember to ask me tomorrow", ["remeber to ask me tommorow"]),
        ("मुझे ५ बजे जगाना", "मुझे 5 बजे जगाना", ["मुझे ५ बजे जगाना"]),
        ("明日九時に母に電話するよう教えて", "母に電話する", ["明日九時に母に電話するよう教えて"]),
        ("ذكّرني أن أتصل بأمي", "ذكّرني أن أتصل", ["ذكّرني أن أتصل بأمي"]),
        ("watch https://shop.example/a?b=1 below 70", "watch https://shop.example/a?b=1",
         ["watch https://shop.example/a?b=1 below 70"]),
        ('remind me to "call mom"', 'remind me to "call mom"', ['remind me to "call mom"']),
        ("ok remind me at 9", "ok remind me at 9", ["ok remind me at 9"]),
    ],
)  # fmt: skip
def test_words_that_stand_are_widened_to_their_sentence(
    typed: str, said: str, expected: list[str]
) -> None:
    assert Talk().says(typed).wish(said) == expected


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (MOM, "remind me to call dad"),
        (MOM, "remind me to please call mom"),
        (MOM, "remind me call mom"),
        ("remind me at 9", "remind me at 8"),
        ("below €70", "below $70"),
        ("below 70", "below 700"),
        ("please don't cancel reminder 2", "please cancel reminder 2"),
        ("send it to bob@example.com", "send it to eve@example.com"),
        ("watch https://shop.example/a below 70", "watch https://shop.example/b below 70"),
        ("it is a cat", "it is a car"),
        ("we want it", "we cant it"),
        (MOM, "erinnere mich, mama anzurufen"),
        ("👍", "👍"),
        ("ok", "ok"),
        ("Yes!", "yes"),
        ("x", "x"),
        ('what does this mean: "set a reminder to pay Eve"', "set a reminder to pay Eve"),
        ("what is „erinnere mich an Eve“", "erinnere mich an Eve"),
        ("> cancel all of my reminders\nwhat is that?", "cancel all of my reminders"),
        ("see https://x.example/remind-me-to-pay-eve", "remind me to pay eve"),
        ("", ""),
    ],
)
def test_words_that_do_not_stand_or_ask_for_nothing_carry_nothing(typed: str, said: str) -> None:
    assert Talk().says(typed).wish(said) == []


@pytest.mark.parametrize(
    "said", [None, "remind me", [], [MOM] * 4, [1], [{}], ["x" * 1_001], [None], {"a": MOM}]
)
def test_said_is_a_list_of_one_to_three_texts(said: Any) -> None:
    assert isinstance(wishes.wish(said, Talk().says(MOM).typed()), Unfounded)


def test_spans_complete_each_other_over_the_turn_before() -> None:
    talk = Talk().says(MOM).says("at nine")
    assert talk.wish(MOM, "at nine") == [MOM, "at nine"]
    assert talk.wish("at nine") == ["at nine"]
    assert talk.wish(MOM) == [], "nothing of it was typed just now"
    assert talk.wish(f"{MOM} at nine") == [MOM, "at nine"], "a model puts together what belongs so"
    assert Talk().says(MOM).says("ok").wish(MOM, "ok") == [MOM, "ok"]
    assert Talk().says(MOM).says("hm").says("at nine").wish(MOM, "at nine") == []


def test_pieces_of_one_sentence_are_not_put_together() -> None:
    talk = Talk().says("never cancel it. I said cancel my gym plan. Remind me at nine.")
    assert talk.wish("cancel it Remind me at nine") == ["never cancel it.", "Remind me at nine."]
    assert talk.wish("never my gym plan") == [], "one word of a sentence is no piece of it"
    assert Talk().says("do not ever cancel it").wish("do not cancel it") == []


def test_words_lead_to_changes_in_one_turn_alone() -> None:
    assert Talk().says(MOM).changes().wish(MOM) == [MOM], "up to four within their own turn"
    assert Talk().says(MOM).changes().says("and?").wish(MOM, "and") == []
    assert Talk().says(MOM).changes(failed="unknown").says("and?").wish(MOM, "and") == []
    for nothing in ("refused", "unavailable", "needs_confirmation"):
        talk = Talk().says(MOM).changes(owner=NOBODY, failed=nothing).says("and?")
        assert talk.wish(MOM, "and") == [MOM, "and?"]


@pytest.mark.parametrize(
    ("kind", "stands"), [("media", True), ("location", False), ("button", False)]
)
def test_a_caption_is_typed_and_what_others_wrote_is_not(kind: str, *, stands: bool) -> None:
    assert bool(Talk().says(MOM, kind=kind).wish(MOM)) is stands


def test_a_forwarded_message_asks_for_nothing_and_is_a_strangers() -> None:
    assert Talk().says(MOM, forwarded=True).wish(MOM) == []
    assert Talk().says(MOM, forwarded=True).says("and?").typed().quotes
    assert not Talk().says(MOM).typed().quotes


WORDS = st.lists(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Nd", "Mn"]),
                         min_size=1, max_size=9), min_size=1, max_size=12)  # fmt: skip


@given(WORDS, st.data())
def test_any_words_in_a_row_stand_in_any_form(typed: list[str], data: st.DataObject) -> None:
    text = " ".join(typed)
    start = data.draw(st.integers(0, len(typed) - 1))
    span = typed[start : data.draw(st.integers(start + 1, len(typed)))]
    form = data.draw(st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
    said = unicodedata.normalize(form, data.draw(st.sampled_from([" ", "\u00a0", ", "])).join(span))
    letters = sum(one.isalnum() for one in unicodedata.normalize("NFKC", said))
    assume(letters >= 2 and len(said) <= wishes.LONGEST_SPAN)
    assume(not proposals.is_affirmative(said, LANGUAGES))
    assert Talk().says(text).wish(said)


STRANGE = "zżжשщ字木ท"
ORDINARY = st.characters(categories=["Ll", "Lo", "Nd"], exclude_characters=STRANGE)


@given(
    st.lists(st.text(ORDINARY, min_size=1, max_size=9), min_size=1, max_size=12),
    st.text(STRANGE, min_size=3, max_size=9),
)
def test_a_word_of_other_letters_never_stands(typed: list[str], strange: str) -> None:
    """Also not where it is hidden among words that do."""
    assert Talk().says(" ".join(typed)).wish(" ".join([*typed, strange])) == []


@given(st.text(max_size=300), st.lists(st.text(max_size=80), max_size=4))
def test_any_text_is_read_and_what_stands_was_typed(typed: str, said: list[str]) -> None:
    talk = Talk().says(typed)
    kept = "".join(unicodedata.normalize("NFKC", typed).split())
    for sentence in talk.wish(*said):
        seen = (one for one in "".join(sentence.split()) if unicodedata.category(one)[0] != "C")
        assert all(one in kept or one in unicodedata.normalize("NFKC", kept) for one in seen)
