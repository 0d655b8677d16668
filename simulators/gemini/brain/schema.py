"""Fits what a person wants to the arguments that a declaration asks for."""

import re
from collections.abc import Mapping

from pydantic import JsonValue

from simulators.gemini.brain.places import iata_of
from simulators.gemini.wire import FunctionDeclaration, JsonObject

SAID = "said"
"""The argument that wants the person's own words; they are no wish's slot."""
# How declarations may call what we mean; the first one found among their properties is used.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "origin": ("origin", "from", "departure", "departure_id", "from_place", "source"),
    "destination": ("destination", "to", "arrival", "arrival_id", "to_place"),
    "departure_date": ("departure_date", "outbound_date", "depart_date", "departure", "date"),
    "return_date": ("return_date", "inbound_date", "return"),
    "further_flights": ("further_flights",),
    "children": ("children", "kids"),
    "infants_on_lap": ("infants_on_lap", "infants", "babies"),
    "infants_in_seat": ("infants_in_seat",),
    "carry_on_bags": ("carry_on_bags", "bags"),
    "outbound_times": ("outbound_times",),
    "airlines": ("airlines", "include_airlines"),
    "without_airlines": ("without_airlines", "exclude_airlines"),
    "adults": ("adults", "passengers", "travellers", "travelers"),
    "cabin": ("cabin", "cabin_class", "travel_class", "class"),
    "max_stops": ("max_stops", "stops", "maximum_stops"),
    "nonstop": ("nonstop", "nonstop_only", "direct", "direct_only"),
    "currency": ("currency",),
    "max_price": ("max_price", "budget", "price_limit"),
    "sort": ("sort", "sort_by", "order_by"),
    "query": ("query", "q", "search", "question", "terms", "text"),
    "near": ("near", "spot"),
    "text": ("text", "message", "what", "title", "content", "task", "reminder"),
    "in_minutes": ("in_minutes", "minutes_from_now"),
    "at": ("at", "when", "local_time", "due", "datetime", "due_at"),
    "zone": ("zone", "timezone", "time_zone", "tz"),
    "rrule": ("rrule", "recurrence", "repeat", "rule"),
    "url": ("url", "link", "page", "address"),
    "product": ("product", "item", "variant"),
    "below": ("below", "target_price", "threshold", "price"),
    "drop_percent": ("drop_percent", "percent", "drop"),
    "back_in_stock": ("back_in_stock", "in_stock", "restocked"),
    "until": ("until", "end", "expires", "last_day"),
    "fact": ("which", "fact", "about"),
    "which": (
        "which",
        "reminder",
        "number",
        "id",
        "reminder_id",
        "watch",
        "text",
        "query",
        "words",
    ),
}


_INSTEAD_OF: Mapping[str, frozenset[str]] = {
    "at": frozenset({"in_minutes", "in_days", "in_weeks", "in_months", "time", "part_of_day"}),
    "rrule": frozenset({"unit"}),
}
"""Where one of these was fitted, it would say the same again."""


class Unfit(Exception):
    """The declaration requires what nobody said, or cannot express what was said."""


def fit(declaration: FunctionDeclaration, wish: Mapping[str, JsonValue]) -> JsonObject:
    """Arguments for the declaration. Raises Unfit."""
    schema = declaration.json_schema
    properties = _properties(schema)
    required = schema.get("required")
    wanted = {str(name) for name in required} if isinstance(required, list) else set[str]()
    wanted.discard(SAID)
    arguments: JsonObject = {}
    fitted_slots: set[str] = set()
    for slot, value in wish.items():
        if _INSTEAD_OF.get(slot, frozenset()) & fitted_slots:
            continue
        name = next(
            (n for n in _NAMES.get(slot, (slot,)) if n in properties and n not in arguments), None
        )
        if value is None or name is None:
            continue
        fitted = _coerced(value, _resolved(properties[name], schema))
        if fitted is not None:
            arguments[name] = fitted
            fitted_slots.add(slot)
    for name in wanted - arguments.keys():
        arguments[name] = _stand_in(_resolved(properties.get(name, {}), schema), name)
    return arguments


def is_numeric(declaration: FunctionDeclaration, slot: str) -> bool:
    """Does it take a number there, and nothing else?"""
    schema = declaration.json_schema
    properties = _properties(schema)
    name = next((name for name in _NAMES[slot] if name in properties), None)
    return name is not None and _type(_resolved(properties[name], schema)) in {"integer", "number"}


def _properties(schema: JsonObject) -> dict[str, JsonObject]:
    listed = schema.get("properties")
    if not isinstance(listed, dict):
        return {}
    return {name: inner for name, inner in listed.items() if isinstance(inner, dict)}


def _resolved(schema: JsonObject, root: JsonObject) -> JsonObject:
    """Follows $ref and takes the branch of an optional that is not null."""
    if isinstance(reference := schema.get("$ref"), str):
        target: JsonValue = root
        for step in reference.removeprefix("#/").split("/"):
            target = target.get(step) if isinstance(target, dict) else None
        return _resolved(target, root) if isinstance(target, dict) else {}
    for key in ("anyOf", "oneOf", "allOf"):
        branches = schema.get(key)
        if isinstance(branches, list):
            for branch in branches:
                if isinstance(branch, dict) and branch.get("type") != "null":
                    return _resolved(branch, root)
    return schema


def _type(schema: JsonObject) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "string")
    return str(kind or "string").lower()


def _coerced(value: JsonValue, schema: JsonObject) -> JsonValue:
    """None if the schema has no room for the value."""
    choices = schema.get("enum")
    if isinstance(choices, list):
        return _chosen(value, choices)
    match _type(schema):
        case "array":
            items = schema.get("items")
            each = value if isinstance(value, list) else [value]
            inner = [
                _coerced(element, items if isinstance(items, dict) else {}) for element in each
            ]
            return None if None in inner else inner
        case "integer" | "number":
            return _number(value, schema)
        case "boolean":
            return bool(value)
        case "string":
            return _text(value if isinstance(value, str) else str(value), schema)
        case _:
            return value


def _chosen(value: JsonValue, choices: list[JsonValue]) -> JsonValue:
    def plain(each: JsonValue) -> str:
        return re.sub(r"[^a-z0-9]", "", str(each).lower())

    wanted = plain(value)
    exact = [choice for choice in choices if plain(choice) == wanted]
    near = [choice for choice in choices if wanted and wanted in plain(choice)]
    return next(iter(exact + near), None)


def _number(value: JsonValue, schema: JsonObject) -> JsonValue:
    # SerpApi's own scale of cabins, which declarations copy.
    cabins = {"economy": 1, "premium_economy": 2, "business": 3, "first": 4}
    if isinstance(value, str):
        value = cabins.get(value, value)
    try:
        amount = float(str(value).lstrip("#"))
    except ValueError:
        return None
    low, high = schema.get("minimum"), schema.get("maximum")
    if isinstance(low, (int, float)) and amount < low:
        return None
    if isinstance(high, (int, float)) and amount > high:
        return None
    return int(amount) if amount.is_integer() else amount


def _text(value: str, schema: JsonObject) -> str | None:
    pattern, longest = schema.get("pattern"), schema.get("maxLength")
    if schema.get("format") == "date-time" and re.fullmatch(r".{10}T\d\d:\d\d", value):
        value += ":00"
    if isinstance(longest, int):
        value = (iata_of(value) or value)[:longest] if longest == 3 else value[:longest]
    if not isinstance(pattern, str) or re.search(pattern, value):
        return value
    # Without seconds, with seconds, as an airport: whatever the pattern accepts.
    for variant in (value[:16], f"{value}:00", iata_of(value)):
        if variant and re.search(pattern, variant):
            return variant
    return None


def _stand_in(schema: JsonObject, name: str) -> JsonValue:
    if schema.get("default") is not None:
        return schema["default"]
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        return choices[0]
    raise Unfit(name)
