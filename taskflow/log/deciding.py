"""What every decider comes to. Pure.

A decider is a `Fold` (folding.py) and functions of its state. They return `Decide`, or None where
nothing is to be done, or a move of their service's own, whose outcome is decided later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from contracts.event import Event
from contracts.streams import UserId
from taskflow.log.appending import Write


@dataclass(frozen=True, slots=True)
class Decide:
    """Append these to the stream that was folded; what stands in the slot already wins."""

    slot: UUID
    events: Sequence[Event]
    expected_version: int | None = None
    """As in `Write`: None where no later fact makes this wrong."""
    gates: tuple[str, ...] = ()
    """As in `Write`: only these make it wrong."""

    def at(self, version: int) -> "Decide":
        """The same, wrong as soon as another fact stands behind the version that was folded."""
        return replace(self, expected_version=version)

    def write(self, stream: str, user: UserId) -> Write:
        return Write(stream, self.events, user, self.expected_version, self.gates)
