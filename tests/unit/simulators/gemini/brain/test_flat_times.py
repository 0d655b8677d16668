"""What the simulated model calls `set_reminder` with, and what the scheduler makes of it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.scheduler.tools import SetReminder
from services.scheduler.when.resolver import resolve
from services.scheduler.when.unclear import UnclearTime
from simulators.gemini.brain.planner import decide
from simulators.gemini.brain.when import read_when
from tests.unit.simulators.gemini.brain import test_when
from tests.unit.simulators.gemini.requests import TOOLS, request, user

NOW = datetime(2026, 11, 23, 9, 15, 20)
ZONE = "Europe/Berlin"
OURS = {**TOOLS, "set_reminder": SetReminder.model_json_schema()}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("remind me in 1 minute to stretch", {"text": "stretch", "in_minutes": 1}),
        ("remind me in 3 days to call", {"text": "call", "in_days": 3}),
        ("remind me tomorrow at 9 to call", {"text": "call", "day": "tomorrow", "time": "09:00"}),
        ("remind me at 5pm to call", {"text": "call", "time": "17:00"}),
        (
            "remind me tomorrow evening to call",
            {"text": "call", "day": "tomorrow", "part_of_day": "evening"},
        ),
        (
            "remind me next Friday at 3pm to call",
            {"text": "call", "day": "friday", "week": "next", "time": "15:00"},
        ),
        (
            "remind me on 24 December at 18:00 to call",
            {"text": "call", "date": "12-24", "time": "18:00"},
        ),
        (
            "every weekday at 8:30 remind me to stand up",
            {
                "text": "stand up",
                "unit": "week",
                "weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday"],
                "time": "08:30",
            },
        ),
        (
            "remind me every first Monday of the month at 9 to pay",
            {"text": "pay", "unit": "month", "nth": 1, "weekdays": ["monday"], "time": "09:00"},
        ),
        (
            "remind me every year on 24 December at 18:00 to call",
            {"text": "call", "unit": "year", "date": "12-24", "time": "18:00"},
        ),
        (
            "remind me at 21:00 UTC+3 to call Ivan",
            {"text": "call Ivan", "time": "21:00", "zone": "UTC+3"},
        ),
        ("remind me at 9pm IST to call", {"text": "call", "time": "21:00", "zone": "IST"}),
    ],
)
def test_it_says_what_was_said_and_works_nothing_out(said: str, expected: dict[str, Any]) -> None:
    (call,) = decide(request(user(said), tools=OURS)).calls
    assert (call.name, call.args) == ("set_reminder", expected)


TEXTS = [
    case[0]
    for mark in (
        *test_when.test_a_moment_is_read.pytestmark,
        *test_when.test_a_repetition_is_read_with_its_first_time.pytestmark,
    )
    for case in mark.args[1]
]
"""Of times, with the moments that the simulated model itself takes them for."""


@pytest.mark.parametrize("text", TEXTS)
def test_the_scheduler_resolves_it_to_the_same_moment(text: str) -> None:
    when = read_when(text, NOW).when
    assert when is not None
    written = NOW.replace(tzinfo=ZoneInfo(ZONE))
    asked = SetReminder.model_validate({"text": "x", **when.said})
    if when.at <= NOW:
        with pytest.raises(UnclearTime, match="past"):
            resolve(asked, ZONE, written, written)
        return
    if text in {"at 8 tonight", "tonight"}:
        # A part of the day has the same hour in every language: this model's own is a later one.
        assert resolve(asked, ZONE, written, written).local.date() == when.at.date()
        return
    found = resolve(asked, ZONE, written, written)
    if when.said.get("unit") == "month" or "month_day" in when.said:
        assert found.local.time() == when.at.time()
    else:
        assert found.local == when.at
