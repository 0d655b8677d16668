"""At the end of a user's quiet hours all that waited is decided anew, and told by one message."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind

from contracts import slots, streams
from contracts.conversation import MessageReceived, ReplyReady
from contracts.streams import UserId
from services.scheduler.quiet.reading import QuietReading
from services.scheduler.quiet.waiting import Waited, Waiting, WaitingRows
from services.scheduler.reminding.saying import buttons_of
from services.scheduler.waking.of_reminders import UntoldReminders
from services.scheduler.waking.of_watches import UntoldAlerts
from services.scheduler.waking.untold import Untold
from taskflow.errors import ConcurrentAppend, SealedForEver, UnknownEvent
from taskflow.log.appending import Appended, Because, Outcome, Write
from taskflow.log.event_log import Log
from taskflow.log.snapshots import Folds
from taskflow.process.repeating import repeated
from taskflow.telemetry.tracing import span
from taskflow.words.message import Message

CLAIM_SECONDS = 30
PAUSE = 1.0
MOST_TOGETHER = 12
"""That one message tells of; the longest have five parts."""
_MEANWHILE = Message("This waited for the end of your quiet hours:")

log = structlog.get_logger()


class Waking:
    def __init__(self, rows: WaitingRows, event_log: Log, folds: Folds, claim: int) -> None:
        self._rows, self._log, self._claim = rows, event_log, claim
        self._quiet = QuietReading(event_log)
        self._reminders = UntoldReminders(event_log, folds)
        self._alerts = UntoldAlerts(event_log, folds)

    async def keep_waking(self) -> None:
        """For ever."""
        await repeated(self.wake_due, PAUSE, interrupted="waking.interrupted")

    async def wake_due(self) -> int:
        """Tells what has waited long enough; how much was claimed."""
        claimed = await self._rows.waited(self._claim, CLAIM_SECONDS)
        by_user: dict[UserId, list[Waited]] = {}
        for waiter in claimed:
            by_user.setdefault(waiter.waiting.user_id, []).append(waiter)
        for user, waited in by_user.items():
            end = await self._quiet.end_at(user, waited[0].found_at)
            if end is None:
                await self._tell(user, waited)
            else:
                await self._put_off(waited, end)
        return len(claimed)

    async def _put_off(self, waited: Sequence[Waited], end: datetime) -> None:
        """They have other quiet hours by now."""
        for waiter in waited:
            await self._rows.wait(replace(waiter.waiting, until=end))

    async def _tell(self, user: UserId, waited: Sequence[Waited]) -> None:
        ordered = sorted(waited, key=lambda waiter: (waiter.waiting.at, waiter.waiting.id))
        for start in range(0, len(ordered), MOST_TOGETHER):
            with suppress(SealedForEver):  # Forgotten meanwhile.
                await self._tell_together(user, ordered[start : start + MOST_TOGETHER])
        for waiter in ordered:
            await self._rows.done(waiter.waiting)

    async def _tell_together(self, user: UserId, waited: Sequence[Waited]) -> None:
        """What is still to be said of them, in one transaction, once."""
        while untold := await self._untold(waited):
            try:
                outcome = await self._append(user, untold)
            except ConcurrentAppend:
                # Changed, cancelled, answered or told meanwhile.
                continue
            if isinstance(outcome, Appended):
                return
            # Another replica told of some of them.
            gone = {recorded.stream for recorded in outcome.events}
            waited = [waiter for waiter in waited if _stream(waiter.waiting) not in gone]

    async def _untold(self, waited: Sequence[Waited]) -> list[Untold]:
        """Of a reminder that comes again meanwhile only that: its follow-up has had its time."""
        found = [await self._one(waiter) for waiter in waited]
        by_due = sorted(
            (untold for untold in found if untold is not None), key=lambda untold: untold.due_at
        )
        newest = {untold.origin.stream: untold for untold in by_due}
        return sorted(
            newest.values(),
            key=lambda untold: (untold.kind == "alert", untold.due_at, untold.origin.stream),
        )

    async def _one(self, waited: Waited) -> Untold | None:
        try:
            match waited.waiting.kind:
                case "reminder":
                    return await self._reminders.occurrence(waited)
                case "follow_up":
                    return await self._reminders.follow_up(waited)
                case "watch":
                    return await self._alerts.alert(waited)
        except UnknownEvent:
            log.warning("waking.unknown_event", kind=waited.waiting.kind)
            return None

    async def _append(self, user: UserId, untold: Sequence[Untold]) -> Outcome:
        first = untold[0]
        slot = slots.waited(first.origin.stream, first.version)
        said = slots.event_id(slot, len(untold))
        writes = [
            Write(
                promise.origin.stream, [promise.fact(said)], user, expected_version=promise.version
            )
            for promise in untold
        ]
        links = [promise.origin.trace for promise in untold if promise.origin.trace]
        with span("tell what waited", SpanKind.PRODUCER, links=links):
            answer = _reply(user, untold, said)
            outcome = await self._log.append([*writes, answer], slot, Because.of(first.origin))
            log.info("quiet_hours.over", told=len(untold))
        return outcome


def _stream(waiting: Waiting) -> str:
    name = streams.watch if waiting.kind == "watch" else streams.reminder
    return name(waiting.id)


def _reply(user: UserId, untold: Sequence[Untold], said: UUID) -> Write:
    """Nobody could say which of several is answered by a button."""
    first = untold[0]
    language, is_alone = first.language, len(untold) == 1
    upto = [promise.unanswered_upto for promise in untold if promise.unanswered_upto is not None]
    reply = ReplyReady(
        turn=None,
        kind=first.kind,
        text=first.alone if is_alone else _text(untold),
        language=language,
        buttons=buttons_of(said, language) if is_alone and first.kind == "reminder" else None,
    )
    here = streams.conversation(user)
    if not upto:
        return Write(here, [reply], user)
    return Write(here, [reply], user, min(upto), gates=(MessageReceived.type,))


def _text(untold: Sequence[Untold]) -> str:
    """Reminders line by line, and each alert apart, with its link."""
    said = _MEANWHILE.said(untold[0].language)
    reminders = [promise.beside for promise in untold if promise.kind == "reminder"]
    alerts = [promise.beside for promise in untold if promise.kind == "alert"]
    return "\n\n".join(["\n".join([f"🌙 {said}", *reminders]), *alerts])
