"""Watches, and what runs: phrasings and their calls. It is Monday, 23 November 2026."""

from typing import Any

import pytest

from simulators.gemini.brain.phrasing import watches
from simulators.gemini.brain.planner import decide
from tests.unit.simulators.gemini.requests import (
    answered,
    called,
    model,
    request,
    user,
)

SHOE = "http://127.0.0.1:8100/shop/p/trail.shoe?size=42,43&ref=a;b"
TENT = "https://tents.example.org/dome"


def calls(*contents: dict[str, Any], **more: Any) -> list[tuple[str, dict[str, Any]]]:
    decision = decide(request(*contents, **more))
    return [(call.name, call.args) for call in decision.calls]


@pytest.mark.parametrize(
    ("said", "goal"),
    [
        (f"watch {SHOE} and tell me when it is under 60 euro", {"below": 60}),
        (f"watch {SHOE} and tell me when it's below 59.99", {"below": 59.99}),
        (f"tell me when {SHOE} drops below 70", {"below": 70}),
        (f"{SHOE} tell me when it drops below 70", {"below": 70}),
        (f"{SHOE}\ntell me when it drops below 70", {"below": 70}),
        (f"let me know once {SHOE} costs less than 1.299,00 EUR", {"below": 1299}),
        (f"notify me if the price of {SHOE} goes below $50", {"below": 50}),
        (f"remind me when {SHOE} drops to 65 euros", {"below": 65}),
        (f"alert me as soon as {SHOE} hits 59.99", {"below": 59.99}),
        (f"set a price alert for {SHOE} at 65 euros", {"below": 65}),
        (f"when {SHOE} falls under 40 pounds, let me know", {"below": 40}),
        (f"let me know when {SHOE} is 20% cheaper", {"drop_percent": 20}),
        (f"keep an eye on {SHOE} and ping me if it drops by 15 percent", {"drop_percent": 15}),
        (f"tell me when {SHOE} is half price", {"drop_percent": 50}),
        (f"tell me when {SHOE} is back in stock", {"back_in_stock": True}),
        (f"track {SHOE} and message me when it is available again", {"back_in_stock": True}),
        (
            f"tell me when {SHOE} drops below 70 until Friday",
            {"below": 70, "until": "2026-11-27"},
        ),
        (
            f"watch {SHOE} for two weeks and tell me when it is under 60 euro",
            {"below": 60, "until": "2026-12-07"},
        ),
        (
            f"tell me when {SHOE} is back in stock, until the end of the month",
            {"back_in_stock": True, "until": "2026-11-30"},
        ),
        (
            f"watch {SHOE} for the next month and tell me when it is 10% off",
            {"drop_percent": 10, "until": "2026-12-23"},
        ),
        (
            f"tell me when the blue one drops below 70: {SHOE}",
            {"below": 70, "product": "blue"},
        ),
    ],
)
def test_a_price_is_watched_for_one_goal(said: str, goal: dict[str, Any]) -> None:
    assert calls(user(said)) == [("watch_price", {"url": SHOE, **goal})]


def test_the_newest_page_of_the_conversation_is_watched() -> None:
    past = [user(TENT), model("€200"), user(f"and {SHOE}"), model(f"€79.90, see {TENT}")]

    assert calls(*past, user("tell me when it drops below 70")) == [
        ("watch_price", {"url": SHOE, "below": 70})
    ]


def test_a_page_that_a_tool_looked_at_counts_and_one_in_its_result_does_not() -> None:
    past = [
        user("check the shoe"),
        called("check_price", url=SHOE),
        answered("check_price", result={"outcome": "priced", "title": f"Now at {TENT}"}),
        model("€79.90"),
    ]

    assert calls(*past, user("let me know when it's 20% cheaper")) == [
        ("watch_price", {"url": SHOE, "drop_percent": 20})
    ]


@pytest.mark.parametrize(
    ("talk", "goal"),
    [
        (["tell me when it drops below 70", watches.ASK_PAGE, SHOE], {"below": 70}),
        (["tell me when it drops below 70", watches.ASK_PAGE, f"this one: {SHOE}"], {"below": 70}),
        ([f"watch {SHOE}", watches.ASK_GOAL, "70"], {"below": 70}),
        ([f"watch {SHOE}", watches.ASK_GOAL, "below 69,90 euro"], {"below": 69.9}),
        ([f"watch {SHOE}", watches.ASK_GOAL, "20%"], {"drop_percent": 20}),
        ([f"watch {SHOE}", watches.ASK_GOAL, "when it is back in stock"], {"back_in_stock": True}),
        (
            [
                *("tell me when it gets cheaper", watches.ASK_PAGE),
                *(SHOE, watches.ASK_GOAL, "70 euros"),
            ],
            {"below": 70},
        ),
    ],
)
def test_a_watch_is_completed_by_answers(talk: list[str], goal: dict[str, Any]) -> None:
    contents = [model(said) if index % 2 else user(said) for index, said in enumerate(talk)]

    assert calls(*contents) == [("watch_price", {"url": SHOE, **goal})]


@pytest.mark.parametrize(
    ("said", "tool", "args"),
    [
        ("what are you watching?", "list_watches", {}),
        ("show my watches", "list_watches", {}),
        ("list my price alerts", "list_watches", {}),
        ("my watches", "list_watches", {}),
        ("which prices are you tracking?", "list_watches", {}),
        ("stop watching the shoe", "stop_watch", {"which": "shoe"}),
        ("please stop tracking the trail shoe", "stop_watch", {"which": "trail shoe"}),
        ("stop watch 2", "stop_watch", {"which": "2"}),
        ("cancel watch #3", "stop_watch", {"which": "3"}),
        ("cancel the price alert for the tent", "stop_watch", {"which": "tent"}),
        ("don't watch the tent anymore", "stop_watch", {"which": "tent"}),
        ("stop 2", "stop_watch", {"which": "2"}),
        ("cancel the price alert", "list_watches", {}),
        ("stop watching it", "list_watches", {}),
        ("show me the price history", "price_history", {}),
        ("chart", "price_history", {}),
        ("how did the price of 1 develop", "price_history", {"which": "1"}),
        ("show me the chart for the trail shoe", "price_history", {"which": "trail shoe"}),
        ("price history of watch 2", "price_history", {"which": "2"}),
        (f"price history of {SHOE}", "price_history", {"url": SHOE}),
        ("how has the price changed?", "price_history", {}),
        ("what have you got running for me?", "list_running", {}),
        ("what are you doing for me", "list_running", {}),
        ("anything open?", "list_running", {}),
        ("what's running?", "list_running", {}),
        ("show me my reminders and watches", "list_running", {}),
        ("what did I say about the dentist?", "search_history", {"query": "dentist"}),
        ("when did I mention the plumber?", "search_history", {"query": "plumber"}),
        ("search our chat for restaurant", "search_history", {"query": "restaurant"}),
        ("did I ever tell you about my car?", "search_history", {"query": "car"}),
        ("find the recipe in our conversation", "search_history", {"query": "recipe"}),
        ("do you remember the restaurant?", "search_history", {"query": "restaurant"}),
        (
            "what was the name of the restaurant I mentioned?",
            "search_history",
            {"query": "name of the restaurant"},
        ),
    ],
)
def test_what_runs_and_what_was_said_is_looked_up(
    said: str, tool: str, args: dict[str, Any]
) -> None:
    assert calls(user(said)) == [(tool, args)]


@pytest.mark.parametrize(
    ("said", "tools"),
    [
        (
            f"remind me tomorrow at 9 to call mom and tell me when {SHOE} drops below 70",
            ["set_reminder", "watch_price"],
        ),
        (f"how much is {SHOE}? tell me when it drops below 70", ["check_price", "watch_price"]),
        (f"check {SHOE} and watch it, tell me when it is below 70", ["check_price", "watch_price"]),
        (f"how much is {SHOE}\nand {TENT}", ["check_price", "check_price"]),
        ("stop watch 1 and show me the price history", ["stop_watch", "price_history"]),
        ("what are you watching? what are my reminders?", ["list_watches", "list_reminders"]),
    ],
)
def test_several_requests_become_calls_side_by_side(said: str, tools: list[str]) -> None:
    assert [name for name, _ in calls(user(said))] == tools


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            f"remind me tomorrow at 9 to buy {SHOE}",
            {"text": f"buy {SHOE}", "at": "2026-11-24T09:00"},
        ),
        (
            "remind me to watch the price tomorrow at 9",
            {"text": "watch the price", "at": "2026-11-24T09:00"},
        ),
        (
            "remind me tomorrow at 9 to check the price history",
            {"text": "check the price history", "at": "2026-11-24T09:00"},
        ),
    ],
)
def test_a_reminder_stays_one(said: str, expected: dict[str, Any]) -> None:
    assert calls(user(said)) == [("set_reminder", expected)]
