"""Prices and memory as a person lives them: on the phone page, in a real browser."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Page, expect

from tests.support.house import LOOKS_OFTEN, adds_person, phone_page, running, shot
from tests.support.stack import Stack, wait_until

ADA = "+15557550042"
SHOE = "trail-shoe"
WAIT_MS = 40_000


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    with running(tmp_path_factory.mktemp("stack"), LOOKS_OFTEN) as stack:
        yield stack


@pytest.fixture(scope="module")
def page(stack: Stack) -> Generator[Page]:
    with phone_page(stack) as page:
        adds_person(page, "Ada", ADA)
        yield page


def say(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.click("#send")


def heard(page: Page) -> list[str]:
    return page.locator("#messages .bubble:not(.mine)").all_inner_texts()


def answer(page: Page, text: str, *wanted: str) -> str:
    """Says something, and waits for the answer that has these words."""
    before = len(heard(page))
    say(page, text)
    reply = page.locator("#messages .bubble:not(.mine)").nth(before)
    for words in wanted:
        expect(reply).to_contain_text(words, timeout=WAIT_MS)
    return reply.inner_text()


def alerts(stack: Stack) -> list[str]:
    return [text for text in stack.replies(ADA) if "📉" in text]


def test_a_price_is_asked_for_watched_and_told_once(stack: Stack, page: Page) -> None:
    link = f"{stack.sim}/shop/p/{SHOE}"
    told = answer(page, f"is this cheaper than 80 euro? {link}", "79.90")
    assert "80" in told
    before = fetches(stack)
    answer(page, "tell me when it drops below 70", "70")
    wait_until(lambda: fetches(stack) > before, 40, lambda: "the watch does not look")
    stack.post(f"{stack.sim}/_sim/shop/price", {"product": SHOE, "price": "65.00"})
    wait_until(lambda: bool(alerts(stack)), 40, lambda: f"no alert: {stack.replies(ADA)}")
    (alert,) = alerts(stack)
    assert "65.00" in alert
    assert "79.90" in alert
    assert link in alert
    expect(page.locator("#messages .bubble:not(.mine)").last).to_contain_text("65.00")
    shot(page, "alert")

    stack.post(f"{stack.sim}/_sim/shop/price", {"product": SHOE, "price": "64.00"})
    before = fetches(stack)
    wait_until(lambda: fetches(stack) >= before + 3, 40, lambda: "the watch looks no more")
    assert len(alerts(stack)) == 1, "one alert a crossing"

    answer(page, "show me the price history", "64.00")
    picture = page.locator("#messages .bubble:not(.mine) img").last
    expect(picture).to_be_visible(timeout=WAIT_MS)
    page.wait_for_function("image => image.complete", arg=picture.element_handle())
    assert picture.evaluate("image => image.naturalWidth") > 300
    shot(page, "chart")


def test_a_person_is_remembered_and_forgotten(page: Page) -> None:
    answer(page, "I live in Lisbon, call me Ada", "Lisbon")
    told = answer(page, "what do you know about me", "Ada")
    assert "Lisbon" in told
    shot(page, "memory")
    answer(page, "forget where I live", "Lisbon")
    told = answer(page, "what do you know about me?", "Ada")
    assert "Lisbon" not in told
    shot(page, "forgotten")


def fetches(stack: Stack) -> int:
    counted: dict[str, int] = stack.get(f"{stack.sim}/_sim/shop/fetches")
    return sum(count for path, count in counted.items() if path.endswith(SHOE))
