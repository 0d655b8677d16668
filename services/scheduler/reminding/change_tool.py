"""`change_reminder`: one tool for other words, another time, and a day that is left out."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.reminders import ReminderChanged
from services.scheduler import wordings
from services.scheduler.decider import FOLD, Reminder, due_at
from services.scheduler.recurrence import UnusableRule
from services.scheduler.reminding.changing import (
    SHORTEST_FOLLOW_UP,
    ChangeReminder,
    StandingReminder,
    changed,
)
from services.scheduler.reminding.listing import ReadModel, ReminderListing, chosen, reminder_result
from services.scheduler.reminding.stating import stated, tzdata
from services.scheduler.when.unclear import Malformed, UnclearTime
from taskflow.log.appending import Write
from taskflow.log.event_log import Log
from taskflow.log.snapshots import Folds
from taskflow.tooling import Call, Done, Refused, Tool, Undo

CHANGE = "change_reminder"
TIMEOUT = 10.0


class ChangeTool:
    def __init__(
        self,
        listing: ReminderListing,
        event_log: Log,
        folds: Folds,
        read_model: ReadModel,
        now: Callable[[], datetime],
    ) -> None:
        self._listing, self._log, self._folds = listing, event_log, folds
        self._read_model, self._now = read_model, now

    def tool(self) -> Tool[Any]:
        return Tool(
            ChangeReminder,
            self.change_reminder,
            CHANGE,
            "write",
            TIMEOUT,
            inside=True,
            declared=wordings.CHANGE_ARGUMENTS,
            proposal="change the reminder",
            receipt=wordings.CHANGED,
            not_done="No reminder was changed just now.",
            changes="reminder",
            undone_by=Undo(tool=CHANGE, argument="which", path="change"),
        )

    async def change_reminder(self, arguments: ChangeReminder, call: Call) -> Done:
        """Change one reminder still to come: its words, its time, or leave a day out.

        Give only what is to be otherwise, as the user said it: "make it 5 pm" is `time`, "an hour
        later" `by_minutes`, "not tomorrow" `skip` and `day`.
        The fields of time are those of `set_reminder`.
        """
        await self._read_model.caught_up(call.request)
        if (before := await self._before(arguments, call)) is not None:
            return await self._restored(before, call)
        listed_reminder = chosen(await self._listing.of(call.user), arguments.which)
        state = listed_reminder.folded.state
        if (next_at := due_at(state)) is None:
            raise Refused(
                f"Reminder {listed_reminder.number} has just fired; it will not come again."
            )
        local = datetime.fromisoformat(listed_reminder.local_time)
        standing = StandingReminder(
            local, listed_reminder.zone, listed_reminder.rrule, state.except_on, next_at
        )
        try:
            found = await asyncio.to_thread(
                changed, standing, arguments, call.written_at, self._now()
            )
        except (UnclearTime, Malformed, UnusableRule) as error:
            raise Refused(str(error)) from error
        fact = ReminderChanged(
            reminder=listed_reminder.reminder,
            text=arguments.text or listed_reminder.text,
            local_time=found.local.isoformat(),
            zone=found.zone,
            rrule=found.rule,
            tzdata=tzdata(),
            language=call.request.event.language,
            except_on=list(found.except_on),
            follow_up_minutes=_follow_up(arguments, listed_reminder.follow_up_minutes),
        )
        result = self._changed(listed_reminder.number, fact, found.due_at, call)
        if found.skipped is not None:
            result["skipped"] = found.skipped.isoformat()
        if found.notes:
            result["note"] = " ".join(found.notes)
        # Change against fire, as with a cancellation.
        write = Write(
            streams.reminder(listed_reminder.reminder),
            [fact],
            call.user,
            listed_reminder.folded.version,
        )
        return Done(result, [write])

    async def _before(
        self, arguments: ChangeReminder, call: Call
    ) -> Recorded[ReminderChanged] | None:
        """The change that is to be taken back: an undo names it, and nothing else."""
        try:
            named = UUID(arguments.which)
        except ValueError:
            return None
        found = await self._log.find(named)
        if found is None or found.user_id != call.user:
            return None
        return found if isinstance(found.event, ReminderChanged) else None

    async def _restored(self, change: Recorded[ReminderChanged], call: Call) -> Done:
        """As it stood before, unless something has happened to it since."""
        stream, reminder = change.stream, change.event.reminder
        folded = await self._folds.fold(stream, FOLD)
        coming = await self._listing.of(call.user)
        listed_reminder = next((each for each in coming if each.reminder == reminder), None)
        if listed_reminder is None or folded.version != change.version:
            raise Refused("It has spoken or was changed since.")
        earlier = FOLD.over((await self._log.read(stream))[: change.version - 1])
        was = await stated(self._log, stream, earlier)
        fact = ReminderChanged(**was.model_dump(include=set(ReminderChanged.model_fields)))
        next_at = _due_after(folded.state, fact, self._now())
        if next_at is None or next_at <= self._now():
            raise Refused("The time that it had before is past.")
        write = Write(stream, [fact], call.user, folded.version)
        return Done(self._changed(listed_reminder.number, fact, next_at, call), [write])

    def _changed(self, number: int, fact: ReminderChanged, next_at: datetime, call: Call) -> Json:
        """What the model is told of a reminder that is changed."""
        result = reminder_result(fact.reminder, fact, next_at)
        del result["set"], result["id"]
        change = slots.event_id(slots.outcome(call.request.event_id), 1)
        result = {"changed": True, "number": number, "change": str(change), **result}
        return result | wordings.how_it_comes(fact.rrule, next_at, call)


def _due_after(state: Reminder, fact: ReminderChanged, now: datetime) -> datetime | None:
    """When it would come next, if it were changed now."""
    stands = {
        "local_time": fact.local_time,
        "zone": fact.zone,
        "rrule": fact.rrule,
        "except_on": tuple(fact.except_on),
    }
    return due_at(state.model_copy(update=stands | {"begun_at": now, "spoke": False}))


def _follow_up(asked: ChangeReminder, stands: int | None) -> int | None:
    """0 ends it."""
    if asked.follow_up_minutes is None:
        return stands
    return max(asked.follow_up_minutes, SHORTEST_FOLLOW_UP) if asked.follow_up_minutes else None
