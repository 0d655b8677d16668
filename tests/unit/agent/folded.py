"""A conversation with something in every place, and what one more fact makes of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts.event import Event
from contracts.recorded import Recorded
from services.agent.decider import (
    evolve,
)
from services.agent.state import Conversation, Pending, Proposal, Undoable
from tests.support.memory_log import START
from tests.support.story import STREAM, USER

THIS, TURN, OLD_TURN, CALL, OTHER, OUTCOME, REPLY, MESSAGE, TAKEOVER = (
    UUID(int=n) for n in range(11, 20)
)
SECOND = timedelta(seconds=1)
VERSION = 40
"""Of the fact that comes."""
COVERED = Pending(message=MESSAGE, at=START, version=3)
WAITING = Pending(message=UUID(int=30), at=START, media_left=None, version=9)
PROPOSAL = Proposal(proposed=UUID(int=31), fingerprint="a")
ASKED = Proposal(proposed=UUID(int=32), fingerprint="b")

OPEN = Conversation(
    stream=STREAM,
    turn=TURN,
    turn_version=4,
    languages=("pt", "de"),
    step=2,
    waiting=frozenset({CALL}),
    waiting_since=START,
    wait_ends=START + 30 * SECOND,
    pending=(WAITING,),
    covers=(COVERED,),
    ended=6,
    tokens=100,
    worked_ms=500,
    repairs=1,
    caught=True,
    changing=frozenset({CALL}),
    owed=(OUTCOME,),
    owed_turns=(OLD_TURN, TURN),
    undoable=Undoable(reply=REPLY, sent_at=START, since=2),
    undoing=True,
    answering="done",
    proposed=(PROPOSAL,),
    asked=(ASKED,),
    asked_in=REPLY,
    asked_at=8,
    asks_to_forget=True,
    asked_to_forget=True,
    gone=(REPLY,),
    turns_since=5,
    sender="ours",
)
"""Of an open turn."""
CLOSED: dict[str, Any] = {
    "turn": None,
    "step": 0,
    "waiting": frozenset(),
    "covers": (),
    "ended": 7,
    "undoable": Undoable(reply=REPLY, sent_at=START, since=VERSION),
    "undoing": False,
    "answering": None,
    "proposed": (),
    "asked": (),
    "asked_in": None,
    "asked_at": None,
    "asks_to_forget": False,
    "asked_to_forget": False,
    "turns_since": 6,
}
"""What the end of a turn changes, whatever ends it."""
IDLE = Conversation(stream=STREAM, sender="ours", ended=6)


def after(state: Conversation, event: Event, later: timedelta = SECOND) -> Conversation:
    """What the fact makes of it, but for answers on their way, which withdrawing.py follows."""
    recorded = Recorded(
        event=event,
        event_id=THIS,
        stream=STREAM,
        version=VERSION,
        position=1,
        transaction_id=1,
        user_id=USER,
        cause=None,
        correlation=THIS,
        trace=None,
        recorded_at=START + later,
    )
    return evolve(state, recorded).but(answers=())
