"""What became of each reply: attempts, what Twilio said of them, and what the phone did. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.conversation import ReplyReady
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

_REACHED = {"sending": 0, "sent": 1, "assumed gone": 1, "undelivered": 2, "delivered": 3, "read": 4}


class Attempt(BaseModel):
    part: int
    """From 0."""
    attempt: int
    claimed_at: datetime
    outcome: str | None = None
    """sent, refused, failed, assumed gone, assumed again; None while nobody knows."""
    at: datetime | None = None
    message_ref: str | None = None
    known_by: str | None = None
    reason: str | None = None
    template: str | None = None
    """By which it goes; None: as it is."""


class Delivery(BaseModel):
    part: int
    message_ref: str
    status: str
    at: datetime
    code: int | None = None
    again: bool = False
    """Whether it is said again."""


class ReplyStory(BaseModel):
    reply: UUID
    parts: int | None = None
    """Known from the first claim on."""
    attempts: list[Attempt] = Field(default_factory=list[Attempt])
    deliveries: list[Delivery] = Field(default_factory=list[Delivery])
    parked: str | None = None
    """Why it was given up."""
    held: str | None = None
    """Why it waits for its user to write."""

    def state(self) -> str:
        """Of its least part: a reply is read when all of it is."""
        if self.parked:
            return "parked"
        if any(attempt.outcome == "failed" for attempt in self.attempts):
            return "failed"
        if self.held:
            return "held"
        if self.parts is None:
            return "waiting"
        furthest = dict.fromkeys(range(self.parts), "sending")
        statuses = [(attempt.part, attempt.outcome or "sending") for attempt in self.attempts]
        statuses += [
            (delivery.part, delivery.status) for delivery in self.deliveries if not delivery.again
        ]
        for part, status in statuses:
            if _REACHED.get(status, 0) > _REACHED[furthest.setdefault(part, "sending")]:
                furthest[part] = status
        return min(furthest.values(), key=_REACHED.__getitem__)

    def by_template(self) -> bool:
        """Whether its latest attempt went as a template."""
        return bool(self.attempts) and self.attempts[-1].template is not None

    def reached_at(self) -> datetime | None:
        """When the channel took it, or the phone had it first, if that is known."""
        had = [
            delivery.at for delivery in self.deliveries if delivery.status in {"delivered", "read"}
        ]
        taken = [
            attempt.at for attempt in self.attempts if attempt.outcome == "sent" and attempt.at
        ]
        return min(had or taken, default=None)


def sendings(events: Iterable[Recorded[Any]]) -> dict[UUID, ReplyStory]:
    """Of every reply of a conversation."""
    found: dict[UUID, ReplyStory] = {}
    for recorded in events:
        event = recorded.event
        if isinstance(event, ReplyReady):
            found[recorded.event_id] = ReplyStory(reply=recorded.event_id)
        elif (sending := found.get(getattr(event, "reply", None) or UUID(int=0))) is not None:
            _learn(sending, event, recorded.recorded_at)
    return found


def _learn(sending: ReplyStory, event: Any, at: datetime) -> None:
    match event:
        case ReplySending(part=part, parts=parts, attempt=attempt, template=template):
            sending.parts, sending.held = parts, None
            claimed = Attempt(part=part, attempt=attempt, claimed_at=at, template=template)
            sending.attempts.append(claimed)
        case ReplySent(message_ref=sid, known_by=known_by):
            _settle(sending, event, at, "sent", message_ref=sid, known_by=known_by)
        case ReplyRefused(reason=reason):
            _settle(sending, event, at, "refused", reason=reason)
        case ReplyFailed(reason=reason):
            _settle(sending, event, at, "failed", reason=reason)
        case ReplyAssumed(assumed=assumed):
            _settle(sending, event, at, f"assumed {assumed}")
        case ReplyHeld(why=why):
            sending.held = why
        case ReplyParked(error=error):
            sending.parked = error
        case ReplyDelivered() | ReplyRead():
            status = "delivered" if isinstance(event, ReplyDelivered) else "read"
            sending.deliveries.append(
                Delivery(part=event.part, message_ref=event.message_ref, status=status, at=at)
            )
        case ReplyUndelivered(part=part, message_ref=sid, code=code) as lost:
            sending.deliveries.append(
                Delivery(
                    part=part,
                    message_ref=sid,
                    status="undelivered",
                    at=at,
                    code=code,
                    again=lost.window_was_shut,
                )
            )
        case _:
            pass


def _settle(
    sending: ReplyStory,
    event: ReplySent | ReplyRefused | ReplyFailed | ReplyAssumed,
    at: datetime,
    outcome: str,
    **more: Any,
) -> None:
    place = (event.part, event.attempt)
    for attempt in sending.attempts:
        if (attempt.part, attempt.attempt) == place:
            for name, value in {"outcome": outcome, "at": at, **more}.items():
                setattr(attempt, name, value)
