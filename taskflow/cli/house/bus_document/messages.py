"""Messages of the bus: every version of every event, whole as it is carried, with its schema."""

import inspect
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel

import contracts
from contracts.event import Event, Json
from contracts.recorded import Message, Recorded
from taskflow.cli.house.bus_document.field_docs import field_docs, models

RECORDED = "recorded"
"""The name of what every event has around its payload."""
_RELEASED = Path(contracts.__file__).parent


def message_names(cls: type[Event]) -> list[str]:
    """Its versions, the one that is written today first."""
    return [f"{cls.type}.v{version}" for version in range(cls.version, 0, -1)]


def ref(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def messages(events: Sequence[type[Event]]) -> Json:
    return {
        name: _message(cls, name, version)
        for cls in events
        for version, name in zip(range(cls.version, 0, -1), message_names(cls), strict=True)
    }


def message_traits() -> Json:
    """What all messages have beside their payload."""
    return {
        RECORDED: {
            "contentType": "application/json",
            "correlationId": {
                "location": "$message.payload#/correlation",
                "description": "The event that it all began with.",
            },
            "headers": {
                "type": "object",
                "properties": {
                    "Nats-Msg-Id": {
                        "type": "string",
                        "description": "The event's id; what wakes again adds a colon and more.",
                    },
                    "traceparent": {
                        "type": "string",
                        "description": "W3C trace context of whoever recorded the event.",
                    },
                },
                "required": ["Nats-Msg-Id"],
            },
        }
    }


def schemas(events: Sequence[type[Event]]) -> Json:
    """Those of the events, and of what stands in them: each reference is found from the top.

    Raises ValueError where two models of one name differ.
    """
    found: Json = {RECORDED: _described(_untitled(Message.model_json_schema()), Recorded, Message)}
    for name, schema in (pair for cls in events for pair in _of_event(cls)):
        if found.setdefault(name, schema) != schema:
            raise ValueError(f"two models are called {name}")
    return found


def of_model(model: type[BaseModel]) -> Json:
    """Of one that has no other model in it."""
    return _described(_untitled(model.model_json_schema()), model)


def _message(cls: type[Event], name: str, version: int) -> Json:
    summary, _, more = _description(cls, name, version).partition("\n\n")
    return {
        "name": cls.type,
        "title": f"{cls.type}, version {version}",
        "summary": " ".join(summary.split()),
        **({"description": more} if more else {}),
        "traits": [ref("messageTraits", RECORDED)],
        "payload": {
            "allOf": [
                ref("schemas", RECORDED),
                {
                    "properties": {
                        "type": {"const": cls.type},
                        "schema_version": {"const": version},
                        "payload": ref("schemas", name),
                    }
                },
            ]
        },
    }


def _description(cls: type[Event], name: str, version: int) -> str:
    """As it was released; an event without a word of its own is what its name says."""
    earlier = version < cls.version
    given = _released("schemas", name).get("description") if earlier else cls.__doc__
    if not given or given == Event.__doc__:
        return f"{cls.type.replace('.', ' ').replace('_', ' ').capitalize()}."
    return inspect.cleandoc(given)


def _of_event(cls: type[Event]) -> Iterator[tuple[str, Json]]:
    """Today's from the class, where fields say what they mean; earlier ones as released."""
    today, *earlier = message_names(cls)
    schema = cls.model_json_schema(
        mode="serialization", ref_template=ref("schemas", "{model}")["$ref"]
    )
    for model, inner in schema.pop("$defs", {}).items():
        known = models().get(model)
        yield model, _described(_untitled(inner), known) if known else _untitled(inner)
    yield today, _with_sample(_described(_untitled(schema), cls), today)
    for name in earlier:
        released = _released("schemas", name)
        for model, inner in released.pop("$defs", {}).items():
            yield f"{name}.{model}", _untitled(_moved(inner, name))
        yield name, _with_sample(_untitled(_moved(released, name)), name)


def _released(folder: str, name: str) -> Json:
    return json.loads((_RELEASED / folder / f"{name}.json").read_text(encoding="utf-8"))


def _with_sample(schema: Json, name: str) -> Json:
    """A description stands in the message."""
    rest = {key: value for key, value in schema.items() if key != "description"}
    return {**rest, "examples": [_released("samples", name)]}


def _described(schema: Json, *classes: type) -> Json:
    docs = {name: doc for cls in classes for name, doc in field_docs(cls).items()}
    properties: Json = schema.get("properties", {})
    for name, field in properties.items():
        if name in docs:
            # What stands beside a reference is not read.
            inner = {"allOf": [field]} if "$ref" in field else field
            properties[name] = {"description": docs[name], **inner}
    return schema


def _untitled(part: Any) -> Any:
    """Without pydantic's titles, which repeat the fields' names."""
    match part:
        case dict():
            fields = cast("Json", part).items()
            return {
                key: _untitled(value)
                for key, value in fields
                if key != "title" or not isinstance(value, str)
            }
        case list():
            return [_untitled(member) for member in cast("list[Any]", part)]
        case _:
            return part


def _moved(part: Any, name: str) -> Any:
    """The same with its own definitions' references where the document has them."""
    match part:
        case {"$ref": str(target)}:
            return ref("schemas", f"{name}.{target.rpartition('/')[2]}")
        case dict():
            return {key: _moved(value, name) for key, value in cast("Json", part).items()}
        case list():
            return [_moved(member, name) for member in cast("list[Any]", part)]
        case _:
            return part
