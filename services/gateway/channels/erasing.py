"""A channel's copies of what a forgotten user wrote and was told: erased, one after the other.

Their references stand in the log, which keeps them in the open. A message that Twilio is still
sending cannot be erased yet; then, and while Twilio is away, the whole is tried again later. What
is gone already is no error, so trying again costs a request a message and nothing else.
"""

from collections.abc import Iterable
from typing import Any

import structlog

from contracts.conversation import MessageReceived, ReplyReady, UserForgotten
from contracts.recorded import Recorded
from services.gateway.channels.channel import Channel
from taskflow.log.event_log import Log

log = structlog.get_logger()


class Erasing:
    def __init__(self, event_log: Log, channel: Channel) -> None:
        self._log, self._channel = event_log, channel

    async def erase(self, forgotten: Recorded[UserForgotten]) -> None:
        """Raises VendorUnavailable while any message is left, DatabaseUnavailable."""
        messages = exchanged(await self._log.read(forgotten.stream))
        for ref, with_media in messages.items():
            await self._channel.erase(ref, with_media=with_media)
        log.info("messages.erased_at_channel", messages=len(messages))


def exchanged(events: Iterable[Recorded[Any]]) -> dict[str, bool]:
    """By reference, every message that a conversation names; True for one that may have media."""
    messages: dict[str, bool] = {}
    with_picture: set[Any] = set()
    for recorded in events:
        event = recorded.event
        match event:
            case MessageReceived(message_ref=ref, kind=kind):
                messages[ref] = kind == "media"
            case ReplyReady() as ready if ready.picture or ready.document:
                with_picture.add(recorded.event_id)
            case _:
                # Sent, delivered, read: of whichever reply.
                if ref := getattr(event, "message_ref", None):
                    messages[ref] = getattr(event, "reply", None) in with_picture
    return messages
