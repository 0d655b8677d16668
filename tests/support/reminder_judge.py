"""Judges the scheduler by recorded facts alone: own books, and its own way of telling the time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.conversation import ReplyReady, UserForgotten
from contracts.recorded import Recorded
from contracts.reminders import ReminderCancelled, ReminderChanged, ReminderFired, ReminderSet
from contracts.tools import ToolFailed, ToolFinished, ToolRequested
from tests.support.wall_clock import instant, next_due

LATE = timedelta(minutes=5)
LATE_COMMIT = timedelta(minutes=2)


@dataclass(slots=True)
class Promise:
    """A reminder as it was told to the user."""

    text: str
    local_time: str
    zone: str
    rrule: str | None
    user: UUID | None
    number: int
    next: datetime | None
    over: str = ""


class ReminderJudge:
    """Sees each transaction once, in the order of the log."""

    def __init__(self) -> None:
        self.promises: dict[UUID, Promise] = {}
        self.requests: dict[UUID, Recorded[ToolRequested]] = {}
        self.outcomes: dict[UUID, ToolFinished | ToolFailed] = {}
        self.fired: set[tuple[UUID, datetime]] = set()
        self.forgotten: set[UUID] = set()
        self.lateness: list[bool] = []
        self.seen = 0
        self._versions: dict[str, int] = defaultdict(int)
        self._numbers: dict[UUID | None, int] = defaultdict(int)

    def see(self, transaction: Sequence[Recorded[Any]]) -> None:
        for one in transaction:
            self._versions[one.stream] += 1
            assert one.version == self._versions[one.stream], "a version is missing or doubled"
        events = [one.event for one in transaction]
        firings = [event for event in events if isinstance(event, ReminderFired)]
        replies = [event for event in events if isinstance(event, ReplyReady)]
        assert len(replies) <= bool(firings), "a reminder speaks without its firing, or twice"
        assert bool(firings) <= len(replies), "fired without its reply"
        late = all(one.late_s >= LATE.total_seconds() for one in firings)
        together = late or any(map(has_waited, replies))
        assert len(firings) <= 1 or together, "two firings in one transaction"
        people = {one.user_id for one in transaction if isinstance(one.event, ReminderFired)}
        assert len(people) <= 1, "one message tells of several people's reminders"
        for one in transaction:
            self._enter(one, events)
        for one in transaction:
            if isinstance(one.event, ReminderFired):
                self._fires(one, replies[0], alone=len(firings) == 1)
        self.seen = transaction[-1].position

    def at_the_end(self, now: datetime) -> None:
        for promise in self._standing():
            told = promise.next is None or promise.next > now or self.may_wait(promise, now)
            assert told, "what is due was left behind"
        for call, request in self.requests.items():
            ended = call in self.outcomes or request.user_id in self.forgotten
            assert ended, "a call without an outcome"

    def next_dues(self) -> list[datetime]:
        return sorted(one.next for one in self._standing() if one.next)

    def may_wait(self, promise: Promise, now: datetime) -> bool:
        """Here nobody has quiet hours."""
        del promise, now
        return False

    def _standing(self) -> list[Promise]:
        promises = self.promises.values()
        return [one for one in promises if not one.over and one.user not in self.forgotten]

    def _enter(self, one: Recorded[Any], beside: Sequence[Any]) -> None:
        match one.event:
            case ToolRequested():
                self.requests[one.event_id] = one
            case ToolFinished(call=call) | ToolFailed(call=call) as outcome:
                assert call not in self.outcomes, "a call has two outcomes"
                self.outcomes[call] = outcome
                self._is_fair(outcome, one.recorded_at)
            case ReminderSet() as told:
                assert told.reminder not in self.promises, "a reminder was set twice"
                done = any(isinstance(other, ToolFinished) for other in beside)
                assert done, "a reminder was set, but its call did not finish"
                self._promises(told, one)
            case ReminderChanged() as told:
                promise = self.promises[told.reminder]
                assert not promise.over, f"changed, but it was {promise.over}"
                assert promise.next is not None, "changed, but it had spoken for the last time"
                self._stands_otherwise(promise, told, one.recorded_at)
            case ReminderCancelled(reminder=reminder):
                promise = self.promises[reminder]
                assert not promise.over, f"cancelled, but it was {promise.over}"
                assert promise.next is not None, "cancelled, but it had spoken for the last time"
                promise.over = "cancelled"
            case UserForgotten():
                assert one.user_id is not None
                self.forgotten.add(one.user_id)
            case _:
                pass

    def _is_fair(self, outcome: ToolFinished | ToolFailed, at: datetime) -> None:
        request = self.requests[outcome.call].event
        if isinstance(outcome, ToolFailed):
            gave_up = outcome.code == "timeout" and "in time" in outcome.error
            assert not gave_up or at > request.deadline, "a call failed before its deadline"

    def _promises(self, told: ReminderSet, one: Recorded[Any]) -> None:
        """What was told when it was set; the next one, if that passed long before the commit."""
        at = instant(datetime.fromisoformat(told.local_time), told.zone)
        late = told.rrule and at <= one.recorded_at - LATE_COMMIT
        self._numbers[one.user_id] += 1
        self.promises[told.reminder] = Promise(
            told.text,
            told.local_time,
            told.zone,
            told.rrule,
            one.user_id,
            self._numbers[one.user_id],
            next_due(told.local_time, told.zone, told.rrule, one.recorded_at if late else None),
        )

    def _stands_otherwise(self, promise: Promise, told: ReminderChanged, at: datetime) -> None:
        """Other words move nothing; other times begin with the change."""
        times = (told.local_time, told.zone, told.rrule)
        is_moved = times != (promise.local_time, promise.zone, promise.rrule)
        promise.text, promise.local_time, promise.zone, promise.rrule = told.text, *times
        if is_moved:
            first = instant(datetime.fromisoformat(told.local_time), told.zone)
            late = told.rrule and first <= at - LATE_COMMIT
            promise.next = next_due(*times, at if late else None)

    def _fires(self, one: Recorded[ReminderFired], reply: ReplyReady, *, alone: bool) -> None:
        fired = one.event
        promise = self.promises[fired.reminder]
        assert (fired.reminder, fired.due) not in self.fired, "an occurrence fired twice"
        self.fired.add((fired.reminder, fired.due))
        assert not promise.over, f"fired, but it was {promise.over}"
        assert one.recorded_at >= fired.due, "fired before its time"
        assert fired.due == promise.next, "fired for an instant that nobody was promised"
        assert reply.kind == "reminder", "it speaks as somebody else"
        assert reply.turn is None, "it speaks as somebody else"
        self.lateness.append(fired.late_s >= LATE.total_seconds())
        if alone:
            assert reply.text.startswith(f"⏰ {promise.text}"), "it speaks of something else"
            if has_waited(reply):
                assert _day_and_time(fired, promise) in reply.text, "it tells a wrong time"
            else:
                self._is_late_when_it_says_so(fired, reply.text, promise)
        else:
            mark = "⏰" if has_waited(reply) else "•"
            line = f"{mark} {_day_and_time(fired, promise)}: {promise.text}"
            assert line in reply.text.splitlines(), "it speaks of something else"
        after = max(fired.due, one.recorded_at)
        promise.next = (
            next_due(promise.local_time, promise.zone, promise.rrule, after)
            if promise.rrule
            else None
        )

    def _is_late_when_it_says_so(self, fired: ReminderFired, text: str, promise: Promise) -> None:
        meant = _day_and_time(fired, promise)
        assert (fired.late_s >= LATE.total_seconds()) == ("meant for" in text), "late in silence"
        assert "meant for" not in text or meant in text, "it tells a wrong time"


def has_waited(reply: ReplyReady) -> bool:
    return "waited for the end of your quiet hours" in reply.text


def _day_and_time(fired: ReminderFired, promise: Promise) -> str:
    due = fired.due.astimezone(ZoneInfo(promise.zone))
    return f"{due:%A} {due.day} {due:%B, %H:%M}"
