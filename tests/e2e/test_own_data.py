"""A person's own data, asked for on the phone page: a file that they open, and nobody else's."""

import json
import os
import zipfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.house import adds_person, phone_page, running
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

PHONE, ADAS_ID, BENS_ID = "+491713920066", "DE.ada6", "DE.ben6"
WAIT_MS = 60_000
SHOTS = os.environ.get("TASKFLOW_SHOTS")
WIDTHS = {"wide": (1280, 900), "narrow": (390, 844)}


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where media lie, instead of in PostgreSQL."""
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, media: Path) -> Generator[Stack]:
    with running(tmp_path_factory.mktemp("stack"), {"TASKFLOW_MEDIA": str(media)}) as stack:
        yield stack


@pytest.fixture(scope="module")
def page(stack: Stack) -> Generator[Page]:
    with phone_page(stack) as page:
        adds_person(page, "Ada", PHONE, ADAS_ID)
        yield page


def says(page: Page, text: str, *wanted: str) -> None:
    """And waits for the answer that has these words."""
    before = page.locator("#messages .bubble:not(.mine)").count()
    page.fill("#text", text)
    page.click("#send")
    reply = page.locator("#messages .bubble:not(.mine)").nth(before)
    for words in wanted:
        expect(reply).to_contain_text(words, timeout=WAIT_MS)


def saved(page: Page, folder: Path) -> dict[str, Any]:
    """What the newest document holds, once it is pressed."""
    newest = page.locator("#messages .bubble:not(.mine) a.file").last
    expect(newest).to_contain_text("taskflow-data.xlsx", timeout=WAIT_MS)
    with page.expect_download() as download:
        newest.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == "taskflow-data.xlsx"
    return json.loads(zipfile.ZipFile(path).read("data.json"))


def test_all_that_is_held_of_them_comes_as_a_file(page: Page, media: Path, tmp_path: Path) -> None:
    says(page, "call me Adalind", "Noted")
    says(page, "remind me on 24 December at 9 to feed the parrot", "✓ Reminder")
    says(page, "send me everything you have about me", "✓ All that I hold of you, as a file")

    held = saved(page, tmp_path)
    assert held["messages"][0]["text"] == "call me Adalind"
    assert [one["value"] for one in held["remembered"]] == ["Adalind"]
    assert [one["text"] for one in held["reminders"]] == ["feed the parrot"]
    (sealed,) = [one for one in media.rglob("*") if one.is_file()]
    assert b"PK" not in sealed.read_bytes()[:40]
    for width, (x, y) in WIDTHS.items() if SHOTS else ():
        page.set_viewport_size({"width": x, "height": y})
        page.locator("#messages a.file").last.scroll_into_view_if_needed()
        page.wait_for_timeout(150)
        page.screenshot(path=f"{SHOTS}/own-data-{width}.png")
    page.set_viewport_size({"width": 1180, "height": 960})


def test_who_writes_another_language_is_understood(page: Page, stack: Stack) -> None:
    adds_person(page, "Eva", "+4917139200662", "")
    says(page, "Schick mir bitte alle meine Daten", "✓ Alles, was ich über dich habe, als Datei")
    expect(page.locator("#messages a.file")).to_be_visible(timeout=WAIT_MS)


def test_whoever_has_the_number_next_gets_nothing_of_theirs(page: Page, tmp_path: Path) -> None:
    adds_person(page, "Ben", PHONE, BENS_ID)
    says(page, "hello there", "")
    says(page, "send me all my data", "✓ All that I hold of you, as a file")

    told = json.dumps(saved(page, tmp_path))
    assert "hello there" in told
    assert "Adalind" not in told
    assert "parrot" not in told
