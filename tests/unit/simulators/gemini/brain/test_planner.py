"""Phrasings, and what a model would do about them. It is Monday, 23 November 2026, 09:15."""

from typing import Any

import pytest

from simulators.gemini.brain.phrasing import flights, reminders
from simulators.gemini.brain.planner import decide
from tests.unit.simulators.gemini.requests import TOOLS, model, request, user, with_results


def calls(*contents: dict[str, Any], **more: Any) -> list[tuple[str, dict[str, Any]]]:
    decision = decide(request(*contents, **more))
    return [(call.name, call.args) for call in decision.calls]


def text(*contents: dict[str, Any], **more: Any) -> str:
    decision = decide(request(*contents, **more))
    assert decision.calls == ()
    return decision.text or ""


def flight(origin: str, destination: str, departure: str, **more: Any) -> dict[str, Any]:
    return {
        "origin": origin,
        "destination": destination,
        "departure_date": departure,
        **more,
    }


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "find me a flight from Berlin to Lisbon next Friday",
            flight("Berlin", "Lisbon", "2026-12-04"),
        ),
        ("flights BER-LIS tomorrow one way", flight("BER", "LIS", "2026-11-24")),
        ("flight LHR to JFK tomorrow", flight("LHR", "JFK", "2026-11-24")),
        ("Berlin to Lisbon next Friday", flight("Berlin", "Lisbon", "2026-12-04")),
        (
            "cheapest flight to Paris from London on 3 December returning 10 December",
            flight("London", "Paris", "2026-12-03", return_date="2026-12-10", sort="price"),
        ),
        (
            "Flights from Berlin to Lisbon 3 Dec - 10 Dec",
            flight("Berlin", "Lisbon", "2026-12-03", return_date="2026-12-10"),
        ),
        (
            "I need a direct flight from new york to san francisco on Dec 20 for 2 in business",
            flight(
                "New York", "San Francisco", "2026-12-20", max_stops=0, adults=2, cabin="business"
            ),
        ),
        (
            "Find a flight from Berlin to Lisbon for a week on 5 December",
            flight("Berlin", "Lisbon", "2026-12-05", return_date="2026-12-12"),
        ),
        (
            "I want to fly to Tokyo from Frankfurt on 12/1 returning on 12/15",
            flight("Frankfurt", "Tokyo", "2026-12-01", return_date="2026-12-15"),
        ),
        (
            "flights between Vienna and Oslo next Friday, back on Sunday",
            flight("Vienna", "Oslo", "2026-12-04", return_date="2026-12-06"),
        ),
        (
            "fly from são paulo to lisbon on 2026-12-24 with at most 1 stop",
            flight("São Paulo", "Lisbon", "2026-12-24", max_stops=1),
        ),
        ("any flights to Madrid from Porto tomorrow?", flight("Porto", "Madrid", "2026-11-24")),
    ],
)
def test_a_flight_is_looked_for(said: str, expected: dict[str, Any]) -> None:
    assert calls(user(said)) == [("search_flights", expected)]


def test_money_is_understood_where_the_tool_takes_it() -> None:
    schema = TOOLS["search_flights"]
    properties = {"max_price": {"type": "integer"}, "currency": {"type": "string"}}
    tools = {"search_flights": {**schema, "properties": {**schema["properties"], **properties}}}

    found = calls(user("flights from Berlin to Rome tomorrow under 200 pounds"), tools=tools)
    also = calls(user("flights from Berlin to Rome in euros tomorrow"), tools=tools)

    assert found[0][1] == flight("Berlin", "Rome", "2026-11-24", max_price=200, currency="GBP")
    assert also[0][1] == flight("Berlin", "Rome", "2026-11-24", currency="EUR")


def test_pieces_before_the_request_belong_to_it() -> None:
    assert calls(user("next Friday", "flight from Berlin to Lisbon")) == [
        ("search_flights", flight("Berlin", "Lisbon", "2026-12-04"))
    ]


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
    ("said", "expected"),
    [
        ("remind me in 1 minute to stretch", {"text": "stretch", "at": "2026-11-23T09:16:20"}),
        (
            "remind me to call mom tomorrow at 9",
            {"text": "call mom", "at": "2026-11-24T09:00"},
        ),
        (
            "can you remind me to stretch in one minute please",
            {"text": "stretch", "at": "2026-11-23T09:16:20"},
        ),
        (
            "every weekday at 8:30 remind me to stand up",
            {
                "text": "stand up",
                "at": "2026-11-24T08:30",
                "rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            },
        ),
        (
            "remind me on 24 December at 18:00 to light the candles",
            {"text": "light the candles", "at": "2026-12-24T18:00"},
        ),
        (
            "remind me to buy tickets for Friday's concert tomorrow at 9",
            {"text": "buy tickets for Friday's concert", "at": "2026-11-24T09:00"},
        ),
        (
            "remind me tomorrow at 9 that the meeting is on Friday at 3",
            {"text": "the meeting is on Friday at 3", "at": "2026-11-24T09:00"},
        ),
        (
            "remind me to buy milk and call mom at 5pm",
            {"text": "buy milk and call mom", "at": "2026-11-23T17:00"},
        ),
        ("set a reminder for 5pm to buy milk", {"text": "buy milk", "at": "2026-11-23T17:00"}),
        ("set a reminder: buy milk at 6pm", {"text": "buy milk", "at": "2026-11-23T18:00"}),
        ("don't let me forget to call mom at 5", {"text": "call mom", "at": "2026-11-23T17:00"}),
        ("don\u2019t let me forget the tea at 5", {"text": "the tea", "at": "2026-11-23T17:00"}),
        ("wake me up at 7", {"text": "wake up", "at": "2026-11-24T07:00"}),
        (
            "Remind me at 9 Tokyo time to call Kenji",
            {"text": "call Kenji", "at": "2026-11-23T21:00", "zone": "Asia/Tokyo"},
        ),
        ("remind me yesterday at 5 to rest", {"text": "rest", "at": "2026-11-22T17:00"}),
    ],
)
def test_a_reminder_is_set(said: str, expected: dict[str, Any]) -> None:
    assert calls(user(said)) == [("set_reminder", expected)]


@pytest.mark.parametrize(
    ("said", "tool", "args"),
    [
        ("what are my reminders", "list_reminders", {}),
        ("my reminders", "list_reminders", {}),
        ("Which reminders do I have?", "list_reminders", {}),
        ("cancel reminder 2", "cancel_reminder", {"which": "2"}),
        ("delete reminder #3", "cancel_reminder", {"which": "3"}),
        ("cancel the stretch reminder", "cancel_reminder", {"which": "stretch"}),
        ("please cancel my reminder to call mom", "cancel_reminder", {"which": "call mom"}),
        ("search the web for best pizza", "search_web", {"query": "best pizza"}),
        (
            "what is the capital of France?",
            "search_web",
            {"query": "what is the capital of France"},
        ),
        (
            "who won the world cup in 2014?",
            "search_web",
            {"query": "who won the world cup in 2014"},
        ),
        ("tell me about Marie Curie", "search_web", {"query": "Marie Curie"}),
        ("how do airplanes fly?", "search_web", {"query": "how do airplanes fly"}),
        ("weather in Berlin", "search_web", {"query": "weather in Berlin"}),
    ],
)
def test_other_tools_are_called(said: str, tool: str, args: dict[str, Any]) -> None:
    assert calls(user(said)) == [(tool, args)]


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


def test_a_relative_time_that_has_passed_is_tried_once_more() -> None:
    late = ("set_reminder", {"text": "stretch", "at": "2026-11-23T09:15:21"}, {"error": "is past"})

    again = decide(with_results("remind me in 1 second to stretch", late))

    assert [call.args for call in again.calls] == [{"text": "stretch", "at": "2026-11-23T09:16:21"}]


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
