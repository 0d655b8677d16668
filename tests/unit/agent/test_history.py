"""The conversation as the model reads it, when turns were given up and given back."""

from uuid import UUID

from contracts.conversation import TurnParked, TurnRetried, TurnStarted
from contracts.event import Json
from services.agent import decider, history
from services.agent.decider import FOLD
from tests.support.events import Story, message


def park(story: Story) -> TurnParked:
    decision = decider.parked(FOLD.over(story.events), "boom")
    return story.tell(*decision.events, slot=decision.slot)[0].event


def retry(story: Story) -> None:
    parked = next(one for one in story.events if isinstance(one.event, TurnParked))
    story.tell(TurnRetried(parked=parked.event_id, messages=parked.event.messages))


def start(story: Story) -> UUID:
    return story.tell(TurnStarted(number=FOLD.over(story.events).ended))[0].event_id


def last(story: Story, turn: UUID) -> Json:
    return history.contents(story.events, turn, "gemini", "UTC", zone_known=False)[-1]


def test_a_retried_turn_asks_what_the_user_asked_not_our_apology() -> None:
    story = Story()
    story.tell(message("find me a flight"))
    start(story)
    park(story)
    retry(story)

    asked = last(story, start(story))
    assert asked["role"] == "user"
    assert asked["parts"][1:] == [{"text": "find me a flight"}]


def test_messages_that_were_given_up_are_not_told_with_the_next() -> None:
    story = Story()
    story.tell(message("poison"))
    park(story)
    story.tell(message("hello"))

    assert last(story, start(story))["parts"][1:] == [{"text": "hello"}]


def test_messages_given_back_come_before_those_that_wait() -> None:
    story = Story()
    story.tell(message("first"))
    park(story)
    story.tell(message("second"))
    retry(story)

    told = last(story, start(story))["parts"][1:]
    assert [part["text"] for part in told] == ["first", "second"]
