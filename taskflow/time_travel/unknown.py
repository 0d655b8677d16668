"""Events that only a newer release knows: shown as they stand, folded by nobody."""

from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar

from pydantic import ConfigDict

from contracts.event import Event, UnknownEventType
from contracts.recorded import Message, Recorded
from taskflow.log.event_log import EventLog, message_of

SAYS = "this release does not know it"


class OpaqueEvent(Event):
    """Whatever its payload holds, sealed where it is sealed."""

    model_config = ConfigDict(frozen=True, extra="allow")
    type: ClassVar[str] = "(unknown)"


@cache
def _named(type_: str, version: int) -> type[OpaqueEvent]:
    return type("OpaqueEvent", (OpaqueEvent,), {"type": type_, "version": version, "__doc__": SAYS})


def decoded(message: Message) -> Recorded[Any]:
    """As `Message.recorded`, but for an event that this release does not know."""
    try:
        return message.recorded()
    except UnknownEventType:
        return message.holding(_named(message.type, message.schema_version)(**message.payload))


class PastLog(EventLog):
    """The log as its readers of today see it."""

    def _recorded(self, records: Sequence[Any]) -> list[Recorded[Any]]:
        return [decoded(message_of(record)) for record in records]
