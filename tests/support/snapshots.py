"""Writes the schema snapshot, and a sample, of event versions that have none; never over one.

Run: python -m tests.support.snapshots
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import contracts
from contracts.event import Event, all_events

ROOT = Path(contracts.__file__).parent
ID = UUID("0b9d3c5e-0000-4000-8000-000000000001")


def name_of(cls: type[Event]) -> str:
    return f"{cls.type}.v{cls.version}.json"


def schema_of(cls: type[Event]) -> dict[str, Any]:
    return cls.model_json_schema(mode="serialization")


def sample_of(schema: dict[str, Any], whole: dict[str, Any]) -> Any:
    """A plausible value of a schema, personal fields sealed."""
    match schema:
        case {"$ref": ref}:
            return sample_of(whole["$defs"][ref.rpartition("/")[2]], whole)
        case {"x-personal": _}:
            return {"sealed": "AQIDBA=="}
        case {"examples": [example, *_]}:
            return example
        case {"anyOf": [first, *_]}:
            return sample_of(first, whole)
        case {"const": value} | {"enum": [value, *_]}:
            return value
        case {"type": "string", "format": "uuid"}:
            return str(ID)
        case {"type": "string", "format": "date-time"}:
            return datetime(2026, 11, 23, 9, 0, tzinfo=UTC).isoformat()
        case {"type": "string", "format": "date"}:
            return "2026-11-23"
        case {"type": "object", "properties": properties}:
            return {name: sample_of(of, whole) for name, of in properties.items()}
        case {"type": kind, **rest}:
            samples = {"string": "a_text", "integer": 1, "number": 1.5, "boolean": True}
            if kind == "array":
                return [sample_of(rest["items"], whole)]
            return samples.get(kind, {"type": "object"})
        case _:
            return None


def write_missing() -> list[str]:
    written: list[str] = []
    for cls in all_events().values():
        schema = schema_of(cls)
        sample = sample_of(schema, schema)
        for folder, content in (("schemas", schema), ("samples", sample)):
            path = ROOT / folder / name_of(cls)
            if not path.exists():
                path.parent.mkdir(exist_ok=True)
                path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
                written.append(str(path.relative_to(ROOT)))
    return written


if __name__ == "__main__":
    print("\n".join(write_missing()) or "nothing is missing")
