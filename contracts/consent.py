"""Whether a person wants to hear from us. Each stands beside the message that said so."""

from typing import ClassVar

from contracts.event import Event, event


@event
class ConsentWithdrawn(Event):
    """They said STOP: whatever waits for them is held, and no turn opens."""

    type: ClassVar = "consent.withdrawn"


@event
class ConsentGiven(Event):
    """They said START after a STOP: what is held goes, and what they wrote is answered."""

    type: ClassVar = "consent.given"
