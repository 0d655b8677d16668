"""What a user told about themselves, in their own words, and took back."""

from typing import ClassVar, Literal
from uuid import UUID

from contracts.event import Event, event
from contracts.personal import Personal

ProfileKind = Literal[
    "name", "home", "zone", "language", "home_airport", "currency", "preference", "person", "place"
]


@event
class ProfileLearned(Event):
    """A message of the user's said so; this event's id is the fact's."""

    type: ClassVar = "profile.learned"

    kind: ProfileKind
    value: Personal[str]
    """IANA zone, BCP 47 language, IATA airport, ISO 4217 currency; words for the other kinds."""
    about: Personal[str] | None = None
    """Whom or what a person or a place is to the user: "sister", "gym"."""
    zone: Personal[str] | None = None
    """IANA zone that a home implies."""
    said: Personal[str]
    """The words of the message that it was read from."""
    source: UUID
    """The message."""
    rule: str
    """Name of the rule that read it."""


@event
class ProfileForgotten(Event):
    """The user took facts back, or said something else in their place."""

    type: ClassVar = "profile.forgotten"

    facts: list[UUID]
    """The `profile.learned` events that no longer hold."""
    source: UUID
    """The message that asked for it."""
