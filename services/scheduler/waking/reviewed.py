"""What the end of quiet hours told, decided again by today's code on the log as it was then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from contracts import slots
from contracts.recorded import Recorded
from contracts.reminders import ReminderFired, ReminderFollowedUp
from contracts.streams import UserId
from contracts.watches import WatchAlerted
from services.scheduler.decider import FOLD, follow_up_at
from services.scheduler.quiet.waiting import Waited, Waiting
from services.scheduler.waking.waking import Waking
from taskflow.log.snapshots import Folds
from taskflow.replay.history import History, LogThen, is_erased
from taskflow.replay.verdicts import Comparing, NotComparable, Verdict


@dataclass(frozen=True, slots=True)
class _Rows:
    """What had waited."""

    found: Sequence[Waited]

    async def waited(self, limit: int, seconds: int) -> list[Waited]:
        del limit, seconds
        return list(self.found)

    async def wait(self, waiting: Waiting) -> None:
        """There is no table."""

    async def done(self, waiting: Waiting) -> None:
        """There is no table."""


async def waking_reviewed(history: History, recorded: Recorded[Any]) -> Sequence[Verdict] | None:
    """Of a firing, a follow-up or an alert; None where no end of quiet hours told it.

    The first of those that one reply tells has the verdicts on all.
    """
    found = _slot(history, recorded)
    if found is None:
        return None
    standing = history.standing(found)
    if standing[0].event_id != recorded.event_id:
        return []
    if is_erased(standing[-1]):
        return [NotComparable(standing_fact, "erased") for standing_fact in standing]
    past = LogThen(history, recorded.position)
    rows = [_waited(history, standing_fact) for standing_fact in standing[:-1]]
    await Waking(_Rows(rows), past, Folds(past, None), 1).wake_due()
    return Comparing(history).append(found, past.decided(found))


def _slot(history: History, recorded: Recorded[Any]) -> UUID | None:
    """It names the first of them, as it stood before."""
    reply = history.find(recorded.event.reply)
    cause = history.find(reply.cause) if reply else None
    if reply is None or cause is None:
        return None
    first = next(
        (
            fact
            for fact in history.streams[cause.stream]
            if getattr(fact.event, "reply", None) == reply.event_id
        ),
        None,
    )
    if first is None:
        return None
    slot = slots.waited(first.stream, first.version - 1)
    return (
        slot
        if any(
            standing_fact.event_id == recorded.event_id for standing_fact in history.standing(slot)
        )
        else None
    )


def _waited(history: History, recorded: Recorded[Any]) -> Waited:
    user, event = UserId(cast("UUID", recorded.user_id)), recorded.event
    found_at: datetime = recorded.recorded_at
    match event:
        case ReminderFired(reminder=reminder, due=due_at, late_s=late):
            found_at = due_at + timedelta(seconds=late)
            return Waited(Waiting("reminder", reminder, user, due_at, found_at), found_at)
        case ReminderFollowedUp(reminder=reminder, due=due_at):
            before = FOLD.over(history.streams[recorded.stream][: recorded.version - 1])
            at = follow_up_at(before) or due_at
            return Waited(Waiting("follow_up", reminder, user, at, found_at), found_at)
        case WatchAlerted(watch=watch, due=due_at):
            return Waited(Waiting("watch", watch, user, due_at, found_at), found_at)
        case _:
            raise AssertionError("nothing else waits")
