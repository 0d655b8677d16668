"""What the simulated model calls `change_reminder` with, and that the scheduler takes it."""

from datetime import datetime
from typing import Any

import pytest

from services.scheduler.reminding.changing import ChangeReminder
from simulators.gemini.brain.phrasing import changing
from simulators.gemini.brain.planner import decide
from simulators.gemini.tongues import interpreter
from tests.unit.simulators.gemini.requests import TOOLS, request, user

NOW = datetime(2026, 11, 23, 9, 15, 20)
OURS = {**TOOLS, "change_reminder": ChangeReminder.model_json_schema()}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("move the dentist one to 5 pm", {"which": "dentist", "time": "17:00"}),
        (
            "can you move the dentist reminder to tomorrow at 9?",
            {"which": "dentist", "day": "tomorrow", "time": "09:00"},
        ),
        ("move reminder 2 to Friday", {"which": "2", "day": "friday"}),
        ("push the dentist reminder back by an hour", {"which": "dentist", "by_minutes": 60}),
        ("move reminder 2 by 30 minutes earlier", {"which": "2", "by_minutes": -30}),
        (
            "skip tomorrow's one of the pills reminder",
            {"which": "pills", "skip": True, "day": "tomorrow"},
        ),
        ("skip the next pills reminder", {"which": "pills", "skip": True}),
        ("call the dentist one orthodontist instead", {"which": "dentist", "text": "orthodontist"}),
        ("rename reminder 2 to call dad", {"which": "2", "text": "call dad"}),
    ],
)
def test_a_reminder_is_changed_by_words(said: str, expected: dict[str, Any]) -> None:
    (call,) = decide(request(user(said), tools=OURS)).calls
    assert (call.name, call.args) == ("change_reminder", expected)
    ChangeReminder.model_validate(call.args)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("verschieb die Erinnerung 2 auf 17 Uhr", {"which": "2", "time": "17:00"}),
        (
            "überspring morgen die Erinnerung 3",
            {"which": "3", "skip": True, "day": "tomorrow"},
        ),
        ("mueve el recordatorio 2 a las 17:00", {"which": "2", "time": "17:00"}),
        ("omite el recordatorio 3 mañana", {"which": "3", "skip": True, "day": "tomorrow"}),
    ],
)
def test_in_german_and_spanish_by_its_number(said: str, expected: dict[str, Any]) -> None:
    (call,) = interpreter.decide(request(user(said), tools=OURS)).calls
    assert (call.name, call.args) == ("change_reminder", expected)


@pytest.mark.parametrize(
    "said", ["call me Ada", "change my home airport to Porto", "move it", "I moved to Porto"]
)
def test_other_changes_are_none_of_a_reminder(said: str) -> None:
    assert not changing.wants_change(said)


def test_what_is_left_open_is_asked() -> None:
    assert changing.read_change("move the reminder to 5 pm", NOW).question() == changing.ASK_WHICH
    assert changing.read_change("skip the pills one", NOW).question() is None
    assert changing.read_change("move the dentist one to whatever", NOW).question() == (
        changing.ASK_HOW
    )
