"""A reminder's life. Its truth is wall time, zone and rule; the instant is derived each time."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, Field

from contracts import slots
from contracts.buttons import Answer
from contracts.event import Event, Json, event, upcasts
from contracts.personal import Personal


@event
class ReminderSet(Event):
    """v2 names the language that it is told in, and the days that it leaves out.

    v3 may be followed up.
    """

    type: ClassVar = "reminder.set"
    version: ClassVar = 3

    reminder: UUID
    text: Personal[str]
    local_time: str
    """The first occurrence on the user's clock, YYYY-MM-DDTHH:MM[:SS], no offset."""
    zone: str
    """IANA's name, or an offset as it was said (taskflow/zones.py)."""
    rrule: str | None
    """RFC 5545, expanded on local time; None for once."""
    tzdata: str
    """Version of the zone rules it was promised by."""
    language: str = "en"
    """BCP 47, of whoever set it."""
    except_on: list[date] = Field(default_factory=list[date])
    """Days on the user's clock on which its rule does not hold."""
    follow_up_minutes: int | None = None
    """So long after it is said, if nobody has answered, it is said once more; None: never."""


@upcasts(ReminderSet, from_version=1)
def _set_in_english(data: Json) -> Json:
    return {**data, "language": "en", "except_on": []}


@upcasts(ReminderSet, from_version=2)
def _said_once(data: Json) -> Json:
    return {**data, "follow_up_minutes": None}


@event
class ReminderChanged(Event):
    """From here on it stands so; its number, its identity and what it said before stay."""

    type: ClassVar = "reminder.changed"

    reminder: UUID
    text: Personal[str]
    local_time: str
    zone: str
    rrule: str | None
    tzdata: str
    language: str
    except_on: list[date]
    follow_up_minutes: int | None


@event
class ReminderCancelled(Event):
    type: ClassVar = "reminder.cancelled"

    reminder: UUID


class ReminderAnswer(BaseModel):
    reply: UUID
    """By which the reminder was said."""
    answer: Answer
    call: UUID | None = None
    """The `tool.requested` beside it that has it said again."""


@event
class ReminderAnswered(Event):
    """The user pressed buttons under reminders; it stands in their conversation.

    Services are asked beside it for what they shall do.
    """

    type: ClassVar = "reminder.answered"

    turn: UUID
    step: int
    answers: list[ReminderAnswer]
    alone: bool
    """Whether the turn's messages say nothing else: then no model is asked."""


@event
class ReminderFired(Event):
    """v2 names the reply by which it was said; several that are overdue share one."""

    type: ClassVar = "reminder.fired"
    version: ClassVar = 2

    reminder: UUID
    due: datetime
    late_s: float
    reply: UUID | None = None


@upcasts(ReminderFired, from_version=1)
def _said_by_itself(data: Json) -> Json:
    """The reply stood beside it, in its own slot."""
    due_at = datetime.fromisoformat(data["due"])
    slot = slots.occurrence(UUID(data["reminder"]), due_at)
    return {**data, "reply": str(slots.event_id(slot, 1))}


@event
class ReminderFollowedUp(Event):
    """Nobody had answered: it was said once more, by the reply beside this."""

    type: ClassVar = "reminder.followed_up"

    reminder: UUID
    due: datetime
    """The occurrence."""
    reply: UUID
