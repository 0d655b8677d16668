"""What a turn's first step decides without the model: typed words that code itself understands.

Yes and no to whether they want to be forgotten, a no to what waits for their word, and undo. Each
is a whole message of the catalogue's, in a language that is spoken here.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from contracts import streams
from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Event
from contracts.recorded import Recorded
from services.agent import undo
from services.agent.judging import facts
from services.agent.leaving import leaving
from services.agent.owed import Owed
from services.agent.state import Conversation
from services.agent.undo import Taking
from taskflow import clock
from taskflow.log.event_log import Log
from taskflow.tooling import Catalogue
from taskflow.words.message import Message

_LEFT_UNDONE = Message("All right, I leave it.")
_NOTHING = Message("There is nothing to take back.")

Covered = Sequence[Recorded[MessageReceived]]


class TypedWords:
    def __init__(self, event_log: Log, catalogue: Catalogue) -> None:
        self._log, self._catalogue = event_log, catalogue
        self._owed = Owed(event_log)

    async def decided(self, turn: UUID, state: Conversation, covered: Covered) -> Sequence[Event]:
        """Nothing for any other message, and for a turn that asked the model.

        Raises SealedForEver once the user is forgotten.
        """
        if state.undoing:
            return [_said(turn, "", covered)]  # Its receipts tell all.
        if state.step != 1:
            return ()
        if forgetting := leaving.decided(turn, state, covered):
            return forgetting
        waits = state.asked_at if state.asked and state.asked_zone is None else None
        if facts.refuses(covered, waits, state.languages):
            return [_said(turn, _LEFT_UNDONE.said(state.language), covered)]
        if undo.is_asked(state, covered):
            nothing = _LEFT_UNDONE if state.asked else _NOTHING
            taken = await self._undone(turn, state, covered)
            return taken or [_said(turn, nothing.said(state.language), covered)]
        return ()

    async def _undone(self, turn: UUID, state: Conversation, covered: Covered) -> list[Event]:
        if state.undoable is None or undo.is_dead(state, covered):
            return []
        reply = state.undoable.reply
        return undo.undone(
            await self._owed.told_in(reply),
            Taking(
                turn=turn,
                step=state.step,
                reply=reply,
                source=covered[-1].event_id,
                language=state.language,
                now=clock.utc_now(),
                offered=await self._catalogue.offers(),
                profile=await self._profile(covered),
            ),
        )

    async def _profile(self, covered: Covered) -> list[Recorded[Any]]:
        user = streams.user_of(covered[-1].stream)
        return [await self._log.opened(one) for one in await self._log.read(streams.profile(user))]


def _said(turn: UUID, text: str, covered: Covered) -> ReplyReady:
    newest = covered[-1].event.message_ref if covered else None
    return ReplyReady(turn=turn, kind="answer", text=text, in_reply_to=newest)
