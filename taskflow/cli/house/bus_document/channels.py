"""Channels and operations: a subject for each event, who sends it, and whom it wakes."""

from collections.abc import Mapping, Sequence

from contracts.event import Event, Json, has_key
from contracts.tools import NOBODY
from taskflow.bus import topology
from taskflow.bus.permissions import USERS
from taskflow.cli.house.bus_document.messages import message_names, ref
from taskflow.cli.house.bus_document.servers import senders

OWNER, TOOL = "owner", "tool"
_KEY = f"{{{OWNER}}}.{{{TOOL}}}"


def channels(events: Sequence[type[Event]], recorders: Mapping[str, list[str]]) -> Json:
    return {cls.type: _channel(cls, recorders[cls.type]) for cls in events}


def operations(events: Sequence[type[Event]]) -> Json:
    """Only the relay sends; a durable consumer of JetStream gives events to each service."""
    found: Json = {}
    for cls in events:
        for sender in _relays(cls.type):
            found[f"{sender}.sends.{cls.type}"] = {
                "action": "send",
                "channel": _channel_ref(cls.type),
                "summary": f"The relay in the {sender} publishes it once it is in the log.",
                "security": [ref("securitySchemes", sender)],
            }
        for consumer in topology.CONSUMERS:
            if subjects := consumer.subjects_of(cls.type):
                found[f"{consumer.service}.receives.{cls.type}"] = {
                    "action": "receive",
                    "channel": _channel_ref(cls.type),
                    "summary": f"It wakes the {consumer.service}.",
                    "security": [ref("securitySchemes", consumer.service)],
                    "x-jetstream-consumer": consumer.service,
                    "x-filter-subjects": list(subjects),
                }
    return found


def _channel(cls: type[Event], recorded_by: Sequence[str]) -> Json:
    today, *_ = names = message_names(cls)
    woken = [consumer.service for consumer in topology.CONSUMERS if consumer.subjects_of(cls.type)]
    channel: Json = {
        "address": topology.subject(cls.type, _KEY if has_key(cls.type) else None),
        "summary": f"Wakes {', '.join(woken) or 'nobody'}.",
        "messages": {name: ref("messages", name) for name in names},
        "x-jetstream-stream": topology.STREAM,
        "x-written-today": today,
        "x-recorded-by": list(recorded_by),
        "x-may-publish": senders(topology.subject(cls.type)),
    }
    if has_key(cls.type):
        channel["parameters"] = _parameters(cls.type)
    return channel


def _parameters(type_: str) -> Json:
    """Of the only key that there is: a call's owner and its tool."""
    return {
        OWNER: {
            "description": f"The service that does it; `{NOBODY}` where none has to.",
            "enum": [
                *(
                    consumer.service
                    for consumer in topology.CONSUMERS
                    if consumer.subjects_of(type_)
                ),
                NOBODY,
            ],
            "location": f"$message.payload#/payload/{OWNER}",
        },
        TOOL: {
            "description": "The tool's name, as `tool.offered` tells it.",
            "location": f"$message.payload#/payload/{TOOL}",
        },
    }


def _relays(type_: str) -> list[str]:
    services = {consumer.service for consumer in topology.CONSUMERS}
    return [
        login for login in USERS if login in services and login in senders(topology.subject(type_))
    ]


def _channel_ref(name: str) -> Json:
    return {"$ref": f"#/channels/{name}"}
