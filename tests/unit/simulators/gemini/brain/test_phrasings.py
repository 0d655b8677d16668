"""Phrasings, and the calls they come to. It is Monday, 23 November 2026, 09:15."""

from typing import Any

import pytest

from simulators.gemini.brain.planner import decide
from tests.unit.simulators.gemini.requests import TOOLS, request, user


def calls(*contents: dict[str, Any], **more: Any) -> list[tuple[str, dict[str, Any]]]:
    decision = decide(request(*contents, **more))
    return [(call.name, call.args) for call in decision.calls]


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
