"""A place near the user's own, from their pin to the one that is sent: on the phone page."""

import pytest
from playwright.sync_api import Page, expect

from services.tools.searching import places
from simulators.serpapi import google
from tests.support.house import says, shot, theirs
from tests.support.stack import Stack, wait_until

pytestmark = pytest.mark.e2e

WAIT_MS = 40_000
HERE = {"lat": "52.5219", "lon": "13.4132"}
SEARCH = {"name": "search_web", "args": {"query": "pharmacy", "near": "52.5219, 13.4132"}}
FOUND = places.read(google.search({"engine": "google", "q": "pharmacy", **HERE}))[0]
FIRST_NUMBER = 4917139201890


def shares_a_place(page: Page, name: str) -> None:
    page.click("#attach")
    page.check("#share input[value=place]")
    page.fill("#label", name)
    page.click("#share button.primary")


def replying(place: str) -> dict[str, object]:
    told = {"text": "Here it is.", "language": "en", "says_done": [], "place": place}
    return {"calls": [{"name": "reply", "args": told}]}


def test_a_pharmacy_near_a_shared_place_is_sent_as_a_pin(page: Page) -> None:
    shares_a_place(page, "Alexanderplatz, Berlin")
    expect(theirs(page)).to_have_count(1, timeout=WAIT_MS)

    says(page, "where is a pharmacy near me?")
    expect(theirs(page)).to_have_count(3, timeout=WAIT_MS)
    expect(theirs(page).nth(1)).to_contain_text(str(FOUND["name"]))
    pin = theirs(page).nth(2)
    expect(pin.locator(".place-name")).to_have_text(f"📍 {FOUND['name']}")
    expect(pin.locator(".place-address")).to_have_text(str(FOUND["address"]))
    degrees = f"{FOUND['latitude']:.6f}, {FOUND['longitude']:.6f}"
    expect(pin.locator(".degrees")).to_have_text(degrees)
    expect(pin.locator(".text")).to_have_count(0)
    shot(page, "place")


def test_one_that_the_model_made_up_is_not_sent_and_one_of_an_earlier_answer_is(
    stack: Stack, page: Page, user: str
) -> None:
    invented, found = ["52.52,13.41", "p00000000"], str(FOUND["id"])
    stack.script(user, {"calls": [SEARCH]}, *map(replying, [*invented, found]))
    for n, _ in enumerate(invented, start=1):
        says(page, "and where exactly?")
        expect(theirs(page)).to_have_count(n, timeout=WAIT_MS)
    assert not any(one["place"] for one in stack.chat(user))

    says(page, "send me the first one")
    expect(theirs(page)).to_have_count(len(invented) + 2, timeout=WAIT_MS)
    expect(theirs(page).last.locator(".place-name")).to_have_text(f"📍 {FOUND['name']}")


def test_a_pin_that_whatsapp_refuses_is_said_in_words(stack: Stack, page: Page, user: str) -> None:
    stack.fault("twilio", delay_ms=0)  # the text is taken
    stack.fault("twilio", status=400, code=20001)
    stack.script(user, {"calls": [SEARCH]}, replying(str(FOUND["id"])))
    says(page, "a pharmacy, please")
    wait_until(lambda: len(stack.replies(user)) == 2, 60, lambda: str(stack.chat(user)))
    told = stack.replies(user)[-1].splitlines()
    assert told[:2] == [f"📍 {FOUND['name']}", FOUND["address"]]


def test_from_right_to_left_the_degrees_keep_their_order(page: Page) -> None:
    """As a phone shows one that is shared, and one that comes, alike."""
    shares_a_place(page, "صيدلية الركن")
    place = page.locator("#messages .bubble .place").last
    expect(place.locator(".place-name")).to_have_text("📍 صيدلية الركن")
    expect(place).to_have_css("direction", "rtl")
    expect(place.locator(".degrees")).to_have_css("direction", "ltr")
    expect(place.locator(".degrees")).to_have_text("52.5219, 13.4132")
    shot(page, "place-rtl")
