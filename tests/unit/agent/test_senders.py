"""A STOP to one sender of ours lets turns open for what is written to another."""

from contracts.consent import ConsentGiven, ConsentWithdrawn
from services.agent.decider import FOLD, Conversation
from services.agent.state import MOST_SILENCED
from tests.support.events import message
from tests.support.story import Story

OLD, NEW = "whatsapp:+15550100001", "whatsapp:+15550100002"


def hears(story: Story, sender: str | None, word: str | None = None) -> None:
    told = message("hello", sid=f"SM{len(story.events)}")
    batch = [told.model_copy(update={"sender": sender, "word": word})]
    consents = {"stop": [ConsentWithdrawn()], "start": [ConsentGiven()]}
    story.tell(*batch, *consents.get(word or "", []))


def test_what_is_written_to_another_sender_is_taken_up_with_what_waited() -> None:
    story = Story(FOLD)
    hears(story, OLD, "stop")
    hears(story, OLD)
    assert story.state.driver is None
    hears(story, NEW)
    assert story.state.driver == story.events[-1].event_id
    assert len(story.state.pending) == 2


def test_a_stop_is_there_again_when_its_sender_is_written_to() -> None:
    story = Story(FOLD)
    hears(story, OLD, "stop")
    hears(story, NEW, "stop")
    hears(story, OLD)
    hears(story, NEW)
    assert story.state.driver is None
    hears(story, OLD, "start")
    assert story.state.driver is not None


def test_a_word_to_another_sender_wakes_for_what_waits_and_a_stop_does_not() -> None:
    for word, wakes in (("help", True), ("stop", False)):
        story = Story(FOLD)
        hears(story, OLD, "stop")
        hears(story, OLD)
        hears(story, NEW, word)
        assert (story.state.driver is not None) == wakes


def test_who_is_named_first_is_the_one_that_nobody_named() -> None:
    story = Story(FOLD)
    hears(story, None, "stop")
    hears(story, OLD)
    assert not story.state.consent
    hears(story, NEW)
    assert story.state.consent
    hears(story, None)
    assert story.state.sender == NEW


def test_what_is_remembered_is_bounded() -> None:
    state = Conversation()
    for number in range(3 * MOST_SILENCED):
        state = state.written_to(f"whatsapp:+1555010{number:04}").but(consent=False)
    assert len(state.silenced) == MOST_SILENCED
