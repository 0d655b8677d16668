"""What a user told about themselves, in their own words, and took back."""

from typing import ClassVar, Literal
from uuid import UUID

from contracts.event import Event, Json, event, upcasts
from contracts.personal import Personal

ProfileKind = Literal[
    "name", "home", "zone", "language", "home_airport", "currency", "preference", "person", "place"
]


@event
class ProfileLearned(Event):
    """A message of the user's said so; this event's id is the fact's.

    v2 names the call that noted it; before, rules read it from the message.
    """

    type: ClassVar = "profile.learned"
    version: ClassVar = 2

    kind: ProfileKind
    value: Personal[str]
    """IANA zone, BCP 47 language, IATA airport, ISO 4217 currency; words for the other kinds."""
    about: Personal[str] | None = None
    """Whom or what a person or a place is to the user: "sister", "gym"."""
    zone: Personal[str] | None = None
    """IANA zone that a home implies."""
    said: Personal[str]
    """The user's own words that say so; several spans stand on lines of their own."""
    source: UUID
    """The message that holds them."""
    rule: str | None = None
    """The rule that read it: those of old, or `zone-confirmed`, `undo`; None where a call did."""
    call: UUID | None = None
    """The model's call that noted it."""


@upcasts(ProfileLearned, from_version=1)
def _read_by_a_rule(data: Json) -> Json:
    return {**data, "call": None}


@event
class ProfileForgotten(Event):
    """The user took facts back, or said something else in their place.

    v2 names the call that did it.
    """

    type: ClassVar = "profile.forgotten"
    version: ClassVar = 2

    facts: list[UUID]
    """The `profile.learned` events that no longer hold."""
    source: UUID
    """The message that asked for it."""
    call: UUID | None = None
    """The model's call that took them back; None where a rule or an undo did."""


@upcasts(ProfileForgotten, from_version=1)
def _taken_back_by_a_rule(data: Json) -> Json:
    return {**data, "call": None}
