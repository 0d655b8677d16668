"""Events that only a newer release knows: shown as they stand, folded by nobody."""

from functools import cache
from typing import Any, ClassVar

from pydantic import ConfigDict

from contracts.event import Event, UnknownEventType
from contracts.recorded import Message, Recorded
from taskflow.event_log import EventLog

SAYS = "this release does not know it"


class UnknownEvent(Event):
    """Whatever its payload holds, sealed where it is sealed."""

    model_config = ConfigDict(frozen=True, extra="allow")
    type: ClassVar[str] = "(unknown)"


@cache
def _named(type_: str, version: int) -> type[UnknownEvent]:
    return type(
        "UnknownEvent", (UnknownEvent,), {"type": type_, "version": version, "__doc__": SAYS}
    )


def decoded(message: Message) -> Recorded[Any]:
    """As `Message.recorded`, but for an event that this release does not know."""
    try:
        return message.recorded()
    except UnknownEventType:
        return Recorded(
            event=_named(message.type, message.schema_version)(**message.payload),
            event_id=message.event_id,
            stream=message.stream,
            version=message.version,
            position=message.position,
            transaction_id=message.transaction_id,
            user_id=message.user_id,
            cause=message.cause,
            correlation=message.correlation,
            trace=message.trace,
            recorded_at=message.recorded_at,
        )


class PastLog(EventLog):
    """The log as its readers of today see it."""

    def _decoded(self, message: Message) -> Recorded[Any]:
        return decoded(message)
