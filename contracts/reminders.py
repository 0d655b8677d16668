"""A reminder's life. Its truth is wall time, zone and rule; the instant is derived each time."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from contracts.event import Event, event
from contracts.personal import Personal


@event
class ReminderSet(Event):
    type: ClassVar = "reminder.set"

    reminder: UUID
    text: Personal[str]
    local_time: str
    """The first occurrence on the user's clock, YYYY-MM-DDTHH:MM[:SS], no offset."""
    zone: str
    """IANA name."""
    rrule: str | None
    """RFC 5545, expanded on local time; None for once."""
    tzdata: str
    """Version of the zone rules it was promised by."""


@event
class ReminderCancelled(Event):
    type: ClassVar = "reminder.cancelled"

    reminder: UUID


@event
class ReminderFired(Event):
    type: ClassVar = "reminder.fired"

    reminder: UUID
    due: datetime
    late_s: float
