"""The media store: sealed, deleted with its user, and harmless to repeat."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from contracts.streams import UserId
from taskflow import clock, failpoints
from taskflow.errors import SealedForEver
from taskflow.postgres import database as db
from taskflow.postgres.database import DatabaseUnavailable
from taskflow.privacy.media import MAX_BYTES, MediaStore, NotAPicture, Picture, purge
from taskflow.privacy.sealing import MasterKey
from taskflow.privacy.vault import UnknownUser, Vault
from tests.conftest import MASTER_KEY
from tests.support.forgetting import destroy_key

pytestmark = pytest.mark.integration

PNG = b"\x89PNG\r\n\x1a\n" + b"a price over time" * 50


@pytest.fixture
async def pool(database: str) -> AsyncGenerator[asyncpg.Pool]:
    async with db.pool(database, "tests") as opened:
        yield opened


@pytest.fixture
def media(pool: asyncpg.Pool, vault: Vault) -> MediaStore:
    return MediaStore(pool, vault)


async def test_a_picture_is_found_by_its_id_alone(media: MediaStore, a_user: UserId) -> None:
    stored = await media.put(a_user, "image/png", PNG)

    assert await media.get(stored.id) == Picture("image/png", PNG)
    assert await media.has(stored.id)
    assert stored.sha256 == hashlib.sha256(PNG).hexdigest()
    assert await media.get(uuid4()) is None
    assert not await media.has(uuid4())


async def test_what_is_stored_is_sealed_for_its_user_and_place(
    media: MediaStore, pool: asyncpg.Pool, a_user: UserId
) -> None:
    stored, other = [await media.put(a_user, "image/png", PNG) for _ in range(2)]
    sealed = await pool.fetchval("select sealed from media where id = $1", stored.id)
    assert b"price" not in sealed

    await pool.execute("delete from media where id = $1", other.id)
    await pool.execute(
        "insert into media (id, user_id, content_type, sha256, sealed) "
        "select $1, user_id, content_type, sha256, sealed from media where id = $2",
        other.id,
        stored.id,
    )
    with pytest.raises(Exception, match="does not open"):
        await media.get(other.id)


async def test_a_repetition_under_the_same_id_changes_nothing(
    media: MediaStore, a_user: UserId
) -> None:
    id_ = uuid4()
    pictures = [PNG + bytes([n]) for n in range(8)]
    stored = await asyncio.gather(
        *[media.put(a_user, "image/png", data, media_id=id_) for data in pictures]
    )
    kept = await media.get(id_)

    assert kept is not None
    assert {(one.id, one.sha256) for one in stored} == {
        (id_, hashlib.sha256(kept.data).hexdigest())
    }


async def test_nobody_takes_the_place_of_another_users_picture(
    media: MediaStore, vault: Vault, a_user: UserId
) -> None:
    other = await vault.user_for(["whatsapp:+15551230002"])
    stored = await media.put(a_user, "image/png", PNG)
    with pytest.raises(SealedForEver):
        await media.put(other, "image/png", PNG + b"other", media_id=stored.id)

    assert await media.get(stored.id) == Picture("image/png", PNG)


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        ("image/png", b""),
        ("image/png", b"x" * (MAX_BYTES + 1)),
        ("image/webp", PNG),
        ("text/html", b"<script>"),
    ],
    ids=["empty", "too large", "a sticker", "no picture"],
)
async def test_only_what_whatsapp_shows_is_kept(
    media: MediaStore, a_user: UserId, content_type: str, data: bytes
) -> None:
    with pytest.raises(NotAPicture):
        await media.put(a_user, content_type, data)


async def test_the_largest_fits(media: MediaStore, a_user: UserId) -> None:
    stored = await media.put(a_user, "image/jpeg", b"x" * MAX_BYTES)

    found = await media.get(stored.id)
    assert found is not None
    assert len(found.data) == MAX_BYTES


async def test_a_forgotten_users_pictures_are_gone_and_none_come_after(
    media: MediaStore, vault: Vault, pool: asyncpg.Pool, a_user: UserId
) -> None:
    other = await vault.user_for(["whatsapp:+15551230002"])
    kept = await media.put(other, "image/png", PNG)
    stored = await media.put(a_user, "image/png", PNG)
    elsewhere = MediaStore(pool, Vault(pool, MasterKey(MASTER_KEY)))
    assert await elsewhere.get(stored.id) is not None  # now its vault remembers the key

    await destroy_key(vault, a_user)
    assert await elsewhere.get(stored.id) is None
    assert not await elsewhere.has(stored.id)
    with pytest.raises(SealedForEver):
        await elsewhere.put(a_user, "image/png", PNG)
    async with pool.acquire() as connection:
        assert await purge(connection, a_user) == 1
        assert await purge(connection, a_user) == 0

    assert await pool.fetchval("select count(*) from media where user_id = $1", a_user) == 0
    assert await media.get(kept.id) is not None


async def test_nobody_has_pictures_who_is_unknown(media: MediaStore) -> None:
    with pytest.raises(UnknownUser):
        await media.put(UserId(uuid4()), "image/png", PNG)


async def test_a_database_that_is_away_is_said_to_be_away(a_user: UserId, vault: Vault) -> None:
    await vault.key(a_user)
    async with db.pool("postgresql://nobody@127.0.0.1:1/none", "tests") as nowhere:
        media = MediaStore(nowhere, vault)
        for asked in (
            media.put(a_user, "image/png", PNG),
            media.get(uuid4()),
            media.has(uuid4()),
        ):
            with pytest.raises(DatabaseUnavailable):
                await asked


async def test_a_break_on_either_side_of_the_commit_is_mended_by_the_repetition(
    media: MediaStore, a_user: UserId
) -> None:
    for side in ("before", "after"):
        id_ = uuid4()
        failpoints.arm(f"media.commit.{side}=raise")
        with pytest.raises(failpoints.Injected):
            await media.put(a_user, "image/png", PNG, media_id=id_)
        failpoints.arm("")
        assert await media.has(id_) is (side == "after")
        await media.put(a_user, "image/png", PNG, media_id=id_)
        assert await media.has(id_)


async def test_what_is_kept_for_a_while_is_gone_then_and_swept(
    media: MediaStore, pool: asyncpg.Pool, a_user: UserId
) -> None:
    now = clock.utc_now()
    over, lasts, for_good = uuid4(), uuid4(), uuid4()
    await media.keep(a_user, "text/plain", b"over", over, now - timedelta(seconds=1))
    await media.keep(a_user, "text/plain", b"lasts", lasts, now + timedelta(hours=1))
    await media.keep(a_user, "text/plain", b"for good", for_good)

    assert await media.get(over) is None
    assert not await media.has(over)
    assert await media.get(lasts) == Picture("text/plain", b"lasts")
    assert await media.sweep() == 1
    left = {row["id"] for row in await pool.fetch("select id from media")}
    assert left == {lasts, for_good}
