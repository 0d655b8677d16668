"""What any outcome has in common."""

import json
import re

from pydantic import JsonValue

from simulators.gemini.brain.outcomes import Outcome

# Sentences in a tool's error that speak to the model, not to the person.
_TO_THE_MODEL = re.compile(r"\s*\b(?:Ask (?:which|for|the)|Do not|Don't|Try again with)\b[^.]*\.?")
_WHATSAPP_BOLD = re.compile(r"(?<![*\w])\*(?=[^*\s])([^*\n]+?)(?<=[^*\s])\*(?![*\w])")


def excuse(error: str) -> str:
    """The reason, without instructions, as one sentence."""
    reason = re.sub(r"\s+", " ", _TO_THE_MODEL.sub("", error)).strip() or error
    return reason if reason[-1] in ".!?" else f"{reason}."


def ready_text(outcome: Outcome) -> str | None:
    """A text that the tool made for showing, WhatsApp's bold turned into Markdown's."""
    text = outcome.result if isinstance(outcome.result, str) else outcome.get("summary", "message")
    return _WHATSAPP_BOLD.sub(r"**\1**", text) if isinstance(text, str) else None


def tell_plainly(outcome: Outcome) -> str:
    """For tools that nobody taught us: their text, else their facts one by one."""
    if text := ready_text(outcome):
        return text
    result = outcome.result
    if isinstance(result, dict) and result:
        return "\n".join(f"- {name.replace('_', ' ')}: {_short(v)}" for name, v in result.items())
    if isinstance(result, list) and result:
        return "\n".join(f"- {_short(item)}" for item in result)
    return f"{outcome.tool} answered: {_short(result)}"


def _short(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
