"""What Twilio's status callbacks prove and tell. Pure; a status never goes backwards."""

from dataclasses import dataclass
from uuid import UUID

from contracts import slots
from contracts.event import Event
from contracts.replies import ReplyDelivered, ReplyRead, ReplyUndelivered
from services.gateway.decider import RANKS, Decide, Lane, place, sent


@dataclass(frozen=True, slots=True)
class Callback:
    """What Twilio told of one part."""

    reply: UUID
    part: int
    attempt: int
    message_ref: str
    status: str
    code: int | None


def called_back(lane: Lane, told: Callback) -> list[Decide]:
    """Any status proves that Twilio has the part; some are facts of their own."""
    decisions: list[Decide] = []
    head = lane.queue[0] if lane.queue else None
    if head and head.token and place(head) == (told.reply, told.part, told.attempt):
        decisions.append(sent(head, told.message_ref, "callback"))
    known = next((one.rank for one in lane.sent if one.message_ref == told.message_ref), 0)
    fact = _fact(told)
    if fact is not None and RANKS[told.status] > known:
        decisions.append(Decide(slots.delivery(told.message_ref, told.status), [fact]))
    return decisions


def _fact(told: Callback) -> Event | None:
    reply, part, sid = told.reply, told.part, told.message_ref
    match told.status:
        case "delivered":
            return ReplyDelivered(reply=reply, part=part, message_ref=sid)
        case "read":
            return ReplyRead(reply=reply, part=part, message_ref=sid)
        case "failed" | "undelivered" | "canceled" as status:
            return ReplyUndelivered(
                reply=reply, part=part, message_ref=sid, status=status, code=told.code
            )
        case _:
            return None
