"""An occurrence that nobody answered is followed up once, where its user asked for that.

Whoever wrote or pressed anything since it was said has answered. What was not said, because it is
held or was refused, is not followed up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, cast
from uuid import UUID

import structlog

from contracts import slots, streams
from contracts.conversation import MessageReceived, ReplyReady
from contracts.recorded import Recorded
from contracts.reminders import ReminderFollowedUp, ReminderSet
from contracts.streams import UserId
from services.scheduler.decider import FOLD, Reminder, follow_up_at
from services.scheduler.quiet.reading import QuietReading
from services.scheduler.quiet.waiting import Waiting, Waits
from services.scheduler.reminding.saying import buttons_of
from services.scheduler.reminding.stating import Stated, stated
from taskflow.errors import ConcurrentAppend, SealedForEver, UnknownEvent
from taskflow.log.appending import Because, Write
from taskflow.log.event_log import Log
from taskflow.log.folding import Folded
from taskflow.log.snapshots import Folds
from taskflow.process.repeating import repeated
from taskflow.time_travel.sending import sendings
from taskflow.words.message import Message

CLAIM_SECONDS = 30
PAUSE = 1.0
TOO_LATE = timedelta(hours=6)
"""After its time: nobody wonders any more why they were asked only once."""
_SAID = frozenset({"sent", "delivered", "read"})
AGAIN = Message("_(You have not answered, so I ask once more.)_")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One that is ours to decide for a while."""

    reminder: UUID
    at: datetime
    found_at: datetime


class DueFollowUps(Waits, Protocol):
    """Raises what `UNAVAILABLE` names while the database is away."""

    async def follow_ups(self, limit: int, seconds: int) -> list[FollowUp]:
        """Due ones that nobody holds; for so many seconds nobody else is given them."""
        ...

    async def settle(self, reminder: UUID, at: datetime) -> None:
        """Nothing is to be said at that instant any more."""
        ...


class FollowingUp:
    def __init__(self, table: DueFollowUps, event_log: Log, folds: Folds, claim: int) -> None:
        self._table, self._log, self._folds, self._claim = table, event_log, folds, claim
        self._quiet = QuietReading(event_log)

    async def keep_following_up(self) -> None:
        """For ever."""
        await repeated(self.follow_up_due, PAUSE, interrupted="following_up.interrupted")

    async def follow_up_due(self) -> int:
        claimed = await self._table.follow_ups(self._claim, CLAIM_SECONDS)
        for follow_up in claimed:
            try:
                done = await self._one(follow_up)
            except UnknownEvent:
                log.warning("reminder.unknown_event", stream=streams.reminder(follow_up.reminder))
            except ConcurrentAppend:
                # A message came, or the reminder changed: it is decided again.
                continue
            else:
                if not done:
                    await self._table.settle(follow_up.reminder, follow_up.at)
        return len(claimed)

    async def _one(self, claimed: FollowUp) -> bool:
        """Whether it is followed up, or waits for that."""
        stream = streams.reminder(claimed.reminder)
        folded = await self._folds.fold(stream, FOLD)
        state = folded.state
        if follow_up_at(state) != claimed.at or claimed.found_at - claimed.at > TOO_LATE:
            return False
        origin: Recorded[ReminderSet] = (await self._log.firsts([stream]))[stream]
        user = UserId(cast("UUID", origin.user_id))
        since = await unanswered(self._log, state.reply, user)
        if since is None:
            return False
        if (end := await self._quiet.end_at(user, claimed.found_at)) is not None:
            waiting = Waiting("follow_up", claimed.reminder, user, claimed.at, end)
            await self._table.wait(waiting)
            return True
        try:
            await self._ask(folded, origin, since)
        except SealedForEver:
            log.info("reminder.of_a_forgotten_user", reminder=str(claimed.reminder))
            return False
        return True

    async def _ask(self, folded: Folded[Reminder], origin: Recorded[ReminderSet], at: int) -> None:
        state, user = folded.state, UserId(cast("UUID", origin.user_id))
        assert state.fired is not None, "it is followed up because it fired"
        stated_reminder = await stated(self._log, origin.stream, state)
        slot = slots.follow_up(origin.event.reminder, state.fired)
        said = slots.event_id(slot, 1)
        followed = ReminderFollowedUp(reminder=origin.event.reminder, due=state.fired, reply=said)
        reply = ReplyReady(
            turn=None,
            kind="reminder",
            text=again(stated_reminder),
            language=stated_reminder.language,
            buttons=buttons_of(said, stated_reminder.language),
        )
        here = streams.conversation(user)
        writes = [
            Write(origin.stream, [followed], user, expected_version=folded.version),
            Write(here, [reply], user, expected_version=at, gates=(MessageReceived.type,)),
        ]
        await self._log.append(writes, slot, Because.of(origin))
        log.info("reminder.followed_up", reminder=str(origin.event.reminder))


def again(stated_reminder: Stated) -> str:
    """What is said once more."""
    return f"⏰ {stated_reminder.text}\n{AGAIN.said(stated_reminder.language)}"


async def unanswered(log: Log, reply: UUID | None, user: UserId) -> int | None:
    """The version up to which nobody has answered what was said; None: somebody has."""
    ready = await log.find(reply) if reply else None
    if ready is None:
        return None
    events = await log.read(streams.conversation(user), ready.version)
    return events[-1].version if is_unanswered(ready, events) else None


def is_unanswered(ready: Recorded[Any], since: Sequence[Recorded[Any]]) -> bool:
    """Whether a reply was said, and its user has neither written nor pressed anything since."""
    if any(isinstance(recorded.event, MessageReceived) for recorded in since):
        return False
    sending = sendings([ready, *since])[ready.event_id]
    return sending.state() in _SAID
