"""An operator's moves, decided again: what they said is theirs, and where it stands is ours."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from contracts import slots
from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from contracts.takeover import ConversationHandedBack, ConversationTakenOver, OperatorSaid
from services.agent.state import Conversation
from services.agent.takeover import deciding
from taskflow.replay.history import History, is_erased
from taskflow.replay.verdicts import Comparing, NotComparable, Verdict

CLOCKS_APART = timedelta(seconds=1)
"""A service's clock and the database's."""


def takeover_reviewed(
    history: History, states: Sequence[Conversation], recorded: Recorded[Any]
) -> Verdict:
    """`states` are the conversation's, by version."""
    comparing, before = Comparing(history), states[recorded.version - 1]
    match recorded.event:
        case ConversationTakenOver(by=by):
            # Between the fold and the append nothing left the turn's slot.
            decided = deciding.taken_over(before, by)
            event = decided.events[0] if before.taken is None else None
            return comparing.event(recorded, event, slots.event_id(decided.slot, 0))
        case ConversationHandedBack(why=why):
            over = deciding.handed_back(before, why)
            late = deciding.is_idle(before, recorded.recorded_at + CLOCKS_APART)
            if over is None or (why == "idle" and not late):
                return comparing.event(recorded, None, None)
            return comparing.event(recorded, over.events[0], slots.event_id(over.slot, 0))
        case OperatorSaid(takeover=takeover) as said:
            has_word = before.taken == takeover and said.seen < recorded.version
            return comparing.event(recorded, said if has_word else None, recorded.event_id)
        case ReplyReady():
            if is_erased(recorded):
                return NotComparable(recorded, "erased")
            has_word = before.taken is not None
            return comparing.event(
                recorded, recorded.event if has_word else None, recorded.event_id
            )
        case _:
            raise AssertionError("no operator's move")
