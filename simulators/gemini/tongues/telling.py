"""What came of tools, told in one of the languages."""

from collections.abc import Mapping
from datetime import datetime

from babel.dates import format_datetime
from pydantic import JsonValue

from simulators.gemini.brain.confirming import CODE
from simulators.gemini.brain.outcomes import Outcome
from simulators.gemini.brain.replies.flights import tell_flights
from simulators.gemini.brain.replies.money import price_text
from simulators.gemini.brain.replies.profile import NOTHING_KNOWN
from simulators.gemini.tongues.tongue import Tongue
from simulators.gemini.wire import JsonObject

_LISTS: Mapping[str, tuple[str, str]] = {
    "list_reminders": ("reminders", "no reminders"),
    "list_watches": ("watches", "no watches"),
}


def tell(outcome: Outcome, tongue: Tongue, english: str) -> str | None:
    """None for a tool that this language has no words for; `english` is what the brain says."""
    templates = tongue.templates
    if outcome.error is not None:
        waits = outcome.code == CODE
        return templates["asks"] if waits else templates["failed"].format(error=outcome.error)
    facts: JsonObject = outcome.result if isinstance(outcome.result, dict) else {}
    if listed := _LISTS.get(outcome.tool):
        name, nothing = listed
        lines = [_line(item, tongue) for item in outcome.items(name)]
        return "\n".join([templates[outcome.tool], *lines]) if lines else templates[nothing]
    if outcome.skill == "list_facts":
        return _facts(outcome, tongue)
    if outcome.skill == "search_flights":
        _, _, found = tell_flights(outcome).partition("\n")
        return (
            f"{templates['search_flights']}\n{found.strip()}" if found else templates["no flights"]
        )
    if outcome.skill == "check_price":
        return _price(facts, tongue, english)
    sentence = templates.get(outcome.tool)
    return sentence.format(text=facts.get("text") or "") if sentence else None


def _facts(outcome: Outcome, tongue: Tongue) -> str:
    values = [str(item.get("value")) for item in outcome.items("facts")]
    known = "\n".join([tongue.templates["known"], *(f"- {value}" for value in values)])
    return known if values else tongue.said[NOTHING_KNOWN]


def _price(facts: JsonObject, tongue: Tongue, english: str) -> str:
    price = price_text(facts)
    if facts.get("outcome") != "priced" or price is None:
        return tongue.templates["no price"]
    sentence = tongue.templates["check_price"].format(title=facts.get("title") or "", price=price)
    answer = english[:3].lower().strip(" :,")
    return f"{tongue.templates[answer]} {sentence}" if answer in {"yes", "no"} else sentence


def _line(item: JsonObject, tongue: Tongue) -> str:
    parts = [
        str(part) for part in (item.get("text") or item.get("title") or item.get("url"),) if part
    ]
    at = next((item[key] for key in ("next", "first", "at", "due_at") if item.get(key)), None)
    if moment := _moment(at, tongue):
        parts.append(moment)
    if price := price_text(item):
        parts.append(price)
    return f"{item.get('number', '-')}. {', '.join(parts)}"


def _moment(value: JsonValue, tongue: Tongue) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return format_datetime(at, "EEEE, d MMMM HH:mm", locale=tongue.code.replace("-", "_"))
