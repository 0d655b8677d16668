"""Every subject of the bus with its message, as an AsyncAPI 3 document made from the contracts."""

from collections.abc import Sequence

from contracts.event import Event, Json, all_events
from contracts.recorded import Message
from contracts.tools import ToolRequested

_REF = "#/components/{}/{}"


def document(root: str, version: str) -> Json:
    """`root` is the first words of every subject."""
    events = sorted(all_events().items())
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "TaskFlow events",
            "version": version,
            "description": "What services say to each other. Personal fields travel sealed.",
        },
        "defaultContentType": "application/json",
        "channels": {type_: _channel(root, cls) for type_, cls in events},
        "operations": {
            f"receive {type_}": {"action": "receive", "channel": {"$ref": f"#/channels/{type_}"}}
            for type_, _ in events
        },
        "components": {
            "messages": {type_: _message(cls) for type_, cls in events},
            "schemas": _schemas([cls for _, cls in events]),
        },
    }


def _channel(root: str, cls: type[Event]) -> Json:
    channel: Json = {
        "address": f"{root}.{cls.type}",
        "messages": {cls.type: {"$ref": _REF.format("messages", cls.type)}},
    }
    if cls is ToolRequested:
        channel["address"] += ".{owner}.{tool}"
        channel["parameters"] = {
            "owner": {"description": "The service that does it."},
            "tool": {"description": "The tool's name."},
        }
    return channel


def _message(cls: type[Event]) -> Json:
    envelope = Message.model_json_schema()
    envelope["properties"]["type"] = {"const": cls.type}
    envelope["properties"]["schema_version"] = {"const": cls.version}
    envelope["properties"]["payload"] = {"$ref": _REF.format("schemas", _schema_name(cls))}
    return {
        "name": cls.type,
        "summary": (cls.__doc__ or "").partition("\n")[0],
        "headers": {
            "type": "object",
            "properties": {
                "Nats-Msg-Id": {"type": "string", "description": "The event's id."},
                "traceparent": {"type": "string"},
            },
        },
        "payload": envelope,
    }


def _schema_name(cls: type[Event]) -> str:
    return f"{cls.type}.v{cls.version}"


def _schemas(events: Sequence[type[Event]]) -> Json:
    """Those of the events, and of what stands in them: each reference is found from the top.

    Raises ValueError where two models of one name differ.
    """
    found: Json = {}
    for cls in events:
        schema = cls.model_json_schema(
            mode="serialization", ref_template=_REF.format("schemas", "{model}")
        )
        inner: Json = schema.pop("$defs", {})
        for name, one in {**inner, _schema_name(cls): schema}.items():
            if found.setdefault(name, one) != one:
                raise ValueError(f"two models are called {name}")
    return found
