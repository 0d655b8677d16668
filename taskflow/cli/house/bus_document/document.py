"""The whole document, made from the contracts, the topology and the logins' rights."""

from contracts.event import Json, all_events
from taskflow.bus import topology
from taskflow.cli.house.bus_document import channels, guide, messages, questions, servers
from taskflow.cli.house.bus_document.recorders import recorders

_OF_THE_STREAM = (
    *("name", "subjects", "retention", "discard", "storage", "max_age", "duplicate_window"),
    *("allow_direct", "allow_atomic"),
)
"""What is the same in every house: its size and its replicas are each one's own."""


def document(version: str) -> Json:
    events = [cls for _, cls in sorted(all_events().items())]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "TaskFlow events",
            "version": version,
            "description": guide.text(),
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
        },
        "defaultContentType": "application/json",
        "servers": servers.servers(),
        "channels": {**channels.channels(events, recorders()), **questions.channels()},
        "operations": {**channels.operations(events), **questions.operations()},
        "components": {
            "securitySchemes": servers.security_schemes(),
            "messageTraits": messages.message_traits(),
            "messages": {**messages.messages(events), **questions.messages()},
            "schemas": {**messages.schemas(events), **questions.schemas()},
        },
        "x-jetstream": _jetstream(),
    }


def _jetstream() -> Json:
    """As JetStream's API has it: durations are nanoseconds."""
    stream = topology.stream_config().as_dict()
    return {
        "streams": {topology.STREAM: {key: _plain(stream[key]) for key in _OF_THE_STREAM}},
        "consumers": {
            consumer.service: {
                key: _plain(value) for key, value in consumer.config().as_dict().items()
            }
            for consumer in topology.CONSUMERS
        },
    }


def _plain(value: object) -> object:
    return getattr(value, "value", value)
