from typing import Any

import pytest

from simulators.gemini.brain.schema import Unfit, fit, is_numeric
from simulators.gemini.wire import FunctionDeclaration


def declaration(properties: dict[str, Any], **more: Any) -> FunctionDeclaration:
    schema = {"type": "object", "properties": properties, **more}
    return FunctionDeclaration(name="tool", parameters_json_schema=schema)


@pytest.mark.parametrize(
    ("properties", "wish", "expected"),
    [
        ({"from": {"type": "string"}}, {"origin": "Berlin"}, {"from": "Berlin"}),
        (
            {"origin": {"type": "string", "pattern": "^[A-Z]{3}$"}},
            {"origin": "London"},
            {"origin": "LHR"},
        ),
        (
            {"origin": {"type": "string", "maxLength": 3}},
            {"origin": "Lisbon"},
            {"origin": "LIS"},
        ),
        (
            {"travel_class": {"type": "integer", "enum": [1, 2, 3, 4]}},
            {"cabin": "business"},
            {},
        ),
        ({"travel_class": {"type": "integer"}}, {"cabin": "business"}, {"travel_class": 3}),
        (
            {"cabin": {"type": "STRING", "enum": ["ECONOMY", "PREMIUM_ECONOMY"]}},
            {"cabin": "premium_economy"},
            {"cabin": "PREMIUM_ECONOMY"},
        ),
        ({"nonstop": {"type": "boolean"}}, {"nonstop": True}, {"nonstop": True}),
        ({"adults": {"type": "integer", "maximum": 9}}, {"adults": 12}, {}),
        ({"zone": {"type": ["string", "null"]}}, {"zone": "Asia/Tokyo"}, {"zone": "Asia/Tokyo"}),
        (
            {"at": {"type": "string", "format": "date-time"}},
            {"at": "2026-11-24T09:00"},
            {"at": "2026-11-24T09:00:00"},
        ),
        (
            {"at": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d$"}},
            {"at": "2026-11-24T09:00:20"},
            {"at": "2026-11-24T09:00"},
        ),
        (
            {"origins": {"type": "array", "items": {"type": "string"}}, "to": {"type": "array"}},
            {"destination": "Lisbon"},
            {"to": ["Lisbon"]},
        ),
        ({"query": {"type": "string"}}, {"query": None, "unknown": 1}, {"query": "default"}),
    ],
)
def test_a_wish_is_fitted_to_the_schema(
    properties: dict[str, Any], wish: dict[str, Any], expected: dict[str, Any]
) -> None:
    if "query" in properties:
        properties["query"]["default"] = "default"
        assert fit(declaration(properties, required=["query"]), wish) == expected
    else:
        assert fit(declaration(properties), wish) == expected


def test_references_are_followed() -> None:
    schema = declaration(
        {"cabin": {"$ref": "#/$defs/Cabin"}},
        **{"$defs": {"Cabin": {"type": "string", "enum": ["eco", "business"]}}},
    )

    assert fit(schema, {"cabin": "business"}) == {"cabin": "business"}


def test_what_nobody_said_and_nothing_stands_in_for_is_unfit() -> None:
    with pytest.raises(Unfit, match="passport"):
        fit(declaration({"passport": {"type": "string"}}, required=["passport"]), {})


def test_a_declaration_tells_whether_it_wants_a_number() -> None:
    numeric = declaration({"number": {"anyOf": [{"type": "integer"}, {"type": "null"}]}})

    assert is_numeric(numeric, "which")
    assert not is_numeric(numeric, "zone")
