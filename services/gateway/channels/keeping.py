"""Keeps what people sent: fetched from their channel behind the webhook's back, sealed, recorded.

The slot of each medium decides, so two gateways and a delivery that comes again do no harm. What
is kept is deleted at its channel; all media of a message are settled before the first one is.
"""

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

import structlog

from contracts import conversation, slots, streams
from contracts.conversation import MessageReceived
from contracts.media import MediaKept, MediaRefused
from contracts.recorded import Recorded
from contracts.streams import UserId
from services.gateway.channels import kinds
from taskflow.bus.dead_letters import MAX_ATTEMPTS, Attempts
from taskflow.errors import Retryable, SealedForEver, VendorUnavailable
from taskflow.log.appending import Because, Write
from taskflow.log.event_log import Log
from taskflow.privacy.media import MediaStore
from taskflow.privacy.vault import UnknownUser

MOST_AT_ONCE, MOST_OF_ONE = 48 * kinds.MEGABYTE, 32 * kinds.MEGABYTE
"""Bytes that may be on their way at a time, and to one person's messages, by what each kind may
have: nine pictures, three of anything. While it is sealed a medium takes three times its size."""

Why = Literal["too_large", "type", "gone", "unavailable"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Attached:
    """A medium at its channel."""

    url: str | None
    """None: it does not lie where its channel keeps media."""
    announced: str
    """Its type, under the name that it has here."""


@dataclass(frozen=True, slots=True)
class FetchedMedium:
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NotKept:
    why: Why


class MediaSource(Protocol):
    """Where media are fetched from."""

    async def of(self, media: Sequence[conversation.Media]) -> list[Attached]:
        """Those of a message. Raises VendorUnavailable."""
        ...

    async def fetch(self, attached: Attached) -> FetchedMedium | NotKept:
        """Raises VendorUnavailable."""
        ...

    async def discard(self, attached: Attached) -> None:
        """Takes away the channel's copy. Raises VendorUnavailable."""
        ...


class NoRoom(Retryable):
    """Others' media are being fetched: this one's turn comes."""

    code = "no_room_for_media"


class MediaKeeping:
    def __init__(
        self, log_: Log, media: MediaStore, channel: MediaSource, attempts: Attempts
    ) -> None:
        self._log, self._media = log_, media
        self._channel, self._attempts = channel, attempts
        self._busy: Counter[UserId] = Counter()

    async def keep(self, received: Recorded[MessageReceived], delivery: int) -> None:
        """Settles every medium of a message. `delivery` counts from 1.

        Raises Retryable: VendorUnavailable, NoRoom, DatabaseUnavailable.
        """
        if received.event.kind != "media" or received.event.channel != "whatsapp":
            return
        user = streams.user_of(received.stream)
        try:
            opened = await self._log.opened(received)
            await self._keep_all(received, user, opened.event.media or [], delivery)
        except (SealedForEver, UnknownUser):
            log.info("media.not_kept", reason="forgotten")

    async def _keep_all(
        self,
        received: Recorded[MessageReceived],
        user: UserId,
        media: Sequence[conversation.Media],
        delivery: int,
    ) -> None:
        try:
            attached = await self._channel.of(media)
        except VendorUnavailable:
            if not await self._is_given_up(slots.media(received.event_id, 0), delivery):
                raise
            attached = [Attached(None, "")]
        attached = attached or [Attached(None, "")] * bool(media)
        kept: list[tuple[UUID, Attached]] = []
        with self._room(user, max((_largest(medium) for medium in attached), default=0)):
            for index, medium in enumerate(attached):
                place = _Place(received, user, index, len(attached))
                if isinstance(await self._settled(place, medium, delivery), MediaKept):
                    kept.append((place.slot, medium))
        for slot, medium in kept:
            await self._discard(slot, medium, delivery)

    async def _settled(
        self, place: "_Place", attached: Attached, delivery: int
    ) -> MediaKept | MediaRefused:
        standing: Recorded[Any] | None = await self._log.find(slots.event_id(place.slot, 0))
        if standing is not None:
            return standing.event
        if not kinds.may_be_kept(attached.announced):
            came: FetchedMedium | NotKept = NotKept("type")
        elif await self._is_given_up(place.slot, delivery):
            came = NotKept("unavailable")
        else:
            came = await self._channel.fetch(attached)
        fact = await self._fact(place, came)
        write = Write(place.received.stream, [fact], place.user)
        outcome = await self._log.append([write], place.slot, Because.of(place.received))
        decided: MediaKept | MediaRefused = outcome.events[0].event
        if isinstance(decided, MediaKept):
            log.info("media.kept", content_type=decided.content_type, size=decided.size)
        else:
            log.info("media.refused", why=decided.why)
        return decided

    async def _fact(
        self, place: "_Place", came: FetchedMedium | NotKept
    ) -> MediaKept | MediaRefused:
        message, index, of = place.received.event_id, place.index, place.of
        if isinstance(came, NotKept):
            return MediaRefused(message=message, index=index, of=of, why=came.why)
        media_id = slots.event_id(place.slot, 1)
        stored = await self._media.keep(place.user, came.content_type, came.data, media_id)
        if not stored.is_new:  # kept by another gateway, or before a crash: what stands counts
            standing = await self._media.get(media_id)
            if standing is None:
                raise SealedForEver("the user was forgotten meanwhile")
            came = FetchedMedium(standing.content_type, standing.data)
        return MediaKept(
            message=message,
            index=index,
            of=of,
            media=media_id,
            content_type=came.content_type,
            size=len(came.data),
            sha256=stored.sha256,
        )

    async def _discard(self, slot: UUID, attached: Attached, delivery: int) -> None:
        """What cannot be deleted for long is left: a forgetting deletes it as well."""
        tries = slots.event_id(slot, 1)
        if await self._is_given_up(tries, delivery):
            log.error("media.left_at_channel")
            return
        await self._channel.discard(attached)
        if delivery > 1:
            await self._attempts.clear(tries)

    async def _is_given_up(self, slot: UUID, delivery: int) -> bool:
        return delivery > 1 and await self._attempts.count(slot) > MAX_ATTEMPTS

    @contextmanager
    def _room(self, user: UserId, size: int) -> Generator[None]:
        """Nobody is waited for: a delivery that waits would keep others' replies from going out."""
        is_full = self._busy.total() + size > MOST_AT_ONCE
        if size and (is_full or self._busy[user] + size > MOST_OF_ONE):
            raise NoRoom("others' media are being fetched")
        self._busy[user] += size
        try:
            yield
        finally:
            self._busy[user] -= size
            if not self._busy[user]:
                del self._busy[user]


def _largest(attached: Attached) -> int:
    """Bytes that it may have; none where it is not fetched."""
    return kinds.most_bytes(attached.announced) if kinds.may_be_kept(attached.announced) else 0


@dataclass(frozen=True, slots=True)
class _Place:
    """Of a medium in its message."""

    received: Recorded[MessageReceived]
    user: UserId
    index: int
    of: int

    @property
    def slot(self) -> UUID:
        return slots.media(self.received.event_id, self.index)
