"""What happens to a reply on its way to the user. Part and attempt count from 0 and 1.

A message's reference is what its channel knows it by, at Twilio its MessageSid; the first versions
of these events named it for that.
"""

from datetime import datetime
from typing import ClassVar, Literal, get_args
from uuid import UUID

from contracts.event import Event, Json, event, renamed, upcasts

WINDOW_SHUT = 63016
"""Twilio's code: the 24 hours in which WhatsApp takes any text to a user are over."""
OPTED_OUT = 21610
"""Twilio's code: its own list says that this person wants nothing from us."""

TEMPLATE_REFUSED = frozenset({63013, 63021, 63027, 63028, 63040, 63041, 63042})
"""Twilio's codes: WhatsApp does not take this template, or what was put into it."""


Lost = Literal["failed", "undelivered", "canceled"]
LOST = frozenset(get_args(Lost))
"""Statuses of what the channel accepted and nobody got."""


@event
class ReplyHeld(Event):
    """What may not go now waits for its user's next message, and others pass it.

    It stands where the claim of this attempt would. v2 may be for want of consent; v3 names the
    sender of ours that it could not go from.
    """

    type: ClassVar = "reply.held"
    version: ClassVar = 3

    reply: UUID
    part: int
    attempt: int
    why: Literal["window", "consent"]
    sender: str | None = None
    """None: in a terminal, and the only one there was then."""


@event
class ReplySending(Event):
    """An attempt is claimed: only the holder of the token may POST it.

    v2 names the template that it goes by, if any; that is one part, whatever the reply has. It also
    names the rules by which it was claimed. v3 tells whether its text says that a machine speaks.
    v4 names the reply whose message says this one too: their claims stand in one batch, in the
    slot of that one's, and so do their outcomes. v5 names the sender of ours that it goes from.
    """

    type: ClassVar = "reply.sending"
    version: ClassVar = 5

    reply: UUID
    part: int
    parts: int
    attempt: int
    token: UUID
    template: str | None = None
    rules: int = 3
    """1: until release 0.3, which knew of no 24 hours; 2: what was held went one by one, and did
    not say how late it is; 3: docs/protocol.md as it stands."""
    marked: bool = False
    """An operator had the word, and this is none of their lines."""
    within: UUID | None = None
    """The reply by whose message this one goes; None: by its own."""
    sender: str | None = None
    """What comes of the attempt speaks of it. None: in a terminal, and the only one there was."""


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
    """The channel definitely does not have this part; another attempt follows.

    v2 has the channel's code, where it gave one.
    """

    type: ClassVar = "reply.refused"
    version: ClassVar = 2

    reply: UUID
    part: int
    attempt: int
    reason: str
    again_at: datetime
    code: int | None = None


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

    v2 names the message by its channel's reference; v3 the attempt.
    """

    type: ClassVar = "reply.undelivered"
    version: ClassVar = 3

    reply: UUID
    part: int
    message_ref: str
    status: Lost
    code: int | None
    attempt: int | None = None
    """None where it was not kept: then nothing is tried again."""

    @property
    def window_was_shut(self) -> bool:
        """Then what counted as said by its attempt is said again."""
        return self.code == WINDOW_SHUT and self.attempt is not None


@upcasts(ReplySent, from_version=1)
@upcasts(ReplyDelivered, from_version=1)
@upcasts(ReplyRead, from_version=1)
@upcasts(ReplyUndelivered, from_version=1)
def _went_by_twilio(data: Json) -> Json:
    return renamed(data, "message_sid", "message_ref")


@upcasts(ReplyHeld, from_version=1)
def _held_by_the_window(data: Json) -> Json:
    return data


@upcasts(ReplySending, from_version=1)
def _at_any_time(data: Json) -> Json:
    return {**data, "template": None, "rules": 1}


@upcasts(ReplySending, from_version=2)
def _beside_nobody(data: Json) -> Json:
    """No operator ever took a conversation over."""
    return {**data, "marked": False}


@upcasts(ReplySending, from_version=3)
def _by_its_own_message(data: Json) -> Json:
    return {**data, "within": None}


@upcasts(ReplyHeld, from_version=2)
@upcasts(ReplySending, from_version=4)
def _from_the_only_sender(data: Json) -> Json:
    """There was one at a time, and which it was then only the settings told."""
    return {**data, "sender": None}


@upcasts(ReplyRefused, from_version=1)
def _without_a_code(data: Json) -> Json:
    return {**data, "code": None}


@upcasts(ReplyUndelivered, from_version=2)
def _of_some_attempt(data: Json) -> Json:
    return {**data, "attempt": None}
