"""What the driver of a lane owes it, and what outcomes come to. Pure; the facts are in lane.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
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
from services.gateway.lane import GATES, Lane
from services.gateway.queued import Queued, place
from taskflow.log.deciding import Decide

MAX_ATTEMPTS = 14
"""About an hour of refusals, by the back-off below; then the reply has failed."""
FIRST_BACKOFF = timedelta(seconds=1)
LONGEST_BACKOFF = timedelta(minutes=15)
MAX_REPEATS = 8
"""Attempts of a reminder whose outcomes nobody knows: each may be one more on the phone."""
MOST_TOGETHER = 16
"""Replies in one message: each has its outcome and its status in one append."""
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
    joined: tuple[Queued, ...] = ()
    """Those behind the head that may go in its message; of a decided claim, those that do."""
    sender: str | None = None
    """Of ours, from which it goes; None: in a terminal."""

    @property
    def group(self) -> tuple[Queued, ...]:
        return self.head, *self.joined


@dataclass(frozen=True, slots=True)
class Hold:
    """It may not go now: it waits for its user's next message, or for their START."""

    head: Queued
    slot: UUID
    why: Literal["window", "consent"]
    marked: bool = False
    """Should it go by a template instead."""
    sender: str | None = None
    """Of ours, from which it may not go."""


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Somebody claimed this attempt and left no outcome: find out."""

    group: tuple[Queued, ...]
    """The head, and what its message says too."""
    claimed_at: datetime

    @property
    def head(self) -> Queued:
        return self.group[0]


Move = WaitUntil | Claim | Hold | Reconcile | Decide
Group = Sequence[Queued]
"""The replies that one message says: mostly one."""


def next_move(lane: Lane, now: datetime) -> Move:
    """What the driver of this lane owes it now; a lane with a driver has a head, or owes a word.

    The lane is seen by the sender that its next message goes from (senders.py).
    """
    if lane.owes:
        return resumes(lane, lane.owes)
    head = lane.queue[0]
    if head.claimed_at is not None:
        return Reconcile(lane.flying, head.claimed_at)
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
        return Hold(head, slot, "consent", marked, lane.sender)
    # The word on a STOP answers a message of just now.
    is_open = lane.heard >= lane.shut if head.is_of_consent else window_is_open(lane, now)
    if not is_open:
        return Hold(head, slot, "window", marked, lane.sender)
    return Claim(head, slot, marked=marked, joined=may_join(lane), sender=lane.sender)


def may_join(lane: Lane) -> tuple[Queued, ...]:
    """Of a run of reminders and alerts that were held, those behind the head: one message does."""
    head, *others = lane.queue[:MOST_TOGETHER]
    return tuple(takewhile(_joins, others)) if _joins(head) else ()


def _joins(queued: Queued) -> bool:
    """An answer goes by itself: a takeover may withdraw it. So does what shows a picture."""
    is_due = queued.kind in {"reminder", "alert"} and queued.released_at is not None
    return is_due and len(queued.pieces) == 1 and not (queued.has_picture or queued.alone)


def is_marked(lane: Lane, head: Queued) -> bool:
    """Beside an operator all but their own lines is; and what began so goes on so."""
    began_so = head.marked and any(piece.done for piece in head.pieces)
    return head.kind != "operator" and (lane.taken is not None or began_so)


def resumes(lane: Lane, stop: UUID) -> Decide:
    """They wrote after a STOP: they are told what brings us back."""
    return _at_gate(lane, slots.resumes(stop), [consent.waits(lane.language)])


def by_template(move: Hold, approved: str | None) -> Claim | Hold:
    """What may not go may go by a template: all of it at once, and only once."""
    head = move.head
    if move.why == "consent":
        return move
    whole = not any(piece.done for piece in head.pieces)
    if approved is None or head.tried_template or not whole:
        return move
    return Claim(head, move.slot, approved, move.marked, sender=move.sender)


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


def claimed(lane: Lane, move: Claim, parts: int, token: UUID) -> Decide:
    """Of the head and of each that goes with it; those have one part, as a digest has."""
    claims = [
        ReplySending(
            reply=queued.reply,
            part=queued.part,
            parts=parts,
            attempt=queued.attempt,
            token=token,
            template=move.template,
            marked=move.marked,
            within=None if queued is move.head else move.head.reply,
            sender=move.sender,
        )
        for queued in move.group
    ]
    return _at_gate(lane, move.slot, claims)


def held(lane: Lane, move: Hold) -> Decide:
    reply, part, attempt = place(move.head)
    hold = ReplyHeld(reply=reply, part=part, attempt=attempt, why=move.why, sender=move.sender)
    return _at_gate(lane, move.slot, [hold])


def sent(group: Group, message_ref: str, known_by: KnownBy) -> Decide:
    def of(reply: UUID, part: int, attempt: int) -> ReplySent:
        return ReplySent(
            reply=reply, part=part, attempt=attempt, message_ref=message_ref, known_by=known_by
        )

    return _outcome(group, [of(*place(queued)) for queued in group])


def refused(group: Group, now: datetime, reason: str, retry_after: float | None) -> Decide:
    """The channel definitely has it not: again later, or no more."""
    return _outcome(group, [_refused(queued, now, reason, retry_after) for queued in group])


def _refused(queued: Queued, now: datetime, reason: str, retry_after: float | None) -> Event:
    if queued.tries >= MAX_ATTEMPTS:
        return _failed(queued, None, f"{reason}; tried {queued.tries} times")
    backoff = min(FIRST_BACKOFF * 2 ** (queued.tries - 1), LONGEST_BACKOFF)
    asked = timedelta(seconds=retry_after or 0)
    reply, part, attempt = place(queued)
    return ReplyRefused(
        reply=reply,
        part=part,
        attempt=attempt,
        reason=reason,
        again_at=now + max(backoff, asked),
    )


def too_late(group: Group, now: datetime, code: int, reason: str) -> Decide:
    """It may not go so, whatever we believed: the window is shut, or the template is none."""

    def of(reply: UUID, part: int, attempt: int) -> ReplyRefused:
        return ReplyRefused(
            reply=reply, part=part, attempt=attempt, reason=reason, again_at=now, code=code
        )

    return _outcome(group, [of(*place(queued)) for queued in group])


def failed(group: Group, code: int | None, reason: str) -> Decide:
    return _outcome(group, [_failed(queued, code, reason) for queued in group])


def _failed(queued: Queued, code: int | None, reason: str) -> ReplyFailed:
    reply, part, attempt = place(queued)
    return ReplyFailed(reply=reply, part=part, attempt=attempt, code=code, reason=reason)


def assumed(group: Group) -> Decide:
    """A reminder said twice beats one not said, and so does an alert; the rest is not repeated."""
    return _outcome(group, [_assumed(queued) for queued in group])


def _assumed(queued: Queued) -> ReplyAssumed:
    again = queued.kind in {"reminder", "alert"} and queued.tries < MAX_REPEATS
    reply, part, attempt = place(queued)
    return ReplyAssumed(
        reply=reply, part=part, attempt=attempt, assumed="again" if again else "gone"
    )


def _outcome(group: Group, events: Sequence[Event]) -> Decide:
    """One message has one outcome, and each reply in it a fact of that."""
    return Decide(slots.send_outcome(*place(group[0])), events)


def parked(lane: Lane, error: str) -> Decide | None:
    """None while an attempt is claimed: it is settled first, or the next reply overtakes it."""
    if lane.owes or lane.queue[0].token is not None:
        return None
    head = lane.queue[0]
    parking = ReplyParked(reply=head.reply, error=error)
    return _at_gate(lane, slots.claim(*place(head)), [parking])


def _at_gate(lane: Lane, slot: UUID, events: Sequence[Event]) -> Decide:
    """In conflict with what may forbid it, and with nothing else."""
    return Decide(slot, events, lane.gate, GATES)
