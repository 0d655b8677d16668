"""The tools of time: `set_reminder`, `list_reminders`, `cancel_reminder`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import version as package_version
from typing import Any, Protocol, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, model_validator

from contracts import slots, streams
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.reminders import ReminderCancelled, ReminderSet
from contracts.streams import UserId
from services.scheduler.decider import FOLD, due_at
from services.scheduler.meant import LAST_DAY, Meant, as_meant
from services.scheduler.recurrence import (
    UnusableRule,
    check_rule,
    check_zone,
    instant,
    next_due,
    next_local,
)
from services.scheduler.rule_words import rule_in_words
from taskflow import clock
from taskflow.log.appending import Write
from taskflow.log.event_log import Log
from taskflow.log.folds import Folds
from taskflow.tooling import Call, Done, Refused, Tool

MOST_YEARS = 100
"""Beyond, calendars end and zones overflow."""
MOST_REMINDERS = 200
TIMEOUT = 10.0
ALMOST_A_SECOND = timedelta(microseconds=999_999)
"""Rounds what is counted from now up to a whole second: nothing is early."""
MOST_MINUTES = 10 * 366 * 24 * 60
"""Ten years."""


class SetReminder(BaseModel):
    text: str = Field(min_length=1, max_length=500, description="What to remind of, in few words")
    at: str | None = Field(
        default=None,
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$",
        description="First time on the user's clock: YYYY-MM-DDTHH:MM or with :SS, no offset",
    )
    in_minutes: float | None = Field(
        default=None,
        gt=0,
        le=MOST_MINUTES,
        description="In place of `at`, counted from now: 90 for “in an hour and a half”",
    )
    zone: str | None = Field(
        default=None, description="IANA zone, only if the user named a place other than their own"
    )
    rrule: str | None = Field(
        default=None, max_length=200, description="RFC 5545 rule if it repeats: FREQ=DAILY"
    )

    @model_validator(mode="after")
    def _has_one_time(self) -> Self:
        if (self.at is None) == (self.in_minutes is None):
            raise ValueError("either `at` or `in_minutes` must be given, and not both")
        return self


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

    def told(self) -> Json:
        told: Json = {
            "number": self.number,
            "text": self.text,
            "next": in_words(self.due, self.zone),
            "repeats": self.rrule,
        }
        if self.rrule:
            told["repeats_in_words"] = rule_in_words(self.rrule, self.local_time)
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
                grounded=("text",),
            ),
            Tool(ListReminders, self.list_reminders, "list_reminders", "read", TIMEOUT),
            Tool(
                CancelReminder,
                self.cancel_reminder,
                "cancel_reminder",
                "write",
                TIMEOUT,
                grounded=("which",),
            ),
        ]

    async def set_reminder(self, arguments: SetReminder, call: Call) -> Done:
        """Set a reminder, once or repeating, at a time on the user's own clock.

        "In 20 minutes" is `in_minutes`; work any other time out from the "Now" line, for `at`. Do
        not guess a time that the user did not give: ask. Tell the user the stored time that comes
        back.
        """
        request = call.request.event
        now = self._now()
        called_at = call.request.recorded_at
        # In a thread: a rule may be one that never happens, and is searched through all years.
        at, zone, meant = await asyncio.to_thread(_checked, arguments, request.zone, called_at, now)
        rule = meant.rule if meant else None
        if len(await self.listed(call.user)) >= MOST_REMINDERS:
            raise Refused(f"There are {MOST_REMINDERS} reminders already; cancel some first.")
        due = next_due(at, zone, rule, now)
        assert due is not None, "checked: it lies ahead"
        reminder = slots.reminder_set(call.request.event_id)
        fact = ReminderSet(
            reminder=reminder,
            text=arguments.text,
            local_time=at,
            zone=zone,
            rrule=rule,
            tzdata=_tzdata(),
        )
        guessed = arguments.zone is None and not request.zone_known
        result: Json = {
            "set": True,
            "text": arguments.text,
            "first": in_words(due, zone),
            "at": due.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(),
            "repeats": rule,
            "zone": zone,
            "zone_was_guessed_from_number": guessed,
        }
        if rule:
            result["repeats_in_words"] = rule_in_words(rule, at)
        if meant and meant.on_last_days:
            result["note"] = LAST_DAY
        return Done(result, [Write(streams.reminder(reminder), [fact], call.user, 0)])

    async def list_reminders(self, _arguments: ListReminders, call: Call) -> Done:
        """List the user's reminders that are still to come, with their numbers."""
        await self._due.caught_up(call.request)
        return Done({"reminders": [one.told() for one in await self.listed(call.user)]})

    async def cancel_reminder(self, arguments: CancelReminder, call: Call) -> Done:
        """Cancel one reminder, by its number in the list or by words of its text."""
        await self._due.caught_up(call.request)
        one = _chosen(await self.listed(call.user), arguments.which)
        stream = streams.reminder(one.reminder)
        folded = await self._folds.fold(stream, FOLD)
        if due_at(folded.state) is None:
            raise Refused(f"Reminder {one.number} has just fired; it will not come again.")
        fact = ReminderCancelled(reminder=one.reminder)
        # Cancel against fire: whichever appends first makes the other fold again.
        write = Write(stream, [fact], call.user, expected_version=folded.version)
        return Done({"cancelled": one.told()}, [write])

    async def listed(self, user: UserId) -> list[Listed]:
        """Those still to come, opened with the user's key."""
        return [await self._opened(one) for one in await self._reminders.active(user)]

    async def _opened(self, one: Active) -> Listed:
        recorded: Recorded[ReminderSet] = (
            await self._log.read_end(streams.reminder(one.reminder), 1, 1)
        )[0]
        fact = (await self._log.opened(recorded)).event
        return Listed(
            one.reminder, one.number, fact.text, one.due, one.zone, one.rrule, fact.local_time
        )


@cache
def _tzdata() -> str:
    """The release of the zone rules; asking for it reads files."""
    return package_version("tzdata")


def _checked(
    arguments: SetReminder, home: str, called_at: datetime, now: datetime
) -> tuple[str, str, Meant | None]:
    """The first occurrence's wall time, its zone, and the rule as it is kept. Raises Refused."""
    zone, rule, meant = arguments.zone or home, arguments.rrule, None
    try:
        check_zone(zone)
        asked, zone = _asked(arguments, zone, called_at, now)
        local = datetime.fromisoformat(asked)
        if abs(local.year - now.year) > MOST_YEARS:
            raise Refused(f"{asked} is more than {MOST_YEARS} years from now.")
        at = local.isoformat()
        if rule:
            meant = as_meant(at, rule, zone)
            rule = meant.rule
            check_rule(at, rule)
            first = next_local(at, zone, rule, now)
            at = first.isoformat() if first else at
    except UnusableRule as error:
        raise Refused(str(error)) from error
    except ValueError as error:
        raise Refused(f"{arguments.at} is not a time of the calendar.") from error
    if next_due(at, zone, rule, now) is None:
        there = now.astimezone(ZoneInfo(zone))
        raise Refused(
            f"{asked} is past: it is {there:%Y-%m-%dT%H:%M:%S} in {zone} now. "
            "Ask for a time that lies ahead."
        )
    return at, zone, meant


def _asked(
    arguments: SetReminder, zone: str, called_at: datetime, now: datetime
) -> tuple[str, str]:
    """The wall time that was asked for, and its zone.

    What is counted from the call lies ahead, however late the call is done.
    """
    if arguments.in_minutes is None:
        return arguments.at or "", zone
    due = max(called_at + timedelta(minutes=arguments.in_minutes), now) + ALMOST_A_SECOND
    due = due.replace(microsecond=0)
    local = due.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if instant(local, zone) != due:
        # The second half of the hours that a clock change repeats has no wall time of its own.
        local, zone = due.astimezone(UTC).replace(tzinfo=None), "UTC"
    return local.isoformat(), zone


def _chosen(reminders: list[Listed], which: str) -> Listed:
    if not reminders:
        raise Refused("There are no reminders to cancel.")
    number = which.strip().removeprefix("#")
    if number.isdecimal():
        found = [one for one in reminders if one.number == int(number)]
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
    local = due.astimezone(ZoneInfo(zone))
    seconds = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"{local:%A} {local.day} {local:%B %Y}, {seconds} ({zone})"
