"""Today's scheduler over recorded reminders and watches: what it would decide at each instant.

Its own code runs on the log as it was before each append, with the clock of the record.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version as package_version
from typing import Any, cast
from uuid import UUID

from contracts import slots, streams
from contracts.event import Event
from contracts.readings import Evidence, Reading
from contracts.recorded import Recorded
from contracts.reminders import (
    ReminderCancelled,
    ReminderChanged,
    ReminderFired,
    ReminderFollowedUp,
    ReminderSet,
)
from contracts.streams import UserId
from contracts.tools import ToolRequested
from contracts.watches import (
    WatchAlerted,
    WatchLost,
    WatchMissed,
    WatchSeen,
    WatchSet,
    WatchStopped,
)
from services.scheduler import decider
from services.scheduler.effects import Claimed, Effects, Overdue
from services.scheduler.quiet.waiting import Waiting
from services.scheduler.reminding.following_up import FollowingUp, FollowUp
from services.scheduler.reminding.stating import Stated
from services.scheduler.waking.reviewed import waking_reviewed
from services.scheduler.watches import decider as watching
from services.scheduler.watches.claims import DuePage, Watcher
from services.scheduler.watches.decider import Rhythm, Watch
from services.scheduler.watches.effects import Watching
from taskflow.log.deciding import Decide
from taskflow.log.snapshots import Folds
from taskflow.replay.history import History, LogThen, is_erased
from taskflow.replay.verdicts import Comparing, NotComparable, Redecided, Verdict, agreeing

MOST_FACTS = 8
"""Of a tool's own, beside its outcome."""
NO_EVIDENCE = Evidence(at=datetime.min.replace(tzinfo=UTC), read_by="http")


async def review(history: History) -> AsyncIterator[Verdict]:
    for _, events in history.of_kind(streams.REMINDER):
        async for verdict in _Reminder(history, events).review():
            yield verdict
    for _, events in history.of_kind(streams.WATCH):
        async for verdict in _Watch(history, events).review():
            yield verdict
    for _, events in history.of_kind(streams.CONVERSATION):
        for verdict in _unprompted(history, events):
            yield verdict


def _unprompted(history: History, events: Sequence[Recorded[Any]]) -> Iterator[Verdict]:
    """Reminders and alerts that no firing and no look of ours brought about."""
    for recorded in events:
        kind = getattr(recorded.event, "kind", None)
        if recorded.event.type != "reply.ready" or kind not in {"reminder", "alert"}:
            continue
        cause = history.find(recorded.cause)
        if cause is not None and isinstance(cause.event, ReminderSet | WatchSet):
            beside = [
                led_to for led_to in history.streams[cause.stream] if led_to.cause == cause.event_id
            ]
            if any(led_to.transaction_id == recorded.transaction_id for led_to in beside):
                continue  # Decided beside it, and compared there.
            yield Comparing(history).event(recorded, None, None)


def _by_tool(history: History, recorded: Recorded[Any], identity: UUID | None) -> Verdict:
    """A fact that a tool wrote beside its outcome: its place, and whose it is."""
    call = history.find(recorded.cause)
    if call is None or not isinstance(call.event, ToolRequested):
        return NotComparable(recorded, "outside")
    slot = slots.outcome(call.event_id)
    ids = [slots.event_id(slot, n) for n in range(1, MOST_FACTS)]
    expected = recorded.event_id if recorded.event_id in ids else ids[0]
    event: Event = recorded.event
    name = "watch" if recorded.stream.startswith(streams.WATCH) else "reminder"
    decided = event.model_copy(update={name: identity}) if identity else event
    return Comparing(history).event(recorded, decided, expected)


class _NothingWaits:
    async def wait(self, waiting: Waiting) -> None:
        """There is no table."""


@dataclass(frozen=True, slots=True)
class _OneDue(_NothingWaits):
    """What was found due together, at the moment it was found."""

    claimed: Sequence[Claimed]

    async def claim(self, limit: int, seconds: int) -> list[Claimed]:
        del limit, seconds
        return list(self.claimed)

    async def realign(self, reminder: UUID, was: datetime, due_at: datetime | None) -> None:
        """There is no table to correct."""

    async def until_next(self) -> float | None:
        return None

    async def overdue(self) -> list[Overdue]:
        return []


@dataclass(frozen=True, slots=True)
class _OneFollowUp(_NothingWaits):
    """That was found due, at the moment of its record."""

    claimed: FollowUp

    async def follow_ups(self, limit: int, seconds: int) -> list[FollowUp]:
        del limit, seconds
        return [self.claimed]

    async def settle(self, reminder: UUID, at: datetime) -> None:
        """There is no table to correct."""


class _Reminder:
    def __init__(self, history: History, events: Sequence[Recorded[Any]]) -> None:
        self._history, self._events = history, events
        self._comparing = Comparing(history)

    async def review(self) -> AsyncIterator[Verdict]:
        for n, recorded in enumerate(self._events):
            match recorded.event:
                case ReminderSet():
                    identity = recorded.cause and slots.reminder_set(recorded.cause)
                    yield _by_tool(self._history, recorded, identity or None)
                case ReminderCancelled() | ReminderChanged():
                    yield _by_tool(self._history, recorded, None)
                case ReminderFollowedUp() as followed:
                    state = decider.FOLD.over(self._events[:n])
                    for verdict in await self._followed_up(recorded, followed, state):
                        yield verdict
                case ReminderFired() as fired:
                    state = decider.FOLD.over(self._events[:n])
                    for verdict in await self._fired(recorded, fired, state):
                        yield verdict
                case _:
                    pass

    def _fired_together(self, recorded: Recorded[Any]) -> Sequence[Recorded[Any]]:
        """The firings of its append, in their order: one reply tells of all of them."""
        reply = self._history.find(recorded.event.reply)
        if reply is None or reply.cause is None:
            return [recorded]
        first = self._history.find(reply.cause)
        if first is None or not isinstance(first.event, ReminderSet):
            return [recorded]
        begun = next(
            (
                fact.event
                for fact in self._history.streams[first.stream]
                if isinstance(fact.event, ReminderFired) and fact.event.reply == reply.event_id
            ),
            None,
        )
        if begun is None:
            return [recorded]
        standing = self._history.standing(slots.occurrence(begun.reminder, begun.due))
        return [
            standing_fact
            for standing_fact in standing
            if isinstance(standing_fact.event, ReminderFired)
        ] or [recorded]

    async def _followed_up(
        self, recorded: Recorded[Any], followed: ReminderFollowedUp, state: decider.Reminder
    ) -> Sequence[Verdict]:
        if (woken := await waking_reviewed(self._history, recorded)) is not None:
            return woken
        slot = slots.follow_up(followed.reminder, followed.due)
        standing = self._history.standing(slot) or [recorded]
        if any(map(is_erased, (self._events[state.stated - 1], *standing))):
            return [NotComparable(standing_fact, "erased") for standing_fact in standing]
        at = decider.follow_up_at(state)
        past = LogThen(self._history, recorded.position)
        if at is not None:
            table = _OneFollowUp(FollowUp(followed.reminder, at, recorded.recorded_at))
            await FollowingUp(table, past, Folds(past, None), 1).follow_up_due()
        return self._comparing.append(slot, past.decided(slot))

    async def _fired(
        self, recorded: Recorded[Any], fired: ReminderFired, state: decider.Reminder
    ) -> Sequence[Verdict]:
        slot = slots.occurrence(fired.reminder, fired.due)
        group = self._fired_together(recorded)
        if group[0].event_id != recorded.event_id:
            return []  # Compared with the first of them.
        standing = self._history.standing(slot) or [recorded]
        due_at = decider.due_at(state)
        if due_at != fired.due:
            stated_reminder: Stated = self._events[state.stated - 1].event
            if stated_reminder.tzdata != package_version("tzdata"):
                return [NotComparable(standing_fact, "zone rules") for standing_fact in standing]
            decided = fired.model_copy(update={"due": due_at}) if due_at else None
            id_ = slots.event_id(slots.occurrence(fired.reminder, due_at), 0) if due_at else None
            return [self._comparing.event(recorded, decided, id_)]
        if (woken := await waking_reviewed(self._history, recorded)) is not None:
            return woken
        alone = [self._comparing.event(recorded, fired, slots.event_id(slot, 0))]
        if len(standing) > 1 and (
            is_erased(self._events[state.stated - 1]) or is_erased(standing[-1])
        ):
            return [
                *alone,
                *(NotComparable(standing_fact, "erased") for standing_fact in standing[1:]),
            ]
        past = LogThen(self._history, recorded.position)
        user = UserId(cast("UUID", recorded.user_id))
        claimed = [
            Claimed(fired.reminder, user, fired.due, fired.due + timedelta(seconds=fired.late_s))
            for fired in (each.event for each in group)
        ]
        await Effects(_OneDue(claimed), past, Folds(past, None), 1).fire_due()
        return self._comparing.append(slot, past.decided(slot))


@dataclass(frozen=True, slots=True)
class _OnePage(_NothingWaits):
    """The page of one watch, whose rows do not matter."""

    watcher: Watcher

    async def claim(self, limit: int, seconds: int) -> list[DuePage]:
        del limit, seconds
        return []

    async def watchers(self, page: UUID) -> list[Watcher]:
        del page
        return [self.watcher]

    async def move(
        self, page: UUID, due_at: datetime, pause: timedelta, failures: int, *, read: bool
    ) -> bool:
        del page, due_at, pause, failures, read
        return True

    async def hold(self, page: UUID, due_at: datetime, seconds: int) -> None:
        """Nobody else looks."""

    async def drop(self, page: UUID, due_at: datetime, joined: int) -> None:
        """Nobody else looks."""

    async def until_next(self) -> float | None:
        return None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the look saw then."""

    reading: Reading

    async def look(self, watch_set: Recorded[WatchSet], due_at: datetime) -> Reading:
        del watch_set, due_at
        return self.reading


class _Watch:
    def __init__(self, history: History, events: Sequence[Recorded[Any]]) -> None:
        self._history, self._events = history, events
        self._comparing = Comparing(history)
        self._done: set[UUID] = set()

    async def review(self) -> AsyncIterator[Verdict]:
        state = Watch()
        for recorded in self._events:
            before, state = state, watching.FOLD.evolve(state, recorded)
            if recorded.event_id in self._done:
                continue
            match recorded.event:
                case WatchSet():
                    identity = recorded.cause and slots.watch_set(recorded.cause)
                    yield _by_tool(self._history, recorded, identity or None)
                case WatchStopped(by="user"):
                    yield _by_tool(self._history, recorded, None)
                case WatchStopped():
                    # Its look's instant is not recorded, so neither is its slot.
                    over = watching.is_over(before, recorded.recorded_at)
                    yield self._comparing.event(recorded, recorded.event if over else None, None)
                case WatchSeen() | WatchMissed() | WatchAlerted() | WatchLost():
                    for verdict in await self._looked(recorded, before):
                        yield verdict
                case _:
                    pass

    async def _looked(self, recorded: Recorded[Any], state: Watch) -> Sequence[Verdict]:
        event = recorded.event
        if isinstance(event, WatchAlerted):
            woken = await waking_reviewed(self._history, recorded)
            if woken is not None:
                return woken
        slot = slots.look(event.watch, event.due)
        standing = self._history.standing(slot)
        if not standing or standing[0].event_id != recorded.event_id:
            return [self._comparing.event(recorded, event, slots.event_id(slot, 0))]
        self._done |= {standing_fact.event_id for standing_fact in standing}
        reading, moments = _reading(event), list(_moments(state, recorded))
        if any(map(is_erased, (*standing, self._events[0]))):
            facts = [
                standing_fact
                for standing_fact in standing
                if standing_fact.stream == recorded.stream
            ]
            is_quiet = watching.FOLD.evolve(state, recorded).waits
            found = agreeing(
                self._facts(
                    facts,
                    watching.decide(state, reading, event.due, moment, is_quiet=is_quiet),
                    slot,
                )
                for moment in moments
            )
            return [
                *found,
                *(
                    NotComparable(standing_fact, "erased")
                    for standing_fact in standing[len(facts) :]
                ),
            ]
        return agreeing(
            [
                self._comparing.append(
                    slot, await self._events_of_look(recorded, reading, slot, moment)
                )
                for moment in moments
            ]
        )

    def _facts(
        self, facts: Sequence[Recorded[Any]], decided: Decide | None, slot: UUID
    ) -> Sequence[Redecided]:
        events: Sequence[Event] = decided.events if decided else []
        return self._comparing.append(slot, events)[: max(len(facts), len(events))]

    async def _events_of_look(
        self, recorded: Recorded[Any], reading: Reading, slot: UUID, moment: datetime
    ) -> list[Event]:
        """By the code that tells a look to its watchers."""
        past = LogThen(self._history, recorded.position)
        event, watch_set = recorded.event, cast("WatchSet", self._events[0].event)
        watcher = Watcher(event.watch, UserId(cast("UUID", recorded.user_id)))
        looking = Watching(
            _OnePage(watcher),
            _Seen(reading),
            past,
            Folds(past, None),
            rhythm=Rhythm(),
            at_once=1,
        )
        page = DuePage(watch_set.page, event.due, moment, 0, ever_read=True, joined=1)
        await looking.look(page)
        return past.decided(slot)


def _reading(event: WatchSeen | WatchMissed | WatchAlerted | WatchLost) -> Reading:
    """What the page said, as far as the record tells; sealed texts stay as they are."""
    match event:
        case WatchSeen():
            sold_out = event.amount is None or event.in_stock is False
            return Reading.model_construct(
                outcome="out_of_stock" if sold_out else "priced",
                title=event.title,
                amount=event.amount,
                currency=event.currency,
                in_stock=event.in_stock,
                evidence=event.evidence,
            )
        case WatchMissed(outcome=outcome):
            return Reading.model_construct(outcome=outcome, evidence=event.evidence)
        case WatchLost(outcome=outcome):
            return Reading.model_construct(outcome=outcome, evidence=NO_EVIDENCE)
        case WatchAlerted():
            raise AssertionError("an alert follows its reading")


def _moments(state: Watch, recorded: Recorded[Any]) -> Iterator[datetime]:
    """When the look may have been found due: all that is decided by the clock turns once."""
    due_at: datetime = recorded.event.due
    turns = [
        state.seen_at and state.seen_at + watching.KEPT_EVERY,
        state.missed_since and state.missed_since + watching.LOST_AFTER,
    ]
    end = watching.ends_at(state)
    before = end - timedelta(microseconds=1) if end else None
    for moment in (recorded.recorded_at, before, *turns, due_at):
        if moment and due_at <= moment <= recorded.recorded_at:
            yield moment
