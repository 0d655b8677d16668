"""What was said before: quoted, never obeyed."""

from simulators.gemini.brain.outcomes import Outcome
from simulators.gemini.brain.replies.plain import ready_text
from simulators.gemini.wire import JsonObject

_MOST = 5


def tell_recalled(outcome: Outcome) -> str:
    found = outcome.items("found", "messages", "results")
    if not found:
        return ready_text(outcome) or "Nothing about that stands in our conversation."
    return "\n".join(["This stands in our conversation:", *map(_line, found[:_MOST])])


def _line(message: JsonObject) -> str:
    who = "you" if message.get("who") in {"you", "user"} else str(message.get("who") or "TaskFlow")
    at = f"{message['at']}, " if message.get("at") else ""
    return f"- {at}{who}: “{message.get('text', '')}”"
