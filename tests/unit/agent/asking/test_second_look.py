"""A second look at a reply finds what it claims and nobody did; and never holds it up for long."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from contracts.conversation import ReplyCaught, ReplyLooked, Usage
from services.agent.asking.gemini import Answer, ModelUnavailable
from services.agent.asking.second_look import SECONDS, ModelLook, RecordedLook, accepted, question
from services.agent.judging.answers import answered, to_look_at
from services.agent.judging.looks import Looked, ToLookAt
from simulators.gemini.brain.planner import decide
from simulators.gemini.wire import GenerateRequest
from tests.evaluation import sentences
from tests.support.events import answer, offer, replying
from tests.unit.agent.judging.test_answers import given

TURN = UUID(int=42)
REMINDS = {"set_reminder": offer("set_reminder").model_copy(update={"effect": "own"})}
TOLD = ToLookAt("I'll remind you at 9.", {"set_reminder", "watch_price"}, {"search_web"})
LIE = answer(TURN, 1, text="I'll remind you at 9.")


def an_answer(text: str, finish: str = "STOP") -> Answer:
    content = {"role": "model", "parts": [{"text": text}]} if text else None
    return Answer(content, finish, Usage(input=200, output=3, total=203), None, "lite", 90)


class Small:
    model = "lite"

    def __init__(self, said: str | None) -> None:
        self.said = said
        self.within: list[float] = []

    async def ask(self, question: Any, *, within: float) -> Answer:
        self.within.append(within)
        if self.said is None:
            raise ModelUnavailable("TimeoutError", 1)
        return an_answer(self.said)


def found(*claims: str) -> Looked:
    return Looked(list(claims), "lite", "look-v1", Usage(total=203), 90)


def test_it_is_shown_the_reply_and_the_facts_and_nothing_else() -> None:
    asked = question(TOLD)
    (content,) = asked.contents

    assert asked.functions == []
    assert json.loads(content["parts"][0]["text"]) == {
        "reply": "I'll remind you at 9.",
        "changes": ["set_reminder", "watch_price"],
        "done": ["search_web"],
    }


@pytest.mark.parametrize(
    ("said", "claims"),
    [
        ("set_reminder", ["set_reminder"]),
        ("Set_reminder, watch_price.", ["set_reminder", "watch_price"]),
        ("something_else", ["something_else"]),
        ("none", []),
        ("None.", []),
        ("I cannot say", None),
        ("", None),
        ("cancel_everything", None),
    ],
)
def test_its_answer_is_names_or_none(said: str, claims: list[str] | None) -> None:
    assert accepted(an_answer(said), TOLD.changes) == claims


async def test_without_an_answer_in_time_nothing_is_claimed() -> None:
    small = Small(None)
    looked = await ModelLook(small).at(TOLD, 60.0)

    assert looked is not None
    assert looked.claims is None
    assert small.within == [SECONDS]
    known = given(offered=REMINDS, looked=looked)
    assert [one.type for one in answered(LIE, known)] == [
        "model.answered",
        "reply.looked",
        "reply.ready",
    ]


async def test_what_was_recorded_is_not_asked_for_again() -> None:
    fact = answered(LIE, given(offered=REMINDS, looked=found()))[1]
    assert isinstance(fact, ReplyLooked)

    assert await RecordedLook([fact]).at(TOLD, 60.0) == found()
    assert await RecordedLook().at(TOLD, 60.0) is None


def test_a_claim_that_no_fact_bears_out_goes_back_once() -> None:
    known = given(offered=REMINDS, looked=found("set_reminder"))
    _, looked, caught = answered(LIE, known)

    assert looked.claims == ["set_reminder"]
    assert caught == ReplyCaught(turn=TURN, step=1, claims=["set_reminder"], corrected="by_model")


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (LIE, given(offered=REMINDS, done=frozenset({"set_reminder"}))),
        (LIE, given(offered=REMINDS, may_catch=False)),
        (answer(TURN, 1, calls=(("search_web", {"query": "x"}),)), given(offered=REMINDS)),
        (replying(TURN, 1, "Done.", says_done=["set_reminder"]), given(offered=REMINDS)),
        (answer(TURN, 1, text="half", finish="SAFETY"), given(offered=REMINDS)),
    ],
    ids=["changed something", "sent back before", "calls", "caught already", "blocked"],
)
def test_it_is_made_only_where_it_is_of_use(said: Any, known: Any) -> None:
    assert to_look_at(said, known) is None
    assert to_look_at(LIE, replace(known, done=frozenset(), may_catch=True)) is not None


def test_an_honest_sentence_is_never_changed_by_a_look() -> None:
    for said in sentences.honest().values():
        for one in said:
            known = given(offered=REMINDS, looked=found())
            assert answered(answer(TURN, 1, text=one.said), known)[-1].text == one.said


@pytest.mark.parametrize(
    ("reply", "claims"),
    [
        ("I'll remind you at 9.", "set_reminder"),
        ("I've booked your flight.", "something_else"),
        ("I am now watching the page.", "watch_price"),
        ("This watch is on sale at €70.", "none"),
        ("Shall I set a reminder?", "none"),
    ],
)
def test_the_simulated_model_looks_too(reply: str, claims: str) -> None:
    body = question(ToLookAt(reply, {"set_reminder", "watch_price"}, ())).body()
    request = {name: body[name] for name in ("contents", "systemInstruction")}

    assert decide(GenerateRequest.model_validate(request)).text == claims
