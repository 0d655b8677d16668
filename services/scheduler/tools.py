"""The tools of time: `set_reminder`, `list_reminders`, `cancel_reminder`."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from contracts import slots, streams
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.reminders import ReminderCancelled, ReminderSet
from contracts.tools import ToolRequested
from services.scheduler import wordings
from services.scheduler.decider import FOLD, due_at
from services.scheduler.recurrence import UnusableRule
from services.scheduler.reminding import twins
from services.scheduler.reminding.change_tool import ChangeTool
from services.scheduler.reminding.changing import MOST_FOLLOW_UP, SHORTEST_FOLLOW_UP
from services.scheduler.reminding.listing import (
    ReadModel,
    ReminderListing,
    Reminders,
    chosen,
    reminder_result,
)
from services.scheduler.reminding.stating import tzdata
from services.scheduler.when.arguments import When
from services.scheduler.when.resolved import Resolved
from services.scheduler.when.resolver import resolve
from services.scheduler.when.unclear import Malformed, UnclearTime
from taskflow import clock
from taskflow.log.appending import Write
from taskflow.log.event_log import Log
from taskflow.log.snapshots import Folds
from taskflow.tooling import Call, Done, Refused, Tool, Undo

MOST_REMINDERS = 200
TIMEOUT = 10.0
CANCEL = "cancel_reminder"
AS_IT_WAS_SET = 1
"""Version of a reminder that was set and nothing else: by its id, only this one is cancelled."""


class SetReminder(When):
    text: str = Field(min_length=1, max_length=500, description="in few words")
    follow_up_minutes: int | None = Field(
        default=None,
        ge=SHORTEST_FOLLOW_UP,
        le=MOST_FOLLOW_UP,
        description="only if they want to be asked once more without an answer; 60 where they did "
        "not say how long",
    )


class ListReminders(BaseModel):
    pass


class CancelReminder(BaseModel):
    which: str = Field(
        min_length=1, max_length=200, description="Its number in the list, or words of its text"
    )


class ReminderTools:
    def __init__(
        self,
        reminders: Reminders,
        event_log: Log,
        folds: Folds,
        read_model: ReadModel,
        now: Callable[[], datetime] = clock.utc_now,
    ) -> None:
        self._log, self._folds = event_log, folds
        self.listing = ReminderListing(reminders, event_log, folds)
        self._read_model, self._now = read_model, now

    def all(self) -> list[Tool[Any]]:
        return [
            Tool(
                SetReminder,
                self.set_reminder,
                "set_reminder",
                "write",
                TIMEOUT,
                inside=True,
                declared=wordings.SET_ARGUMENTS,
                proposal="set a reminder",
                receipt=wordings.SET,
                not_done="No reminder was set just now.",
                changes="reminder",
                undone_by=Undo(tool=CANCEL, argument="which", path="id"),
            ),
            ChangeTool(self.listing, self._log, self._folds, self._read_model, self._now).tool(),
            Tool(
                ListReminders, self.list_reminders, "list_reminders", "read", TIMEOUT, inside=True
            ),
            Tool(
                CancelReminder,
                self.cancel_reminder,
                CANCEL,
                "write",
                TIMEOUT,
                inside=True,
                declared=wordings.CANCEL_ARGUMENTS,
                proposal="cancel the reminder",
                receipt=wordings.CANCELLED,
                not_done="No reminder was cancelled just now.",
                changes="reminder",
            ),
        ]

    async def set_reminder(self, arguments: SetReminder, call: Call) -> Done:
        """Set a reminder, once or repeating.

        Give what the user said of the time and work nothing out: "in 20 minutes" is `in_minutes`,
        "Friday at 9" `day` and `time`, "every second Monday at 9" `weekdays`, `every` 2 and `time`.
        Guess no time that they did not give: ask. Tell them the stored time that comes back.
        """
        request = call.request.event
        # In a thread: a rule may be one that never happens, and is searched through all years.
        found = await asyncio.to_thread(self._resolved, arguments, call)
        if same := await self._same(arguments, found, call):
            return Done(same)
        reminder = slots.reminder_set(call.request.event_id)
        fact = ReminderSet(
            reminder=reminder,
            text=arguments.text,
            local_time=found.local.isoformat(),
            zone=found.zone,
            rrule=found.rule,
            tzdata=tzdata(),
            language=request.language,
            except_on=found.except_on,
            follow_up_minutes=arguments.follow_up_minutes,
        )
        guessed = arguments.zone is None and not request.zone_known
        result = reminder_result(reminder, fact, found.due_at) | {
            "zone_was_guessed_from_number": guessed
        }
        result |= wordings.how_it_comes(found.rule, found.due_at, call)
        if found.notes:
            result["note"] = " ".join(found.notes)
        return Done(result, [Write(streams.reminder(reminder), [fact], call.user, 0)])

    async def _same(self, given: SetReminder, found: Resolved, call: Call) -> Json | None:
        """What is told of one that does it already. Raises Refused where there are too many."""
        wanted = _mark(given, found)

        def is_twin(earlier: Recorded[ToolRequested]) -> bool:
            try:
                asked = SetReminder.model_validate(earlier.event.arguments)
                resolved = self._resolved(asked, Call(earlier, call.user))
            except (ValidationError, Refused):
                return False
            return _mark(asked, resolved) == wanted

        if result := await twins.result_of_twin(self._log, call.request, is_twin):
            return result
        listed = await self.listing.of(call.user)
        for listed_reminder in listed:
            follows = listed_reminder.follow_up_minutes
            if (
                twins.mark(
                    listed_reminder.text,
                    listed_reminder.due_at,
                    listed_reminder.rrule,
                    listed_reminder.except_on,
                    follows,
                )
                == wanted
            ):
                stands = reminder_result(
                    listed_reminder.reminder, listed_reminder, listed_reminder.due_at
                )
                del stands["id"]  # This call did not set it, so no undo of it cancels it.
                return stands
        if len(listed) >= MOST_REMINDERS:
            raise Refused(f"There are {MOST_REMINDERS} reminders already; cancel some first.")
        return None

    def _resolved(self, arguments: When, call: Call) -> Resolved:
        """Raises Refused."""
        try:
            return resolve(arguments, call.request.event.zone, call.written_at, self._now())
        except (UnclearTime, Malformed, UnusableRule) as error:
            raise Refused(str(error)) from error

    async def list_reminders(self, _arguments: ListReminders, call: Call) -> Done:
        """List the reminders still to come, and those that spoke lately.

        `last` tells of the last occurrence whether it reached them, how and when: it is the only
        answer to "did you remind me?".
        """
        await self._read_model.caught_up(call.request)
        coming = await self.listing.of(call.user)
        spoken = await self.listing.spoken(call.user)
        return Done(
            {
                "reminders": await self.listing.for_model(coming, call.request),
                "spoken": await self.listing.for_model(spoken, call.request),
            }
        )

    async def cancel_reminder(self, arguments: CancelReminder, call: Call) -> Done:
        """Cancel one reminder."""
        await self._read_model.caught_up(call.request)
        listed_reminder = chosen(await self.listing.of(call.user), arguments.which)
        stream = streams.reminder(listed_reminder.reminder)
        folded = await self._folds.fold(stream, FOLD)
        if due_at(folded.state) is None:
            raise Refused(
                f"Reminder {listed_reminder.number} has just fired; it will not come again."
            )
        if arguments.which == str(listed_reminder.reminder) and folded.version > AS_IT_WAS_SET:
            raise Refused(
                "It has fired or was changed since it was set. "
                f"It is reminder {listed_reminder.number} now."
            )
        fact = ReminderCancelled(reminder=listed_reminder.reminder)
        # Cancel against fire: whichever appends first makes the other fold again.
        write = Write(stream, [fact], call.user, expected_version=folded.version)
        return Done({"cancelled": listed_reminder.for_model(call.request.event.language)}, [write])


def _mark(asked: SetReminder, found: Resolved) -> twins.Mark:
    return twins.mark(
        asked.text, found.due_at, found.rule, found.except_on, asked.follow_up_minutes
    )
