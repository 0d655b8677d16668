"""A user asks to be forgotten altogether, and what that leads to.

It is asked back once, in a fixed text; only a yes to that very question does it (docs/policy.md,
P15). The model may hear the wish, in the user's own words; a phrase as the whole message reaches
the question without it.
"""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel

from contracts.conversation import (
    ForgettingAsked,
    ForgettingConfirmed,
    MessageReceived,
    ReplyReady,
)
from contracts.event import Event
from contracts.recorded import Recorded
from services.agent.judging import facts
from services.agent.judging.own_writes import FORGET_ME
from services.agent.state import Conversation
from taskflow.tooling import Call, Done, Refused, Tool
from taskflow.words.message import Message
from taskflow.words.typed import FORGET_ME as PHRASES

_QUESTION = (
    Message(
        "You ask me to forget you altogether. If you say yes, I destroy everything that I hold of "
        "you: our whole conversation, your number, what you told me about yourself, pictures, "
        "reminders and price watches. Reminders and watches end: you will hear of none of them "
        "again."
    ),
    Message(
        "**This cannot be undone.** If you want a copy first, ask the people who run me for an "
        "export."
    ),
    Message("Reply **yes** to be forgotten. Anything else, and all stays as it is."),
)
GOODBYE = Message(
    "Goodbye. With this message everything that I hold of you is being destroyed. "
    "Should you write to me again, we meet for the first time."
)
KEPT = Message("All stays as it is: I forget nothing.")
TIMEOUT = 10.0


def question(language: str) -> str:
    return "\n\n".join(paragraph.said(language) for paragraph in _QUESTION)


class ForgetMe(BaseModel):
    pass


async def forget_me(arguments: ForgetMe, call: Call) -> Done:
    """Destroy all that is held of the user: conversation, number, facts, reminders, watches.

    Only where they ask to be forgotten altogether, or for all their data to be deleted. They are
    asked back by a fixed question; call it alone.
    """
    del arguments, call
    # The question is asked beside the answer; only a release that cannot do so comes here.
    raise Refused("Nothing was destroyed. Ask the user to write: forget me.")


def tool() -> Tool[ForgetMe]:
    return Tool(
        ForgetMe,
        forget_me,
        FORGET_ME,
        "confirm",
        TIMEOUT,
        inside=True,
    )


def decided(
    turn: UUID, state: Conversation, covered: Sequence[Recorded[MessageReceived]]
) -> list[Event]:
    """What a turn's first step decides without the model; nothing for any other message."""
    newest = covered[-1].event.message_ref if covered else None
    asked_at = state.asked_at if state.asked_to_forget else None
    asked = [state.forgetting] if state.asked_to_forget and state.forgetting else []
    if facts.confirms(covered, asked_at, state.languages, asked):
        return [ForgettingConfirmed(turn=turn), _said(turn, GOODBYE.said(state.language), newest)]
    if facts.refuses(covered, asked_at, state.languages, asked):
        return [_said(turn, KEPT.said(state.language), newest)]
    typed = [
        recorded.event.text
        for recorded in covered
        if recorded.event.kind in {"text", "button"}
        and recorded.event.pressed is None
        and not recorded.event.forwarded
    ]
    is_asked = any(PHRASES.is_said(text, state.languages) for text in typed)
    return asked_back(turn, newest, state.language) if is_asked else []


def asked_back(turn: UUID, in_reply_to: str | None, language: str) -> list[Event]:
    return [ForgettingAsked(turn=turn), _said(turn, question(language), in_reply_to)]


def _said(turn: UUID, text: str, in_reply_to: str | None) -> ReplyReady:
    return ReplyReady(turn=turn, kind="answer", text=text, in_reply_to=in_reply_to)
