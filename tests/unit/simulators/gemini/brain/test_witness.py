import json

import pytest

from simulators.gemini.brain import witness
from simulators.gemini.wire import GenerateRequest

QUIET = "don't message me between 10 pm and 7 am"


def asks(action: str, *messages: str) -> bool | None:
    told = {"messages": messages, "call": {"action": action, "does": "", "arguments": {}}}
    contents = [{"role": "user", "parts": [{"text": json.dumps(told)}]}]
    return witness.judged(GenerateRequest.model_validate({"contents": contents}))


@pytest.mark.parametrize(
    ("action", "messages", "is_asked"),
    [
        ("set_reminder", ["remind me in 1 minute to drink water"], True),
        ("set_reminder", ["don't remind me to drink water"], False),
        ("set_reminder", ["what does \u201cremind me to drink water\u201d mean?"], False),
        ("set_reminder", ["hello"], False),
        ("set_quiet_hours", [QUIET], True),
        ("set_reminder", [QUIET], False),
        ("set_reminder", [QUIET, "remind me in 1 minute to drink water"], True),
    ],
)
def test_a_wish_is_told_from_what_is_none(action: str, messages: list[str], is_asked: bool) -> None:
    assert asks(action, *messages) is is_asked
