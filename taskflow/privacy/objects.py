"""Where sealed media lie beside PostgreSQL: a folder, or a bucket of S3 by obstore.

A name is written once and never over. What lies there opens with its user's key alone.
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

import obstore
from obstore.store import S3Store
from pydantic import SecretStr

from taskflow import clock, durable, failpoints
from taskflow.errors import Configuration, Retryable

if TYPE_CHECKING:
    from obstore.store import S3Config

S3 = "s3"
SECONDS = 20.0
"""For one object of at most 16 MB, with the library's own tries."""


class MediaUnavailable(Retryable):
    """The folder or the bucket of media did not do what was asked."""

    code = "media_unavailable"


class Objects(Protocol):
    """Each raises MediaUnavailable."""

    async def put(self, name: str, data: bytes) -> None:
        """Stands there once this returns, also after a power cut."""
        ...

    async def get(self, name: str) -> bytes | None:
        """None where there is none."""
        ...

    async def delete(self, name: str) -> None:
        """Nothing is deleted twice: what is not there is gone already."""
        ...


class Folder:
    """A folder that every replica of every service sees."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def put(self, name: str, data: bytes) -> None:
        async with _failing("written"):
            await asyncio.to_thread(self._put, name, data)

    def _put(self, name: str, data: bytes) -> None:
        file = self._file(name)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.{clock.new_id().hex}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(descriptor)
        fresh.replace(file)
        for folder in (file.parent, self._path):
            durable.sync(folder)

    async def get(self, name: str) -> bytes | None:
        async with _failing("read"):
            try:
                return await asyncio.to_thread(self._file(name).read_bytes)
            except FileNotFoundError:
                return None

    async def delete(self, name: str) -> None:
        async with _failing("deleted"), failpoints.MEDIA_COMMIT:
            await asyncio.to_thread(self._file(name).unlink, missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._path / name[:2] / name


class MediaBucket:
    """A bucket, or what begins with a prefix in it; of Amazon's, or of who speaks as they do."""

    def __init__(
        self,
        bucket: str,
        prefix: str,
        *,
        key_id: str,
        secret: SecretStr,
        region: str,
        endpoint: str | None = None,
    ) -> None:
        config: S3Config = {
            "access_key_id": key_id,
            "secret_access_key": secret.get_secret_value(),
            "region": region,
        }
        if endpoint:
            config["endpoint"] = endpoint
        is_plain = bool(endpoint and endpoint.startswith("http://"))
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            config=config,
            client_options={"allow_http": is_plain, "timeout": f"{SECONDS:.0f}s"},
        )

    async def put(self, name: str, data: bytes) -> None:
        async with _failing("written"):
            await obstore.put_async(self._store, name, data, use_multipart=False)

    async def get(self, name: str) -> bytes | None:
        async with _failing("read"):
            try:
                found = await obstore.get_async(self._store, name)
                return bytes(await found.bytes_async())
            except FileNotFoundError:
                return None

    async def delete(self, name: str) -> None:
        async with _failing("deleted"), failpoints.MEDIA_COMMIT:
            try:
                await obstore.delete_async(self._store, name)
            except FileNotFoundError:
                return


def opened(
    where: str | None,
    *,
    key_id: str | None = None,
    secret: SecretStr | None = None,
    region: str = "us-east-1",
    endpoint: str | None = None,
) -> Objects | None:
    """None: media lie in PostgreSQL. Raises Configuration."""
    if not where:
        return None
    parts = urlsplit(where)
    if parts.scheme == S3 and parts.netloc:
        if key_id is None or secret is None:
            raise Configuration(
                f"TASKFLOW_MEDIA={where} needs TASKFLOW_MEDIA_KEY_ID and TASKFLOW_MEDIA_SECRET"
            )
        return MediaBucket(
            parts.netloc,
            parts.path.strip("/"),
            key_id=key_id,
            secret=secret,
            region=region,
            endpoint=endpoint,
        )
    folder = Path(where)
    if not folder.is_absolute():
        raise Configuration(
            f"TASKFLOW_MEDIA={where} is neither an absolute path such as /var/lib/taskflow/media "
            "nor a bucket such as s3://bucket/prefix"
        )
    return Folder(folder)


@asynccontextmanager
async def _failing(done: str) -> AsyncGenerator[None]:
    """What the library raises has many classes; its words may name the bucket, and are not kept."""
    try:
        async with asyncio.timeout(SECONDS):
            yield
    except (OSError, obstore.exceptions.BaseError) as error:
        reason = type(error).__name__
        raise MediaUnavailable(f"a medium could not be {done}: {reason}") from error
