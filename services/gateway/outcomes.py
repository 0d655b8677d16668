"""What an attempt came to, as today's gateway would record it, and where. Pure."""

from datetime import datetime
from typing import Any
from uuid import UUID

from contracts import slots
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.replies import (
    ReplyAssumed,
    ReplyDelivered,
    ReplyFailed,
    ReplyRead,
    ReplySent,
    ReplyUndelivered,
)
from services.gateway import decider
from services.gateway.queued import Queued
from services.gateway.state import Lane
from taskflow.log.deciding import Decide

TIRED = "; tried"
TRIED_AGAIN = 50
"""More attempts than one run of tries has: what is held or refuted is tried anew."""


def place_of(recorded: Recorded[Any], status: str, lane: Lane) -> UUID:
    """Its own; beside the proof that the message was sent; or that of the attempt's first fact."""
    event = recorded.event
    slot = slots.delivery(event.message_ref, status)
    own_ids = [slots.event_id(slot, n) for n in range(decider.MOST_TOGETHER)]
    if recorded.event_id in own_ids:
        return recorded.event_id
    others = {
        slots.event_id(slot(event.reply, event.part, attempt), n)
        for attempt in range(1, decider.MAX_ATTEMPTS + 1 + TRIED_AGAIN)
        for slot, n in ((slots.heard, 0), (slots.send_outcome, 1))
    }
    known = (
        queued for queued in (*lane.queue, *lane.held, *lane.gone) if queued.reply == event.reply
    )
    within = next((queued.within for queued in known if queued.within), None)
    if within:
        both = range(2 * decider.MOST_TOGETHER)
        others |= {slots.event_id(slots.send_outcome(*within), n) for n in both}
        others |= {slots.event_id(slots.heard(*within), n) for n in both}
    return recorded.event_id if recorded.event_id in others else own_ids[0]


def of(head: Queued, recorded: Recorded[Any]) -> Decide | None:
    """What the vendor said is a fact; what follows from not knowing is decided."""
    match recorded.event:
        case ReplySent(message_ref=sid, known_by=known_by):
            return decider.sent([head], sid, known_by)
        case ReplyAssumed():
            return decider.assumed([head])
        case ReplyFailed() as failed:
            return _failed(head, failed, recorded.recorded_at)
        case _:
            return None


def _failed(head: Queued, event: ReplyFailed, now: datetime) -> Decide:
    """After the last attempt by our own rule; else by the vendor's word."""
    reason, tired, _ = event.reason.rpartition(TIRED)
    if event.code is None and tired:
        return decider.refused([head], now, reason, None)
    return decider.failed([head], event.code, event.reason)


def status_of(event: Event) -> str:
    match event:
        case ReplyDelivered():
            return "delivered"
        case ReplyRead():
            return "read"
        case ReplyUndelivered(status=status):
            return status
        case _:
            raise AssertionError("no status of a message")
