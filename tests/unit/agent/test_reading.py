"""What a step reads before the model is asked."""

from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.conversation import MessageReceived, TurnStarted
from contracts.profile import ProfileLearned
from contracts.recorded import Recorded
from contracts.replies import ReplySending
from contracts.tools import ActionProposed
from services.agent.decider import FOLD, AskModel, Conversation, parked
from services.agent.reading import Step, TurnReading
from taskflow.log.appending import Write
from tests.support.events import answer, failed, message, reply, requested
from tests.support.story import STREAM, USER, Story


class Silent:
    """Asked for summaries only, and none is due."""

    model = "gemini-3.8-flash"

    async def ask(self, question: Any, *, within: float) -> Any:
        raise AssertionError("nothing is to be summed up")


MODEL = Silent()


@pytest.fixture
def story() -> Story:
    return Story()


async def read(story: Story, step: int = 1) -> Step:
    state: Conversation = FOLD.over(story.events)
    assert state.turn
    move = AskModel(state.turn, step, slots.step(state.turn, step))
    version = story.events[-1].version
    reading, cause = TurnReading(story.log, MODEL), story.events[0]
    return await reading.step(await reading.heard(state, cause, version), state, move, cause)


def start(story: Story) -> UUID:
    return story.tell(TurnStarted(number=FOLD.over(story.events).ended))[0].event_id


def said(text: str, sid: str, zone: str | None = None) -> MessageReceived:
    return message(text, sid=sid).model_copy(update={"zone": zone})


def learned(story: Story) -> list[Recorded[Any]]:
    return story.log.stream(streams.profile(USER))


async def test_what_a_message_says_of_its_writer_is_the_models_to_note(story: Story) -> None:
    story.tell(said("I live in Lisbon", "SM1", "America/New_York"))
    start(story)
    step = await read(story)

    assert learned(story) == []
    assert step.zone == "America/New_York"
    assert step.about() == []


async def test_a_message_that_slipped_in_before_the_turn_is_read_with_it(story: Story) -> None:
    story.tell(said("hello", "SM1"))
    number = FOLD.over(story.events).ended
    story.tell(said("call me Ada", "SM2"))
    story.tell(TurnStarted(number=number))
    step = await read(story)

    assert [one.event.message_ref for one in step.covered] == ["SM1", "SM2"]


async def test_a_call_is_judged_by_the_profile_and_the_newest_messages(story: Story) -> None:
    for n in range(5):
        story.tell(said(f"message {n}", f"SM{n}"))
    start(story)
    fact = ProfileLearned(kind="home", value="Lisbon", said="x", source=UUID(int=1))
    story.log.put([Write(streams.profile(USER), [fact], USER)], UUID(int=77))
    keeping = (await read(story)).keeping("en")

    assert [one.event.text for one in keeping.typed] == [f"message {n}" for n in range(5)]
    assert [one.value for one in keeping.profile.facts] == ["Lisbon"]


async def test_without_a_told_zone_the_newest_guess_counts(story: Story) -> None:
    story.tell(said("hello", "SM1", "Europe/Berlin"), said("more", "SM2"))
    start(story)
    step = await read(story)

    assert (step.zone, step.profile.zone, step.newest_ref) == ("Europe/Berlin", None, "SM2")
    assert step.about() == []


@pytest.mark.parametrize(
    ("early", "text", "confirmed"),
    [(False, "Yes!", 1), (False, "yes, but at 10", 0), (True, "yes", 0)],
    ids=["a yes", "something else", "a yes before the question went out"],
)
async def test_a_yes_confirms_what_was_asked(
    story: Story, text: str, confirmed: int, *, early: bool
) -> None:
    story.tell(said("pay my bill", "SM1"))
    turn = start(story)
    proposed = ActionProposed(
        turn=turn, step=1, tool="pay_bill", arguments={"sum": 70.0}, fingerprint="f", why="always"
    )
    _, call = story.tell(answer(turn, 1), requested(turn))
    story.tell(failed(call.event_id), proposed)
    (ready,) = story.tell(reply(turn))
    sending = ReplySending(reply=ready.event_id, part=0, parts=1, attempt=1, token=UUID(int=1))
    facts = [said(text, "SM2"), sending] if early else [sending, said(text, "SM2")]
    for fact in facts:
        story.tell(fact)
    start(story)
    step = await read(story)

    assert len(step.confirmed) == confirmed
    assert any('pay_bill {"sum": 70}' in line for line in step.about()) is bool(confirmed)


async def test_a_message_given_back_long_after_is_read_all_the_same(story: Story) -> None:
    (first,) = story.tell(said("poison", "SM1"))
    story.tell(*parked(FOLD.over(story.events), "boom").events)
    story.tell(said("later", "SM2"))
    start(story)
    state = FOLD.over(story.events)
    state = state.but(covers=(state.covers[0].model_copy(update={"message": first.event_id}),))
    found = await TurnReading(story.log, MODEL)._covered([], state)

    assert [one.event.text for one in found] == ["poison"]


async def test_the_whole_open_turn_is_read_however_long_it_is(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.agent.memory.memory.MOST_EVENTS", 5)
    story.tell(said("hello", "SM1"))
    turn = start(story)
    story.tell(answer(turn, 1), requested(turn))
    for n in range(20):
        story.tell(said("meanwhile", f"SM{n + 2}"))
    step = await read(story, 2)

    assert step.events[0].event_id == turn
    assert step.events[0].stream == STREAM
    assert [one.version for one in step.events] == list(range(2, 25))
