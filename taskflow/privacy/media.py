"""Media, sealed like every text: charts, screenshots that prove a price, and what people sent.

Events carry a medium's id only; the gateway shows a picture to whoever holds its signed address.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import structlog

from contracts.streams import UserId
from taskflow import clock, failpoints
from taskflow.errors import Permanent, Retryable, SealedForEver
from taskflow.postgres.database import UNAVAILABLE, Connection, DatabaseUnavailable
from taskflow.privacy.objects import MediaUnavailable, Objects
from taskflow.privacy.vault import UnknownUser, Vault

MAX_BYTES = 5 * 1024 * 1024
"""WhatsApp's limit of an image."""
MOST_KEPT = 16 * 1024 * 1024
"""Bytes of what a person sent: WhatsApp's limit of sound and video."""
SWEEP_SECONDS = 300.0
SWEPT_AT_ONCE = 50
AT_ONCE = 256 * 1024
"""Bytes that are sealed or opened in less than a millisecond; more is left to a thread."""
CONTENT_TYPES = frozenset({"image/png", "image/jpeg"})
"""What WhatsApp shows as an image; WebP is a sticker there."""

T = TypeVar("T")

log = structlog.get_logger()

# The lock on the user's row: once `forget` has their key, nothing of theirs is stored any more.
_PUT = """
insert into media (id, user_id, content_type, sha256, sealed, expires_at, place)
select $1, user_id, $3, $4, $5, $6, $7 from vault_people
 where user_id = $2 and forgotten_at is null for share
on conflict (id) do nothing
returning id
"""
# An object is noted before it is written; once its time has come it is never named by a row again.
_NOTED = "insert into media_objects (name, due) values ($1, now() + interval '1 hour')"
_NAMED = "update media_objects set due = null where name = $1 and due > now() returning name"
_UNNAMED = "update media_objects set due = now() where name = $1"
_STANDING = "select sha256 from media where id = $1 and user_id = $2"
# A key may be cached for minutes after it was destroyed: the vault's row is asked, not the cache.
_GET = """
select user_id, content_type, sealed, place from media join vault_people using (user_id)
 where id = $1 and forgotten_at is null and (expires_at is null or expires_at > now())
"""
_HAS = """
select exists (select from media join vault_people using (user_id)
                where id = $1 and forgotten_at is null
                  and (expires_at is null or expires_at > now()))
"""
_DELETED = """
with gone as (delete from media where {which} returning place),
     unnamed as (update media_objects set due = now() where name in (select place from gone))
select count(*) from gone
"""
_PURGE = _DELETED.format(which="user_id = $1")
_EXPIRED = _DELETED.format(which="expires_at <= now()")
_DUE = "select name from media_objects where due <= now() order by due limit $1"
_SWEPT = "delete from media_objects where name = any($1::text[]) and due <= now()"


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


class MediaStore:
    """Its rows say whose a medium is and where it lies: in them, or in `objects`."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, objects: Objects | None = None) -> None:
        self._pool, self._vault, self._objects = pool, vault, objects

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
            row = (id_, user, content_type, digest)
            if self._objects is None:
                async with failpoints.MEDIA_COMMIT:
                    new = await self._pool.fetchval(_PUT, *row, sealed, until, None)
            else:
                new = await self._elsewhere(self._objects, row, sealed, until)
            if new is not None:
                return Stored(id_, digest.hex())
            standing: bytes | None = await self._pool.fetchval(_STANDING, id_, user)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the media store did not answer") from error
        if standing is None:
            raise SealedForEver(f"nothing of user {user} is stored any more")
        return Stored(id_, standing.hex(), is_new=False)

    async def _elsewhere(
        self, objects: Objects, row: tuple[Any, ...], sealed: bytes, until: datetime | None
    ) -> UUID | None:
        """Noted, written, named: whoever dies in between leaves what the sweep finds."""
        name = clock.new_id().hex
        async with failpoints.MEDIA_COMMIT:
            await self._pool.execute(_NOTED, name)
        await objects.put(name, sealed)
        async with (
            failpoints.MEDIA_COMMIT,
            self._pool.acquire() as connection,
            connection.transaction(),
        ):
            if await connection.fetchval(_NAMED, name) is None:
                raise MediaUnavailable("a medium took an hour to be written")
            new: UUID | None = await connection.fetchval(_PUT, *row, None, until, name)
            if new is None:
                await connection.execute(_UNNAMED, name)
            return new

    async def get(self, media_id: UUID) -> Picture | None:
        """None when there is no such picture, or no longer.

        Raises DatabaseUnavailable, MediaUnavailable.
        """
        try:
            row = await self._pool.fetchrow(_GET, media_id)
            if row is None:
                return None
            key = await self._vault.key(UserId(row["user_id"]))
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the media store did not answer") from error
        except (SealedForEver, UnknownUser):
            return None
        place: str | None = row["place"]
        sealed: bytes | None = row["sealed"] if place is None else await self._at(place)
        if sealed is None:
            return None
        opened = await _worked(sealed, lambda: key.open(sealed, media_id.bytes))
        return Picture(row["content_type"], opened)

    async def _at(self, place: str) -> bytes | None:
        if self._objects is None:
            raise MediaUnavailable("a medium lies in the store of TASKFLOW_MEDIA, which is not set")
        sealed = await self._objects.get(place)
        if sealed is None:
            log.warning("media.lost", place=place)
        return sealed

    async def has(self, media_id: UUID) -> bool:
        """Raises DatabaseUnavailable."""
        try:
            return await self._pool.fetchval(_HAS, media_id)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the media store did not answer") from error

    async def sweep(self) -> int:
        """Deletes what was kept for a while that is over, and every object that no row names.

        Says how many were over. Raises DatabaseUnavailable, MediaUnavailable.
        """
        try:
            async with failpoints.MEDIA_COMMIT:
                over: int = await self._pool.fetchval(_EXPIRED)
            while self._objects and (expired_rows := await self._pool.fetch(_DUE, SWEPT_AT_ONCE)):
                names = [row["name"] for row in expired_rows]
                await asyncio.gather(*map(self._objects.delete, names))
                async with failpoints.MEDIA_COMMIT:
                    await self._pool.execute(_SWEPT, names)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the media store did not answer") from error
        return over

    async def keep_sweeping(self) -> None:
        """For as long as its service runs; any number of them may."""
        while True:
            try:
                if gone := await self.sweep():
                    log.info("media.expired", count=gone)
            except Retryable as error:
                log.warning("media.not_swept", error=error.code)
            await asyncio.sleep(SWEEP_SECONDS)


async def purge(connection: Connection, user: UserId) -> int:
    """Deletes every picture of a user, and says how many; after `Vault.forget_in`.

    Objects go with the next sweep; their key is gone already.
    """
    return await connection.fetchval(_PURGE, user)


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
