"""What the simulated model calls `set_quiet_hours` with, and that the scheduler takes it."""

from typing import Any

import pytest

from services.scheduler.quiet.tool import SetQuietHours
from simulators.gemini.brain.phrasing import quiet
from simulators.gemini.brain.planner import decide
from simulators.gemini.tongues import interpreter
from tests.unit.simulators.gemini.requests import TOOLS, request, user

OURS = {**TOOLS, "set_quiet_hours": SetQuietHours.model_json_schema()}
NIGHT = {"begin": "22:00", "end": "07:00"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("don't message me between 10 pm and 7 am", NIGHT),
        ("Please do not write to me from 22:00 to 7:00", NIGHT),
        ("no messages at night", NIGHT),
        ("quiet hours from 23:30 until 6.45", {"begin": "23:30", "end": "06:45"}),
        ("Quiet hours off", {"off": True}),
        ("no more quiet hours please", {"off": True}),
    ],
)
def test_quiet_hours_are_wished_for(said: str, expected: dict[str, Any]) -> None:
    (call,) = decide(request(user(said), tools=OURS)).calls
    assert (call.name, call.args) == ("set_quiet_hours", expected)
    SetQuietHours.model_validate(call.args)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Schreib mir nicht zwischen 22 und 7 Uhr", NIGHT),
        ("Bitte keine Nachrichten von 22:00 bis 7:00", NIGHT),
        ("keine Nachrichten in der Nacht", NIGHT),
        ("Ruhezeit aus", {"off": True}),
        ("no me escribas entre las 22 y las 7", NIGHT),
    ],
)
def test_in_german_and_spanish(said: str, expected: dict[str, Any]) -> None:
    (call,) = interpreter.decide(request(user(said), tools=OURS)).calls
    assert (call.name, call.args) == ("set_quiet_hours", expected)


@pytest.mark.parametrize(
    "said", ["what are quiet hours?", "remind me tomorrow at 9 to call mum", "do not forget me"]
)
def test_other_words_wish_for_none(said: str) -> None:
    assert not quiet.wants_quiet(said)


def test_who_names_no_hours_is_asked() -> None:
    decision = decide(request(user("I want quiet hours"), tools=OURS))
    assert not decision.calls
    assert decision.text == quiet.ASK_HOURS
