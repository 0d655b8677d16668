"""The tools of time: `set_reminder`, `list_reminders`, `cancel_reminder`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.metadata import version as package_version
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError

from contracts import slots, streams
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.reminders import ReminderCancelled, ReminderSet
from contracts.streams import UserId
from contracts.tools import ToolRequested
from services.scheduler import twins, wordings
from services.scheduler.decider import FOLD, due_at
from services.scheduler.recurrence import UnusableRule
from services.scheduler.rule_words import rule_in_words
from services.scheduler.when.arguments import When
from services.scheduler.when.resolved import Resolved
from services.scheduler.when.resolver import resolve
from services.scheduler.when.unclear import Malformed, Unclear
from taskflow import clock, zones
from taskflow.log.appending import Write
from taskflow.log.event_log import Log
from taskflow.log.folds import Folds
from taskflow.tooling import Call, Done, Refused, Tool, Undo

MOST_REMINDERS = 200
TIMEOUT = 10.0
CANCEL = "cancel_reminder"
AS_IT_WAS_SET = 1
"""Version of a reminder that was set and nothing else: by its id, only this one is cancelled."""


class SetReminder(When):
    text: str = Field(min_length=1, max_length=500, description="What to remind of, in few words")


class ListReminders(BaseModel):
    pass


class CancelReminder(BaseModel):
    which: str = Field(
        min_length=1, max_length=200, description="Its number in the list, or words of its text"
    )


@dataclass(frozen=True, slots=True)
class Active:
    """A reminder that is still to come, as the read model has it."""

    reminder: UUID
    number: int
    due: datetime
    zone: str
    rrule: str | None


class Reminders(Protocol):
    async def active(self, user: UserId) -> list[Active]:
        """In the order in which they come. Raises DatabaseUnavailable."""
        ...


class ReadModel(Protocol):
    async def caught_up(self, recorded: Recorded[Any]) -> None:
        """Waits until it holds this event. Raises Retryable when it lags too long."""
        ...


@dataclass(frozen=True, slots=True)
class Listed:
    reminder: UUID
    number: int
    text: str
    due: datetime
    zone: str
    rrule: str | None
    local_time: str
    """Of the first occurrence, by its rule: a clock change moves `due`, not this."""
    language: str
    """That it was set in."""
    except_on: list[date]

    def told(self, language: str) -> Json:
        told: Json = {
            "number": self.number,
            "text": self.text,
            "next": in_words(self.due, self.zone),
            "repeats": self.rrule,
        }
        if self.rrule:
            told["repeats_in_words"] = rule_in_words(
                self.rrule, self.local_time, language, self.except_on
            )
        return told


class ReminderTools:
    def __init__(
        self,
        reminders: Reminders,
        event_log: Log,
        folds: Folds,
        due: ReadModel,
        now: Callable[[], datetime] = clock.utc_now,
    ) -> None:
        self._reminders, self._log, self._folds = reminders, event_log, folds
        self._due, self._now = due, now

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
        found = await asyncio.to_thread(self._resolved, arguments, call.request)
        if same := await self._same(arguments.text, found, call):
            return Done(same)
        reminder = slots.reminder_set(call.request.event_id)
        fact = ReminderSet(
            reminder=reminder,
            text=arguments.text,
            local_time=found.local.isoformat(),
            zone=found.zone,
            rrule=found.rule,
            tzdata=_tzdata(),
            language=request.language,
            except_on=found.except_on,
        )
        guessed = arguments.zone is None and not request.zone_known
        result = _told(reminder, fact, found.due) | {"zone_was_guessed_from_number": guessed}
        written_at = request.written_at or call.request.recorded_at
        if found.rule or found.due > written_at + wordings.FREELY:
            result["comes"] = wordings.AS_A_NOTICE.said(request.language)
        if found.notes:
            result["note"] = " ".join(found.notes)
        return Done(result, [Write(streams.reminder(reminder), [fact], call.user, 0)])

    async def _same(self, text: str, found: Resolved, call: Call) -> Json | None:
        """What is told of one that does it already. Raises Refused where there are too many."""
        wanted = twins.mark(text, found.due, found.rule, found.except_on)

        def is_twin(earlier: Recorded[ToolRequested]) -> bool:
            try:
                asked = SetReminder.model_validate(earlier.event.arguments)
                due = self._resolved(asked, earlier)
            except (ValidationError, Refused):
                return False
            return twins.mark(asked.text, due.due, due.rule, due.except_on) == wanted

        if told := await twins.result_of_twin(self._log, call.request, is_twin):
            return told
        listed = await self.listed(call.user)
        for one in listed:
            if twins.mark(one.text, one.due, one.rrule, one.except_on) == wanted:
                stands = _told(one.reminder, one, one.due)
                del stands["id"]  # This call did not set it, so no undo of it cancels it.
                return stands
        if len(listed) >= MOST_REMINDERS:
            raise Refused(f"There are {MOST_REMINDERS} reminders already; cancel some first.")
        return None

    def _resolved(self, arguments: When, request: Recorded[ToolRequested]) -> Resolved:
        """Raises Refused."""
        written_at = request.event.written_at or request.recorded_at
        try:
            return resolve(arguments, request.event.zone, written_at, self._now())
        except (Unclear, Malformed, UnusableRule) as error:
            raise Refused(str(error)) from error

    async def list_reminders(self, _arguments: ListReminders, call: Call) -> Done:
        """List the user's reminders that are still to come, with their numbers."""
        await self._due.caught_up(call.request)
        return Done(
            {
                "reminders": [
                    one.told(call.request.event.language) for one in await self.listed(call.user)
                ]
            }
        )

    async def cancel_reminder(self, arguments: CancelReminder, call: Call) -> Done:
        """Cancel one reminder."""
        await self._due.caught_up(call.request)
        one = _chosen(await self.listed(call.user), arguments.which)
        stream = streams.reminder(one.reminder)
        folded = await self._folds.fold(stream, FOLD)
        if due_at(folded.state) is None:
            raise Refused(f"Reminder {one.number} has just fired; it will not come again.")
        if arguments.which == str(one.reminder) and folded.version > AS_IT_WAS_SET:
            raise Refused(f"It has fired since it was set. It is reminder {one.number} now.")
        fact = ReminderCancelled(reminder=one.reminder)
        # Cancel against fire: whichever appends first makes the other fold again.
        write = Write(stream, [fact], call.user, expected_version=folded.version)
        return Done({"cancelled": one.told(call.request.event.language)}, [write])

    async def listed(self, user: UserId) -> list[Listed]:
        """Those still to come, opened with the user's key."""
        return [await self._opened(one) for one in await self._reminders.active(user)]

    async def _opened(self, one: Active) -> Listed:
        recorded: Recorded[ReminderSet] = (
            await self._log.read_end(streams.reminder(one.reminder), 1, 1)
        )[0]
        fact = (await self._log.opened(recorded)).event
        return Listed(
            one.reminder,
            one.number,
            fact.text,
            one.due,
            one.zone,
            one.rrule,
            fact.local_time,
            fact.language,
            fact.except_on,
        )


@cache
def _tzdata() -> str:
    """The release of the zone rules; asking for it reads files."""
    return package_version("tzdata")


def _told(reminder: UUID, fact: ReminderSet | Listed, due: datetime) -> Json:
    """What the model is told of a reminder that is set."""
    local = due.astimezone(zones.of(fact.zone)).replace(tzinfo=None)
    told: Json = {
        "set": True,
        "id": str(reminder),
        "text": fact.text,
        "first": in_words(due, fact.zone),
        "at": local.isoformat(),
        "repeats": fact.rrule,
        "zone": fact.zone,
    }
    if fact.rrule:
        told["repeats_in_words"] = rule_in_words(
            fact.rrule, fact.local_time, fact.language, fact.except_on
        )
    return told


def _chosen(reminders: list[Listed], which: str) -> Listed:
    if not reminders:
        raise Refused("There are no reminders to cancel.")
    number = which.strip().removeprefix("#")
    if number.isdecimal():
        found = [one for one in reminders if one.number == int(number)]
    elif same := [one for one in reminders if str(one.reminder) == number]:
        found = same
    else:
        words = which.lower().split()
        found = [one for one in reminders if all(word in one.text.lower() for word in words)]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(f"{one.number}: {one.text}" for one in (found or reminders)[:10])
    what = "Several fit" if found else "None fits"
    raise Refused(f"{what} {which!r}. There are: {listed}. Ask which is meant.")


def in_words(due: datetime, zone: str) -> str:
    """The stored time, as the user will live it."""
    local = due.astimezone(zones.of(zone))
    seconds = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"{local:%A} {local.day} {local:%B %Y}, {seconds} ({zone})"
