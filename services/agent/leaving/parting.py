"""The end of a conversation whose user asked to be forgotten and said yes. Pure.

The driver that heard the yes stands: it sees our goodbye off, and then everything is destroyed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contracts.conversation import ReplyReady, UserForgotten
from contracts.recorded import Recorded
from contracts.replies import ReplyFailed, ReplyParked, ReplySent
from services.agent.state import Conversation

GOODBYE_WITHIN = timedelta(seconds=20)
"""What a goodbye has to leave the house in, before its user's address is destroyed."""


@dataclass(frozen=True, slots=True)
class AwaitGoodbye:
    """Its user is told before their address is destroyed."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Forget:
    """Destroy all that is this user's."""


def evolve(state: Conversation, recorded: Recorded[Any]) -> Conversation:
    """Nothing is answered any more: what comes now is destroyed with the rest."""
    match recorded.event:
        case ReplyReady(turn=turn) if turn is not None and turn == state.turn:
            return state.but(
                turn=None, step=0, covers=(), ended=state.ended + 1, goodbye=recorded.event_id
            )
        case ReplySent(reply=reply) | ReplyFailed(reply=reply) | ReplyParked(reply=reply) if (
            reply == state.goodbye
        ):
            return state.but(parted=True)
        case UserForgotten():
            return Conversation(stream=state.stream, ended=state.ended, forgotten=True)
        case _:
            return state


def next_move(state: Conversation, confirmed_at: datetime, now: datetime) -> AwaitGoodbye | Forget:
    until = confirmed_at + GOODBYE_WITHIN
    return Forget() if state.parted or now >= until else AwaitGoodbye(until)
