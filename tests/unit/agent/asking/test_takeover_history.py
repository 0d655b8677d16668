"""What the model reads of an operator's words, and of what was withdrawn."""

from typing import Any
from uuid import UUID

from contracts.conversation import ReplyReady, TurnStarted
from contracts.event import Json
from contracts.replies import ReplyRefused, ReplySending, ReplySent
from contracts.takeover import ConversationHandedBack, ConversationTakenOver, OperatorSaid
from contracts.tools import ToolFinished
from services.agent.asking import history
from services.agent.judging import truth
from tests.support.events import answer, message, reply, requested
from tests.support.memory_log import START
from tests.support.story import Story


def read(story: Story, turn: UUID) -> list[Json]:
    return history.contents(story.events, turn, "UTC", zone_known=False)


def texts(told: list[Json]) -> list[tuple[str, str]]:
    return [(one["role"], part["text"]) for one in told for part in one["parts"]]


def start(story: Story, number: int = 0) -> UUID:
    return story.tell(TurnStarted(number=number))[0].event_id


def take(story: Story, turn: UUID | None = None) -> UUID:
    return story.tell(ConversationTakenOver(by="Grace", turn=turn))[0].event_id


def say(story: Story, taken: UUID, seen: int, text: str = "I am on it.") -> None:
    line = ReplyReady(turn=None, kind="operator", text=text)
    story.tell(OperatorSaid(takeover=taken, seen=seen), line)


def back(story: Story, taken: UUID) -> None:
    story.tell(ConversationHandedBack(takeover=taken, why="operator"))


def claim(story: Story, reply: UUID, part: int, parts: int) -> dict[str, Any]:
    claimed = {"reply": reply, "part": part, "attempt": 1}
    story.tell(ReplySending(**claimed, parts=parts, token=UUID(int=1)))
    return claimed


def test_a_line_stands_under_what_it_settled_and_the_turn_has_the_rest() -> None:
    story = Story()
    story.tell(message("is it lost?"))
    taken = take(story, start(story))
    seen = story.events[-1].version
    story.tell(message("when will it come?"))
    say(story, taken, seen)
    story.tell(ReplyReady(turn=None, kind="reminder", text="⏰ tea"))
    back(story, taken)
    told = texts(read(story, start(story, 1)))
    assert told[:3] == [
        ("user", "is it lost?"),
        ("model", f"{history.BY_PERSON}\nI am on it."),
        ("model", f"{history.BESIDE_PERSON}\n⏰ tea"),
    ]
    assert [text for _, text in told[3:]][1:] == ["when will it come?"]


def test_what_the_ended_turn_found_belongs_to_the_one_that_answers() -> None:
    story = Story()
    story.tell(message("look it up"))
    turn = start(story)
    (_, call) = story.tell(answer(turn, 1, calls=(("search_web", {}),)), requested(turn))
    taken = take(story, turn)
    found = ToolFinished(call=call.event_id, tool="search_web", result={"n": 42}, took_ms=1)
    story.tell(found)
    back(story, taken)
    again = start(story, 1)
    told = texts(read(story, again))
    assert any(text.startswith(history.CALLED) and "42" in text for _, text in told)
    assert truth.gave_way(story.events, again) == {turn}


def test_an_answer_that_was_withdrawn_was_never_said() -> None:
    story = Story()
    story.tell(message("hello"))
    turn = start(story)
    story.tell(answer(turn, 1, text="Never said."), reply(turn, "Never said."))
    taken = take(story)
    back(story, taken)
    again = start(story, 1)
    told = [text for _, text in texts(read(story, again))]
    assert "hello" in told
    assert not any("Never said." in text for text in told)
    assert truth.gave_way(story.events, again) == {turn}


def test_an_answer_that_was_refused_beside_an_operator_was_not_said_either() -> None:
    story = Story()
    story.tell(message("hello"))
    turn = start(story)
    _, ready = story.tell(answer(turn, 1, text="Refused."), reply(turn, "Refused."))
    claimed = claim(story, ready.event_id, 0, 1)
    taken = take(story)
    story.tell(ReplyRefused(**claimed, reason="429", again_at=START))
    back(story, taken)
    told = [text for _, text in texts(read(story, start(story, 1)))]
    assert "hello" in told
    assert not any("Refused." in text for text in told)


def test_of_an_answer_that_went_in_part_the_model_is_told_so() -> None:
    story = Story()
    story.tell(message("hello"))
    turn = start(story)
    _, ready = story.tell(answer(turn, 1, text="One, two."), reply(turn, "One, two."))
    claimed = claim(story, ready.event_id, 0, 2)
    story.tell(ReplySent(**claimed, message_ref="SM1", known_by="response"))
    taken = take(story)
    back(story, taken)
    story.tell(message("go on"))
    again = start(story, 1)
    told = [text for _, text in texts(read(story, again))]
    assert f"One, two.\n{history.CUT}" in told
    assert truth.gave_way(story.events, again) == set()
