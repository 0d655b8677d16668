"""Buttons as a person presses them: on the phone page, in a real browser."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.house import says, shot, theirs
from tests.support.stack import Stack, wait_until

pytestmark = pytest.mark.e2e

WAIT_MS = 40_000
FIRST_NUMBER = 15557560001


def presses(page: Page, label: str) -> None:
    """The newest button of this name."""
    button = page.get_by_role("button", name=label, exact=True).last
    expect(button).to_be_visible(timeout=WAIT_MS)
    button.click()


def hears(page: Page, count: int, *wanted: str) -> str:
    """The message of this number, once it has these words."""
    bubble = theirs(page).nth(count - 1)
    for words in wanted:
        expect(bubble).to_contain_text(words, timeout=WAIT_MS)
    return bubble.inner_text()


def test_a_proposal_is_answered_by_pressing_yes(stack: Stack, page: Page, user: str) -> None:
    says(page, "remind me tomorrow at 9 to call mom")
    hears(page, 1, "where you are", "Reply yes")
    expect(theirs(page).first.get_by_role("group").get_by_role("button")).to_have_text(
        ["Yes", "No"]
    )
    shot(page, "proposal")
    presses(page, "Yes")
    hears(page, 2, "Reminder: call mom", "09:00")
    shot(page, "proposal-answered")
    told = [one for one in stack.chat(user) if one["direction"] == "inbound"]
    assert told[-1]["body"] == "Yes"

    presses(page, "Undo")
    hears(page, 3, "Reminder 1 cancelled")
    presses(page, "Yes")
    hears(page, 4, "This question is no longer open.")


def test_a_reminders_snooze_moves_it(stack: Stack, page: Page, user: str) -> None:
    says(page, "remind me in 5 seconds to stretch")
    hears(page, 1, "stretch")
    hears(page, 2, "⏰ stretch", "Done", "Snooze 1 h", "Tomorrow")
    shot(page, "reminder")
    presses(page, "Snooze 1 h")
    hears(page, 3, "✓ Reminder: stretch")
    shot(page, "snoozed")
    presses(page, "Snooze 1 h")
    hears(page, 4, "I remind you again")
    says(page, "show my reminders")
    to_come, _, _ = hears(page, 5, "stretch").partition("I reminded you of")
    assert to_come.count("stretch") == 1

    presses(page, "Done")
    hears(page, 6, "Good, that is done.", "cancelled")


def test_one_of_several_is_picked_from_a_list(stack: Stack, page: Page, user: str) -> None:
    cities = [{"title": one, "description": f"about {one}"} for one in ("Lisbon", "Oslo", "Rome")]
    told = {"text": "Where to?", "language": "en", "says_done": [], "choices": [*cities, "Bern"]}
    picked = {"text": "Oslo it is.", "language": "en", "says_done": []}
    replies = [{"calls": [{"name": "reply", "args": one}]} for one in (told, picked)]
    stack.script(user, *replies)
    says(page, "plan a trip with me")
    hears(page, 1, "Where to?")
    presses(page, "Choose")
    shot(page, "list")
    page.get_by_role("dialog", name="Choose").get_by_role("button", name="Oslo").click()
    hears(page, 2, "Oslo it is.")
    shot(page, "picked")
    inbound = [one for one in stack.chat(user) if one["direction"] == "inbound"]
    assert inbound[-1]["body"] == "Oslo"
    # The model knows what it had offered.
    assert any("4. Bern" in one for one in stack.get(f"{stack.sim}/_sim/gemini/shown"))


def test_buttons_that_whatsapp_refuses_cost_the_buttons_alone(
    stack: Stack, page: Page, user: str
) -> None:
    says(page, "remind me in 6 seconds to breathe")
    hears(page, 1, "breathe")
    stack.post(f"{stack.sim}/_sim/faults", {"vendor": "twilio-delivery", "code": 63013})
    wait_until(lambda: len(reminders(stack, user)) == 2, 60, lambda: str(stack.chat(user)))
    refused, told = reminders(stack, user)
    assert (refused["status"], len(refused["buttons"])) == ("failed", 3)
    assert told["buttons"] == []


def reminders(stack: Stack, user: str) -> list[dict[str, Any]]:
    told = [one for one in stack.chat(user) if one["direction"] == "outbound"]
    return [one for one in told if one["body"] == "⏰ breathe"]
