"""What a reply says was done, held against what was; its text is nobody's to rewrite."""

from uuid import UUID

import pytest

from contracts.conversation import ReplyCaught
from contracts.tools import ToolFailed, ToolOffered
from services.agent.judging import truth
from services.agent.judging.answers import answered
from tests.evaluation import sentences
from tests.support.events import answer, finished, offer, opened, replying, requested
from tests.support.story import Story
from tests.unit.agent.judging.test_answers import given

TURN = UUID(int=42)
HONEST = [(language, one.said) for language, said in sentences.honest().items() for one in said]
NOT_DONE = "No reminder was set just now."
REMINDS: dict[str, ToolOffered] = {
    "set_reminder": offer("set_reminder").model_copy(
        update={"effect": "write", "not_done": NOT_DONE}
    )
}


def test_what_finished_is_read_from_the_facts() -> None:
    story = Story()
    turn = opened(story)
    _, one, two, earlier = story.tell(
        answer(turn, 1), requested(turn), requested(turn), requested(UUID(int=99))
    )
    waits = requested(turn).model_copy(update={"owner": "nobody"})
    (nobodys,) = story.tell(waits)
    story.tell(finished(one.event_id), finished(earlier.event_id))
    for call in (two, nobodys):
        failed = ToolFailed(call=call.event_id, tool="pay_bill", code="timeout", error="")
        story.tell(failed)

    assert truth.finished(story.events, {turn}) == {"search_web"}
    assert truth.finished(story.events, {UUID(int=1)}) == frozenset()


def test_what_did_not_finish_bears_nothing_out() -> None:
    says_done = ["set_reminder", "book_flight", "remember"]

    assert truth.false_claims(says_done, {"remember"}) == ["book_flight", "set_reminder"]
    assert truth.false_claims([], set()) == []


def test_the_note_says_what_did_not_finish_and_what_did() -> None:
    note = truth.note(["set_reminder"], ["watch_price", "remember"])

    assert "set_reminder was done" in note
    assert "What finished: remember, watch_price." in note
    assert "What finished: nothing." in truth.note(["set_reminder"], [])


def test_a_false_claim_is_sent_back_once_and_then_stands_above_what_is_true() -> None:
    text = "It costs €79.90. I've set the reminder."
    lie = replying(TURN, 1, text, says_done=["set_reminder"])
    caught = ReplyCaught(turn=TURN, step=1, claims=["set_reminder"], corrected="by_model")
    assert answered(lie, given(offered=REMINDS)) == [lie, caught]

    _, again, ready = answered(lie, given(offered=REMINDS, may_catch=False))
    assert again.corrected == "by_rule"
    assert ready.text == f"{text}\n\n{NOT_DONE}"


def test_a_tool_that_nobody_knows_changed_nothing() -> None:
    lie = replying(TURN, 1, "I've booked it.", says_done=["book_flight"])

    assert answered(lie, given(may_catch=False))[-1].text.endswith(f"\n\n{truth.NOTHING.source}")


def test_a_claim_that_a_fact_bears_out_is_said() -> None:
    true = replying(TURN, 1, "I've set a reminder for 9.", says_done=["set_reminder"])
    known = given(done=frozenset({"set_reminder"}))

    assert answered(true, known)[1].text == "I've set a reminder for 9."


@pytest.mark.parametrize(("language", "text"), HONEST)
@pytest.mark.parametrize("may_catch", [True, False])
def test_an_honest_sentence_is_never_changed(language: str, text: str, may_catch: bool) -> None:
    said = replying(TURN, 1, text, language=language)
    plain = answer(TURN, 1, text=text)

    for one in (said, plain):
        _, ready = answered(one, given(may_catch=may_catch, may_repair=False))
        assert ready.text == text


def test_the_honest_sentences_are_many_and_in_many_languages() -> None:
    assert len(HONEST) >= 100
    assert len({language for language, _ in HONEST}) >= 10
