"""What Twilio's status callbacks, and its list, prove and tell. Pure; none goes backwards."""

from dataclasses import dataclass
from uuid import UUID

from contracts import slots
from contracts.event import Event
from contracts.replies import ReplyDelivered, ReplyRead, ReplyUndelivered
from services.gateway.decider import KnownBy, sent
from services.gateway.lane import Lane
from services.gateway.queued import Place, place
from services.gateway.state import RANKS
from taskflow.log.deciding import Decide


@dataclass(frozen=True, slots=True)
class Callback:
    """What Twilio told of one part."""

    reply: UUID
    part: int
    attempt: int
    message_ref: str
    status: str
    code: int | None


def called_back(lane: Lane, callback: Callback, known_by: KnownBy = "callback") -> Decide | None:
    """Any status proves that the channel has the part; some are facts of their own.

    Both stand in one batch: a callback does not come again.
    """
    at = (callback.reply, callback.part, callback.attempt)
    flying = lane.flying
    if flying and place(flying[0]) == at:
        proof = sent(flying, callback.message_ref, known_by)
        facts = [fact for queued in flying if (fact := _fact(callback, *place(queued)))]
        return Decide(proof.slot, [*proof.events, *facts])
    ranks = {
        part.reply: part.rank for part in lane.sent if part.message_ref == callback.message_ref
    }
    rank = RANKS.get(callback.status, 0)
    news = [new for new in said_by(lane, at) if rank > ranks.get(new[0], 0)]
    facts = [fact for new in news if (fact := _fact(callback, *new))]
    return Decide(slots.delivery(callback.message_ref, callback.status), facts) if facts else None


def said_by(lane: Lane, at: Place) -> list[Place]:
    """What an attempt's message said: its own part, and what went within it."""
    known = (*lane.queue, *lane.held, *lane.gone)
    joined = [queued for queued in known if queued.within == at]
    joined.sort(key=lambda queued: queued.ready)
    return [at, *((queued.reply, 0, len(queued.pieces[0].attempts)) for queued in joined)]


def _fact(callback: Callback, reply: UUID, part: int, attempt: int) -> Event | None:
    sid = callback.message_ref
    match callback.status:
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
                code=callback.code,
                attempt=attempt,
            )
        case _:
            return None
