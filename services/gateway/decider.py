"""A user's lane, as a pure fold of the conversation: replies go out strictly one after the other.

Each attempt at each part is claimed before it is POSTed and has exactly one outcome.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts import slots
from contracts.conversation import ReplyReady, UserForgotten
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.replies import (
    ReplyAssumed,
    ReplyDelivered,
    ReplyFailed,
    ReplyParked,
    ReplyRead,
    ReplyRefused,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from taskflow.log.folding import Fold

MAX_ATTEMPTS = 14
"""About an hour of refusals, by the back-off below; then the reply has failed."""
FIRST_BACKOFF = timedelta(seconds=1)
LONGEST_BACKOFF = timedelta(minutes=15)
MAX_REPEATS = 8
"""Attempts of a reminder whose outcomes nobody knows: each may be one more on the phone."""
UNKNOWN_FOR = timedelta(seconds=120)
"""After so long without a callback or a listing, the outcome is assumed; see the settings."""
REMEMBERED = 64
"""Sent messages whose statuses are still followed."""

KnownBy = Literal["response", "callback", "list"]
RANKS = {"sent": 1, "delivered": 2, "read": 3, "undelivered": 4, "failed": 4, "canceled": 4}


class Queued(BaseModel):
    """A reply that waits or is on its way; its head part and attempt."""

    model_config = ConfigDict(frozen=True)

    reply: UUID
    kind: Literal["answer", "apology", "reminder", "alert"]
    part: int = 0
    parts: int | None = None
    """Known from the first claim on."""
    attempt: int = 1
    token: UUID | None = None
    """Of the claim, while it is sending; None: to do."""
    claimed_at: datetime | None = None
    not_before: datetime | None = None


class Sent(BaseModel):
    model_config = ConfigDict(frozen=True)

    message_ref: str
    reply: UUID
    part: int
    rank: int = 1


class Lane(BaseModel):
    model_config = ConfigDict(frozen=True)

    queue: tuple[Queued, ...] = ()
    sent: tuple[Sent, ...] = ()
    driver: UUID | None = None
    forgotten: bool = False

    def but(self, **changes: Any) -> "Lane":
        return self.model_copy(update=changes)


def evolve(lane: Lane, recorded: Recorded[Any]) -> Lane:
    if lane.forgotten:
        return lane
    match recorded.event:
        case ReplyReady() as ready:
            queue = (*lane.queue, Queued(reply=recorded.event_id, kind=ready.kind))
            return lane.but(queue=queue, driver=lane.driver or recorded.event_id)
        case ReplySending() as claim if _todo(lane, claim):
            return _head(
                lane, token=claim.token, parts=claim.parts, claimed_at=recorded.recorded_at
            )
        case ReplySent() as sent if _sending(lane, sent):
            known = Sent(message_ref=sent.message_ref, reply=sent.reply, part=sent.part)
            return _next_part(_remembering(lane, known))
        case ReplyAssumed(assumed="gone") as assumed if _sending(lane, assumed):
            return _next_part(lane)
        case ReplyAssumed(assumed="again") as assumed if _sending(lane, assumed):
            return _again(lane, None)
        case ReplyRefused() as refused if _sending(lane, refused):
            return _again(lane, refused.again_at)
        case ReplyFailed() as failed if _sending(lane, failed):
            return _dropped(lane)
        case ReplyParked() as parked if lane.queue and lane.queue[0].reply == parked.reply:
            left = _dropped(lane)
            return left.but(driver=recorded.event_id if left.queue else None)
        case ReplyDelivered() as fact:
            return _ranked(lane, fact, RANKS["delivered"])
        case ReplyRead() as fact:
            return _ranked(lane, fact, RANKS["read"])
        case ReplyUndelivered(status=status) as fact:
            return _ranked(lane, fact, RANKS[status])
        case UserForgotten():
            return Lane(forgotten=True)
        case _:
            return lane


Attempt = ReplySending | ReplySent | ReplyAssumed | ReplyRefused | ReplyFailed
Delivery = ReplyDelivered | ReplyRead | ReplyUndelivered


def _matches(lane: Lane, event: Attempt) -> bool:
    at = (event.reply, event.part, event.attempt)
    return bool(lane.queue) and at == place(lane.queue[0])


def place(head: Queued) -> tuple[UUID, int, int]:
    return head.reply, head.part, head.attempt


def _todo(lane: Lane, event: Attempt) -> bool:
    return _matches(lane, event) and lane.queue[0].token is None


def _sending(lane: Lane, event: Attempt) -> bool:
    return _matches(lane, event) and lane.queue[0].token is not None


def _head(lane: Lane, **changes: Any) -> Lane:
    return lane.but(queue=(lane.queue[0].model_copy(update=changes), *lane.queue[1:]))


def _again(lane: Lane, not_before: datetime | None) -> Lane:
    attempt = lane.queue[0].attempt + 1
    return _head(lane, attempt=attempt, token=None, claimed_at=None, not_before=not_before)


def _next_part(lane: Lane) -> Lane:
    head = lane.queue[0]
    if head.part + 1 >= (head.parts or 1):
        return _dropped(lane)
    return _head(lane, part=head.part + 1, attempt=1, token=None, claimed_at=None, not_before=None)


def _dropped(lane: Lane) -> Lane:
    queue = lane.queue[1:]
    return lane.but(queue=queue, driver=lane.driver if queue else None)


def _ranked(lane: Lane, fact: Delivery, rank: int) -> Lane:
    """Also of a message whose sending was only assumed: no other attempt is to be taken for it."""
    known = next((one for one in lane.sent if one.message_ref == fact.message_ref), None)
    if known is None:
        new = Sent(message_ref=fact.message_ref, reply=fact.reply, part=fact.part, rank=rank)
        return _remembering(lane, new)
    better = known.model_copy(update={"rank": max(rank, known.rank)})
    return lane.but(sent=tuple(better if one is known else one for one in lane.sent))


def _remembering(lane: Lane, new: Sent) -> Lane:
    return lane.but(sent=(*lane.sent, new)[-REMEMBERED:])


FOLD = Fold("lane", 4, Lane, evolve)


@dataclass(frozen=True, slots=True)
class WaitUntil:
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """Take this attempt; whoever holds its token may POST."""

    head: Queued
    slot: UUID


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Somebody claimed this attempt and left no outcome: find out."""

    head: Queued
    claimed_at: datetime


@dataclass(frozen=True, slots=True)
class Decide:
    slot: UUID
    events: Sequence[Event]


Move = WaitUntil | Claim | Reconcile


def next_move(lane: Lane, now: datetime) -> Move:
    """What the driver of this lane owes it now; a lane with a driver has a head."""
    head = lane.queue[0]
    if head.claimed_at is not None:
        return Reconcile(head, head.claimed_at)
    if head.not_before is not None and head.not_before > now:
        return WaitUntil(head.not_before)
    return Claim(head, slots.claim(*place(head)))


def current_slot(lane: Lane) -> UUID:
    head = lane.queue[0]
    return slots.send_outcome(*place(head)) if head.token else slots.claim(*place(head))


def claimed(head: Queued, parts: int, token: UUID) -> ReplySending:
    return ReplySending(
        reply=head.reply, part=head.part, parts=parts, attempt=head.attempt, token=token
    )


def sent(head: Queued, message_ref: str, known_by: KnownBy) -> Decide:
    event = ReplySent(
        reply=head.reply,
        part=head.part,
        attempt=head.attempt,
        message_ref=message_ref,
        known_by=known_by,
    )
    return _outcome(head, event)


def refused(head: Queued, now: datetime, reason: str, retry_after: float | None) -> Decide:
    """The channel definitely has it not: again later, or no more."""
    if head.attempt >= MAX_ATTEMPTS:
        return failed(head, None, f"{reason}; tried {head.attempt} times")
    backoff = min(FIRST_BACKOFF * 2 ** (head.attempt - 1), LONGEST_BACKOFF)
    asked = timedelta(seconds=retry_after or 0)
    event = ReplyRefused(
        reply=head.reply,
        part=head.part,
        attempt=head.attempt,
        reason=reason,
        again_at=now + max(backoff, asked),
    )
    return _outcome(head, event)


def failed(head: Queued, code: int | None, reason: str) -> Decide:
    event = ReplyFailed(
        reply=head.reply, part=head.part, attempt=head.attempt, code=code, reason=reason
    )
    return _outcome(head, event)


def assumed(head: Queued) -> Decide:
    """A reminder said twice beats one not said, and so does an alert; the rest is not repeated."""
    again = head.kind in {"reminder", "alert"} and head.attempt < MAX_REPEATS
    event = ReplyAssumed(
        reply=head.reply,
        part=head.part,
        attempt=head.attempt,
        assumed="again" if again else "gone",
    )
    return _outcome(head, event)


def _outcome(head: Queued, event: Event) -> Decide:
    return Decide(slots.send_outcome(*place(head)), [event])


def parked(lane: Lane, error: str) -> Decide | None:
    """None while an attempt is claimed: it is settled first, or the next reply overtakes it."""
    head = lane.queue[0]
    if head.token is not None:
        return None
    return Decide(slots.claim(*place(head)), [ReplyParked(reply=head.reply, error=error)])
