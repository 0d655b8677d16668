"""Occurrences and follow-ups that have waited."""

from datetime import timedelta
from uuid import UUID

from contracts import streams
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.reminders import ReminderFired, ReminderFollowedUp, ReminderSet
from services.scheduler.decider import FOLD, Reminder, follow_up_at, may_fire
from services.scheduler.quiet.waiting import Waited
from services.scheduler.reminding.following_up import AGAIN, TOO_LATE, again, unanswered
from services.scheduler.reminding.saying import when_of
from services.scheduler.reminding.stating import Stated, stated
from services.scheduler.waking.untold import Untold
from taskflow.log.event_log import Log
from taskflow.log.folding import Folded
from taskflow.log.snapshots import Folds
from taskflow.words.message import Message

_WAITED = Message("_(This was meant for {when}, and waited for the end of your quiet hours.)_")


class UntoldReminders:
    def __init__(self, event_log: Log, folds: Folds) -> None:
        self._log, self._folds = event_log, folds

    async def occurrence(self, waited: Waited) -> Untold | None:
        """None where it was told, cancelled or changed meanwhile. Raises SealedForEver."""
        due_at = waited.waiting.at
        folded = await self._folded(waited)
        if not may_fire(folded.state, due_at):
            return None
        late = (waited.found_at - due_at) / timedelta(seconds=1)
        reminder = waited.waiting.id

        def fact(reply: UUID) -> Event:
            return ReminderFired(reminder=reminder, due=due_at, late_s=late, reply=reply)

        stated_reminder, origin = await self._stated(folded.state, waited)
        when = when_of(stated_reminder, due_at)
        return Untold(
            origin=origin,
            version=folded.version,
            due_at=due_at,
            kind="reminder",
            language=stated_reminder.language,
            alone=f"⏰ {stated_reminder.text}\n{_WAITED.said(stated_reminder.language, when=when)}",
            beside=f"⏰ {when}: {stated_reminder.text}",
            fact=fact,
        )

    async def follow_up(self, waited: Waited) -> Untold | None:
        """None where its user has answered meanwhile, too. Raises SealedForEver."""
        waiting = waited.waiting
        folded = await self._folded(waited)
        state = folded.state
        is_over = waited.found_at - waiting.until > TOO_LATE
        due_at, reminder = state.fired, waiting.id
        if is_over or due_at is None or follow_up_at(state) != waiting.at:
            return None
        upto = await unanswered(self._log, state.reply, waiting.user_id)
        if upto is None:
            return None

        def fact(reply: UUID) -> Event:
            return ReminderFollowedUp(reminder=reminder, due=due_at, reply=reply)

        stated_reminder, origin = await self._stated(state, waited)
        text, language = stated_reminder.text, stated_reminder.language
        return Untold(
            origin=origin,
            version=folded.version,
            due_at=due_at,
            kind="reminder",
            language=language,
            alone=again(stated_reminder),
            beside=f"⏰ {when_of(stated_reminder, due_at)}: {text} {AGAIN.said(language)}",
            fact=fact,
            unanswered_upto=upto,
        )

    async def _folded(self, waited: Waited) -> Folded[Reminder]:
        return await self._folds.fold(streams.reminder(waited.waiting.id), FOLD)

    async def _stated(
        self, state: Reminder, waited: Waited
    ) -> tuple[Stated, Recorded[ReminderSet]]:
        stream = streams.reminder(waited.waiting.id)
        origin = (await self._log.firsts([stream]))[stream]
        return await stated(self._log, stream, state), origin
