"""What the gateway holds of a conversation: replies on their way, and messages that left. Pure."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.channels import ChannelName
from contracts.replies import ReplyDelivered, ReplyRead, ReplyUndelivered
from services.gateway.queued import Queued

REMEMBERED = 64
"""Sent messages whose statuses are still followed."""
REPAIRED = 32
"""Replies that left the queue and may come back into it: WhatsApp's refusals come in moments."""
MOST_SENDERS = 32
"""Of ours beside the last, of which is kept what stands between them and a user."""
RETRIED = 32
"""Answers that were given up since a takeover and may be given back."""
RANKS = {"sent": 1, "delivered": 2, "read": 3, "undelivered": 4, "failed": 4, "canceled": 4}

Delivery = ReplyDelivered | ReplyRead | ReplyUndelivered


class Sent(BaseModel):
    model_config = ConfigDict(frozen=True)

    message_ref: str
    reply: UUID
    part: int
    attempt: int = 0
    rank: int = 1


class SenderState(BaseModel):
    """What stands between a user and one sender of ours: the window, consent, and the rate."""

    model_config = ConfigDict(frozen=True)

    sender: str | None = None
    """None: in a terminal, and as long as no event has named one."""
    heard: int = 0
    """The version of the last message to it."""
    heard_at: datetime | None = None
    shut: int = 0
    """The latest claim that was refused because the window was shut."""
    full_at: datetime | None = None
    """When the bucket of what WhatsApp lets it send to this user is full again."""
    consent: bool = True
    """Whether they want to hear from it: no STOP of theirs stands."""
    consented: int = 0
    """The version of their last START."""
    stop: UUID | None = None
    """What withdrew consent last."""
    told: bool = False
    """Whether somebody has told them since that STOP that START resumes."""


class Lane(SenderState):
    """Beside what stands between its user and the sender that they wrote to last."""

    others: tuple[SenderState, ...] = ()
    """What was put by of the other senders that they wrote to; see senders.py."""
    nameless: str | None = None
    """Which sender that of the events was that name none."""
    queue: tuple[Queued, ...] = ()
    held: tuple[Queued, ...] = ()
    """Out of the queue until the user writes."""
    gone: tuple[Queued, ...] = ()
    """Said, as far as is known, or given up; the newest few."""
    sent: tuple[Sent, ...] = ()
    driver: UUID | None = None
    channel: ChannelName | None = None
    """By which the user wrote last."""
    gate: int = 0
    """The version of the last fact that may forbid what an older fold allowed."""
    owes: UUID | None = None
    """The STOP after which somebody wrote, as long as nobody has told them that START resumes."""
    language: str | None = None
    """BCP 47, in which they were spoken to last."""
    taken: UUID | None = None
    """The takeover that lasts: an operator has the word."""
    took: int = 0
    """The version of the latest one: no answer of before is said any more."""
    parked: tuple[UUID, ...] = ()
    """The parkings of answers since then: these may be given back."""
    forgotten: bool = False

    @property
    def flying(self) -> tuple[Queued, ...]:
        """The head that is claimed, and behind it what its message says too."""
        head = self.queue[0] if self.queue else None
        if head is None or head.token is None:
            return ()
        return tuple(queued for queued in self.queue if queued.token == head.token)

    def but(self, **changes: Any) -> "Lane":
        return self.model_copy(update=changes)


def ranked(sent: tuple[Sent, ...], fact: Delivery, rank: int) -> tuple[Sent, ...]:
    """Also of a message whose sending was only assumed: no other attempt is to be taken for it."""
    its = (
        part for part in sent if (part.message_ref, part.reply) == (fact.message_ref, fact.reply)
    )
    known = next(its, None)
    if known is None:
        new = Sent(message_ref=fact.message_ref, reply=fact.reply, part=fact.part, rank=rank)
        return remembering(sent, new)
    better = known.model_copy(update={"rank": max(rank, known.rank)})
    return tuple(better if part is known else part for part in sent)


def remembering(sent: tuple[Sent, ...], new: Sent) -> tuple[Sent, ...]:
    return (*sent, new)[-REMEMBERED:]
