"""The scheduler's read models: reminders with their next instant, and tool calls still open."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from contracts import streams
from contracts.conversation import UserForgotten
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.quiet_hours import QuietHoursEnded, QuietHoursSet
from contracts.recorded import Recorded
from contracts.reminders import (
    ReminderCancelled,
    ReminderChanged,
    ReminderFired,
    ReminderFollowedUp,
    ReminderSet,
)
from contracts.tools import ToolFailed, ToolFinished, ToolRequested
from services.scheduler.decider import FOLD, Reminder, due_at, follow_up_at
from taskflow.log.snapshots import Folds
from taskflow.projecting.projection import ProjectionContext, Statement

# Numbers are the user's own, given in the order of the log: the same in every rebuild.
_SET = """
insert into due_reminders (reminder, user_id, number, local_time, zone, rrule, due_at)
values ($1, $2, (select coalesce(max(number), 0) + 1 from due_reminders where user_id = $2),
        $3, $4, $5, $6)
on conflict (reminder) do nothing
"""
_MOVED = """
update due_reminders set due_at = $2, claimed_until = '-infinity', fired_at = $3,
       follow_up_at = $4
 where reminder = $1
"""
_CHANGED = """
update due_reminders
   set local_time = $2, zone = $3, rrule = $4, due_at = $5, claimed_until = '-infinity',
       follow_up_at = $6
 where reminder = $1
"""
_FOLLOWED = "update due_reminders set follow_up_at = null where reminder = $1"
_DONE = "update due_reminders set due_at = null, follow_up_at = null where reminder = $1"
_FORGOTTEN = "delete from due_reminders where user_id = $1"
# Other hours, or another zone: what waits is decided anew. Of a rebuild it is decided once more.
_WOKEN = "update waiting set until = now() where user_id = $1 and until > now()"
_WAITS_NO_MORE = "delete from waiting where user_id = $1"
_CALLED = """
insert into open_calls (call, stream, tool, deadline) values ($1, $2, $3, $4)
on conflict (call) do nothing
"""
_SETTLED = "delete from open_calls where call = $1"
# Nothing can be answered for them any more: their key is gone.
_ABANDONED = "delete from open_calls where stream = $1"


_TIMED = ReminderSet | ReminderChanged | ReminderFired


class DueReminders:
    name, version = "due-reminders", 2
    tables = ("due_reminders",)

    def __init__(self, folds: Folds) -> None:
        self._folds = folds

    async def project(self, events: Sequence[Recorded[Any]]) -> list[Statement]:
        """Instants are as of now: what came after an event will set them again."""
        timed_streams = {
            recorded.stream for recorded in events if isinstance(recorded.event, _TIMED)
        }
        folded = await self._folds.fold_all(timed_streams, FOLD)
        states = {stream: reminder.state for stream, reminder in folded.items()}
        return [statement for recorded in events for statement in _changes(recorded, states)]


def due_reminders(context: ProjectionContext) -> DueReminders:
    return DueReminders(context.folds)


def _changes(recorded: Recorded[Any], states: Mapping[str, Reminder]) -> list[Statement]:
    match recorded.event:
        case ReminderFollowedUp(reminder=reminder):
            return [(_FOLLOWED, (reminder,))]
        case ReminderCancelled(reminder=reminder):
            return [(_DONE, (reminder,))]
        case UserForgotten():
            user = (streams.user_of(recorded.stream),)
            return [(_FORGOTTEN, user), (_WAITS_NO_MORE, user)]
        case QuietHoursSet() | QuietHoursEnded() | ProfileLearned() | ProfileForgotten():
            return [(_WOKEN, (recorded.user_id,))]
        case _:
            return _of_times(recorded, states)


def _of_times(recorded: Recorded[Any], states: Mapping[str, Reminder]) -> list[Statement]:
    match recorded.event:
        case ReminderSet() as reminder_set:
            user, at = recorded.user_id, due_at(states[recorded.stream])
            return [
                (
                    _SET,
                    (
                        reminder_set.reminder,
                        user,
                        reminder_set.local_time,
                        reminder_set.zone,
                        reminder_set.rrule,
                        at,
                    ),
                )
            ]
        case ReminderChanged() as changed:
            state = states[recorded.stream]
            stands = (
                changed.local_time,
                changed.zone,
                changed.rrule,
                due_at(state),
                follow_up_at(state),
            )
            return [(_CHANGED, (changed.reminder, *stands))]
        case ReminderFired(reminder=reminder):
            state = states[recorded.stream]
            follows = follow_up_at(state)
            return [(_MOVED, (reminder, due_at(state), recorded.recorded_at, follows))]
        case _:
            return []


class OpenCalls:
    name, version = "open-calls", 1
    tables = ("open_calls",)

    async def project(self, events: Sequence[Recorded[Any]]) -> list[Statement]:
        return [statement for recorded in events for statement in _call_changes(recorded)]


def open_calls(_context: ProjectionContext) -> OpenCalls:
    return OpenCalls()


def _call_changes(recorded: Recorded[Any]) -> list[Statement]:
    match recorded.event:
        case ToolRequested() as request:
            call: UUID = recorded.event_id
            return [(_CALLED, (call, recorded.stream, request.tool, request.deadline))]
        case ToolFinished(call=call) | ToolFailed(call=call):
            return [(_SETTLED, (call,))]
        case UserForgotten():
            return [(_ABANDONED, (recorded.stream,))]
        case _:
            return []
