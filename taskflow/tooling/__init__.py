"""Tools: what one is and says of itself, how a service offers it, how a request becomes an outcome.

Imports process and the floors below it.
Begin with tool.py; docs/how-to/add-a-tool.md adds one.
"""

from contracts.declarations import Argument, Undo, Value, Wording
from taskflow.tooling.calls import (
    AnswerSource,
    CallState,
    Directly,
    OneCall,
    ToolAnswer,
    ToolCalls,
    explain,
    subscribe,
)
from taskflow.tooling.offering import Catalogue, keep_offered, offer
from taskflow.tooling.tool import Call, Done, Refused, Tool

__all__ = [
    "AnswerSource",
    "Argument",
    "Call",
    "CallState",
    "Catalogue",
    "Directly",
    "Done",
    "OneCall",
    "Refused",
    "Tool",
    "ToolAnswer",
    "ToolCalls",
    "Undo",
    "Value",
    "Wording",
    "explain",
    "keep_offered",
    "offer",
    "subscribe",
]
