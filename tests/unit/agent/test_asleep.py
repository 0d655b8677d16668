"""Between STOP and START nothing wakes a turn, and nothing that was written is lost."""

from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.conversation import RULES, TurnStarted, TurnStopped
from services.agent.decider import FOLD
from tests.support.events import message
from tests.support.story import Story


def says(story: Story, word: str) -> None:
    told = message(word.upper()).model_copy(update={"word": word})
    story.tell(told, {"stop": ConsentWithdrawn(), "start": ConsentGiven()}[word])


def test_what_is_written_after_a_stop_waits_for_start() -> None:
    story = Story(FOLD)
    says(story, "stop")
    (first,) = story.tell(message("find flights"))
    assert (story.state.driver, len(story.state.pending)) == (None, 1)

    says(story, "start")
    resumed = story.state
    assert resumed.driver is not None
    assert [one.message for one in resumed.pending] == [first.event_id]


def test_a_start_with_nothing_to_answer_wakes_nobody() -> None:
    story = Story(FOLD)
    says(story, "stop")
    says(story, "start")
    assert (story.state.driver, story.state.pending) == (None, ())


def test_the_turn_that_a_stop_ends_wakes_nobody_with_what_came_meanwhile() -> None:
    story = Story(FOLD)
    story.tell(message("find flights"))
    (started,) = story.tell(TurnStarted(number=0, rules=RULES))
    story.tell(message("to Kos"))
    says(story, "stop")
    story.tell(TurnStopped(turn=started.event_id, reason="user"))
    assert (story.state.turn, story.state.driver, len(story.state.pending)) == (None, None, 1)

    says(story, "start")
    assert story.state.driver is not None


def test_what_moved_already_goes_on() -> None:
    """Its answer is held at the door; a driver that is taken away never comes back."""
    story = Story(FOLD)
    (first,) = story.tell(message("find flights"))
    says(story, "stop")
    assert story.state.driver == first.event_id


def test_a_word_that_was_answered_at_the_door_waits_for_no_turn() -> None:
    story = Story(FOLD)
    story.tell(message("HELP").model_copy(update={"word": "help"}))
    assert (story.state.driver, story.state.pending) == (None, ())
