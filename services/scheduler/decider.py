"""A reminder's life, as a pure fold of its stream."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.recorded import Recorded
from contracts.reminders import (
    ReminderCancelled,
    ReminderChanged,
    ReminderFired,
    ReminderFollowedUp,
    ReminderSet,
)
from services.scheduler.recurrence import instant, next_due, parts_of
from taskflow.log.folding import Fold

CHECKED_BEFORE = timedelta(minutes=2)
"""A time is checked, then committed: a replica may sleep in between, and retry."""
_FREQUENT = frozenset({"HOURLY", "MINUTELY"})


class Reminder(BaseModel):
    model_config = ConfigDict(frozen=True)

    reminder: UUID | None = None
    begun_at: datetime | None = None
    """When it was set, or its times were changed last."""
    stated: int = 0
    """The version of the last event that holds its words."""
    local_time: str = ""
    zone: str = "UTC"
    rrule: str | None = None
    except_on: tuple[date, ...] = ()
    follow_up_minutes: int | None = None
    followed_up: datetime | None = None
    """The last due instant that was said once more."""
    fired: datetime | None = None
    """The last due instant that fired."""
    fired_at: datetime | None = None
    reply: UUID | None = None
    """By which that was said."""
    spoke: bool = False
    """Whether it has, since it began."""
    cancelled: bool = False


def evolve(state: Reminder, recorded: Recorded[Any]) -> Reminder:
    match recorded.event:
        case ReminderSet() as told if state.reminder is None:
            return Reminder(
                reminder=told.reminder,
                begun_at=recorded.recorded_at,
                stated=recorded.version,
                local_time=told.local_time,
                zone=told.zone,
                rrule=told.rrule,
                except_on=tuple(told.except_on),
                follow_up_minutes=told.follow_up_minutes,
            )
        case ReminderChanged() as changed if state.reminder is not None:
            return _changed(state, changed, recorded)
        case ReminderCancelled():
            return state.model_copy(update={"cancelled": True})
        case ReminderFired(due=due, reply=reply):
            at = recorded.recorded_at
            fired = {"fired": due, "fired_at": at, "reply": reply, "spoke": True}
            return state.model_copy(update=fired)
        case ReminderFollowedUp(due=due):
            return state.model_copy(update={"followed_up": due})
        case _:
            return state


def _changed(state: Reminder, changed: ReminderChanged, recorded: Recorded[Any]) -> Reminder:
    """Its times begin anew where they are others: a day left out, or other words, move none."""
    begins = {"begun_at": recorded.recorded_at, "spoke": False}
    times = (changed.local_time, changed.zone, changed.rrule)
    is_moved = times != (state.local_time, state.zone, state.rrule)
    stands = {
        "stated": recorded.version,
        "local_time": changed.local_time,
        "zone": changed.zone,
        "rrule": changed.rrule,
        "except_on": tuple(changed.except_on),
        "follow_up_minutes": changed.follow_up_minutes,
    }
    return state.model_copy(update=stands | (begins if is_moved else {}))


FOLD = Fold("reminder", 3, Reminder, evolve)


def due_at(state: Reminder) -> datetime | None:
    """When it speaks next. After a downtime it speaks once, not once for each that was missed."""
    if state.cancelled or state.begun_at is None:
        return None
    if not state.spoke or state.fired is None or state.fired_at is None:
        return _first(state, state.begun_at)
    if state.rrule is None:
        return None
    return _next(state, max(state.fired, state.fired_at))


def _first(state: Reminder, begun_at: datetime) -> datetime | None:
    """What the user was told: it lay ahead when it was checked; seconds may have passed since."""
    local = datetime.fromisoformat(state.local_time)
    told = instant(local, state.zone)
    is_left_out = local.date() in state.except_on
    if state.rrule is None or (told > begun_at - CHECKED_BEFORE and not is_left_out):
        return told
    return _next(state, begun_at)


def _next(state: Reminder, after: datetime) -> datetime | None:
    return next_due(state.local_time, state.zone, state.rrule, after, state.except_on)


def follow_up_at(state: Reminder) -> datetime | None:
    """When its last occurrence is said once more, if nobody has answered it by then."""
    minutes, fired_at = state.follow_up_minutes, state.fired_at
    if state.cancelled or minutes is None or fired_at is None or state.followed_up == state.fired:
        return None
    return fired_at + timedelta(minutes=minutes)


def is_frequent(state: Reminder) -> bool:
    """Whether its rule counts hours or minutes: nobody named each of its times."""
    return state.rrule is not None and parts_of(state.rrule)["FREQ"] in _FREQUENT


def may_fire(state: Reminder, due: datetime) -> bool:
    return due_at(state) == due
