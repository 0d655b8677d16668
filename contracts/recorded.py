"""An event as the log holds it and the bus carries it."""

from dataclasses import dataclass, fields, make_dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.event import Event, Json, decode

E_co = TypeVar("E_co", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Recorded(Generic[E_co]):
    event: E_co
    event_id: UUID
    """Made of its decision's slot: whoever decides the same again names the same event."""
    stream: str
    """The one thing that it is about, as `contracts/streams.py` names it."""
    version: int
    """Place in its stream, from 1, without gaps."""
    position: int
    transaction_id: int
    """Followers read in (transaction_id, position) order."""
    user_id: UUID | None
    """Whose key seals its personal fields."""
    cause: UUID | None
    """The event that made a service append this one."""
    correlation: UUID
    """The event that it all began with."""
    trace: str | None
    """W3C traceparent of what appended it."""
    recorded_at: datetime
    """By the database's clock."""


# Laid out as `Recorded`, which it becomes: a frozen one sets each field by a call, which costs a
# replay as much as the validation.
_like: Any = Recorded
_Draft: Any = make_dataclass(
    "_Draft",
    [(field.name, field.type) for field in fields(Recorded)],
    bases=_like.__orig_bases__,
    slots=True,
)


def recorded(  # noqa: PLR0917 - in the order of Recorded's fields
    event: E_co,
    event_id: UUID,
    stream: str,
    version: int,
    position: int,
    transaction_id: int,
    user_id: UUID | None,
    cause: UUID | None,
    correlation: UUID,
    trace: str | None,
    recorded_at: datetime,
) -> Recorded[E_co]:
    """As `Recorded`, quicker."""
    draft: Any = _Draft(
        event,
        event_id,
        stream,
        version,
        position,
        transaction_id,
        user_id,
        cause,
        correlation,
        trace,
        recorded_at,
    )
    draft.__class__ = Recorded
    return draft


class Message(BaseModel):
    """A recorded event on the bus: what lies in the log, sealed as it lies there."""

    model_config = ConfigDict(frozen=True)

    event_id: UUID
    stream: str
    version: int
    position: int
    transaction_id: int
    type: str
    schema_version: int
    """Of the payload; older ones are read too."""
    user_id: UUID | None
    payload: Json
    cause: UUID | None
    correlation: UUID
    trace: str | None
    recorded_at: datetime

    def recorded(self) -> Recorded[Any]:
        """Raises UnknownEventType for an event that only newer code knows."""
        return self.holding(decode(self.type, self.schema_version, self.payload))

    def holding(self, event: E_co) -> Recorded[E_co]:
        """This message's place in the log, with the event that its payload is."""
        return Recorded(
            event=event,
            event_id=self.event_id,
            stream=self.stream,
            version=self.version,
            position=self.position,
            transaction_id=self.transaction_id,
            user_id=self.user_id,
            cause=self.cause,
            correlation=self.correlation,
            trace=self.trace,
            recorded_at=self.recorded_at,
        )
