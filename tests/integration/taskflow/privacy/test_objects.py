"""Media in a folder and in a bucket: one suite for both, and rows that stay the authority."""

import asyncio
import stat
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from contracts.streams import UserId
from taskflow import clock
from taskflow.errors import SealedForEver
from taskflow.postgres import database as db
from taskflow.privacy import media as store
from taskflow.privacy.media import MOST_KEPT, MediaStore, Picture, purge
from taskflow.privacy.objects import Folder, MediaBucket, MediaUnavailable, Objects
from taskflow.privacy.vault import Vault
from tests.support.forgetting import destroy_key
from tests.support.s3 import S3, s3

pytestmark = pytest.mark.integration

PNG = b"\x89PNG\r\n\x1a\n" + b"a price over time" * 50
_ALL_DUE = "update media_objects set due = now() where due is not null"


def bucket_of(server: S3, key_id: str = "AKIDEXAMPLE") -> MediaBucket:
    return MediaBucket(
        server.bucket,
        "taskflow",
        key_id=key_id,
        secret=SecretStr("s3cret"),
        region="eu-central-1",
        endpoint=server.url,
    )


@pytest.fixture(params=["a folder", "a bucket"])
async def objects(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Objects]:
    if request.param == "a folder":
        yield Folder(tmp_path / "media")
        return
    async with s3() as server:
        yield bucket_of(server)


@pytest.fixture
async def pool(database: str) -> AsyncGenerator[asyncpg.Pool]:
    async with db.pool(database, "tests") as opened:
        yield opened


@pytest.fixture
def media(pool: asyncpg.Pool, vault: Vault, objects: Objects) -> MediaStore:
    return MediaStore(pool, vault, objects)


async def places(pool: asyncpg.Pool) -> list[str]:
    return [row["name"] for row in await pool.fetch("select name from media_objects order by 1")]


async def test_an_object_is_read_as_it_was_written_and_deleted_once(objects: Objects) -> None:
    await objects.put("ab12", b"sealed \x00\xff" * 1_000)
    assert await objects.get("ab12") == b"sealed \x00\xff" * 1_000
    assert await objects.get("cd34") is None

    await objects.delete("ab12")
    await objects.delete("ab12")
    assert await objects.get("ab12") is None


async def test_a_medium_lies_there_sealed_and_its_row_names_it(
    media: MediaStore, objects: Objects, pool: asyncpg.Pool, a_user: UserId
) -> None:
    stored = await media.put(a_user, "image/png", PNG)

    assert await media.get(stored.id) == Picture("image/png", PNG)
    row = await pool.fetchrow("select sealed, place from media where id = $1", stored.id)
    assert row is not None
    assert row["sealed"] is None
    sealed = await objects.get(row["place"])
    assert sealed is not None
    assert b"price" not in sealed
    assert await pool.fetchval("select due from media_objects") is None


async def test_the_largest_is_kept_there(media: MediaStore, a_user: UserId) -> None:
    id_ = uuid4()
    await media.keep(a_user, "video/mp4", b"x" * MOST_KEPT, id_)
    found = await media.get(id_)
    assert found is not None
    assert len(found.data) == MOST_KEPT


async def test_repetitions_at_once_leave_one_object(
    media: MediaStore, objects: Objects, pool: asyncpg.Pool, a_user: UserId
) -> None:
    id_ = uuid4()
    await asyncio.gather(*(media.put(a_user, "image/png", PNG, media_id=id_) for _ in range(6)))
    written = await places(pool)
    await media.sweep()

    (left,) = await places(pool)
    assert await media.get(id_) == Picture("image/png", PNG)
    assert [name for name in written if await objects.get(name) is not None] == [left]


async def test_what_lay_in_postgresql_is_read_as_before(
    media: MediaStore, pool: asyncpg.Pool, vault: Vault, a_user: UserId
) -> None:
    before = await MediaStore(pool, vault).put(a_user, "image/png", PNG)

    assert await media.get(before.id) == Picture("image/png", PNG)
    after = await media.put(a_user, "image/png", PNG)
    with pytest.raises(MediaUnavailable, match="TASKFLOW_MEDIA, which is not set"):
        await MediaStore(pool, vault).get(after.id)


class Dying(Folder):
    """Whoever writes dies before its row is."""

    async def put(self, name: str, data: bytes) -> None:
        await super().put(name, data)
        raise asyncio.CancelledError


async def test_what_a_death_left_behind_is_swept_when_nobody_can_write_any_more(
    pool: asyncpg.Pool, vault: Vault, a_user: UserId, tmp_path: Path
) -> None:
    with pytest.raises(asyncio.CancelledError):
        await MediaStore(pool, vault, Dying(tmp_path)).put(a_user, "image/png", PNG)
    media = MediaStore(pool, vault, Folder(tmp_path))
    (name,) = await places(pool)

    await media.sweep()
    assert await Folder(tmp_path).get(name) is not None, "its writer may yet live"
    await pool.execute(_ALL_DUE)
    await media.sweep()
    assert await Folder(tmp_path).get(name) is None
    assert await places(pool) == []


class Slow(Folder):
    """The sweep comes by while it is written."""

    def __init__(self, path: Path, pool: asyncpg.Pool) -> None:
        super().__init__(path)
        self._pool = pool

    async def put(self, name: str, data: bytes) -> None:
        await super().put(name, data)
        await self._pool.execute(_ALL_DUE)


async def test_a_row_never_names_what_may_be_swept(
    pool: asyncpg.Pool, vault: Vault, a_user: UserId, tmp_path: Path
) -> None:
    with pytest.raises(MediaUnavailable, match="an hour"):
        await MediaStore(pool, vault, Slow(tmp_path, pool)).put(a_user, "image/png", PNG)
    assert await pool.fetchval("select count(*) from media") == 0


async def test_a_forgotten_users_objects_go_with_the_next_sweep(
    media: MediaStore, objects: Objects, vault: Vault, pool: asyncpg.Pool, a_user: UserId
) -> None:
    other = await vault.user_for(["whatsapp:+15551230002"])
    kept, _ = [await media.put(user, "image/png", PNG) for user in (other, a_user)]
    names = await places(pool)
    await destroy_key(vault, a_user)
    with pytest.raises(SealedForEver):
        await media.put(a_user, "image/png", PNG)
    async with pool.acquire() as connection:
        assert await purge(connection, a_user) == 1
    await media.sweep()

    assert await media.get(kept.id) == Picture("image/png", PNG)
    assert len([name for name in names if await objects.get(name) is not None]) == 1


async def test_what_is_over_goes_there_too(
    media: MediaStore, objects: Objects, pool: asyncpg.Pool, a_user: UserId
) -> None:
    over = clock.utc_now() - timedelta(seconds=1)
    await media.keep(a_user, "text/plain", b"over", uuid4(), over)
    (name,) = await places(pool)

    assert await media.sweep() == 1
    assert await objects.get(name) is None
    assert await places(pool) == []


async def test_more_than_a_sweep_takes_at_once_is_swept(
    media: MediaStore, pool: asyncpg.Pool, a_user: UserId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "SWEPT_AT_ONCE", 2)
    for _ in range(5):
        await media.put(a_user, "image/png", PNG)
    async with pool.acquire() as connection:
        await purge(connection, a_user)
    await media.sweep()
    assert await places(pool) == []


async def test_what_is_lost_there_is_gone(
    media: MediaStore, objects: Objects, pool: asyncpg.Pool, a_user: UserId
) -> None:
    stored = await media.put(a_user, "image/png", PNG)
    (name,) = await places(pool)
    await objects.delete(name)
    assert await media.get(stored.id) is None


async def test_a_folder_is_its_owners_alone(tmp_path: Path) -> None:
    await Folder(tmp_path / "media").put("ab12", b"sealed")
    (file,) = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.parent.parent == tmp_path / "media"
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_a_folder_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(MediaUnavailable, match="could not be written: "):
        await Folder(tmp_path / "file").put("ab12", b"sealed")


@pytest.mark.parametrize("failure", ["refused", "away"])
async def test_a_bucket_that_does_not_do_it_is_tried_again_later(failure: str) -> None:
    async with s3() as server:
        bucket = bucket_of(server, "somebody-else" if failure == "refused" else "AKIDEXAMPLE")
        if failure == "refused":
            with pytest.raises(MediaUnavailable, match="could not be read"):
                await bucket.get("ab12")
    if failure == "away":
        with pytest.raises(MediaUnavailable, match="could not be written"):
            await bucket.put("ab12", b"sealed")


async def test_objects_lie_under_the_prefix_that_the_setting_names() -> None:
    async with s3() as server:
        await bucket_of(server).put("ab12", b"sealed")
        assert server.objects == {"taskflow/ab12": b"sealed"}
