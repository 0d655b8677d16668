"""What a turn's first step decides without the model: words and buttons that code understands.

Yes and no to whether they want to be forgotten, a no to what waits for their word, and undo. Each
is a whole message of the catalogue's, in a language that is spoken here, or a button. What stands
under a reminder is code's alone.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.buttons import OF_REMINDERS
from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.tools import ToolRequested
from services.agent import undo
from services.agent.buttons import pressing, reminders
from services.agent.buttons.spoken import SpokenReminders
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
_TOO_LATE = Message("That cannot be taken back any more.")
_CLOSED = Message("This question is no longer open.")

Covered = Sequence[Recorded[MessageReceived]]


class TypedWords:
    def __init__(self, event_log: Log, catalogue: Catalogue) -> None:
        self._log, self._catalogue = event_log, catalogue
        self._owed = Owed(event_log)
        self._spoken = SpokenReminders(event_log)

    async def decided(self, turn: UUID, state: Conversation, covered: Covered) -> Sequence[Event]:
        """Nothing for any other message, and for a turn that asked the model.

        Raises SealedForEver once the user is forgotten.
        """
        if state.undoing:
            return [_said(turn, "", covered)]  # Its receipts tell all.
        if state.answering:
            return [_said(turn, _again(state), covered)]
        if state.step != 1:
            return ()
        return (
            leaving.decided(turn, state, covered)
            or await self._answered(turn, state, covered)
            or _settled(turn, state, covered)
            or await self._taken_back(turn, state, covered)
        )

    async def _taken_back(self, turn: UUID, state: Conversation, covered: Covered) -> list[Event]:
        is_press = pressing.is_all(covered, "undo")
        if not (is_press or undo.is_asked(state, covered)):
            return []
        may_take = not is_press or pressing.takes_back(state, covered)
        nothing = _TOO_LATE if is_press else _LEFT_UNDONE if state.asked else _NOTHING
        taken = await self._undone(turn, state, covered) if may_take else []
        return taken or [_said(turn, nothing.said(state.language), covered)]

    async def _answered(self, turn: UUID, state: Conversation, covered: Covered) -> list[Event]:
        """The reminders' buttons; what was typed beside them is the model's to read, after it."""
        if not (pressed := pressing.of_reminders(covered)):
            return []
        found = [
            await self._spoken.of(press, state) for press in pressed[-reminders.MOST_PRESSED :]
        ]
        spoken = [said_reminder for said_reminder in found if said_reminder is not None]
        alone = pressing.is_all(covered, *OF_REMINDERS)
        given = reminders.Given(state, await self._catalogue.offers(), clock.utc_now(), alone)
        events = reminders.answered(spoken, given)
        asks_somebody = any(isinstance(event, ToolRequested) for event in events)
        if asks_somebody or not alone:
            return events
        text = reminders.said(spoken, state.language)
        return [*events, _said(turn, text, covered)]

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
        return [
            await self._log.opened(recorded)
            for recorded in await self._log.read(streams.profile(user))
        ]


def _settled(turn: UUID, state: Conversation, covered: Covered) -> list[Event]:
    """A no to what waits for their word, or an answer to what does not wait any more."""
    if _is_refused(state, covered):
        return [_said(turn, _LEFT_UNDONE.said(state.language), covered)]
    if pressing.is_to_nothing(state, covered):
        return [_said(turn, _CLOSED.said(state.language), covered)]
    return []


def _is_refused(state: Conversation, covered: Covered) -> bool:
    """Not where the zone was asked: "no" has no city in it."""
    if not state.asked or state.asked_zone is not None:
        return False
    asked = pressing.open_questions(state)
    return facts.refuses(covered, state.asked_at, state.languages, asked) or pressing.says_no(
        state, covered
    )


def _again(state: Conversation) -> str:
    """Beside the receipts, which tell of what the tool could do."""
    if state.answering == "done":
        return reminders.DONE.said(state.language)
    calls = [answered.call for answered in state.answered if answered.call is not None]
    outcomes = {slots.event_id(slots.outcome(call), 0) for call in calls}
    is_set = bool(outcomes.intersection(state.owed))
    return "" if is_set else reminders.NOT_DONE.said(state.language)


def _said(turn: UUID, text: str, covered: Covered) -> ReplyReady:
    newest = covered[-1].event.message_ref if covered else None
    return ReplyReady(turn=turn, kind="answer", text=text, in_reply_to=newest)
