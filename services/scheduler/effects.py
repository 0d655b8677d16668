"""What time does: reminders fire, and tool calls that outlived their deadline fail."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind

from contracts import slots, streams
from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from contracts.reminders import ReminderFired, ReminderSet
from contracts.streams import UserId
from contracts.tools import ToolFailed
from services.scheduler.decider import FOLD, Reminder, due_at, may_fire
from services.scheduler.reminding.saying import buttons_of, text_of
from services.scheduler.reminding.stating import stated
from taskflow.errors import ConcurrentAppend, Retryable, SealedForEver, UnknownEvent
from taskflow.log.appending import Because, Write
from taskflow.log.event_log import Log
from taskflow.log.folding import Folded
from taskflow.log.folds import Folds
from taskflow.postgres.database import UNAVAILABLE, DatabaseUnavailable
from taskflow.telemetry.tracing import span

CLAIM_SECONDS = 30
LONGEST_SLEEP = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claimed:
    """An occurrence that is ours to fire for a while."""

    reminder: UUID
    user_id: UserId
    due: datetime
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Overdue:
    """A call that nobody answered in time."""

    call: UUID
    stream: str
    tool: str


class Due(Protocol):
    """What is due by the database's clock. Raises what `UNAVAILABLE` names while it is away."""

    async def claim(self, limit: int, seconds: int) -> list[Claimed]:
        """Due reminders that nobody holds; for so many seconds nobody else is given them."""
        ...

    async def realign(self, reminder: UUID, was: datetime, due: datetime | None) -> None:
        """Corrects a row that still says `was`: the rules of its zone are others by now."""
        ...

    async def until_next(self) -> float | None:
        """Seconds until the next one that nobody holds."""
        ...

    async def overdue(self) -> list[Overdue]: ...


class Effects:
    def __init__(self, due: Due, event_log: Log, folds: Folds, claim: int) -> None:
        self._due, self._log, self._folds, self._claim = due, event_log, folds, claim

    async def keep_firing(self) -> None:
        """For ever; wakes when the next one is due."""
        while True:
            pause = LONGEST_SLEEP
            try:
                if not await self.fire_due():
                    pause = await self._until_next()
                else:
                    pause = 0
            except (*UNAVAILABLE, Retryable) as error:
                log.warning("firing.interrupted", error=type(error).__name__)
            await asyncio.sleep(pause)

    async def fire_due(self) -> int:
        """Fires what is due now; how many were claimed."""
        claimed = await self._due.claim(self._claim, CLAIM_SECONDS)
        if not claimed:
            return 0
        found = {streams.reminder(one.reminder): one for one in claimed}
        folded = await self._folded(list(found))
        origins = await self._log.firsts(list(folded))
        await asyncio.gather(
            *(
                self._fire(one, origins[stream], found[stream].due, found[stream].found_at)
                for stream, one in folded.items()
            )
        )
        return len(claimed)

    async def _folded(self, found: Sequence[str]) -> dict[str, Folded[Reminder]]:
        """Without those that only a newer release understands: they hold up no others."""
        try:
            return await self._folds.fold_all(found, FOLD)
        except UnknownEvent:
            if len(found) == 1:
                log.warning("reminder.unknown_event", stream=found[0])
                return {}
        middle = len(found) // 2
        return await self._folded(found[:middle]) | await self._folded(found[middle:])

    async def _until_next(self) -> float:
        seconds = await self._due.until_next()
        return LONGEST_SLEEP if seconds is None else max(0.005, min(seconds, LONGEST_SLEEP))

    async def _fire(
        self,
        folded: Folded[Reminder],
        origin: Recorded[ReminderSet],
        due: datetime,
        found_at: datetime,
    ) -> None:
        """The occurrence and its reply, in one transaction, once; unless it was cancelled."""
        user, reminder = UserId(cast("UUID", origin.user_id)), origin.event.reminder
        slot = slots.occurrence(reminder, due)
        said = slots.event_id(slot, 1)
        late_s = (found_at - due).total_seconds()
        fired = ReminderFired(reminder=reminder, due=due, late_s=late_s, reply=said)
        links = (origin.trace,) if origin.trace else ()
        if not may_fire(folded.state, due):
            await self._due.realign(reminder, due, due_at(folded.state))
        while may_fire(folded.state, due):
            try:
                told = await stated(self._log, origin.stream, folded.state)
            except SealedForEver:
                log.info("reminder.of_a_forgotten_user", reminder=str(reminder))
                return
            reply = ReplyReady(
                turn=None,
                kind="reminder",
                text=text_of(told, due, found_at),
                language=told.language,
                buttons=buttons_of(said, told.language),
            )
            writes = [
                Write(origin.stream, [fired], user, expected_version=folded.version),
                Write(streams.conversation(user), [reply], user),
            ]
            try:
                late = {"taskflow.late_s": fired.late_s}
                with span("fire reminder", SpanKind.PRODUCER, links=links, attributes=late):
                    await self._log.append(writes, slot, Because.of(origin))
                    log.info(
                        "reminder.fired", reminder=str(reminder), late_s=round(fired.late_s, 3)
                    )
            except ConcurrentAppend:
                folded = await self._folds.fold(origin.stream, FOLD, folded)
                continue
            except SealedForEver:
                # Forgotten since the text was read.
                log.info("reminder.of_a_forgotten_user", reminder=str(reminder))
                return
            return

    async def keep_failing_overdue(self) -> None:
        """For ever: a call that nobody answered in time is answered for."""
        while True:
            try:
                await self.fail_overdue()
            except (*UNAVAILABLE, Retryable) as error:
                log.warning("deadlines.interrupted", error=type(error).__name__)
            await asyncio.sleep(LONGEST_SLEEP)

    async def fail_overdue(self) -> int:
        overdue = await self._due.overdue()
        for one in overdue:
            request = await self._log.find(one.call)
            if request is None:
                raise DatabaseUnavailable("a call's request is not to be found")
            failed = ToolFailed(
                call=one.call,
                tool=one.tool,
                code="timeout",
                error="The tool did not answer in time. Do not try it again now.",
            )
            write = Write(one.stream, [failed], streams.user_of(one.stream))
            try:
                await self._log.append([write], slots.outcome(one.call), Because.of(request))
            except SealedForEver:
                continue
            log.warning("tool.overdue", tool=one.tool, event_id=str(one.call), stream=one.stream)
        return len(overdue)
