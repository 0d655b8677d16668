"""Prices and products: phrasings and their calls. It is Monday, 23 November 2026."""

from typing import Any

import pytest

from simulators.gemini.brain.phrasing import prices, recall, shopping, watches
from simulators.gemini.brain.planner import decide
from tests.unit.simulators.gemini.requests import (
    TOOLS,
    about,
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


def text(*contents: dict[str, Any], **more: Any) -> str:
    decision = decide(request(*contents, **more))
    assert decision.calls == ()
    return decision.text or ""


@pytest.mark.parametrize(
    "said",
    [
        f"is this cheaper than 80 euro? {SHOE}",
        f"{SHOE} is this cheaper than 80 euro?",
        f"is {SHOE} cheaper than 80 euro?",
        f"how much is {SHOE}",
        f"How much is {SHOE}?",
        f"what does this cost: {SHOE}",
        f"price of {SHOE}",
        f"check {SHOE}.",
        f"can you check {SHOE} please",
        SHOE,
        f"have a look at this {SHOE}",
        f"is it in stock? {SHOE}",
        f"what's the price here: {SHOE}",
        f"*{SHOE}*",
    ],
)
def test_a_page_is_looked_at(said: str) -> None:
    assert calls(user(said)) == [("check_price", {"url": SHOE})]


@pytest.mark.parametrize(
    "messages",
    [
        ["is this cheaper than 80 euro?", SHOE],
        [SHOE, "is this cheaper than 80 euro?"],
        [f"{SHOE}\nis this cheaper than 80 euro?"],
        [f"how much is {SHOE}? is it in stock?"],
    ],
)
def test_a_link_and_its_question_are_one_request(messages: list[str]) -> None:
    assert calls(user(*messages)) == [("check_price", {"url": SHOE})]


@pytest.mark.parametrize(
    ("said", "product"),
    [
        (f"how much is the blue one? {SHOE}", "blue"),
        (f"is it cheaper in size 43? {SHOE}", "size 43"),
        (f"price of the “Trail Pro 2” on {SHOE}", "Trail Pro 2"),
        (f"how much is the pro version: {SHOE}", "pro"),
    ],
)
def test_a_variant_is_named(said: str, product: str) -> None:
    assert calls(user(said)) == [("check_price", {"url": SHOE, "product": product})]


@pytest.mark.parametrize(
    "said",
    [
        "is it cheaper than 80 euro now?",
        "how much is it now?",
        "is it still in stock?",
        "what does it cost today?",
        "check the price again",
        "what's the price?",
        "is it back in stock?",
    ],
)
def test_it_means_the_page_spoken_of_before(said: str) -> None:
    assert calls(user(SHOE), model("**Trail shoe**: €79.90."), user(said)) == [
        ("check_price", {"url": SHOE})
    ]


def test_without_a_page_its_link_is_asked_for_and_completes_the_question() -> None:
    said = "is this cheaper than 80 euro?"

    assert text(user(said)) == prices.ASK_PAGE
    assert calls(user(said), model(prices.ASK_PAGE), user(SHOE)) == [("check_price", {"url": SHOE})]


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("tell me when it drops below 70", watches.ASK_PAGE),
        (f"watch {SHOE}", watches.ASK_GOAL),
        (f"tell me when {SHOE} drops by 20 euro", watches.ASK_GOAL),
        ("where can I buy", shopping.ASK_QUERY),
        ("search our chat", recall.ASK_QUERY),
    ],
)
def test_what_is_missing_is_asked(said: str, question: str) -> None:
    assert text(user(said)) == question


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "find me running shoes under 100 euro",
            {"query": "running shoes", "max_price": 100, "currency": "EUR"},
        ),
        (
            "running shoes under €100",
            {"query": "running shoes", "max_price": 100, "currency": "EUR"},
        ),
        ("where can I buy a good tent?", {"query": "good tent"}),
        ("compare prices of the Sony WH-1000XM5", {"query": "Sony WH-1000XM5"}),
        ("cheapest espresso machine", {"query": "espresso machine"}),
        (
            "what is the cheapest electric toothbrush under 50 dollars?",
            {"query": "electric toothbrush", "max_price": 50, "currency": "USD"},
        ),
        ("I'm looking for a winter jacket", {"query": "winter jacket"}),
        ("best price for a Kindle Paperwhite", {"query": "Kindle Paperwhite"}),
        ("how much does a Nintendo Switch cost?", {"query": "Nintendo Switch"}),
        (
            "I want to buy a bike for less than 500 pounds",
            {"query": "bike", "max_price": 500, "currency": "GBP"},
        ),
    ],
)
def test_products_are_searched(said: str, expected: dict[str, Any]) -> None:
    assert calls(user(said)) == [("search_products", expected)]


def test_a_budget_in_a_message_of_its_own_belongs_to_the_search() -> None:
    assert calls(user("find me running shoes", "not more than 100 euro")) == [
        ("search_products", {"query": "running shoes", "max_price": 100, "currency": "EUR"})
    ]


def test_prices_are_asked_for_in_the_users_own_currency() -> None:
    known = about("currency: GBP")

    assert calls(user(known, "find me a tent")) == [
        ("search_products", {"query": "tent", "currency": "GBP"})
    ]
    assert calls(user(known, "find me a tent under 100 euro"))[0][1]["currency"] == "EUR"


def test_without_a_tool_for_products_the_web_is_searched() -> None:
    only_the_web = {"search_web": TOOLS["search_web"]}

    assert calls(user("where can I buy a good tent?"), tools=only_the_web) == [
        ("search_web", {"query": "where can I buy a good tent"})
    ]


OFFERS = [{"title": "Runner", "link": SHOE}, {"title": "Sprinter", "link": TENT}]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("how much is the second one?", ("check_price", {"url": TENT})),
        (
            "watch the first one and tell me when it is under 60",
            ("watch_price", {"url": SHOE, "below": 60}),
        ),
        (
            "tell me when the last one drops below 50 euro",
            ("watch_price", {"url": TENT, "below": 50}),
        ),
    ],
)
def test_a_found_product_is_chosen_by_its_place(
    said: str, expected: tuple[str, dict[str, Any]]
) -> None:
    past = [
        user("find me running shoes"),
        called("search_products", query="running shoes"),
        answered("search_products", result={"products": OFFERS}, untrusted="other people's words"),
        model("1. Runner 2. Sprinter"),
    ]

    assert calls(*past, user(said)) == [expected]
