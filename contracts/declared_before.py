"""What tools of releases up to 0.2 did not say of themselves: it stood in tables of their names.

Read by upcasters alone. A tool that is not here was told word for word then, and is now.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.event import Json

BARE = ("text", "which", "url", "at")
"""Arguments that were shown without their names, in this order."""
CHOICE, CLOCK, ZONE, ADDRESS = "which", "at", "zone", "url"
INSIDE = frozenset({"agent", "scheduler"})
"""Owners whose tools looked into the user's own things."""
SEARCHES = frozenset({"search_web", "search_products", "search_flights"})
PROPOSALS: Mapping[str, str] = {
    "set_reminder": "set a reminder",
    "cancel_reminder": "cancel the reminder",
    "watch_price": "watch the price at",
    "stop_watch": "stop watching",
}
RECEIPTS: Mapping[str, Json] = {
    "set_reminder": {
        "parts": [
            ["Reminder: {text}, {at}", "Reminder: {text}, {first}"],
            ["repeats {rule}", "repeats {rrule}", ""],
        ],
        "values": [
            {"name": "text", "path": "text"},
            {"name": "at", "path": "at", "kind": "moment", "beside": "zone"},
            {"name": "first", "path": "first"},
            {"name": "rule", "path": "repeats_in_words"},
            {"name": "rrule", "path": "repeats"},
        ],
    },
    "cancel_reminder": {
        "parts": [["Reminder {number} cancelled: {text}"]],
        "values": [
            {"name": "number", "path": "cancelled.number", "kind": "number"},
            {"name": "text", "path": "cancelled.text"},
        ],
    },
    "watch_price": {
        "parts": [
            ["Watch {number}: {goal}", "Watch: {goal}"],
            ["until {until}", ""],
            ["{url}"],
        ],
        "values": [
            {"name": "number", "path": "number", "kind": "number"},
            {"name": "goal", "path": "goal"},
            {"name": "until", "path": "until"},
            {"name": "url", "path": "url", "kind": "url"},
        ],
    },
    "stop_watch": {
        "parts": [["Watch {number} stopped: {title}"]],
        "values": [
            {"name": "number", "path": "stopped.number", "kind": "number"},
            {"name": "title", "path": "stopped.title"},
        ],
    },
}


def declared(data: Json) -> Json:
    """An offer's payload of version 2, and what its tool would say of itself today."""
    tool: str = data["tool"]
    properties: Json = data["parameters"].get("properties") or {}
    return {
        **{name: value for name, value in data.items() if name != "grounded"},
        "declared": _arguments(properties, data["grounded"]),
        "proposal": PROPOSALS.get(tool),
        "receipt": RECEIPTS.get(tool),
        "finds_addresses": tool in SEARCHES,
        "inside": data["owner"] in INSIDE,
    }


def _arguments(properties: Mapping[str, Any], grounded: Sequence[str]) -> list[Json]:
    names = [name for name in BARE if name in properties]
    names += [name for name in (*grounded, ZONE) if name in properties and name not in names]
    return [
        {
            "name": name,
            "evidence": _evidence(name, is_grounded=name in grounded),
            "shown": "{value}" if name in BARE else None,
        }
        for name in names
    ]


def _evidence(name: str, *, is_grounded: bool) -> str:
    fixed = {CLOCK: "time", ZONE: "zone", ADDRESS: "address"}
    if name in fixed or not is_grounded:
        return fixed.get(name, "none")
    return "choice" if name == CHOICE else "text"
