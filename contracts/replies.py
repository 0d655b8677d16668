"""What happens to a reply on its way to the user. Part and attempt count from 0 and 1.

A message's reference is what its channel knows it by, at Twilio its MessageSid; the first versions
of these events named it for that.
"""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from contracts.event import Event, Json, event, renamed, upcasts


@event
class ReplySending(Event):
    """An attempt is claimed: only the holder of the token may POST it."""

    type: ClassVar = "reply.sending"

    reply: UUID
    part: int
    parts: int
    attempt: int
    token: UUID


@event
class ReplySent(Event):
    """The channel has this part. v2 names the message by its channel's reference."""

    type: ClassVar = "reply.sent"
    version: ClassVar = 2

    reply: UUID
    part: int
    attempt: int
    message_ref: str
    known_by: Literal["response", "callback", "list"]


@event
class ReplyRefused(Event):
    """Twilio definitely does not have this part; another attempt follows."""

    type: ClassVar = "reply.refused"

    reply: UUID
    part: int
    attempt: int
    reason: str
    again_at: datetime


@event
class ReplyAssumed(Event):
    """The outcome cannot be known; the reply's class decided what to assume."""

    type: ClassVar = "reply.assumed"

    reply: UUID
    part: int
    attempt: int
    assumed: Literal["gone", "again"]


@event
class ReplyFailed(Event):
    """Twilio refuses this reply for good."""

    type: ClassVar = "reply.failed"

    reply: UUID
    part: int
    attempt: int
    code: int | None
    reason: str


@event
class ReplyParked(Event):
    """The reply was given up before an attempt; a dead letter has the error."""

    type: ClassVar = "reply.parked"

    reply: UUID
    error: str


@event
class ReplyDelivered(Event):
    """v2 names the message by its channel's reference."""

    type: ClassVar = "reply.delivered"
    version: ClassVar = 2

    reply: UUID
    part: int
    message_ref: str


@event
class ReplyRead(Event):
    """v2 names the message by its channel's reference."""

    type: ClassVar = "reply.read"
    version: ClassVar = 2

    reply: UUID
    part: int
    message_ref: str


@event
class ReplyUndelivered(Event):
    """The channel accepted this part and could not deliver it.

    v2 names the message by its channel's reference.
    """

    type: ClassVar = "reply.undelivered"
    version: ClassVar = 2

    reply: UUID
    part: int
    message_ref: str
    status: Literal["failed", "undelivered", "canceled"]
    code: int | None


@upcasts(ReplySent, from_version=1)
@upcasts(ReplyDelivered, from_version=1)
@upcasts(ReplyRead, from_version=1)
@upcasts(ReplyUndelivered, from_version=1)
def _went_by_twilio(data: Json) -> Json:
    return renamed(data, "message_sid", "message_ref")
