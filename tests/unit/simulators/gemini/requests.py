"""Requests as an agent would send them, at a fixed time."""

from typing import Any

from simulators.gemini.wire import GenerateRequest

NOW = "Now: 2026-11-23T09:15:20 Monday, Europe/Berlin (guessed from the number's country)"

_OPTIONAL_TEXT = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
TOOLS: dict[str, dict[str, Any]] = {
    "search_flights": {
        "type": "object",
        "properties": {
            "origin": {"type": "string"},
            "destination": {"type": "string"},
            "departure_date": {"type": "string", "format": "date"},
            "return_date": _OPTIONAL_TEXT,
            "adults": {"type": "integer", "minimum": 1, "maximum": 9, "default": 1},
            "cabin": {
                "type": "string",
                "enum": ["economy", "premium_economy", "business", "first"],
            },
            "max_stops": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "sort": {"type": "string", "enum": ["best", "price", "duration"]},
        },
        "required": ["origin", "destination", "departure_date"],
    },
    "search_web": {
        "type": "object",
        "properties": {"query": {"type": "string", "maxLength": 200}},
        "required": ["query"],
    },
    "set_reminder": {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "at": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$"},
            "zone": _OPTIONAL_TEXT,
            "rrule": _OPTIONAL_TEXT,
        },
        "required": ["text", "at"],
    },
    "list_reminders": {"type": "object", "properties": {}},
    "cancel_reminder": {
        "type": "object",
        "properties": {"which": {"type": "string"}},
        "required": ["which"],
    },
}


def declared(tools: dict[str, dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    schemas = TOOLS if tools is None else tools
    functions = [
        {"name": name, "description": name, "parametersJsonSchema": schema}
        for name, schema in schemas.items()
    ]
    return [{"functionDeclarations": functions}]


def user(*texts: str) -> dict[str, Any]:
    return {"role": "user", "parts": [{"text": text} for text in texts]}


def model(text: str) -> dict[str, Any]:
    return {"role": "model", "parts": [{"text": text}]}


def request(
    *contents: dict[str, Any],
    tools: dict[str, dict[str, Any]] | None = None,
    system: str = NOW,
    **more: Any,
) -> GenerateRequest:
    """The system's instruction tells the time unless another is given."""
    return GenerateRequest.model_validate(
        {
            "contents": list(contents),
            "systemInstruction": {"parts": [{"text": system}]},
            "tools": declared(tools),
            **more,
        }
    )


def with_results(said: str, *calls: tuple[str, dict[str, Any], dict[str, Any]]) -> GenerateRequest:
    """A turn after its first round: (tool, arguments, response) for each call."""
    asked = [
        {"functionCall": {"id": str(number), "name": name, "args": args}}
        for number, (name, args, _) in enumerate(calls)
    ]
    answered = [
        {"functionResponse": {"id": str(number), "name": name, "response": response}}
        for number, (name, _, response) in enumerate(calls)
    ]
    return request(
        user(said), {"role": "model", "parts": asked}, {"role": "user", "parts": answered}
    )
