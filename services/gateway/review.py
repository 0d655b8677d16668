"""Today's gateway over recorded conversations: what it would decide where each decision stands."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from contracts import slots, streams
from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.replies import (
    ReplyAssumed,
    ReplyDelivered,
    ReplyFailed,
    ReplyHeld,
    ReplyParked,
    ReplyRead,
    ReplyRefused,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from services.gateway import consent, decider, outcomes, senders
from services.gateway.channels.statuses import Callback, called_back, said_by
from services.gateway.decider import Claim, Hold, when_due
from services.gateway.lane import FOLD, Lane
from services.gateway.queued import place
from services.gateway.saying import digest
from services.gateway.saying.parts import mark
from services.gateway.saying.sayable import sayable
from taskflow.errors import SealedForEver
from taskflow.log.deciding import Decide
from taskflow.privacy.vault import UnknownUser
from taskflow.replay.history import History, is_erased
from taskflow.replay.verdicts import Comparing, NotComparable, Redecided, Verdict, backwards

WAITED = timedelta(minutes=2)
"""From its decision to its record a claim may have waited for its turn."""
CLOCKS_APART = timedelta(seconds=1)
"""A service's clock and the database's, which dated the claim."""
UNSENT = frozenset({SealedForEver.code, UnknownUser.code})
"""Reasons of a reply that had nobody to go to: it was claimed as one part."""


async def review(history: History) -> AsyncIterator[Verdict]:
    for _, events in history.of_kind(streams.CONVERSATION):
        for verdict in _Lane(history, events).review():
            yield verdict


class _Lane:
    """One user's lane, event by event, beside the fold of what came before each."""

    def __init__(self, history: History, events: Sequence[Recorded[Any]]) -> None:
        self._history, self._events = history, events
        self._comparing = Comparing(history)
        self._lanes = [Lane()]
        """By version."""

    def review(self) -> Iterator[Verdict]:
        for recorded in self._events:
            lane = self._lanes[-1]
            self._lanes.append(FOLD.evolve(lane, recorded))
            yield from self._verdicts(recorded, lane)

    def _verdicts(self, recorded: Recorded[Any], lane: Lane) -> Iterator[Verdict]:
        match recorded.event:
            case MessageReceived(message_ref=sid):
                yield self._comparing.event(
                    recorded, recorded.event, slots.event_id(slots.message(sid), 0)
                )
            case ReplyReady(kind="notice"):
                yield self._resumes(recorded)
            case ConsentWithdrawn() | ConsentGiven():
                yield self._at_the_door(recorded)
            case ReplyReady(kind="confirmation" | "information"):
                yield self._at_the_door(recorded)
            case ReplyReady(turn=None):
                yield from self._again(recorded)
            case ReplyDelivered() | ReplyRead() | ReplyUndelivered():
                yield self._of_status(recorded)
            case (
                ReplySending()
                | ReplyHeld()
                | ReplySent()
                | ReplyRefused()
                | ReplyAssumed()
                | ReplyFailed()
                | ReplyParked()
            ):
                yield self._attempted(recorded, lane)
            case _:
                pass

    def _at_the_door(self, recorded: Recorded[Any]) -> Verdict:
        """What stands beside a message that was a word of consent."""
        batch = [fact for fact in self._events if fact.transaction_id == recorded.transaction_id]
        message, n = batch[0], batch.index(recorded)
        if not isinstance(message.event, MessageReceived):
            return self._comparing.event(recorded, None, None)
        if is_erased(recorded) or is_erased(message):
            return NotComparable(recorded, "erased")
        slot = slots.message(message.event.message_ref)
        # Between the fold and the append a turn may have begun, and no gate stood against it.
        before = self._lanes[message.version - 1]
        known = [lane for lane in self._lanes[: message.version] if lane.gate == before.gate]
        to = message.event.sender
        decided = [
            consent.beside(
                message.event, consents=senders.at(lane, to).consent, language=lane.language
            )
            for lane in known
        ]
        if message.event.word is None:
            decided = [[ConsentGiven()]]  # The channel took it for a START.
        decided_here = [events[n - 1] if n <= len(events) else None for events in decided]
        same = next((event for event in decided_here if event == recorded.event), decided_here[-1])
        return self._comparing.event(recorded, same, slots.event_id(slot, n))

    def _resumes(self, recorded: Recorded[Any]) -> Verdict:
        if is_erased(recorded):
            return NotComparable(recorded, "erased")
        owing = (lane for lane in reversed(self._lanes[: recorded.version]) if lane.owes)
        lane = next(owing, Lane())
        return self._of(recorded, decider.resumes(lane, lane.owes) if lane.owes else None)

    def _attempted(self, recorded: Recorded[Any], lane: Lane) -> Verdict:
        if lane.forgotten:
            return NotComparable(recorded, "forgotten")
        match recorded.event:
            case _ if not lane.queue:
                decision = None
            case ReplySending(within=UUID()) as claim:
                return self._joined(recorded, claim)
            case ReplySending() as claim:
                return self._claimed(recorded, lane, claim)
            case ReplyHeld():
                return self._held(recorded, lane)
            case ReplyParked(error=error):
                decision = decider.parked(lane, error)
            case ReplyRefused() as refused if lane.queue[0].token:
                return self._refused(recorded, lane, refused)
            case _:
                head = lane.queue[0]
                decision = outcomes.of(head, recorded) if head.token else None
        return self._of(recorded, decision, lane)

    def _of(
        self, recorded: Recorded[Any], decision: Decide | None, lane: Lane | None = None
    ) -> Redecided:
        """With the lane before it, where it may be the outcome of another's message."""
        if decision is None:
            return self._comparing.event(recorded, None, None)
        head = lane.queue[0] if lane else None
        event_id = slots.event_id(decision.slot, 0)
        if lane and head and head.token and head.within:
            said = [reply for reply, *_ in said_by(lane, head.within)]
            event_id = slots.event_id(slots.send_outcome(*head.within), said.index(head.reply))
        return self._comparing.event(recorded, decision.events[0], event_id)

    def _claimed(self, recorded: Recorded[Any], lane: Lane, claim: ReplySending) -> Verdict:
        # Whether it was time for the attempt is the clock's.
        move = None if lane.queue[0].token else self._move(recorded, lane, claim)
        if not isinstance(move, Claim):
            return self._comparing.event(recorded, None, None)
        parts = 1 if move.template else self._parts(move)
        decided = decider.claimed(lane, move, claim.parts if parts is None else parts, claim.token)
        return self._comparing.event(
            recorded,
            decided.events[0],
            slots.event_id(move.slot, 0),
            leaving_out={"rules", "parts"} if parts is None else {"rules"},
            partly="erased" if parts is None else None,
        )

    def _joined(self, recorded: Recorded[Any], claim: ReplySending) -> Verdict:
        """One that goes by another's message: it was claimed after that one, in the same batch."""
        first = recorded.version - 1
        while first and getattr(self._events[first - 1].event, "within", None):
            first -= 1
        lane = self._lanes[first - 1] if first else Lane()
        move = self._move(recorded, lane, claim) if lane.queue else None
        n = recorded.version - first
        if not isinstance(move, Claim) or n > len(move.joined):
            return self._comparing.event(recorded, None, None)
        found = [self._history.find(queued.reply) for queued in move.group]
        opened = [reply for reply in found if reply is not None and not is_erased(reply)]
        if len(opened) < len(found):
            return NotComparable(recorded, "erased")
        texts = [
            digest.said_late(reply, queued.released_at)
            for queued, reply in zip(move.group, opened, strict=True)
        ]
        said_by_whom = mark(opened[0].event.language) if move.marked else ""
        joined = move.joined[: digest.fitting(texts, said_by_whom) - 1]
        decided = decider.claimed(lane, replace(move, joined=joined), 1, claim.token)
        event = decided.events[n] if n < len(decided.events) else None
        place = slots.event_id(decided.slot, n)
        return self._comparing.event(recorded, event, place, leaving_out={"rules"})

    def _move(self, recorded: Recorded[Any], lane: Lane, claim: ReplySending) -> Claim | Hold:
        """Which templates were approved is the channel's word, and not this conversation's.

        And whether the sender that was written to last was still ours, is the settings'.
        """
        lane = _seen_by(lane, claim.sender)
        if claim.rules == 1:
            head = lane.queue[0]
            return Claim(head, slots.claim(*place(head)))
        if claim.template is None:
            return when_due(lane, recorded.recorded_at - WAITED)
        move = when_due(lane, recorded.recorded_at + CLOCKS_APART)
        return decider.by_template(move, claim.template) if isinstance(move, Hold) else move

    def _held(self, recorded: Recorded[Any], lane: Lane) -> Verdict:
        lane = _seen_by(lane, recorded.event.sender)
        move = None if lane.queue[0].token else when_due(lane, recorded.recorded_at + CLOCKS_APART)
        return self._of(recorded, decider.held(lane, move) if isinstance(move, Hold) else None)

    def _parts(self, move: Claim) -> int | None:
        """None where the text cannot be read."""
        head = move.head
        outcome = self._history.standing(slots.send_outcome(*place(head)))
        if outcome and isinstance(outcome[0].event, ReplyFailed):
            failed = outcome[0].event
            if failed.code is None and failed.reason in UNSENT:
                return 1
        recorded = self._history.find(head.reply)
        if recorded is None or is_erased(recorded):
            return None
        ready: ReplyReady = recorded.event
        text = digest.said_late(recorded, head.released_at)
        said = mark(ready.language) if move.marked else ""
        return len(sayable(ready.model_copy(update={"text": text}), said).parts)

    def _refused(self, recorded: Recorded[Any], lane: Lane, refused: ReplyRefused) -> Verdict:
        """`again_at` was counted from a moment between the claim and the record."""
        head = lane.queue[0]
        claimed_at = head.claimed_at or recorded.recorded_at
        if refused.code is not None:
            earliest = decider.too_late([head], claimed_at, refused.code, refused.reason)
        else:
            earliest = decider.refused([head], claimed_at, refused.reason, None)
        verdict = self._of(recorded, earliest, lane)
        decided = verdict.decided
        if not isinstance(decided, ReplyRefused):
            return verdict
        # The vendor may have asked for a longer pause, which only the record knows.
        if refused.again_at < decided.again_at - CLOCKS_APART:
            return verdict
        return self._comparing.event(recorded, decided, verdict.event_id, leaving_out={"again_at"})

    def _of_status(self, recorded: Recorded[Any]) -> Verdict:
        """A status that Twilio told: new by what the lane knew when it came."""
        event = recorded.event
        status = outcomes.status_of(event)
        attempt = getattr(event, "attempt", None)
        callback = Callback(
            reply=event.reply,
            part=event.part,
            attempt=0 if attempt is None else attempt,
            message_ref=event.message_ref,
            status=status,
            code=getattr(event, "code", None),
        )
        found: Event | None = None
        for version in backwards(recorded.version - 1, lambda _: True):
            decided = called_back(self._lanes[version], callback)
            if decided is not None:
                found = decided.events[-1]
                break
        if isinstance(found, ReplyUndelivered) and attempt is None:
            found = found.model_copy(update={"attempt": None})
        return self._comparing.event(
            recorded, found, outcomes.place_of(recorded, status, self._lanes[recorded.version - 1])
        )

    def _again(self, recorded: Recorded[Any]) -> Iterator[Verdict]:
        """One that an operator gave back; the others are the scheduler's."""
        parked = self._history.find(recorded.cause)
        if parked is None or not isinstance(parked.event, ReplyParked):
            return
        first = self._history.find(parked.event.reply)
        if first is None:
            yield NotComparable(recorded, "outside")
        elif is_erased(recorded) or is_erased(first):
            yield NotComparable(recorded, "erased")
        else:
            decided = cast("ReplyReady", first.event).model_copy(update={"turn": None})
            slot = slots.retry(parked.event_id)
            yield self._comparing.event(recorded, decided, slots.event_id(slot, 0))


def _seen_by(lane: Lane, sender: str | None) -> Lane:
    """The lane of a decision that names a sender; of old there was one, which none names."""
    return senders.goes_by(lane, [sender]) if sender else lane.but(sender=None)
