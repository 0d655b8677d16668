"""What the driver of a lane owes it, and what outcomes come to. Pure; the facts are in lane.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from contracts import slots
from contracts.event import Event
from contracts.replies import (
    ReplyAssumed,
    ReplyFailed,
    ReplyHeld,
    ReplyParked,
    ReplyRefused,
    ReplySending,
    ReplySent,
)
from services.gateway import consent
from services.gateway.lane import Lane
from services.gateway.queued import Queued, place

MAX_ATTEMPTS = 14
"""About an hour of refusals, by the back-off below; then the reply has failed."""
FIRST_BACKOFF = timedelta(seconds=1)
LONGEST_BACKOFF = timedelta(minutes=15)
MAX_REPEATS = 8
"""Attempts of a reminder whose outcomes nobody knows: each may be one more on the phone."""
UNKNOWN_FOR = timedelta(seconds=120)
"""After so long without a callback or a listing, the outcome is assumed; see the settings."""

WINDOWS = {"whatsapp": timedelta(hours=24)}
"""How long a channel takes any text to a user after their last message (Meta's rule)."""
MARGIN = timedelta(minutes=2)
"""A window is left alone so long before its end: a message takes its time, and clocks differ."""

KnownBy = Literal["response", "callback", "list"]


@dataclass(frozen=True, slots=True)
class WaitUntil:
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """Take this attempt; whoever holds its token may POST."""

    head: Queued
    slot: UUID
    template: str | None = None
    """By which it goes, where nothing else may."""
    marked: bool = False
    """Whether it says that a machine speaks."""


@dataclass(frozen=True, slots=True)
class Hold:
    """It may not go now: it waits for its user's next message, or for their START."""

    head: Queued
    slot: UUID
    why: Literal["window", "consent"]
    marked: bool = False
    """Should it go by a template instead."""


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Somebody claimed this attempt and left no outcome: find out."""

    head: Queued
    claimed_at: datetime


@dataclass(frozen=True, slots=True)
class Decide:
    slot: UUID
    events: Sequence[Event]


Move = WaitUntil | Claim | Hold | Reconcile | Decide


def next_move(lane: Lane, now: datetime) -> Move:
    """What the driver of this lane owes it now; a lane with a driver has a head, or owes a word."""
    if lane.owes:
        return resumes(lane, lane.owes)
    head = lane.queue[0]
    if head.claimed_at is not None:
        return Reconcile(head, head.claimed_at)
    return in_time(when_due(lane, now), now)


def in_time(move: Claim | Hold, now: datetime) -> Claim | Hold | WaitUntil:
    """No claim goes before the time that a refusal asked for, whatever it goes by."""
    at = move.head.not_before
    return WaitUntil(at) if isinstance(move, Claim) and at is not None and at > now else move


def when_due(lane: Lane, now: datetime) -> Claim | Hold:
    """What becomes of a head that is to do, once no vendor asks it to wait."""
    head = lane.queue[0]
    slot, marked = slots.claim(*place(head)), is_marked(lane, head)
    if not lane.consent and not head.is_of_consent:
        return Hold(head, slot, "consent", marked)
    # The word on a STOP answers a message of just now.
    is_open = lane.heard >= lane.shut if head.is_of_consent else window_is_open(lane, now)
    if not is_open:
        return Hold(head, slot, "window", marked)
    return Claim(head, slot, marked=marked)


def is_marked(lane: Lane, head: Queued) -> bool:
    """Beside an operator all but their own lines is; and what began so goes on so."""
    began_so = head.marked and any(piece.done for piece in head.pieces)
    return head.kind != "operator" and (lane.taken is not None or began_so)


def resumes(lane: Lane, stop: UUID) -> Decide:
    """They wrote after a STOP: they are told what brings us back."""
    return Decide(slots.resumes(stop), [consent.waits(lane.language)])


def by_template(move: Hold, approved: str | None) -> Claim | Hold:
    """What may not go may go by a template: all of it at once, and only once."""
    head = move.head
    if move.why == "consent":
        return move
    whole = not any(piece.done for piece in head.pieces)
    if approved is None or head.tried_template or not whole:
        return move
    return Claim(head, move.slot, approved, move.marked)


def window_is_open(lane: Lane, now: datetime) -> bool:
    """As far as the log tells. Of a user who was never heard, the channel has to judge."""
    if lane.heard < lane.shut:
        return False
    window = WINDOWS.get(lane.channel or "")
    return window is None or lane.heard_at is None or now < lane.heard_at + window - MARGIN


def current_slot(lane: Lane) -> UUID:
    if lane.owes:
        return slots.resumes(lane.owes)
    head = lane.queue[0]
    return slots.send_outcome(*place(head)) if head.token else slots.claim(*place(head))


def claimed(move: Claim, parts: int, token: UUID) -> ReplySending:
    reply, part, attempt = place(move.head)
    return ReplySending(
        reply=reply,
        part=part,
        parts=parts,
        attempt=attempt,
        token=token,
        template=move.template,
        marked=move.marked,
    )


def held(move: Hold) -> ReplyHeld:
    reply, part, attempt = place(move.head)
    return ReplyHeld(reply=reply, part=part, attempt=attempt, why=move.why)


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
    if head.tries >= MAX_ATTEMPTS:
        return failed(head, None, f"{reason}; tried {head.tries} times")
    backoff = min(FIRST_BACKOFF * 2 ** (head.tries - 1), LONGEST_BACKOFF)
    asked = timedelta(seconds=retry_after or 0)
    event = ReplyRefused(
        reply=head.reply,
        part=head.part,
        attempt=head.attempt,
        reason=reason,
        again_at=now + max(backoff, asked),
    )
    return _outcome(head, event)


def too_late(head: Queued, now: datetime, code: int, reason: str) -> Decide:
    """It may not go so, whatever we believed: the window is shut, or the template is none."""
    event = ReplyRefused(
        reply=head.reply,
        part=head.part,
        attempt=head.attempt,
        reason=reason,
        again_at=now,
        code=code,
    )
    return _outcome(head, event)


def failed(head: Queued, code: int | None, reason: str) -> Decide:
    event = ReplyFailed(
        reply=head.reply, part=head.part, attempt=head.attempt, code=code, reason=reason
    )
    return _outcome(head, event)


def assumed(head: Queued) -> Decide:
    """A reminder said twice beats one not said, and so does an alert; the rest is not repeated."""
    again = head.kind in {"reminder", "alert"} and head.tries < MAX_REPEATS
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
    if lane.owes or lane.queue[0].token is not None:
        return None
    head = lane.queue[0]
    return Decide(slots.claim(*place(head)), [ReplyParked(reply=head.reply, error=error)])
