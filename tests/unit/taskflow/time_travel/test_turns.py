from uuid import UUID

from contracts.conversation import TurnStarted, TurnSuperseded
from contracts.takeover import ConversationHandedBack, ConversationTakenOver
from contracts.tools import ToolFinished
from taskflow.time_travel.turns import TurnStory, turns
from tests.support.events import answer, message, reply, requested
from tests.support.story import Story


def start(story: Story, number: int) -> UUID:
    return story.tell(TurnStarted(number=number))[0].event_id


def texts(turn: TurnStory) -> list[str]:
    return [said.event.text for said in turn.messages]


def test_a_turn_answers_the_messages_of_the_one_that_gave_way_to_it() -> None:
    story = Story()
    story.tell(message("flights to Rome"))
    first = start(story, 0)
    story.tell(message("no, to Oslo"))
    story.tell(TurnSuperseded(turn=first, step=1))
    second = start(story, 1)
    story.tell(answer(second, 1, text="To Oslo."), reply(second, "To Oslo."))

    told = turns(story.events)

    assert list(told) == [first, second]
    assert texts(told[first]) == ["flights to Rome"]
    assert told[first].gave_way
    assert texts(told[second]) == ["flights to Rome", "no, to Oslo"]
    assert told[second].ended is not None
    assert told[second].ended.event.text == "To Oslo."


def test_after_an_operator_a_turn_answers_what_waits_again_and_knows_what_was_begun() -> None:
    story = Story()
    story.tell(message("look it up"))
    first = start(story, 0)
    _, call = story.tell(answer(first, 1, calls=(("search_web", {}),)), requested(first))
    (taken,) = story.tell(ConversationTakenOver(by="Grace", turn=first))
    story.tell(ToolFinished(call=call.event_id, tool="search_web", result={"n": 42}, took_ms=1))
    story.tell(ConversationHandedBack(takeover=taken.event_id, why="operator"))
    second = start(story, 1)

    told = turns(story.events)

    assert told[first].ended == taken
    assert texts(told[second]) == ["look it up"]
    ((begun,),) = [step.calls for step in told[second].begun]
    assert begun.came_to() == {"result": {"n": 42}}


def test_a_word_that_is_answered_at_the_door_belongs_to_no_turn() -> None:
    story = Story()
    story.tell(message("STOP").model_copy(update={"word": "stop"}))
    story.tell(message("START").model_copy(update={"word": "start"}))
    story.tell(message("hello"))
    first = start(story, 0)

    assert texts(turns(story.events)[first]) == ["hello"]
