"""Why a reply was sent: its causes, back to the message that it all began with. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts import slots
from contracts.conversation import MessageReceived, ReplyReady, UserForgotten
from contracts.recorded import Recorded
from contracts.replies import ReplyParked
from taskflow.time_travel.sending import ReplyStory, sendings
from taskflow.time_travel.turns import TurnStory, turns

UNPROMPTED = frozenset({"reminder", "alert"})
"""Kinds of replies that speak by themselves, because of something that was set before."""
AT_THE_DOOR = 3
"""Events of an append that answers a word of consent, with the message that said it."""
MAX_CAUSES = 1_000
"""A chain of so many causes is a circle."""


@dataclass(frozen=True, slots=True)
class Explanation:
    reply: Recorded[ReplyReady]
    causes: Sequence[Recorded[Any]]
    """Each caused the one before it; the first one caused the reply."""
    missing: UUID | None
    """A cause that the log does not hold."""
    told_with: Sequence[Recorded[Any]]
    """Facts of other streams that were decided with it: the reminder that fired, the reading."""
    turns: Sequence[TurnStory]
    """Those that led here, oldest first."""
    sending: ReplyStory

    @property
    def root(self) -> Recorded[Any]:
        return self.causes[-1] if self.causes else self.reply

    @property
    def origin(self) -> str:
        match self.root.event:
            case MessageReceived():
                return "webhook"
            case UserForgotten():
                return "operator"
            case _:
                return "unknown"

    def traces_back(self) -> bool:
        """Nothing between the reply and what began it is missing."""
        explained = self.missing is None and self.root.cause is None
        fired = bool(self.told_with) or self.reply.event.kind not in UNPROMPTED
        return explained and self.origin != "unknown" and (fired or self._is_retried())

    def _is_retried(self) -> bool:
        return any(isinstance(cause.event, ReplyParked) for cause in self.causes)

    @property
    def traces(self) -> list[str]:
        """Trace ids, from the beginning to the reply."""
        events = (*reversed(self.causes), self.reply)
        return list(dict.fromkeys(id_ for recorded in events if (id_ := trace_id(recorded))))

    def times(self) -> dict[str, timedelta]:
        """Between the turning points, as far as they came."""
        ready = self.reply.recorded_at
        began = self._began()
        sent = [
            attempt.at
            for attempt in self.sending.attempts
            if attempt.outcome == "sent" and attempt.at
        ]
        arrived = [
            delivery.at for delivery in self.sending.deliveries if delivery.status == "delivered"
        ]
        found: dict[str, timedelta] = {}
        if began is not None:
            found["from the last message to the reply"] = ready - began.recorded_at
        if sent:
            found["from the reply to Twilio"] = sent[0] - ready
            if arrived:
                found["from Twilio to the phone"] = arrived[0] - sent[0]
        return found

    def _began(self) -> Recorded[MessageReceived] | None:
        """The newest message of the turn that it answers; nothing waits for a reminder."""
        if self.reply.event.kind in UNPROMPTED or not self.turns:
            return None
        messages = self.turns[-1].messages
        return messages[-1] if messages else None


def trace_id(recorded: Recorded[Any]) -> str | None:
    parts = (recorded.trace or "").split("-")
    return parts[1] if len(parts) == 4 else None


def replies(events: Sequence[Recorded[Any]]) -> list[Recorded[ReplyReady]]:
    return [recorded for recorded in events if isinstance(recorded.event, ReplyReady)]


def explain(reply: UUID, events: Sequence[Recorded[Any]]) -> Explanation:
    """Of a user's events, whatever their order; the more streams they hold, the further it goes.

    Raises KeyError where the reply is not among them.
    """
    ordered = sorted(events, key=lambda recorded: (recorded.transaction_id, recorded.position))
    by_id = {recorded.event_id: recorded for recorded in ordered}
    reply_event = by_id[reply]
    conversation = [recorded for recorded in ordered if recorded.stream == reply_event.stream]
    causes = list(_causes(reply_event, by_id))
    last = causes[-1] if causes else reply_event
    known = turns(conversation)
    led = {turn for cause in (reply_event, *causes) if (turn := _turn_of(cause, by_id)) in known}
    return Explanation(
        reply=reply_event,
        causes=causes,
        missing=last.cause,
        told_with=[recorded for recorded in ordered if _is_told_with(recorded, reply_event)],
        turns=[turn for id_, turn in known.items() if id_ in led],
        sending=sendings(conversation)[reply],
    )


def _causes(of: Recorded[Any], by_id: Mapping[UUID, Recorded[Any]]) -> Iterator[Recorded[Any]]:
    for _ in range(MAX_CAUSES):
        cause = by_id.get(of.cause) if of.cause else _heard_beside(of, by_id)
        if cause is None:
            return
        yield cause
        of = cause


def _heard_beside(
    recorded: Recorded[Any], by_id: Mapping[UUID, Recorded[Any]]
) -> Recorded[MessageReceived] | None:
    """The message that was answered at the door, in whose append this stands."""
    if isinstance(recorded.event, MessageReceived):
        return None
    slots_of_messages = (
        (other, slots.message(other.event.message_ref))
        for other in by_id.values()
        if isinstance(other.event, MessageReceived) and other.stream == recorded.stream
    )
    return next(
        (
            message
            for message, slot in slots_of_messages
            if recorded.event_id in {slots.event_id(slot, n) for n in range(1, AT_THE_DOOR)}
        ),
        None,
    )


def _turn_of(recorded: Recorded[Any], by_id: Mapping[UUID, Recorded[Any]]) -> UUID | None:
    """A parked reply's retry names no turn of its own."""
    if isinstance(recorded.event, ReplyParked):
        parked = by_id.get(recorded.event.reply)
        return parked.event.turn if parked else None
    return getattr(recorded.event, "turn", None)


def _is_told_with(recorded: Recorded[Any], reply: Recorded[ReplyReady]) -> bool:
    """Of the same append: one transaction may hold those of others, but not with the same cause."""
    return (
        recorded.stream != reply.stream
        and recorded.transaction_id == reply.transaction_id
        and recorded.cause == reply.cause
        and recorded.correlation == reply.correlation
    )
