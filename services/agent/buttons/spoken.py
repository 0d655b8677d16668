"""Reads from the log which reminder a pressed button stood under."""

from typing import Any, cast
from uuid import UUID

from contracts import slots, streams
from contracts.buttons import Answer
from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from contracts.reminders import ReminderChanged, ReminderFired, ReminderFollowedUp, ReminderSet
from contracts.replies import ReplySent
from contracts.tools import ToolFailed, ToolFinished, ToolRequested
from services.agent.buttons.pressing import Pressed
from services.agent.buttons.reminders import SaidReminder
from services.agent.state import Conversation
from taskflow.log.event_log import Log

LOOKED_BACK = 1_000
"""Events of a conversation in which the message of a template's button is looked for."""


class SpokenReminders:
    def __init__(self, event_log: Log) -> None:
        self._log = event_log

    async def of(self, pressed: Pressed, state: Conversation) -> SaidReminder | None:
        """None for what is no reminder of this user's, whatever the button names.

        Raises SealedForEver once the user is forgotten.
        """
        named = pressed.press.names or await self._quoted(pressed)
        reply = await self._log.find(named) if named else None
        if reply is None or not _is_reminder(reply, pressed.message.stream):
            return None
        origin = await self._log.find(reply.cause) if reply.cause else None
        user = streams.user_of(pressed.message.stream)
        if origin is None or not isinstance(origin.event, ReminderSet) or origin.user_id != user:
            return None
        stated = await self._as_it_stood(origin, reply)
        if stated is None:
            return None
        opened = await self._log.opened(stated)
        before = next(
            (answered for answered in state.answered if answered.reply == reply.event_id), None
        )
        return SaidReminder(
            pressed=pressed,
            answer=cast("Answer", pressed.press.means),
            reply=reply,
            as_it_stood=opened.event,
            set_by=await self._request(origin.cause),
            before=before,
            again=await self._outcome(before.call) if before and before.call else None,
        )

    async def _as_it_stood(
        self, origin: Recorded[Any], reply: Recorded[Any]
    ) -> Recorded[ReminderSet | ReminderChanged] | None:
        """The words by which it was said: it may have been changed before, and since.

        None where the reply tells of others as well: nobody knows which is answered.
        """
        stated = origin
        for recorded in await self._log.read(origin.stream):
            event = recorded.event
            if isinstance(event, ReminderFired) and event.reply == reply.event_id:
                alone = slots.event_id(slots.occurrence(event.reminder, event.due), 1)
                return stated if event.reply == alone else None
            if isinstance(event, ReminderFollowedUp) and event.reply == reply.event_id:
                break
            if isinstance(recorded.event, ReminderChanged):
                stated = recorded
        return stated

    async def _quoted(self, pressed: Pressed) -> UUID | None:
        """A template's button names nothing but its message."""
        message = pressed.message
        quotes = message.event.quotes
        if quotes is None:
            return None
        before = await self._log.read_end(message.stream, message.version, LOOKED_BACK)
        return next(
            (recorded.event.reply for recorded in reversed(before) if _carried(recorded, quotes)),
            None,
        )

    async def _request(self, call: UUID | None) -> ToolRequested | None:
        """By which it was set."""
        found = await self._log.find(call) if call else None
        return found.event if found and isinstance(found.event, ToolRequested) else None

    async def _outcome(self, call: UUID) -> ToolFinished | ToolFailed | None:
        found = await self._log.find(slots.event_id(slots.outcome(call), 0))
        if found is None or not isinstance(found.event, ToolFinished | ToolFailed):
            return None
        opened: Recorded[ToolFinished | ToolFailed] = await self._log.opened(found)
        return opened.event


def _is_reminder(reply: Recorded[Any], stream: str) -> bool:
    is_reply = isinstance(reply.event, ReplyReady)
    return reply.stream == stream and is_reply and reply.event.kind == "reminder"


def _carried(recorded: Recorded[Any], message_ref: str) -> bool:
    return isinstance(recorded.event, ReplySent) and recorded.event.message_ref == message_ref
