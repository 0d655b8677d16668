"""What an operator's moves come to, and where they stand. Pure; the fold is the decider's."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from contracts import slots
from contracts.conversation import ReplyReady
from contracts.takeover import ConversationHandedBack, ConversationTakenOver, OperatorSaid
from services.agent.decider import current_slot
from services.agent.state import Conversation
from taskflow.log.deciding import Decide

IDLE = timedelta(hours=2)
"""Without a line, after which the bot has the word again."""
GATES = (ConversationTakenOver.type, ConversationHandedBack.type)
"""A line conflicts with these: whoever says it has the word."""


def taken_over(state: Conversation, by: str) -> Decide:
    """In the place of the turn's next move, which so ends the turn."""
    return Decide(current_slot(state), [ConversationTakenOver(by=by, turn=state.turn)])


def said(takeover: UUID, text: str, version: int, *, seen: int, command: UUID) -> Decide:
    """`version`: of the conversation, when they had the word; `seen`: the one that they saw."""
    line = ReplyReady(turn=None, kind="operator", text=text)
    events = [OperatorSaid(takeover=takeover, seen=seen), line]
    return Decide(slots.line(command), events, version, GATES)


def is_idle(state: Conversation, now: datetime) -> bool:
    """Whether the operator has said nothing for so long that the bot may go on."""
    return state.spoke_at is not None and now - state.spoke_at >= IDLE


def handed_back(state: Conversation, why: Literal["operator", "idle"]) -> Decide | None:
    """None while an answer is on its way, whose outcome says if its messages wait again."""
    if state.taken is None or state.is_answering:
        return None
    over = ConversationHandedBack(takeover=state.taken, why=why)
    return Decide(slots.over(state.taken), [over])
