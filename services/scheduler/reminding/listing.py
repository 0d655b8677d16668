"""A user's reminders as they are told of: by number, in words, with how the last one came."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from contracts import streams
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.tools import ToolRequested
from services.scheduler.decider import FOLD, Reminder
from services.scheduler.reminding.deliveries import Deliveries, Said
from services.scheduler.reminding.stating import Stated, stated
from services.scheduler.rule_words import rule_in_words
from taskflow import zones
from taskflow.log.event_log import Log
from taskflow.log.folding import Folded
from taskflow.log.snapshots import Folds
from taskflow.tooling import Refused


@dataclass(frozen=True, slots=True)
class Active:
    """A reminder that is still to come, as the read model has it."""

    reminder: UUID
    number: int
    due_at: datetime
    zone: str
    rrule: str | None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A reminder that has spoken lately for the last time, as the read model has it."""

    reminder: UUID
    number: int


class ReadModel(Protocol):
    async def caught_up(self, recorded: Recorded[Any]) -> None:
        """Waits until it holds this event. Raises Retryable when it lags too long."""
        ...


class Reminders(Protocol):
    async def active(self, user: UserId) -> list[Active]:
        """In the order in which they come. Raises DatabaseUnavailable."""
        ...

    async def spoken(self, user: UserId) -> list[Spoken]:
        """A few of those that spoke in the last days and will not again, the latest first.

        Raises DatabaseUnavailable.
        """
        ...


@dataclass(frozen=True, slots=True)
class ListedReminder:
    reminder: UUID
    number: int
    text: str
    due_at: datetime
    """When it comes next, or, of one that has spoken for the last time, when that was due."""
    is_coming: bool
    zone: str
    rrule: str | None
    local_time: str
    """Of the first occurrence, by its rule: a clock change moves `due`, not this."""
    language: str
    """That it was set in."""
    except_on: list[date]
    follow_up_minutes: int | None
    folded: Folded[Reminder]

    @property
    def said(self) -> Said | None:
        """Its last occurrence that was spoken of."""
        state = self.folded.state
        return Said(state.fired, state.reply) if state.fired and state.reply else None

    def for_model(self, language: str) -> Json:
        fields: Json = {"number": self.number, "text": self.text}
        if self.is_coming:
            if self.follow_up_minutes is not None:
                fields["follow_up_minutes"] = self.follow_up_minutes
            fields |= {"next": in_words(self.due_at, self.zone), "repeats": self.rrule}
        if self.rrule:
            fields["repeats_in_words"] = rule_in_words(
                self.rrule, self.local_time, language, self.except_on
            )
        return fields


class ReminderListing:
    """Everything is found by the user's id, and opened with the user's key."""

    def __init__(self, reminders: Reminders, event_log: Log, folds: Folds) -> None:
        self._reminders, self._log, self._folds = reminders, event_log, folds
        self._deliveries = Deliveries(event_log)

    async def of(self, user: UserId) -> list[ListedReminder]:
        """Those still to come."""
        active = await self._reminders.active(user)
        folded = await self._folded(active)
        return [
            await self._opened(
                active_reminder, active_reminder.due_at, folded[active_reminder.reminder]
            )
            for active_reminder in active
        ]

    async def spoken(self, user: UserId) -> list[ListedReminder]:
        """Those that spoke lately, and will not again."""
        spoken = await self._reminders.spoken(user)
        folded = await self._folded(spoken)
        found = [(spoken_reminder, folded[spoken_reminder.reminder]) for spoken_reminder in spoken]
        return [
            await self._opened(spoken_reminder, last.state.fired, last)
            for spoken_reminder, last in found
            if last.state.fired
        ]

    async def for_model(
        self, listed: list[ListedReminder], request: Recorded[ToolRequested]
    ) -> list[Json]:
        """For the model, each with how it came last."""
        return list(
            await asyncio.gather(
                *(self._with_last_delivery(listed_reminder, request) for listed_reminder in listed)
            )
        )

    async def _with_last_delivery(
        self, listed_reminder: ListedReminder, request: Recorded[ToolRequested]
    ) -> Json:
        fields = listed_reminder.for_model(request.event.language)
        if listed_reminder.said is not None:
            fields["last"] = await self._deliveries.for_model(
                listed_reminder.said, listed_reminder.zone, request
            )
        return fields

    async def _folded(self, found: list[Active] | list[Spoken]) -> dict[UUID, Folded[Reminder]]:
        names = {streams.reminder(listed.reminder): listed.reminder for listed in found}
        folded = await self._folds.fold_all(list(names), FOLD)
        return {names[stream]: state for stream, state in folded.items()}

    async def _opened(
        self, active: Active | Spoken, due_at: datetime, folded: Folded[Reminder]
    ) -> ListedReminder:
        fact = await stated(self._log, streams.reminder(active.reminder), folded.state)
        return ListedReminder(
            active.reminder,
            active.number,
            fact.text,
            due_at,
            isinstance(active, Active),
            fact.zone,
            fact.rrule,
            fact.local_time,
            fact.language,
            fact.except_on,
            fact.follow_up_minutes,
            folded,
        )


def chosen(reminders: list[ListedReminder], which: str) -> ListedReminder:
    """By number, or by words of its text. Raises Refused."""
    if not reminders:
        raise Refused("There are no reminders that are still to come.")
    number = which.strip().removeprefix("#")
    if number.isdecimal():
        found = [reminder for reminder in reminders if reminder.number == int(number)]
    elif same := [reminder for reminder in reminders if str(reminder.reminder) == number]:
        found = same
    else:
        words = which.lower().split()
        found = [
            reminder
            for reminder in reminders
            if all(word in reminder.text.lower() for word in words)
        ]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(
        f"{listed_reminder.number}: {listed_reminder.text}"
        for listed_reminder in (found or reminders)[:10]
    )
    what = "Several fit" if found else "None fits"
    raise Refused(f"{what} {which!r}. There are: {listed}. Ask which is meant.")


def in_words(due_at: datetime, zone: str) -> str:
    """The stored time, as the user will live it."""
    local = due_at.astimezone(zones.of(zone))
    seconds = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"{local:%A} {local.day} {local:%B %Y}, {seconds} ({zone})"


def reminder_result(reminder: UUID, fact: Stated | ListedReminder, due_at: datetime) -> Json:
    """What the model is told of a reminder that is set."""
    local = due_at.astimezone(zones.of(fact.zone)).replace(tzinfo=None)
    result: Json = {
        "set": True,
        "id": str(reminder),
        "text": fact.text,
        "first": in_words(due_at, fact.zone),
        "at": local.isoformat(),
        "repeats": fact.rrule,
        "zone": fact.zone,
    }
    if fact.follow_up_minutes is not None:
        result["follow_up_minutes"] = fact.follow_up_minutes
    if fact.rrule:
        result["repeats_in_words"] = rule_in_words(
            fact.rrule, fact.local_time, fact.language, fact.except_on
        )
    return result
