"""What we say when a turn ends without an answer. Pure."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from contracts.conversation import ModelFailed, ReplyReady
from contracts.event import Event

Reason = Literal["unavailable", "refused", "blocked", "malformed", "steps", "time", "tokens"]
_APOLOGIES: Mapping[str, str] = {
    "unavailable": "the language model I think with does not answer at the moment. "
    "Please try again in a few minutes.",
    "refused": "the language model refused my request. The people who run me can see why.",
    "blocked": "I am not able to answer that one. Please put it another way.",
    "malformed": "I got tangled up in my own answer. Please ask again, perhaps in other words.",
    "steps": "it took more steps than I am allowed. Please ask for a smaller piece of it.",
    "time": "it took longer than I am allowed. Please try again, or ask for less at once.",
    "tokens": "it grew too large for me. Please ask for a smaller piece of it.",
    "parked": "something went wrong on my side. It is noted, and people will look at it.",
}


def apology(reason: str) -> str:
    return f"I could not do that: {_APOLOGIES[reason]}"


def sorry(turn: UUID, reason: Reason, in_reply_to: str | None) -> ReplyReady:
    return ReplyReady(turn=turn, kind="apology", text=apology(reason), in_reply_to=in_reply_to)


def given_up(
    turn: UUID,
    step: int,
    reason: Reason,
    *,
    detail: str = "",
    attempts: int = 0,
    in_reply_to: str | None = None,
) -> list[Event]:
    """The step ends its turn without the model."""
    failed = ModelFailed(turn=turn, step=step, reason=reason, detail=detail, attempts=attempts)
    return [failed, sorry(turn, reason, in_reply_to)]
