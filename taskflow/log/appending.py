"""What an append is, before and after: the same words for the real log and the one in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.event import Event
from contracts.recorded import Recorded
from contracts.streams import UserId

MAX_EVENTS = 32
"""In one append: a decision is small, and what stands in a slot is found by this many ids."""


@dataclass(frozen=True, slots=True)
class Write:
    """Events for one stream. `user`'s key seals their personal fields."""

    stream: str
    events: Sequence[Event]
    user: UserId | None
    expected_version: int | None = None
    """None: any. Set only where a later fact makes this decision wrong."""
    gates: tuple[str, ...] = ()
    """Types of events: with them only such a one behind the expected version makes it wrong."""


@dataclass(frozen=True, slots=True)
class Appended:
    """The slot was free: these events are in the log."""

    events: list[Recorded[Any]]


@dataclass(frozen=True, slots=True)
class Exists:
    """The slot was taken: this is what stands there. Fold again; what you held may be stale."""

    events: list[Recorded[Any]]


Outcome = Appended | Exists


@dataclass(frozen=True, slots=True)
class Because:
    """Where an append comes from."""

    cause: UUID | None = None
    correlation: UUID | None = None
    """None starts a new correlation, named after the first event."""

    @classmethod
    def of(cls, recorded: Recorded[Any]) -> "Because":
        return cls(recorded.event_id, recorded.correlation)


FRESH = Because()
"""Caused by nothing in the log."""
