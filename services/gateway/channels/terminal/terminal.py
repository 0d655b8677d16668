"""A terminal as a channel: what is said there is read from the log, and lies nowhere else.

A part is the terminal's from its claim on, so its reference is made of the claim's id, and listing
what was sent is listing claims that nobody refused: an attempt whose sender died is found at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.conversation import MessageReceived, ReplyReady
from contracts.recorded import Recorded
from contracts.replies import ReplyFailed, ReplyRefused, ReplySending, ReplySent
from services.gateway.channels.channel import (
    Accepted,
    ListedMessage,
    Never,
    NotNow,
    Outcome,
    Outgoing,
    Unknown,
)
from services.gateway.channels.media import Pictures
from services.gateway.saying.parts import mark
from services.gateway.saying.sayable import GONE, sayable
from taskflow.errors import Retryable, SealedForEver, VendorUnavailable
from taskflow.log.event_log import Log
from taskflow.privacy.terminal_pass import PREFIX
from taskflow.privacy.vault import Vault
from taskflow.words.languages import SOURCE

Attempt = tuple[UUID, int, int]


@dataclass(frozen=True, slots=True)
class TerminalView:
    """What a terminal has to show, and where in which conversation it goes on from there."""

    messages: list[ListedMessage]
    conversation: str | None
    """None: nobody has written from there, or whoever did was forgotten."""
    version: int = 0


class Terminal:
    def __init__(self, log: Log, vault: Vault, pictures: Pictures) -> None:
        self._log, self._vault, self._pictures = log, vault, pictures

    async def send(self, message: Outgoing) -> Outcome:
        """Accepted where the claim stands, for there the terminal reads it."""
        if not message.address.startswith(PREFIX):
            return Never(None, "not a terminal's address")
        slot = slots.claim(message.reply, message.part, message.attempt)
        try:
            claim = await self._log.find(slots.event_id(slot, 0))
        except Retryable as error:
            return Unknown(error.code)
        if claim is None or not isinstance(claim.event, ReplySending):
            return NotNow("nobody claimed this attempt")
        return Accepted(reference(claim.event_id))

    async def sent_to(
        self,
        address: str,
        since: datetime,
        sender: str | None = None,  # noqa: ARG002 - a terminal has none
    ) -> list[ListedMessage]:
        events = await self._conversation(address)
        refused = {
            _attempt(recorded.event)
            for recorded in events
            if isinstance(recorded.event, ReplyRefused | ReplyFailed)
        }
        claims = [
            recorded
            for recorded in events
            if isinstance(recorded.event, ReplySending)
            and recorded.recorded_at >= since
            and _attempt(recorded.event) not in refused
        ]
        return await self._listed(address, list(reversed(claims)))

    async def received_from(self, address: str, since: datetime) -> list[ListedMessage]:
        found: list[ListedMessage] = []
        for recorded in reversed(await self._conversation(address)):
            if isinstance(recorded.event, MessageReceived) and recorded.recorded_at >= since:
                try:
                    message: MessageReceived = (await self._log.opened(recorded)).event
                except SealedForEver:
                    continue
                found.append(
                    ListedMessage(
                        message.message_ref, message.text, address, recorded.recorded_at, None
                    )
                )
        return found

    async def erase(self, message_ref: str, *, with_media: bool) -> None:
        """The log is its only copy, which a forgetting has made unreadable already."""

    async def shown(self, address: str, conversation: str | None, after: int) -> TerminalView:
        """What was sent to this address behind that version, oldest first.

        In a conversation that the caller does not know: since the person's last message. Raises
        Retryable while the log is away.
        """
        user = await self._vault.known(address)
        if user is None:
            return TerminalView([], None)
        stream = streams.conversation(user)
        events = await self._log.read(stream, after if stream == conversation else 0)
        if stream != conversation:
            events = _since_the_last_message(events)
        if not events:
            return TerminalView([], stream, after)
        sent = [recorded for recorded in events if isinstance(recorded.event, ReplySent)]
        return TerminalView(await self._listed(address, sent), stream, events[-1].version)

    async def _conversation(self, address: str) -> list[Recorded[Any]]:
        try:
            user = await self._vault.known(address)
            return await self._log.read(streams.conversation(user)) if user else []
        except Retryable as error:
            raise VendorUnavailable(f"the terminal's list: {error.code}") from error

    async def _listed(
        self, address: str, parts: Sequence[Recorded[ReplySending] | Recorded[ReplySent]]
    ) -> list[ListedMessage]:
        """What cannot be opened any more is not listed."""
        found: list[ListedMessage] = []
        for part in parts:
            claim = slots.event_id(slots.claim(*_attempt(part.event)), 0)
            content = await self._content(part.event, await self._log.find(claim))
            if content is None:
                continue
            text, picture = content
            ref = reference(claim)
            found.append(ListedMessage(ref, text, address, part.recorded_at, picture))
        return found

    async def _content(
        self, event: ReplySending | ReplySent, claim: Recorded[Any] | None
    ) -> tuple[str, str | None] | None:
        """The part's text, and where its picture can be looked at."""
        recorded = await self._log.find(event.reply)
        if recorded is None:
            return None
        try:
            ready: ReplyReady = (await self._log.opened(recorded)).event
        except SealedForEver:
            return None
        is_marked = claim is not None and claim.event.marked
        said_by = mark(ready.language) if is_marked else ""
        # Its words say what buttons and lists would.
        parts = sayable(ready, said_by).in_words()
        if event.part >= len(parts):
            return None
        is_last = event.part == len(parts) - 1
        shows = (ready.document if is_last else None) or (
            ready.picture if event.part == 0 else None
        )
        url = await self._pictures.url(shows) if shows else None
        return parts[event.part] or ("" if url else GONE.said(ready.language or SOURCE)), url


def reference(claim: UUID) -> str:
    """Two letters of its own, as Twilio's have: nobody else's reference looks like it."""
    return f"TM{claim.hex}"


def _attempt(event: ReplySending | ReplySent | ReplyRefused | ReplyFailed) -> Attempt:
    return event.reply, event.part, event.attempt


def _since_the_last_message(events: list[Recorded[Any]]) -> list[Recorded[Any]]:
    places = [n for n, recorded in enumerate(events) if isinstance(recorded.event, MessageReceived)]
    return events[places[-1] :] if places else events
