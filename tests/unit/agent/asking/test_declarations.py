"""What every request to the model carries: the instructions and the tools."""

import json

from contracts.tools import ToolOffered
from services.agent.asking import prompt
from services.agent.asking.gemini import function_of
from tests.support.offers import TOOLS

MOST_CHARACTERS = 18_200
"""With them "hi" takes 1.1 times the input tokens that it took before memory was tools."""


def test_what_every_request_carries_is_paid_for_each_time() -> None:
    declared = [function_of(tool.offered("anybody")) for tool in TOOLS]
    assert len(prompt.text()) + sum(len(json.dumps(one)) for one in declared) < MOST_CHARACTERS


def test_bounds_stay_with_the_tool_and_what_is_called_like_one_is_declared() -> None:
    offer = ToolOffered.model_validate(
        {
            "tool": "measure",
            "owner": "tools",
            "description": "Measure something.",
            "effect": "read",
            "timeout_s": 1,
            "parameters": {
                "type": "object",
                "required": ["minimum"],
                "properties": {
                    "minimum": {"type": "integer", "minimum": 1, "maximum": 9},
                    "parts": {
                        "type": "array",
                        "maxItems": 2,
                        "items": {"type": "string", "pattern": "^a$", "enum": ["a", "b"]},
                    },
                },
            },
        }
    )
    assert function_of(offer)["parametersJsonSchema"] == {
        "type": "object",
        "required": ["minimum"],
        "properties": {
            "minimum": {"type": "integer"},
            "parts": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
        },
    }
