"""A place near the user's own, from their pin to the one that is sent: on the phone page."""

import os
from collections.abc import Generator

import pytest
from playwright.sync_api import Locator, Page, expect

from services.tools.searching import places
from simulators.serpapi import google
from tests.support.house import adds_person, phone_page, running
from tests.support.stack import Stack, wait_until

pytestmark = pytest.mark.e2e

ADA, LEILA = "+491713920189", "+201005550189"
WAIT_MS = 40_000
SHOTS = os.environ.get("TASKFLOW_SHOTS")
"""A directory: pictures of the page are left there, to be looked at."""
HERE = {"lat": "52.5219", "lon": "13.4132"}
SEARCH = {"name": "search_web", "args": {"query": "pharmacy", "near": "52.5219, 13.4132"}}
FOUND = places.read(google.search({"engine": "google", "q": "pharmacy", **HERE}))[0]
TEXT = "This pharmacy is near you."


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    with running(tmp_path_factory.mktemp("stack")) as stack:
        yield stack
        assert stack.refused() == []


@pytest.fixture(scope="module")
def page(stack: Stack) -> Generator[Page]:
    with phone_page(stack) as page:
        adds_person(page, "Ada", ADA)
        yield page


def theirs(page: Page) -> Locator:
    return page.locator("#messages .bubble:not(.mine)")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")


def says(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.click("#send")


def replying(place: str) -> dict[str, object]:
    told = {"text": TEXT, "language": "en", "says_done": [], "place": place}
    return {"calls": [{"name": "reply", "args": told}]}


def test_a_pharmacy_near_a_shared_place_is_sent_as_a_pin(stack: Stack, page: Page) -> None:
    page.click("#attach")
    page.check("#share input[value=place]")
    page.click("#share button.primary")
    expect(theirs(page)).to_have_count(1, timeout=WAIT_MS)

    says(page, "where is a pharmacy near me?")
    expect(theirs(page)).to_have_count(3, timeout=WAIT_MS)
    pin = theirs(page).nth(2).locator(".place")
    expect(pin.locator(".place-name")).to_have_text(f"📍 {FOUND['name']}")
    expect(pin.locator(".place-address")).to_have_text(str(FOUND["address"]))
    degrees = f"{FOUND['latitude']:.6f}, {FOUND['longitude']:.6f}"
    expect(pin.locator(".degrees")).to_have_text(degrees)
    expect(theirs(page).nth(2).locator(".text")).to_have_count(0)
    expect(theirs(page).nth(1)).to_contain_text(str(FOUND["name"]))
    shot(page, "place")


def test_one_that_the_model_made_up_is_not_sent(stack: Stack, page: Page) -> None:
    before = theirs(page).count()
    stack.script(ADA, {"calls": [SEARCH]}, replying("52.52,13.41"), replying("p00000000"))
    for n in (1, 2):
        says(page, "and where exactly?")
        expect(theirs(page)).to_have_count(before + n, timeout=WAIT_MS)
    pins = [one for one in stack.chat(ADA) if one["direction"] == "outbound" and one["place"]]
    assert len(pins) == 1


def test_a_place_of_an_earlier_answer_is_sent_when_it_is_asked_for(
    stack: Stack, page: Page
) -> None:
    before = theirs(page).count()
    stack.script(ADA, replying(str(FOUND["id"])))
    says(page, "send me the first one again")
    expect(theirs(page)).to_have_count(before + 2, timeout=WAIT_MS)
    expect(theirs(page).last.locator(".place-name")).to_have_text(f"📍 {FOUND['name']}")


def test_a_pin_that_whatsapp_refuses_is_said_in_words(stack: Stack, page: Page) -> None:
    before = len(stack.replies(ADA))
    stack.fault("twilio", delay_ms=0)  # the text is taken
    stack.fault("twilio", status=400, code=20001)
    stack.script(ADA, replying(str(FOUND["id"])))
    says(page, "and once more")
    wait_until(lambda: len(stack.replies(ADA)) == before + 2, 60, lambda: str(stack.chat(ADA)))
    told = stack.replies(ADA)[-1].splitlines()
    assert told[:2] == [f"📍 {FOUND['name']}", FOUND["address"]]


def test_from_right_to_left_the_degrees_keep_their_order(stack: Stack, page: Page) -> None:
    """As a phone shows one that is shared, and one that comes, alike."""
    adds_person(page, "Leila", LEILA)
    page.click("#attach")
    page.check("#share input[value=place]")
    page.fill("#label", "صيدلية الركن")
    page.click("#share button.primary")
    place = page.locator("#messages .bubble .place").last
    expect(place.locator(".place-name")).to_have_text("📍 صيدلية الركن")
    expect(place).to_have_css("direction", "rtl")
    expect(place.locator(".degrees")).to_have_css("direction", "ltr")
    expect(place.locator(".degrees")).to_have_text("52.5219, 13.4132")
    name, degrees = (place.locator(one).bounding_box() for one in (".place-name", ".degrees"))
    assert name is not None
    assert degrees is not None
    assert degrees["y"] > name["y"]
    shot(page, "place-rtl")
