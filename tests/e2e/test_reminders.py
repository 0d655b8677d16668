"""Reminders as a person has them: changed by words, undone, and told of."""

import itertools
from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.house import running
from tests.support.stack import Stack, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.long]

_numbers = itertools.count(15557580001)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    with running(tmp_path_factory.mktemp("stack")) as stack:
        yield stack
        assert stack.refused() == []


@pytest.fixture
def user() -> str:
    return f"+{next(_numbers)}"


def told(stack: Stack, user: str) -> list[str]:
    chat: list[dict[str, Any]] = stack.chat(user)
    return [one["body"] for one in chat if one["direction"] == "outbound"]


def says(stack: Stack, user: str, text: str) -> str:
    """What is answered."""
    before = len(told(stack, user))
    stack.say(user, text)
    wait_until(lambda: len(told(stack, user)) > before, 60, lambda: str(stack.chat(user)))
    return told(stack, user)[before]


def test_a_reminder_is_changed_by_words_and_the_change_undone(stack: Stack, user: str) -> None:
    says(stack, user, "I live in Lisbon")
    assert "Reminder: take a pill" in says(stack, user, "remind me every day at 9 to take a pill")
    moved = says(stack, user, "move the pill reminder to 22:00")
    assert "✓ Reminder 1 is now: take a pill" in moved
    assert "22:00" in moved
    skipped = says(stack, user, "skip the next pill reminder")
    assert "✓ Reminder 1 leaves out" in skipped
    assert "Reminder 1 is now: take a pill" in says(stack, user, "undo")
    renamed = says(stack, user, "rename reminder 1 to take a vitamin")
    assert "✓ Reminder 1 is now: take a vitamin" in renamed


def test_did_you_remind_me_is_answered_by_what_the_phone_said(stack: Stack, user: str) -> None:
    says(stack, user, "I live in Lisbon")
    says(stack, user, "remind me in 3 seconds to breathe")
    wait_until(lambda: told(stack, user)[-1] == "⏰ breathe", 60, lambda: str(stack.chat(user)))

    def is_told() -> bool:
        return "delivered" in says(stack, user, "which reminders do I have?")

    wait_until(is_told, 60, lambda: str(stack.chat(user)))


def test_in_quiet_hours_only_what_was_timed_comes(stack: Stack, user: str) -> None:
    """All but one minute of the day are quiet, whenever this runs."""
    says(stack, user, "I live in Lisbon")
    now = datetime.now(ZoneInfo("Europe/Lisbon"))
    begin, end = (f"{now + timedelta(minutes=m):%H:%M}" for m in (-2, -3))
    set_ = says(stack, user, f"don't message me between {begin} and {end}")
    assert f"✓ Quiet hours from {begin} until {end}, Lisbon" in set_
    assert begin in says(stack, user, "what do you know about me?")
    says(stack, user, "remind me in 3 seconds to breathe")
    wait_until(lambda: told(stack, user)[-1] == "⏰ breathe", 60, lambda: str(stack.chat(user)))
    assert "✓ No quiet hours any more" in says(stack, user, "Quiet hours off")
    assert f"✓ Quiet hours from {begin}" in says(stack, user, "undo")


def test_quiet_hours_are_understood_in_german(stack: Stack, user: str) -> None:
    told_ = says(stack, user, "Bitte schreib mir nicht zwischen 22 und 7 Uhr")
    assert "22:00" in told_
