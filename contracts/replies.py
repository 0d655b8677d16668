"""What happens to a reply on its way to the user. Part and attempt count from 0 and 1."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from contracts.event import Event, event


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
    """Twilio has this part."""

    type: ClassVar = "reply.sent"

    reply: UUID
    part: int
    attempt: int
    message_sid: str
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
    type: ClassVar = "reply.delivered"

    reply: UUID
    part: int
    message_sid: str


@event
class ReplyRead(Event):
    type: ClassVar = "reply.read"

    reply: UUID
    part: int
    message_sid: str


@event
class ReplyUndelivered(Event):
    """Twilio accepted this part and could not deliver it."""

    type: ClassVar = "reply.undelivered"

    reply: UUID
    part: int
    message_sid: str
    status: Literal["failed", "undelivered", "canceled"]
    code: int | None
