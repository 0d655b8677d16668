"""Media, sealed like every text: charts, screenshots that prove a price, and what people sent.

Events carry a medium's id only; the gateway shows a picture to whoever holds its signed address.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import asyncpg
import structlog

from contracts.streams import UserId
from taskflow import clock, failpoints
from taskflow.errors import Permanent, SealedForEver
from taskflow.postgres.database import UNAVAILABLE, Connection, DatabaseUnavailable
from taskflow.privacy.vault import UnknownUser, Vault, deleted

MAX_BYTES = 5 * 1024 * 1024
"""WhatsApp's limit of an image."""
MOST_KEPT = 16 * 1024 * 1024
"""Bytes of what a person sent: WhatsApp's limit of sound and video."""
SWEEP_SECONDS = 300.0
AT_ONCE = 256 * 1024
"""Bytes that are sealed or opened in less than a millisecond; more is left to a thread."""
CONTENT_TYPES = frozenset({"image/png", "image/jpeg"})
"""What WhatsApp shows as an image; WebP is a sticker there."""

T = TypeVar("T")

log = structlog.get_logger()

# The lock on the user's row: once `forget` has their key, nothing of theirs is stored any more.
_PUT = """
insert into media (id, user_id, content_type, sha256, sealed, expires_at)
select $1, user_id, $3, $4, $5, $6 from vault_people
 where user_id = $2 and forgotten_at is null for share
on conflict (id) do nothing
returning id
"""
_STANDING = "select sha256 from media where id = $1 and user_id = $2"
# A key may be cached for minutes after it was destroyed: the vault's row is asked, not the cache.
_GET = """
select user_id, content_type, sealed from media join vault_people using (user_id)
 where id = $1 and forgotten_at is null and (expires_at is null or expires_at > now())
"""
_HAS = """
select exists (select from media join vault_people using (user_id)
                where id = $1 and forgotten_at is null
                  and (expires_at is null or expires_at > now()))
"""
_PURGE = "delete from media where user_id = $1"
_EXPIRED = "delete from media where expires_at <= now()"


class TooLargeToKeep(Permanent):
    """More than MOST_KEPT, or nothing at all."""

    code = "too_large_to_keep"


class NotAPicture(Permanent):
    """WhatsApp would not show it: empty, too large, or of another kind."""

    code = "not_a_picture"


@dataclass(frozen=True, slots=True)
class Stored:
    id: UUID
    sha256: str
    """Hexadecimal, of the picture itself."""
    is_new: bool = True
    """Whether it was stored just now; else what stood there before still stands."""


@dataclass(frozen=True, slots=True)
class Picture:
    content_type: str
    data: bytes


class Media:
    def __init__(self, pool: asyncpg.Pool, vault: Vault) -> None:
        self._pool, self._vault = pool, vault

    async def put(
        self, user: UserId, content_type: str, data: bytes, *, media_id: UUID | None = None
    ) -> Stored:
        """Keeps a picture of at most MAX_BYTES.

        A `media_id` derived from what asked for it makes a repetition harmless: the first picture
        stands. Raises NotAPicture, SealedForEver or UnknownUser; DatabaseUnavailable.
        """
        _check(content_type, data)
        return await self._stored(user, content_type, data, media_id or clock.new_id())

    async def keep(
        self,
        user: UserId,
        content_type: str,
        data: bytes,
        media_id: UUID,
        until: datetime | None = None,
    ) -> Stored:
        """As `put`, for files: of any type, at most MOST_KEPT bytes, for good or for a while."""
        if not 0 < len(data) <= MOST_KEPT:
            raise TooLargeToKeep(f"{len(data)} bytes; a medium has 1 to {MOST_KEPT}")
        return await self._stored(user, content_type, data, media_id, until)

    async def _stored(
        self, user: UserId, content_type: str, data: bytes, id_: UUID, until: datetime | None = None
    ) -> Stored:
        try:
            key = await self._vault.key(user)
            digest, sealed = await _worked(data, lambda: (_hash(data), key.seal(data, id_.bytes)))
            async with failpoints.MEDIA_COMMIT:
                new = await self._pool.fetchval(
                    _PUT, id_, user, content_type, digest, sealed, until
                )
            if new is not None:
                return Stored(id_, digest.hex())
            standing: bytes | None = await self._pool.fetchval(_STANDING, id_, user)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the media store did not answer") from error
        if standing is None:
            raise SealedForEver(f"nothing of user {user} is stored any more")
        return Stored(id_, standing.hex(), is_new=False)

    async def get(self, media_id: UUID) -> Picture | None:
        """None when there is no such picture, or no longer. Raises DatabaseUnavailable."""
        try:
            row = await self._pool.fetchrow(_GET, media_id)
            if row is None:
                return None
            key = await self._vault.key(UserId(row["user_id"]))
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the media store did not answer") from error
        except (SealedForEver, UnknownUser):
            return None
        sealed: bytes = row["sealed"]
        opened = await _worked(sealed, lambda: key.open(sealed, media_id.bytes))
        return Picture(row["content_type"], opened)

    async def has(self, media_id: UUID) -> bool:
        """Raises DatabaseUnavailable."""
        try:
            return await self._pool.fetchval(_HAS, media_id)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the media store did not answer") from error

    async def sweep(self) -> int:
        """Deletes what was kept for a while that is over, and says how many.

        Raises DatabaseUnavailable.
        """
        try:
            async with failpoints.MEDIA_COMMIT:
                return deleted(await self._pool.execute(_EXPIRED))
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the media store did not answer") from error

    async def keep_sweeping(self) -> None:
        """For as long as its service runs; any number of them may."""
        while True:
            try:
                if gone := await self.sweep():
                    log.info("media.expired", count=gone)
            except DatabaseUnavailable as error:
                log.warning("media.not_swept", error=error.code)
            await asyncio.sleep(SWEEP_SECONDS)


async def purge(connection: Connection, user: UserId) -> int:
    """Deletes every picture of a user, and says how many; after `Vault.forget_in`."""
    return deleted(await connection.execute(_PURGE, user))


async def _worked(data: bytes, work: Callable[[], T]) -> T:
    """Off the event loop where there is much to do."""
    return work() if len(data) <= AT_ONCE else await asyncio.to_thread(work)


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _check(content_type: str, data: bytes) -> None:
    if content_type not in CONTENT_TYPES:
        raise NotAPicture(f"{content_type!r} is none of {', '.join(sorted(CONTENT_TYPES))}")
    if not 0 < len(data) <= MAX_BYTES:
        raise NotAPicture(f"{len(data)} bytes; a picture has 1 to {MAX_BYTES}")
