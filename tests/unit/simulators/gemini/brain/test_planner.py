"""Decisions over whole conversations. It is Monday, 23 November 2026, 09:15."""

from typing import Any

import pytest

from simulators.gemini.brain.phrasing import flights, reminders
from simulators.gemini.brain.planner import decide
from tests.unit.simulators.gemini.requests import TOOLS, model, request, user


def flight(origin: str, destination: str, departure: str, **more: Any) -> dict[str, Any]:
    return {
        "origin": origin,
        "destination": destination,
        "departure_date": departure,
        **more,
    }


def calls(*contents: dict[str, Any], **more: Any) -> list[tuple[str, dict[str, Any]]]:
    decision = decide(request(*contents, **more))
    return [(call.name, call.args) for call in decision.calls]


def text(*contents: dict[str, Any], **more: Any) -> str:
    decision = decide(request(*contents, **more))
    assert decision.calls == ()
    return decision.text or ""


def test_a_reminder_that_speaks_between_question_and_answer_does_not_disturb() -> None:
    contents = [
        user("remind me tomorrow to call mom"),
        model(reminders.ASK_TIME),
        model("⏰ stretch"),
        user("at 10"),
    ]

    assert calls(*contents) == [("set_reminder", {"text": "call mom", "at": "2026-11-24T10:00"})]


def test_an_argument_that_nobody_can_fill_is_asked_for() -> None:
    schema = {"type": "object", "properties": {"api_region": {"type": "string"}}}
    tools = {"search_web": {**schema, "required": ["api_region"]}}

    assert "api region" in text(user("what is the capital of Peru?"), tools=tools)


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("find me a flight", flights.ASK_DESTINATION),
        ("find me a flight to Lisbon next Friday", flights.ASK_ORIGIN),
        ("flights from Berlin to Lisbon", flights.ASK_DATE),
        ("round trip from Vienna to Oslo on December 4th", flights.ASK_RETURN),
        ("remind me to call mom", reminders.ASK_WHEN),
        ("remind me tomorrow to call mom", reminders.ASK_TIME),
        ("remind me tomorrow at 9", reminders.ASK_TEXT),
        ("cancel a reminder", reminders.ASK_WHICH),
    ],
)
def test_what_is_missing_is_asked(said: str, question: str) -> None:
    assert text(user(said)) == question


@pytest.mark.parametrize(
    ("talk", "expected"),
    [
        (
            ["find me a flight to Lisbon next Friday", flights.ASK_ORIGIN, "Berlin"],
            ("search_flights", flight("Berlin", "Lisbon", "2026-12-04")),
        ),
        (
            [
                *("find me a flight", flights.ASK_DESTINATION, "Lisbon", flights.ASK_ORIGIN),
                *("from Berlin", flights.ASK_DATE, "3 December"),
            ],
            ("search_flights", flight("Berlin", "Lisbon", "2026-12-03")),
        ),
        (
            ["a return flight Vienna to Oslo on 4 December", flights.ASK_RETURN, "the 8th"],
            (
                "search_flights",
                flight("Vienna", "Oslo", "2026-12-04", return_date="2026-12-08"),
            ),
        ),
        (
            ["remind me tomorrow to call mom", reminders.ASK_TIME, "9"],
            ("set_reminder", {"text": "call mom", "at": "2026-11-24T09:00"}),
        ),
        (
            ["remind me tomorrow at 9", reminders.ASK_TEXT, "call mom"],
            ("set_reminder", {"text": "call mom", "at": "2026-11-24T09:00"}),
        ),
        (
            ["cancel a reminder", reminders.ASK_WHICH, "the stretch one"],
            ("cancel_reminder", {"which": "stretch"}),
        ),
        (
            ["remind me tomorrow at 9", reminders.ASK_TEXT, "what is the capital of Peru?"],
            ("search_web", {"query": "what is the capital of Peru"}),
        ),
    ],
)
def test_an_answer_completes_what_was_asked_about(
    talk: list[str], expected: tuple[str, dict[str, Any]]
) -> None:
    contents = [model(said) if index % 2 else user(said) for index, said in enumerate(talk)]

    assert calls(*contents) == [expected]


@pytest.mark.parametrize(
    ("messages", "tools"),
    [
        (["find me a flight", "from Berlin to Lisbon", "next Friday"], ["search_flights"]),
        (["remind me", "to stretch", "in 1 minute"], ["set_reminder"]),
        (
            [
                "hi",
                "find me a flight from Berlin to Lisbon next Friday",
                "remind me in 1 minute to stretch",
            ],
            ["search_flights", "set_reminder"],
        ),
        (
            ["remind me in 5 minutes to stretch and what is the capital of France?"],
            ["set_reminder", "search_web"],
        ),
        (["What are my reminders? Who was Alan Turing?"], ["list_reminders", "search_web"]),
    ],
)
def test_a_burst_becomes_calls_side_by_side(messages: list[str], tools: list[str]) -> None:
    assert [name for name, _ in calls(user(*messages))] == tools


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("hi", "Hi!"),
        ("thanks!", "You're welcome"),
        ("who are you / are you real?", "I am a simulator"),
        ("what can you do?", "find flights"),
        ("never mind", "never mind"),
        ("what time is it?", "09:15 on Monday 23 November 2026 (Europe/Berlin)"),
        ("book me a hotel in Rome", "I have no tool to do that"),
        ("qwertz", "not sure"),
    ],
)
def test_talk_is_answered_without_a_tool(said: str, part: str) -> None:
    assert part in text(user(said))


def test_a_tool_that_is_not_offered_is_not_called() -> None:
    only_the_web = {"search_web": TOOLS["search_web"]}

    answer = text(user("remind me in 1 minute to stretch"), tools=only_the_web)

    assert answer.startswith("I have no tool to set reminders")
    assert "search the web" in answer


def test_mode_none_calls_nothing() -> None:
    config = {"function_calling_config": {"mode": "none"}}

    assert "no tool" in text(user("what are my reminders"), toolConfig=config)


def test_mode_any_calls_something() -> None:
    config = {"functionCallingConfig": {"mode": "ANY"}}

    assert calls(user("hi"), toolConfig=config) == [("search_web", {"query": "hi"})]


def test_a_note_of_the_program_is_not_taken_for_the_persons_words() -> None:
    note = user("(from TaskFlow, not from the user) Your last answer could not be used. Try again.")

    assert calls(user("remind me in 1 minute to stretch"), note) == [
        ("set_reminder", {"text": "stretch", "at": "2026-11-23T09:16:20"})
    ]


def test_the_same_request_gets_the_same_decision() -> None:
    asked = request(user("find me a flight from Berlin to Lisbon next Friday"))

    assert decide(asked) == decide(asked)


def test_a_numeric_tool_is_given_the_number_of_the_words() -> None:
    tools = TOOLS | {
        "cancel_reminder": {
            "type": "object",
            "properties": {"number": {"type": "integer"}},
            "required": ["number"],
        }
    }
    said = user("cancel the stretch reminder")
    asked = {"role": "model", "parts": [{"functionCall": {"id": "1", "name": "list_reminders"}}]}
    listed = {
        "role": "user",
        "parts": [
            {
                "functionResponse": {
                    "id": "1",
                    "name": "list_reminders",
                    "response": {"result": {"reminders": [{"number": 4, "text": "Stretch"}]}},
                }
            }
        ],
    }

    assert calls(said, tools=tools) == [("list_reminders", {})]
    assert calls(said, asked, listed, tools=tools) == [("cancel_reminder", {"number": 4})]


NEAR = {"search_web": {**TOOLS["search_web"], "properties": {"query": {}, "near": {}}}}
SHARED = "(location: 52.5219, 13.4132; Alexanderplatz, Berlin)"


def test_what_is_near_is_searched_from_the_place_that_was_shared() -> None:
    told = [user(SHARED), model("I see."), user("where is a pharmacy near me?")]
    query = "where is a pharmacy near me"
    assert calls(*told, tools=NEAR) == [("search_web", {"query": query, "near": "52.5219,13.4132"})]
    assert calls(*told) == [("search_web", {"query": query})]
    assert calls(told[-1], tools=NEAR) == [("search_web", {"query": query})]


def test_what_is_not_near_is_searched_from_anywhere() -> None:
    told = [user(SHARED), model("I see."), user("what is the capital of Peru?")]
    assert calls(*told, tools=NEAR) == [("search_web", {"query": "what is the capital of Peru"})]
