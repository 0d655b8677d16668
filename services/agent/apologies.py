"""What we say when a turn ends without an answer. Pure."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from contracts.conversation import ModelFailed, ReplyReady
from contracts.event import Event
from taskflow.words.message import Message

Reason = Literal["unavailable", "refused", "blocked", "malformed", "steps", "time", "tokens"]
APOLOGIES: Mapping[str, Message] = {
    "unavailable": Message(
        "I could not do that: the language model I think with does not answer at the moment. "
        "Please try again in a few minutes."
    ),
    "refused": Message(
        "I could not do that: the language model refused my request. "
        "The people who run me can see why."
    ),
    "blocked": Message(
        "I could not do that: I am not able to answer that one. Please put it another way."
    ),
    "malformed": Message(
        "I could not do that: I got tangled up in my own answer. "
        "Please ask again, perhaps in other words."
    ),
    "steps": Message(
        "I could not do that: it took more steps than I am allowed. "
        "Please ask for a smaller piece of it."
    ),
    "time": Message(
        "I could not do that: it took longer than I am allowed. "
        "Please try again, or ask for less at once."
    ),
    "tokens": Message(
        "I could not do that: it grew too large for me. Please ask for a smaller piece of it."
    ),
    "parked": Message(
        "I could not do that: something went wrong on my side. "
        "It is noted, and people will look at it."
    ),
}


def apology(reason: str, language: str) -> str:
    return APOLOGIES[reason].said(language)


def sorry(turn: UUID, reason: Reason, in_reply_to: str | None, language: str) -> ReplyReady:
    text = apology(reason, language)
    return ReplyReady(turn=turn, kind="apology", text=text, in_reply_to=in_reply_to)


def given_up(
    turn: UUID,
    step: int,
    reason: Reason,
    *,
    language: str,
    detail: str = "",
    attempts: int = 0,
    in_reply_to: str | None = None,
) -> list[Event]:
    """The step ends its turn without the model."""
    failed = ModelFailed(turn=turn, step=step, reason=reason, detail=detail, attempts=attempts)
    return [failed, sorry(turn, reason, in_reply_to, language)]
