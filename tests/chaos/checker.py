"""Decides from a history whether the promises held: P1 nothing lost, P3 nothing doubled, P5 order,
P6 time. Pure: the same history, the same verdict.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from contracts import slots, streams
from contracts.conversation import MessageReceived, ReplyReady, TurnParked
from contracts.recorded import Recorded
from contracts.reminders import (
    ReminderCancelled,
    ReminderChanged,
    ReminderFired,
    ReminderFollowedUp,
    ReminderSet,
)
from contracts.replies import (
    WINDOW_SHUT,
    ReplyAssumed,
    ReplyFailed,
    ReplyParked,
    ReplyUndelivered,
)
from contracts.tools import ToolFailed
from services.agent import decider as turns
from services.gateway import lane as lanes
from services.scheduler.recurrence import next_due
from tests.chaos.history import Accept, History
from tests.support.taken_lane_judge import TakenLaneJudge
from tests.support.taken_turn_judge import TakenTurnJudge

Promise = Literal["P1", "P3", "P5", "P6"]
P1_SAYS = (
    "left behind",
    "neither answered nor parked",
    "waits for nobody",
    "wait for nobody",
    "held",
    "counts as sent",
)
P5_SAYS = ("out of order", "a version is missing", "before an earlier")


@dataclass(frozen=True, slots=True)
class Violation:
    promise: Promise
    what: str
    stream: str | None = None
    event_id: UUID | None = None
    position: int = 0
    """Where in the log it shows; 0: at the end."""


@dataclass(slots=True)
class Books:
    """The oracle as a lane's judge reads it: what Twilio accepted of one user."""

    accepted: list[Accept]
    refused: set[str] = field(default_factory=set)
    """By WhatsApp, because of the window: by Twilio's books, or as it was told."""
    posts: Counter[tuple[UUID, int, int]] = field(default_factory=Counter)
    list_was_broken: bool = True
    """A repeat is forgiven only where the log says that it assumed."""


def check(history: History) -> list[Violation]:
    """Every violation, the first in the log first; those that only the end shows come last."""
    found = [
        *_every_message_is_in_the_log(history),
        *_every_conversation(history),
        *_everything_parked_has_its_reason(history),
        *_every_reminder(history),
        *_every_cause_is_in_the_log(history),
    ]
    return sorted(found, key=lambda one: (one.position == 0, one.position))


def _every_message_is_in_the_log(history: History) -> Iterator[Violation]:
    ids = {one.event_id for one in history.events if isinstance(one.event, MessageReceived)}
    for webhook in history.webhooks:
        if slots.event_id(slots.message(webhook.sid), 0) not in ids:
            what = "was answered with 2xx" if webhook.acknowledged else "stands in Twilio's list"
            yield Violation("P1", f"message {webhook.sid} {what}, and is not in the log")
    taken = Counter(
        one.event.message_ref for one in history.events if isinstance(one.event, MessageReceived)
    )
    for sid, count in taken.items():
        if count > 1:
            yield Violation("P3", f"message {sid} is {count} times in the log")


def _every_conversation(history: History) -> Iterator[Violation]:
    accepts: dict[UUID, list[Accept]] = defaultdict(list)
    for accept in history.accepts:
        accepts[accept.user].append(accept)
    conversations: dict[str, list[Recorded[Any]]] = defaultdict(list)
    for one in history.events:
        if one.stream.startswith(streams.CONVERSATION):
            conversations[one.stream].append(one)
    for stream, events in conversations.items():
        user = streams.user_of(stream)
        yield from _conversation(stream, events)
        accepted = accepts.pop(user, [])
        by_books = {one.sid for one in accepted if one.code == WINDOW_SHUT}
        yield from _lane(stream, events, Books(accepted, by_books | _refused(events)))
    for user in accepts:
        yield Violation("P3", f"Twilio accepted messages to {user}, who has no conversation")


def _conversation(stream: str, events: Sequence[Recorded[Any]]) -> Iterator[Violation]:
    judge, state = TakenTurnJudge(), turns.Conversation()
    for one in events:
        state = turns.FOLD.evolve(state, one)
        try:
            judge.see(one, state)
            judge.at_rest_between_appends(state)
        except AssertionError as error:
            yield _said(error, stream, one)
            return
    try:
        judge.at_the_end()
    except AssertionError as error:
        yield _said(error, stream)
    if state.driver or state.pending or state.turn:
        yield Violation("P1", "the conversation still waits to be moved", stream, state.driver)


def _lane(stream: str, events: Sequence[Recorded[Any]], books: Books) -> Iterator[Violation]:
    books.posts = Counter(one.attempt for one in books.accepted)
    judge, lane = TakenLaneJudge(books), lanes.Lane()
    for one in events:
        lane = lanes.FOLD.evolve(lane, one)
        try:
            judge.see(one, lane)
        except AssertionError as error:
            yield _said(error, stream, one)
            return
    for reply in {one.reply for one in books.accepted} - set(judge.order):
        yield Violation("P3", "Twilio accepted a reply that the log does not hold", stream, reply)
        return
    for moment in (judge.at_twilio, judge.at_the_end):
        try:
            moment()
        except AssertionError as error:
            yield _said(error, stream)
    if lane.queue:
        yield Violation("P1", "a reply still waits to be sent", stream, lane.queue[0].reply)


def _refused(events: Sequence[Recorded[Any]]) -> set[str]:
    return {
        one.event.message_ref
        for one in events
        if isinstance(one.event, ReplyUndelivered)
        and one.event.code == WINDOW_SHUT
        and one.event.attempt is not None
    }


def _said(error: AssertionError, stream: str, one: Recorded[Any] | None = None) -> Violation:
    what = str(error).partition("\n")[0]
    promise: Promise = "P3"
    if any(said in what for said in P1_SAYS):
        promise = "P1"
    elif any(said in what for said in P5_SAYS):
        promise = "P5"
    if one is None:
        return Violation(promise, what, stream)
    return Violation(promise, what, stream, one.event_id, one.position)


def _everything_parked_has_its_reason(history: History) -> Iterator[Violation]:
    rows = {row.parked_by: row for row in history.dead_letters if row.parked_by}
    for one in history.events:
        parks = isinstance(one.event, TurnParked | ReplyParked) or (
            isinstance(one.event, ToolFailed) and one.event.code == "parked"
        )
        if not parks:
            continue
        row = rows.pop(one.event_id, None)
        if row is None or not row.error_code:
            yield Violation("P1", "parked without a reason", one.stream, one.event_id, one.position)
    for parked_by in rows:
        yield Violation("P1", f"a dead letter names {parked_by}, which the log does not hold")


def _every_reminder(history: History) -> Iterator[Violation]:
    said = {
        (one.transaction_id, one.cause)
        for one in history.events
        if isinstance(one.event, ReplyReady) and one.event.kind == "reminder"
    }
    reminders: dict[str, list[Recorded[Any]]] = defaultdict(list)
    for one in history.events:
        if one.stream.startswith(streams.REMINDER):
            reminders[one.stream].append(one)
    end = history.events[-1].recorded_at if history.events else None
    for stream, events in reminders.items():
        yield from _reminder(stream, events, said, end)


def _reminder(  # noqa: PLR0912 - a case for each fact
    stream: str, events: Sequence[Recorded[Any]], said: set[Any], end: Any
) -> Iterator[Violation]:
    def wrong(what: str, one: Recorded[Any]) -> Violation:
        return Violation("P6", what, stream, one.event_id, one.position)

    told = events[0].event
    if not isinstance(told, ReminderSet):
        yield wrong("a reminder that nobody set", events[0])
        return
    fired: set[Any] = set()
    cancelled = False
    after = events[0].recorded_at - timedelta(days=1)
    for one in events[1:]:
        match one.event:
            case ReminderCancelled():
                cancelled = True
            case ReminderFired(due=due):
                if cancelled:
                    yield wrong("a reminder fired after it was cancelled", one)
                if due in fired:
                    yield wrong("an occurrence fired twice", one)
                if one.recorded_at < due:
                    yield wrong("a reminder fired early", one)
                if (one.transaction_id, one.cause) not in said:
                    yield wrong("a reminder fired and said nothing", one)
                if told.rrule is None and due != next_due(told.local_time, told.zone, None, after):
                    yield wrong("a reminder fired at another time than it was set for", one)
                fired.add(due)
            case ReminderFollowedUp(due=due):
                if cancelled or due not in fired:
                    yield wrong("a reminder was followed up that had not fired", one)
            case ReminderChanged() as changed:
                told = changed
            case _:
                yield wrong("an unknown fact of a reminder", one)
    due = next_due(told.local_time, told.zone, None, after) if told.rrule is None else None
    if due is not None and not cancelled and not fired and due < end:
        yield Violation("P6", "a reminder was due and did not fire", stream, events[0].event_id)


def _every_cause_is_in_the_log(history: History) -> Iterator[Violation]:
    ids = {one.event_id for one in history.events}
    for one in history.events:
        if one.cause is not None and one.cause not in ids:
            yield Violation("P1", "its cause is not in the log", one.stream, one.event_id)


def assumed(history: History) -> Counter[str]:
    """Outcomes that nobody could know, by what was assumed and what Twilio's books say."""
    had = {one.attempt for one in history.accepts}
    return Counter(
        f"{one.event.assumed}, {'accepted' if place in had else 'never accepted'}"
        for one in history.events
        if isinstance(one.event, ReplyAssumed)
        and (place := (one.event.reply, one.event.part, one.event.attempt))
    )


def failed(history: History) -> Counter[str]:
    return Counter(one.event.reason for one in history.events if isinstance(one.event, ReplyFailed))
