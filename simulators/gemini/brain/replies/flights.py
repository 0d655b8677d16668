"""Flights found."""

from pydantic import JsonValue

from simulators.gemini.brain.outcomes import Outcome
from simulators.gemini.brain.replies.plain import ready_text
from simulators.gemini.wire import JsonObject

_MOST = 5


def tell_flights(outcome: Outcome) -> str:
    flights = outcome.items("flights", "options", "results", "best_flights", "other_flights")
    if text := ready_text(outcome):
        return f"Here is what I found:\n\n{text}" if flights else text
    if not flights:
        return "I found no flights for that."
    lines = [f"{number}. {_line(flight)}" for number, flight in enumerate(flights[:_MOST], 1)]
    return "\n".join(["Here is what I found:", *lines])


def _line(flight: JsonObject) -> str:
    price = flight.get("price")
    facts = [f"**{_plain(price)}**" if price is not None else "price unknown"]
    for names in (("airlines", "airline"), ("departs", "departure"), ("arrives", "arrival")):
        value = next((flight[name] for name in names if flight.get(name)), None)
        if value is not None:
            facts.append(_plain(value))
    return ", ".join(facts)


def _plain(value: JsonValue) -> str:
    match value:
        case dict():
            return " ".join(_plain(inner) for inner in value.values())
        case list():
            return ", ".join(_plain(inner) for inner in value)
        case _:
            return str(value)
