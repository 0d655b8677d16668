"""What a takeover leaves of a lane: no answer of before it is said any more. Pure."""

from typing import Any

from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from services.gateway.queued import ANSWERS, Queued
from services.gateway.senders import is_current
from services.gateway.state import REPAIRED, Lane


def taken_over(lane: Lane, recorded: Recorded[Any]) -> Lane:
    """Answers that wait are withdrawn for good; one on its way leaves with its outcome."""
    left = [
        queued for queued in (*lane.queue, *lane.held) if queued.is_answer and queued.token is None
    ]
    return lane.but(
        taken=recorded.event_id,
        took=recorded.version,
        parked=(),
        queue=tuple(queued for queued in lane.queue if queued not in left),
        held=tuple(queued for queued in lane.held if queued not in left),
        gone=(*lane.gone, *(queued.finished() for queued in left))[-REPAIRED:],
    )


def is_overtaken(lane: Lane, ready: ReplyReady, recorded: Recorded[Any]) -> bool:
    """An answer of before a takeover, given back from its dead letter, is not said after it."""
    if ready.kind not in ANSWERS or not lane.took:
        return False
    return lane.taken is not None or (ready.turn is None and recorded.cause not in lane.parked)


def is_unsaid(lane: Lane, reply: Queued, sender: str | None) -> bool:
    """Whether what was refused to a sender of ours is to be said no more.

    A STOP is spoken of by nobody else than the sender that it was said to.
    """
    is_late_word = reply.is_of_consent and (lane.consent or not is_current(lane, sender))
    return is_late_word or is_withdrawn(lane, reply)


def is_withdrawn(lane: Lane, reply: Queued) -> bool:
    return reply.is_answer and reply.ready < lane.took
