"""A house that runs on servers of its own, and its phone page in a real browser."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from taskflow.process import chromium
from tests.support.servers import nats_server, postgres_server
from tests.support.stack import SERVICES, Stack

LOOKS_OFTEN = {
    "WATCH_MINUTES": "0.05",
    "WATCH_SHORTEST_MINUTES": "0.01",
    "WATCH_CONFIRM_SECONDS": "2",
}
"""At watched pages, every few seconds: nobody waits an hour here."""
SHOTS = os.environ.get("TASKFLOW_SHOTS")
"""A directory: pictures of the page are left there, to be looked at."""


@contextmanager
def running(home: Path, env: Mapping[str, str] | None = None) -> Generator[Stack]:
    """Every service and the simulators, with this environment beside what they need."""
    with postgres_server() as postgres, nats_server() as bus:
        stack = Stack(home, postgres, bus)
        stack.env |= env or {}
        try:
            stack.prepare()
            stack.start("simulators", *SERVICES)
            yield stack
        finally:
            stack.stop()


def adds_person(page: Page, name: str, number: str, bsuid: str = "") -> None:
    """Whose chat is open then: what is typed before belongs to the one that was."""
    page.click("#add")
    page.fill("#name", name)
    page.fill("#number", number)
    page.fill("#bsuid", bsuid)
    page.click("#person button.primary")
    expect(page.locator("#writer-name")).to_have_text(name)


@contextmanager
def phone_page(stack: Stack) -> Generator[Page]:
    """Skips the test where there is no Chromium."""
    program = chromium.find()
    if program is None:
        pytest.skip("no Chromium here: `taskflow browser` sets one up")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, chromium_sandbox=os.geteuid() != 0
        )
        page = browser.new_page(viewport={"width": 1180, "height": 960})
        page.goto(stack.sim)
        yield page
        browser.close()


def says(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.click("#send")


def theirs(page: Page) -> Locator:
    """What the person of the open chat was sent."""
    return page.locator("#messages .bubble:not(.mine)")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")
