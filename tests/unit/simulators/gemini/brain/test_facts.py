"""Where memory tools are declared, what people say of themselves becomes calls of them."""

from typing import Any

import pytest

from simulators.gemini.answers import Decision
from simulators.gemini.brain.planner import decide
from simulators.gemini.brain.replies import profile
from simulators.gemini.tongues import interpreter
from tests.unit.simulators.gemini.requests import MEMORY, TOOLS, about, model, request, user

ALL = {**TOOLS, **MEMORY}


def calls(*contents: Any) -> list[tuple[str, dict[str, Any]]]:
    told = [user(one) if isinstance(one, str) else one for one in contents]
    return made(decide(request(*told, tools=ALL)))


def made(decision: Decision) -> list[tuple[str, dict[str, Any]]]:
    return [(call.name, dict(call.args)) for call in decision.calls]


def after(said: str, tool: str, **response: Any) -> str:
    asked = {"role": "model", "parts": [{"functionCall": {"id": "1", "name": tool, "args": {}}}]}
    told = {"functionResponse": {"id": "1", "name": tool, "response": response}}
    decision = decide(request(user(said), asked, {"role": "user", "parts": [told]}, tools=ALL))
    assert decision.calls == ()
    return decision.text or ""


@pytest.mark.parametrize(
    ("said", "kind", "value"),
    [
        ("My name is Ada", "name", "Ada"),
        ("you can call me Ada", "name", "Ada"),
        ("hi, I'm Ada", "name", "Ada"),
        ("Ada here", "name", "Ada"),
        ("I'm from Porto", "home", "Porto"),
        ("I just moved to Porto", "home", "Porto"),
        ("actually, I live in Porto now", "home", "Porto"),
        ("my home airport is LIS", "home_airport", "LIS"),
        ("I usually fly from Porto", "home_airport", "Porto"),
        ("my currency is euro", "currency", "euro"),
        ("I pay in dollars", "currency", "dollars"),
        ("prices in CHF please", "currency", "CHF"),
        ("I prefer window seats", "preference", "window seats"),
        ("I'm vegetarian", "preference", "vegetarian"),
        ("remember that I like aisle seats", "preference", "I like aisle seats"),
        ("please answer in German", "language", "German"),
        ("my time zone is Asia/Tokyo", "zone", "Asia/Tokyo"),
    ],
)
def test_a_statement_is_remembered_with_its_own_words(said: str, kind: str, value: str) -> None:
    assert calls(said) == [("remember", {"kind": kind, "value": value, "said": [said]})]


@pytest.mark.parametrize(
    ("said", "kind", "about_whom", "value"),
    [
        ("my sister is Maria", "person", "sister", "Maria"),
        ("My sister's name is Maria", "person", "sister", "Maria"),
        ("my gym is Holmes Place", "place", "gym", "Holmes Place"),
    ],
)
def test_people_and_places_are_told_apart(
    said: str, kind: str, about_whom: str, value: str
) -> None:
    [(tool, arguments)] = calls(said)
    assert tool == "remember"
    assert arguments == {"kind": kind, "value": value, "about": about_whom, "said": [said]}


def test_two_statements_are_two_calls_each_with_its_words() -> None:
    said = "I live in Lisbon, call me Ada"
    assert calls(said) == [
        ("remember", {"kind": "home", "value": "Lisbon", "said": [said]}),
        ("remember", {"kind": "name", "value": "Ada", "said": [said]}),
    ]


def test_a_request_beside_a_statement_is_a_call_too() -> None:
    tools = [tool for tool, _ in calls("My name is Ada. Remind me tomorrow at 9 to stretch")]
    assert tools == ["remember", "set_reminder"]


@pytest.mark.parametrize(
    ("said", "which"),
    [
        ("forget where I live", "home"),
        ("forget my name", "name"),
        ("please forget my sister", "sister"),
        ("LIS is no longer my home airport", "home airport"),
        ("forget everything you know about me", "all"),
        ("delete my profile", "all"),
    ],
)
def test_what_is_taken_back_is_forgotten(said: str, which: str) -> None:
    assert calls(said) == [("forget_fact", {"which": which, "said": [said]})]


@pytest.mark.parametrize(
    "said", ["forget me", "delete all my data", "Wipe everything you've got on me"]
)
def test_who_wants_to_be_forgotten_is_heard(said: str) -> None:
    assert calls(said) == [("forget_me", {"said": [said]})]


def test_a_correction_puts_right_what_was_noted_last_or_what_it_names() -> None:
    noted = model("Noted: you live in Lisbon.\n\n✓ Noted: home: Lisbon (Europe/Lisbon)")
    said = "no, it's Porto"
    expected = ("correct", {"which": "home", "value": "Porto", "said": [said]})
    assert calls(user("I live in Lisbon"), noted, said) == [expected]
    assert calls("not Lisbon but Porto")[0][1]["which"] == "Lisbon"
    assert calls(said) == []


def test_all_that_is_known_is_asked_of_the_tool_and_one_thing_answered_at_once() -> None:
    assert calls("what do you know about me?") == [("list_facts", {})]
    assert calls(user(about("name: Ada"), "what's my name?")) == []


def test_a_place_in_answer_to_the_zone_question_is_noted_beside_what_waited() -> None:
    waits = 'set_reminder {"text": "x", "at": "2026-11-24T09:00"}'
    block = f"{about()}\nWaiting for the user's zone: note it: {waits}"
    assert calls(user(block, "no, I'm in Denver")) == [
        ("remember", {"kind": "zone", "value": "Denver", "said": ["no, I'm in Denver"]}),
        ("set_reminder", {"text": "x", "at": "2026-11-24T09:00"}),
    ]
    assert calls(user(block, "what do you know about me?")) == [("list_facts", {})]


def test_what_came_of_it_is_told() -> None:
    noted, gone = {"home": "Porto", "its_zone": "Europe/Lisbon"}, {"home": "Lisbon"}
    result = {"noted": noted, "instead_of": "Lisbon"}
    told = after("I moved to Porto", "remember", result=result)
    assert told == "Noted: you live in Porto (no longer Lisbon)."
    told = after("forget where I live", "forget_fact", result={"forgotten": gone})
    assert told == "Done, I have forgotten that you live in Lisbon."
    told = after("delete my profile", "forget_fact", result={"forgotten": {"several": "A, B"}})
    assert told == "Done, I have forgotten this: A, B."
    facts = [{"kind": "home", "value": "Porto", "said_on": "2026-11-03"}]
    told = after("what do you know about me?", "list_facts", result={"facts": facts})
    assert "- you live in Porto (said on 2026-11-03)" in told
    told = after("what do you know about me?", "list_facts", result={"facts": []})
    assert told == profile.NOTHING_KNOWN


@pytest.mark.parametrize(
    ("said", "kind", "value"),
    [("ich wohne in Lissabon", "home", "Lissabon"), ("nenn mich Ada", "name", "Ada")],
)
def test_another_language_is_quoted_as_it_was_written(said: str, kind: str, value: str) -> None:
    [(tool, arguments)] = made(interpreter.decide(request(user(said), tools=ALL)))
    assert tool == "remember"
    assert arguments == {"kind": kind, "value": value, "said": [said]}
