"""What Twilio's status callbacks, and its list, prove and tell. Pure; none goes backwards."""

from dataclasses import dataclass
from uuid import UUID

from contracts import slots
from contracts.event import Event
from contracts.replies import ReplyDelivered, ReplyRead, ReplyUndelivered
from services.gateway.decider import Decide, KnownBy, sent
from services.gateway.lane import Lane
from services.gateway.queued import place
from services.gateway.state import RANKS


@dataclass(frozen=True, slots=True)
class Callback:
    """What Twilio told of one part."""

    reply: UUID
    part: int
    attempt: int
    message_ref: str
    status: str
    code: int | None


def called_back(lane: Lane, told: Callback, known_by: KnownBy = "callback") -> Decide | None:
    """Any status proves that the channel has the part; some are facts of their own.

    Both stand in one batch: a callback does not come again.
    """
    fact = _fact(told)
    head = lane.queue[0] if lane.queue else None
    if head and head.token and place(head) == (told.reply, told.part, told.attempt):
        proof = sent(head, told.message_ref, known_by)
        return Decide(proof.slot, [*proof.events, *([fact] if fact else [])])
    known = next((one.rank for one in lane.sent if one.message_ref == told.message_ref), 0)
    if fact is None or RANKS[told.status] <= known:
        return None
    return Decide(slots.delivery(told.message_ref, told.status), [fact])


def _fact(told: Callback) -> Event | None:
    reply, part, sid = told.reply, told.part, told.message_ref
    match told.status:
        case "delivered":
            return ReplyDelivered(reply=reply, part=part, message_ref=sid)
        case "read":
            return ReplyRead(reply=reply, part=part, message_ref=sid)
        case "failed" | "undelivered" | "canceled" as status:
            return ReplyUndelivered(
                reply=reply,
                part=part,
                message_ref=sid,
                status=status,
                code=told.code,
                attempt=told.attempt,
            )
        case _:
            return None
