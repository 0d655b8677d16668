"""The good model is sloppy as people's models are, and never about what it is told to do."""

import json
from collections import Counter
from random import Random

import pytest

from tests.evaluation.cases import Call, Turn, cases
from tests.evaluation.scripted import functions, sloppily, written

TURN = Turn.model_validate(
    {
        "user": ["erinner mich um 5", "an die Zahnarztrechnung"],
        "english": "remind me at 5 of the dentist's bill",
        "calls": [{"tool": "set_reminder", "with": {"text": "Zahnarztrechnung"}}],
    }
)
SAID = ["erinner mich um 5", "an die Zahnarztrechnung"]


def test_half_of_the_quotations_are_not_exact() -> None:
    kinds = Counter(_kind(sloppily(SAID, TURN, Random(seed))) for seed in range(2_000))

    assert 900 < kinds["exact"] < 1_100
    assert min(kinds["merged"], kinds["mended"], kinds["translated"]) > 250


def _kind(said: list[str]) -> str:
    if said == SAID:
        return "exact"
    if said == [" ".join(SAID)]:
        return "merged"
    return "translated" if said == [TURN.english] else "mended"


def test_a_mended_word_differs_in_one_letter() -> None:
    mended = [
        said for seed in range(200) if _kind(said := sloppily(SAID, TURN, Random(seed))) == "mended"
    ]

    for said in mended:
        assert [len(" ".join(SAID)) - len(" ".join(said))] == [1]
        assert said[0] == SAID[0]


def test_the_words_that_ask_for_it_go_along_only_where_they_are_declared() -> None:
    call: Call = TURN.calls[0]

    _, with_said = written(call, TURN, {"set_reminder": frozenset({"text", "said"})}, None)
    _, without = written(call, TURN, {"set_reminder": frozenset({"text"})}, None)

    assert with_said == {"text": "Zahnarztrechnung", "said": SAID}
    assert without == {"text": "Zahnarztrechnung"}


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.conversation.id)
def test_every_call_can_go_over_the_wire(case) -> None:
    for turn in case.conversation.turns:
        for call in [*turn.calls, *turn.bad]:
            _, arguments = written(call, turn, {call.tool: frozenset({"said"})}, None)
            assert json.loads(json.dumps(arguments)) == arguments
            assert all(arguments["said"])


def test_what_is_declared_is_read_as_it_goes_over_the_wire() -> None:
    class Question:
        functions = (
            {"name": "reply", "parametersJsonSchema": {"properties": {"text": {}}}},
            {"name": "list_facts"},
        )

    assert functions(Question()) == {"reply": frozenset({"text"}), "list_facts": frozenset()}
