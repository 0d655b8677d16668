"""What a message can say about its writer."""

from dataclasses import dataclass

from contracts.profile import ProfileKind


@dataclass(frozen=True, slots=True)
class Learn:
    kind: ProfileKind
    value: str
    said: str
    """The words that it was read from."""
    rule: str
    about: str | None = None
    zone: str | None = None
    only: bool = False
    """There is one such person: who stood there under the same `about` is replaced."""
    weak: bool = False
    """Takes no standing fact's place: "I speak German" does not change what to answer in."""


@dataclass(frozen=True, slots=True)
class Forget:
    kind: ProfileKind | None
    """None: of any kind."""
    said: str
    rule: str
    words: str = ""
    """The value that must stand there, or words of it; empty: whatever stands there."""
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Correct:
    """Another value in the place of one just given; which one, only the profile knows."""

    value: str
    said: str
    rule: str
    instead_of: str | None = None


Statement = Learn | Forget | Correct
