"""Twilio's copies of what a forgotten user wrote and was told: deleted, one after the other.

Their SIDs stand in the log, which keeps them in the open. A message that Twilio is still sending
cannot be deleted yet; then, and while Twilio is away, the whole is tried again later. What is gone
already is no error, so trying again costs a request a message and nothing else.
"""

from collections.abc import Iterable
from typing import Any

import structlog

from contracts.conversation import MessageReceived, ReplyReady, UserForgotten
from contracts.recorded import Recorded
from services.gateway.channels.twilio import Twilio
from taskflow.log.event_log import Log

log = structlog.get_logger()


class Erasing:
    def __init__(self, event_log: Log, twilio: Twilio) -> None:
        self._log, self._twilio = event_log, twilio

    async def erase(self, forgotten: Recorded[UserForgotten]) -> None:
        """Raises VendorUnavailable while any message is left, DatabaseUnavailable."""
        messages = exchanged(await self._log.read(forgotten.stream))
        for sid, with_media in messages.items():
            await self._twilio.delete(sid, with_media=with_media)
        log.info("messages.deleted_at_twilio", messages=len(messages))


def exchanged(events: Iterable[Recorded[Any]]) -> dict[str, bool]:
    """By SID, every message that a conversation names; True for one that may have media."""
    messages: dict[str, bool] = {}
    with_picture: set[Any] = set()
    for recorded in events:
        event = recorded.event
        match event:
            case MessageReceived(message_sid=sid, kind=kind):
                messages[sid] = kind == "media"
            case ReplyReady(picture=picture) if picture is not None:
                with_picture.add(recorded.event_id)
            case _:
                # Sent, delivered, read: of whichever reply.
                if sid := getattr(event, "message_sid", None):
                    messages[sid] = getattr(event, "reply", None) in with_picture
    return messages
