"""The port to a channel: what carries texts to people, and tells what it carried.

WhatsApp by Twilio is one (twilio/), a terminal another (terminal/). An outcome is one of five:

    Accepted      the channel has the message, under a reference
    NotNow        it definitely has not; the same may be tried again
    TooLate       it definitely has not, and takes it otherwise, or when the user has said so
    Never         it definitely has not, and will not
    Unknown       it may or may not have it: nobody sends again before the channel was asked
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from contracts.conversation import Button, Choices
from contracts.places import Location
from contracts.streams import UserId
from taskflow.errors import Permanent


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One attempt at one part of a reply."""

    user: UserId
    address: str
    """Of the user, as the vault has it."""
    text: str
    reply: UUID
    part: int = 0
    attempt: int = 1
    picture: str | None = None
    """An address that the channel can fetch one from; the text is its caption."""
    template: str | None = None
    """By which it goes, with the text as its only variable."""
    buttons: Sequence[Button] = ()
    """Under the text, where the channel has any; without them the text says all."""
    sender: str | None = None
    """Of ours, from which it goes; None: its channel has no more than one."""
    choices: Choices | None = None
    """As a list under the text, or in words where the channel has none: the text names none."""
    location: Location | None = None
    """A pin on a map, by itself; the text is its name. It says no more where there are no maps."""


@dataclass(frozen=True, slots=True)
class Accepted:
    message_ref: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """Definitely not accepted; may be tried again."""

    reason: str
    retry_after: float | None = None
    """Seconds that the channel asks for."""


@dataclass(frozen=True, slots=True)
class TooLate:
    """Definitely not accepted: the window is shut, or they opted out, or this template is none."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Never:
    """Definitely not accepted, and asking again will not change that."""

    code: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The channel may or may not have it."""

    reason: str


Outcome = Accepted | NotNow | TooLate | Never | Unknown


class TemplateRefused(Permanent):
    """The channel does not take a template; its words say why."""

    code = "template_refused"


@dataclass(frozen=True, slots=True)
class ListedMessage:
    """A message as its channel has it."""

    message_ref: str
    body: str
    address: str
    """The user's side of it."""
    at: datetime | None
    """To the second or finer, by the channel's clock."""
    media: str | None
    """Where its media are listed, if it has any."""
    status: str = "sent"
    """As a callback would tell it."""
    code: int | None = None
    """Why it was not delivered."""
    sender: str | None = None
    """Our side of it, where its channel has more than one."""


class Channel(Protocol):
    async def send(self, message: Outgoing) -> Outcome:
        """Once. Never raises for what the channel or the network did."""
        ...

    async def sent_to(
        self, address: str, since: datetime, sender: str | None = None
    ) -> list[ListedMessage]:
        """What we sent to this user since then, newest first; None: from any sender of ours.

        Raises VendorUnavailable.
        """
        ...

    async def received_from(self, address: str, since: datetime) -> list[ListedMessage]:
        """What this user wrote to us since then, newest first. Raises VendorUnavailable."""
        ...

    async def erase(self, message_ref: str, *, with_media: bool) -> None:
        """Takes away the channel's copy of a message, and of its media.

        What the channel does not have is taken away already. Raises VendorUnavailable.
        """
        ...
