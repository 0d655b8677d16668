"""What a person shares from the phone page, in a real browser: seen, heard, and answered."""

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.files import pdf, png
from tests.support.house import SHOTS, adds_person, phone_page, running
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e
ADA = "+491713920188"
WAIT_MS = 30_000
WIDTHS = {"wide": (1280, 900), "narrow": (390, 844)}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    with running(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture(scope="module")
def page(stack: Stack) -> Generator[Page]:
    with phone_page(stack) as page:
        adds_person(page, "Ada", ADA)
        yield page


def shot(page: Page, name: str) -> None:
    for width, (x, y) in WIDTHS.items() if SHOTS else ():
        page.set_viewport_size({"width": x, "height": y})
        page.wait_for_timeout(150)
        page.screenshot(path=f"{SHOTS}/{name}-{width}.png")
    page.set_viewport_size({"width": 1180, "height": 960})


def share(page: Page, kind: str, **fields: str) -> None:
    page.click("#attach")
    page.check(f"#share input[value={kind}]")
    for name, value in fields.items():
        page.fill(f"#{name.replace('_', '-')}", value)
    shot(page, f"sharing-{kind}")
    page.click("#share button.primary")


def attach(page: Page, *files: Path, caption: str = "") -> None:
    page.click("#attach")
    page.check("#share input[value=file]")
    page.set_input_files("#file", list(files))
    page.fill("#caption", caption)
    page.click("#share button.primary")


def answered(page: Page, *wanted: str | re.Pattern[str]) -> str:
    """The newest bubble of TaskFlow's, once it has these words."""
    newest = page.locator("#messages .bubble:not(.mine)").last
    for words in wanted:
        expect(newest).to_contain_text(words, timeout=WAIT_MS)
    return newest.inner_text()


def test_a_voice_note_ends_as_a_reminder(page: Page) -> None:
    share(page, "voice", say="remind me tomorrow at nine to call mom")

    told = answered(page, "I heard: “remind me tomorrow at nine", "✓ Reminder")
    assert "09:00 (Europe/Berlin)" in told
    mine = page.locator("#messages .bubble.mine").last
    expect(mine.locator("audio")).to_be_visible()
    expect(mine.locator(".said")).to_have_text("remind me tomorrow at nine to call mom")
    length = mine.locator("audio").evaluate(
        """player => new Promise((told, failed) => {
             player.addEventListener("loadedmetadata", () => told(player.duration));
             player.addEventListener("error", () => failed(new Error("not playable")));
             player.preload = "metadata"; player.load();
           })"""
    )
    assert length > 1
    shot(page, "voice")


def test_a_picture_is_answered_about(page: Page, tmp_path: Path) -> None:
    (tmp_path / "garden.png").write_bytes(png(320, 200))
    attach(page, tmp_path / "garden.png", caption="what is this?")

    answered(page, "320 by 200")
    picture = page.locator("#messages .bubble.mine img").last
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") == 320
    shot(page, "picture")


def test_an_album_is_one_question_about_all_of_its_pictures(page: Page, tmp_path: Path) -> None:
    before = page.locator("#messages .bubble:not(.mine)").count()
    pictures = page.locator("#messages .bubble.mine").locator("img")
    shown = pictures.count()
    sizes = [(120, 90), (240, 180), (60, 45)]
    for n, size in enumerate(sizes):
        (tmp_path / f"{n}.png").write_bytes(png(*size))
    files = [tmp_path / f"{n}.png" for n in range(len(sizes))]
    attach(page, *files, caption="what is this?")

    told = answered(page, "120 by 90", "240 by 180", "60 by 45")
    places = [told.index(f"{x} by {y}") for x, y in sizes]
    assert places == sorted(places)
    expect(page.locator("#messages .bubble:not(.mine)")).to_have_count(before + 1)
    expect(pictures).to_have_count(shown + len(sizes))
    shot(page, "album")


def test_a_document_a_place_and_a_contact_are_shared(page: Page, tmp_path: Path) -> None:
    (tmp_path / "invoice.pdf").write_bytes(pdf())
    attach(page, tmp_path / "invoice.pdf")
    answered(page, "PDF document")
    share(page, "contact", card_name="Grace Hopper", card_number="+1 555 0100")
    answered(page, "card of Grace Hopper")
    before = page.locator("#messages .bubble:not(.mine)").count()
    share(page, "place")
    expect(page.locator("#messages .bubble:not(.mine)")).to_have_count(before + 1, timeout=WAIT_MS)
    expect(page.locator("#messages .bubble.mine").last).to_contain_text("Alexanderplatz")
    shot(page, "shared")


def test_a_message_is_quoted_and_one_is_forwarded(page: Page, stack: Stack) -> None:
    first = page.locator("#messages .bubble.mine").first
    first.hover()
    first.locator(".more").click()
    page.click("#reply")
    expect(page.locator("#quoted")).to_contain_text("remind me tomorrow")
    shot(page, "quoting")
    before = page.locator("#messages .bubble:not(.mine)").count()
    page.fill("#text", "thanks")
    page.click("#send")
    expect(page.locator("#messages .bubble.mine").last.locator(".quotation")).to_be_visible()
    expect(page.locator("#quoting")).to_be_hidden()
    expect(page.locator("#messages .bubble:not(.mine)")).to_have_count(before + 1, timeout=WAIT_MS)

    first.hover()
    first.locator(".more").click()
    page.click("#forward")
    newest = page.locator("#messages .bubble.mine").last
    expect(newest).to_contain_text("Forwarded")
    expect(page.locator("#messages .bubble:not(.mine)")).to_have_count(before + 2, timeout=WAIT_MS)
    told = answered(page)
    assert "✓" not in told
    assert "I heard" not in told
    shot(page, "forwarded")
