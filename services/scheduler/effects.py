"""What time does: reminders fire, and tool calls that outlived their deadline fail."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, cast
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind

from contracts import slots, streams
from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from contracts.reminders import ReminderFired, ReminderSet
from contracts.streams import UserId
from contracts.tools import ToolFailed
from services.scheduler.decider import FOLD, Reminder, due_at, is_frequent, may_fire
from services.scheduler.quiet.reading import QuietReading
from services.scheduler.quiet.waiting import Waiting, Waits
from services.scheduler.reminding.saying import LATE, buttons_of, text_of_all
from services.scheduler.reminding.stating import stated
from taskflow.errors import ConcurrentAppend, Retryable, SealedForEver, UnknownEvent
from taskflow.log.appending import Appended, Because, Exists, Outcome, Write
from taskflow.log.event_log import Log
from taskflow.log.folding import Folded
from taskflow.log.snapshots import Folds
from taskflow.postgres.database import UNAVAILABLE, DatabaseUnavailable
from taskflow.process.repeating import repeated
from taskflow.telemetry.tracing import span

CLAIM_SECONDS = 30
MOST_TOGETHER = 12
"""Reminders that one message tells of: with the longest texts it has five parts."""
LONGEST_SLEEP = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claimed:
    """An occurrence that is ours to fire for a while."""

    reminder: UUID
    user_id: UserId
    due_at: datetime
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Overdue:
    """A call that nobody answered in time."""

    call: UUID
    stream: str
    tool: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One that was found due, with what the log tells of its reminder."""

    origin: Recorded[ReminderSet]
    folded: Folded[Reminder]
    due_at: datetime
    found_at: datetime

    @property
    def reminder(self) -> UUID:
        return self.origin.event.reminder

    @property
    def state(self) -> Reminder:
        return self.folded.state

    @property
    def late_s(self) -> float:
        return (self.found_at - self.due_at).total_seconds()

    @property
    def is_late(self) -> bool:
        return self.found_at - self.due_at >= LATE

    @property
    def is_untimed(self) -> bool:
        """Whether its user named no such moment: it is late, or one of many in a day."""
        return self.is_late or is_frequent(self.state)

    def fired(self, reply: UUID) -> ReminderFired:
        return ReminderFired(
            reminder=self.reminder, due=self.due_at, late_s=self.late_s, reply=reply
        )


class DueOccurrences(Waits, Protocol):
    """What is due by the database's clock. Raises what `UNAVAILABLE` names while it is away."""

    async def claim(self, limit: int, seconds: int) -> list[Claimed]:
        """Due reminders that nobody holds; for so many seconds nobody else is given them.

        Of whom one is given that is late, all are that are late: they are told together.
        """
        ...

    async def realign(self, reminder: UUID, was: datetime, due_at: datetime | None) -> None:
        """Corrects a row that still says `was`: the rules of its zone are others by now."""
        ...

    async def until_next(self) -> float | None:
        """Seconds until the next one that nobody holds."""
        ...

    async def overdue(self) -> list[Overdue]: ...


def together(found: Sequence[Occurrence]) -> list[list[Occurrence]]:
    """Those of one user that are late are told by one message; every other by its own."""
    late: dict[UUID | None, list[Occurrence]] = {}
    for occurrence in sorted(found, key=lambda each: (each.due_at, each.reminder)):
        if occurrence.is_late:
            late.setdefault(occurrence.origin.user_id, []).append(occurrence)
    groups = [[occurrence] for occurrence in found if not occurrence.is_late]
    for those in late.values():
        groups += [those[n : n + MOST_TOGETHER] for n in range(0, len(those), MOST_TOGETHER)]
    return groups


def _left_by(standing: Sequence[Recorded[Any]], group: Sequence[Occurrence]) -> list[Occurrence]:
    """Without those that fired where the slot was taken."""
    fired = {
        standing_fact.event.reminder
        for standing_fact in standing
        if isinstance(standing_fact.event, ReminderFired)
    }
    return [occurrence for occurrence in group if occurrence.reminder not in fired]


class Effects:
    def __init__(self, table: DueOccurrences, event_log: Log, folds: Folds, claim: int) -> None:
        self._table, self._log, self._folds, self._claim = table, event_log, folds, claim
        self._quiet = QuietReading(event_log)

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
        claimed = await self._table.claim(self._claim, CLAIM_SECONDS)
        if not claimed:
            return 0
        found = {streams.reminder(claim.reminder): claim for claim in claimed}
        folded = await self._folded(list(found))
        origins = await self._log.firsts(list(folded))
        occurrences = [
            Occurrence(origins[stream], reminder, found[stream].due_at, found[stream].found_at)
            for stream, reminder in folded.items()
        ]
        speaking = await self._speaking(occurrences)
        await asyncio.gather(*(self._fire(group) for group in together(speaking)))
        return len(claimed)

    async def _speaking(self, found: Sequence[Occurrence]) -> list[Occurrence]:
        """Without those that wait for the end of their user's quiet hours."""
        ends: dict[UserId, datetime | None] = {}
        speaking: list[Occurrence] = []
        for occurrence in found:
            user = UserId(cast("UUID", occurrence.origin.user_id))
            if occurrence.is_untimed and user not in ends:
                ends[user] = await self._quiet.end_at(user, occurrence.found_at)
            end = (
                ends.get(user)
                if occurrence.is_untimed and may_fire(occurrence.state, occurrence.due_at)
                else None
            )
            if end is None:
                speaking.append(occurrence)
            else:
                await self._table.wait(
                    Waiting("reminder", occurrence.reminder, user, occurrence.due_at, end)
                )
        return speaking

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
        seconds = await self._table.until_next()
        return LONGEST_SLEEP if seconds is None else max(0.005, min(seconds, LONGEST_SLEEP))

    async def _fire(self, group: Sequence[Occurrence]) -> None:
        """Occurrences and the one reply that tells of them, in one transaction, once.

        Those that were cancelled or fired meanwhile are left out.
        """
        for occurrence in group:
            if not may_fire(occurrence.state, occurrence.due_at):
                reminder = occurrence.origin.event.reminder
                await self._table.realign(reminder, occurrence.due_at, due_at(occurrence.state))
        while group := [
            occurrence for occurrence in group if may_fire(occurrence.state, occurrence.due_at)
        ]:
            try:
                outcome = await self._append(group)
            except ConcurrentAppend:
                outcome = None
            except SealedForEver:
                # Perhaps forgotten since the text was read.
                log.info("reminder.of_a_forgotten_user", reminder=str(group[0].reminder))
                return
            match outcome:
                case Appended():
                    return
                case Exists(events=standing):
                    group = _left_by(standing, group[1:])
                case _:
                    pass
            group = [await self._again(occurrence) for occurrence in group]

    async def _append(self, group: Sequence[Occurrence]) -> Outcome:
        origin = group[0].origin
        user = UserId(cast("UUID", origin.user_id))
        slot = slots.occurrence(group[0].reminder, group[0].due_at)
        said = slots.event_id(slot, len(group))
        stated_reminders = [
            await stated(self._log, occurrence.origin.stream, occurrence.state)
            for occurrence in group
        ]
        due_times = [occurrence.due_at for occurrence in group]
        reply = ReplyReady(
            turn=None,
            kind="reminder",
            text=text_of_all(stated_reminders, due_times, group[0].found_at),
            language=stated_reminders[0].language,
            buttons=buttons_of(said, stated_reminders[0].language) if len(group) == 1 else None,
        )
        writes = [
            Write(
                occurrence.origin.stream,
                [occurrence.fired(said)],
                user,
                expected_version=occurrence.folded.version,
            )
            for occurrence in group
        ]
        writes.append(Write(streams.conversation(user), [reply], user))
        links = [occurrence.origin.trace for occurrence in group if occurrence.origin.trace]
        late = {"taskflow.late_s": group[0].late_s}
        with span("fire reminder", SpanKind.PRODUCER, links=links, attributes=late):
            outcome = await self._log.append(writes, slot, Because.of(origin))
            for occurrence in group:
                log.info(
                    "reminder.fired",
                    reminder=str(occurrence.reminder),
                    late_s=round(occurrence.late_s, 3),
                )
        return outcome

    async def _again(self, occurrence: Occurrence) -> Occurrence:
        folded = await self._folds.fold(occurrence.origin.stream, FOLD, occurrence.folded)
        return replace(occurrence, folded=folded)

    async def keep_failing_overdue(self) -> None:
        """For ever: a call that nobody answered in time is answered for."""
        await repeated(self.fail_overdue, LONGEST_SLEEP, interrupted="deadlines.interrupted")

    async def fail_overdue(self) -> int:
        overdue = await self._table.overdue()
        for overdue_call in overdue:
            request = await self._log.find(overdue_call.call)
            if request is None:
                raise DatabaseUnavailable("a call's request is not to be found")
            failed = ToolFailed(
                call=overdue_call.call,
                tool=overdue_call.tool,
                code="timeout",
                error="The tool did not answer in time. Do not try it again now.",
            )
            write = Write(overdue_call.stream, [failed], streams.user_of(overdue_call.stream))
            try:
                await self._log.append(
                    [write], slots.outcome(overdue_call.call), Because.of(request)
                )
            except SealedForEver:
                continue
            log.warning(
                "tool.overdue",
                tool=overdue_call.tool,
                event_id=str(overdue_call.call),
                stream=overdue_call.stream,
            )
        return len(overdue)
