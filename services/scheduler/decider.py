"""A reminder's life, as a pure fold of its stream."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.recorded import Recorded
from contracts.reminders import ReminderCancelled, ReminderFired, ReminderSet
from services.scheduler.recurrence import instant, next_due
from taskflow.log.folding import Fold

CHECKED_BEFORE = timedelta(minutes=2)
"""A time is checked, then committed: a replica may sleep in between, and retry."""


class Reminder(BaseModel):
    model_config = ConfigDict(frozen=True)

    reminder: UUID | None = None
    set_at: datetime | None = None
    local_time: str = ""
    zone: str = "UTC"
    rrule: str | None = None
    except_on: tuple[date, ...] = ()
    fired: datetime | None = None
    """The last due instant that fired."""
    fired_at: datetime | None = None
    reply: UUID | None = None
    """By which that was said."""
    cancelled: bool = False


def evolve(state: Reminder, recorded: Recorded[Any]) -> Reminder:
    match recorded.event:
        case ReminderSet() as told if state.reminder is None:
            return Reminder(
                reminder=told.reminder,
                set_at=recorded.recorded_at,
                local_time=told.local_time,
                zone=told.zone,
                rrule=told.rrule,
                except_on=tuple(told.except_on),
            )
        case ReminderCancelled():
            return state.model_copy(update={"cancelled": True})
        case ReminderFired(due=due, reply=reply):
            at = recorded.recorded_at
            return state.model_copy(update={"fired": due, "fired_at": at, "reply": reply})
        case _:
            return state


FOLD = Fold("reminder", 3, Reminder, evolve)


def due_at(state: Reminder) -> datetime | None:
    """When it speaks next. After a downtime it speaks once, not once for each that was missed."""
    if state.cancelled or state.set_at is None:
        return None
    if state.fired is None or state.fired_at is None:
        return _first(state, state.set_at)
    if state.rrule is None:
        return None
    return _next(state, max(state.fired, state.fired_at))


def _first(state: Reminder, set_at: datetime) -> datetime | None:
    """What the user was told: it lay ahead when it was checked; seconds may have passed since."""
    told = instant(datetime.fromisoformat(state.local_time), state.zone)
    if state.rrule is None or told > set_at - CHECKED_BEFORE:
        return told
    return _next(state, set_at)


def _next(state: Reminder, after: datetime) -> datetime | None:
    return next_due(state.local_time, state.zone, state.rrule, after, state.except_on)


def may_fire(state: Reminder, due: datetime) -> bool:
    return due_at(state) == due
