"""A closed partition becomes files, is read back, indexed, and only then dropped.

Each step may be the last one: the next run begins at the first that is not done.
"""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version as package_version
from pathlib import Path

import asyncpg

from taskflow import durable, failpoints
from taskflow.errors import Configuration
from taskflow.log.archive import manifest, parquet, partitions
from taskflow.log.archive.manifest import EVENTS, ArchiveUnreadable, LogPlace, Manifest
from taskflow.log.archive.parquet import ROWS_A_GROUP, RowDigest
from taskflow.log.archive.partitions import Partition
from taskflow.log.hash_chain import Heads, StoredRow

GRACE_SECONDS = 30.0
"""Between announcement and drop: three times as long as readers trust their list of archives."""

_PAGE = """
select {columns} from {partition} where (transaction_id, position) > ($1::xid8, $2::bigint)
 order by transaction_id, position limit $3
"""
_ANNOUNCE = """
insert into archives (name, first_position, last_position, end_transaction_id, end_position,
                      events, sha256)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (name) do update set sha256 = excluded.sha256, announced_at = now()
"""
_INDEX_EVENTS = """
insert into archived_events (event_id, archive, row_group)
select unnest($1::uuid[]), $2, $3 on conflict do nothing
"""
_INDEX_STREAMS = """
insert into archived_streams (stream, first_version, last_version, last_hash, archive, row_groups)
select s, f, l, h, $5, string_to_array(g, ',')::int[]
  from unnest($1::text[], $2::int[], $3::int[], $4::bytea[], $6::text[]) as r(s, f, l, h, g)
on conflict do nothing
"""
_AGE = "select extract(epoch from now() - announced_at)::float8 from archives where name = $1"
_SHA256 = "select sha256 from archives where name = $1"
_SCHEMA = "select max(name) from schema_migrations"
_INDEXED_AT_ONCE = 2_000

Progress = Callable[[str, int], None]
"""What is being done, and how many more events of it are."""


@dataclass(slots=True)
class _Stream:
    first: int
    last: int
    head: bytes | None
    groups: list[int] = field(default_factory=list[int])


class Streams:
    """What a partition holds of each stream; as much memory as it has streams."""

    def __init__(self) -> None:
        self.all: dict[str, _Stream] = {}

    def add(self, group: int, rows: Sequence[StoredRow]) -> None:
        for row in rows:
            stream = self.all.setdefault(
                row["stream"], _Stream(row["version"], row["version"], row["hash"])
            )
            stream.last, stream.head = row["version"], row["hash"]
            if stream.groups[-1:] != [group]:
                stream.groups.append(group)

    def heads(self) -> str:
        heads = Heads()
        for name, stream in self.all.items():
            heads.add(name, stream.last, stream.head)
        return heads.digest()


class Archiver:
    """Works as the log's owner, in `folder`. Other services go on meanwhile."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        folder: Path,
        progress: Progress = lambda _what, _count: None,
        *,
        grace: float = GRACE_SECONDS,
        rows_a_group: int = ROWS_A_GROUP,
    ) -> None:
        self._connection, self._folder, self._progress = connection, folder, progress
        self._grace, self._rows_a_group = grace, rows_a_group

    async def archive(self, partition: Partition) -> Manifest:
        """Raises Configuration while work hangs on an event in it, or for a bad folder."""
        await partitions.refuse_if_needed(self._connection, partition)
        await partitions.seal(self._connection, partition)
        file_manifest = self._written(partition.name) or await self._write(partition)
        streams = await self._read_back(partition, file_manifest)
        await self._index(partition, file_manifest, streams)
        await self._drop(partition)
        return file_manifest

    def _written(self, name: str) -> Manifest | None:
        try:
            return manifest.load(self._folder, name)
        except ArchiveUnreadable:
            return None

    async def _write(self, partition: Partition) -> Manifest:
        partial, whole = self._folder / f"{partition.name}.partial", self._folder / partition.name
        try:
            for left in (partial, whole):
                shutil.rmtree(left, ignore_errors=True)
            partial.mkdir(parents=True)
        except OSError as error:
            raise Configuration(
                f"TASKFLOW_ARCHIVE: {self._folder} cannot be written ({error.strerror})"
            ) from error
        file_manifest = await self._fill(partition, partial)
        file_manifest.save(partial)
        for file in (partial / EVENTS, partial / manifest.MANIFEST, partial):
            durable.sync(file)
        async with failpoints.ARCHIVE_WRITE:
            partial.rename(whole)
            durable.sync(self._folder)
        return file_manifest

    async def _fill(self, partition: Partition, folder: Path) -> Manifest:
        path, content, streams = folder / EVENTS, RowDigest(), Streams()
        ends: list[LogPlace] = []
        unhashed = 0
        first: LogPlace | None = None
        writer = await asyncio.to_thread(parquet.Writer, path)
        async for rows in self._pages(partition):
            await asyncio.to_thread(writer.write, rows)
            content.add(rows)
            streams.add(len(ends), rows)
            first = first or _place(rows[0])
            ends.append(_place(rows[-1]))
            unhashed += sum(row["hash"] is None for row in rows)
            self._progress("writing", len(rows))
        writer.close()
        assert first is not None, "an empty partition is not archived"
        began = await self._connection.fetchval(f"select min(recorded_at) from {partition.name}")
        return Manifest(
            name=partition.name,
            release=package_version("taskflow"),
            migration=await self._connection.fetchval(_SCHEMA),
            from_position=partition.first_position,
            to_position=partition.end_position,
            events=content.rows,
            streams=len(streams.all),
            before_the_chain=unhashed,
            first=first,
            last=ends[-1],
            recorded_from=_utc(began),
            recorded_to=_utc(partition.ended_at),
            row_groups=ends,
            heads=streams.heads(),
            content_sha256=content.digest(),
            bytes=path.stat().st_size,
            sha256=await asyncio.to_thread(parquet.file_digest, path),
        )

    async def _pages(self, partition: Partition) -> AsyncGenerator[list[asyncpg.Record]]:
        query = _PAGE.format(columns=", ".join(parquet.COLUMNS), partition=partition.name)
        after = (0, 0)
        while rows := await self._connection.fetch(query, *after, self._rows_a_group):
            yield rows
            after = _place(rows[-1]).key

    async def _read_back(self, partition: Partition, file_manifest: Manifest) -> Streams:
        """Raises ArchiveUnreadable unless the file holds each row of the partition."""
        content, streams = RowDigest(), Streams()
        path, _ = await asyncio.to_thread(
            manifest.checked, self._folder, partition.name, file_manifest.sha256
        )
        for group in range(len(file_manifest.row_groups)):
            rows = await asyncio.to_thread(parquet.read_group, path, group)
            content.add(rows)
            streams.add(group, rows)
            self._progress("reading back", len(rows))
        stands = partition.events == content.rows == file_manifest.events
        if not stands or content.digest() != file_manifest.content_sha256:
            raise ArchiveUnreadable(
                f"{path} does not hold what {partition.name} holds ({content.rows} events of "
                f"{partition.events}): delete {path.parent} and run this again"
            )
        return streams

    async def _index(self, partition: Partition, file_manifest: Manifest, streams: Streams) -> None:
        """In short transactions: a long one would hold back every follower."""
        path = self._folder / partition.name / file_manifest.file
        if await self._connection.fetchval(_SHA256, partition.name) == file_manifest.sha256:
            return
        for group in range(len(file_manifest.row_groups)):
            rows = await asyncio.to_thread(parquet.read_group, path, group)
            async with failpoints.ARCHIVE_INDEX:
                ids = [row["event_id"] for row in rows]
                await self._connection.execute(_INDEX_EVENTS, ids, partition.name, group)
            self._progress("indexing", len(rows))
        entries = list(streams.all.items())
        for start in range(0, len(entries), _INDEXED_AT_ONCE):
            some = entries[start : start + _INDEXED_AT_ONCE]
            columns = [
                [name for name, _ in some],
                [stream.first for _, stream in some],
                [stream.last for _, stream in some],
                [stream.head for _, stream in some],
            ]
            groups = [",".join(map(str, stream.groups)) for _, stream in some]
            async with failpoints.ARCHIVE_INDEX:
                await self._connection.execute(_INDEX_STREAMS, *columns, partition.name, groups)
        positions = (partition.first_position, partition.end_position - 1, *file_manifest.last.key)
        async with failpoints.ARCHIVE_INDEX:
            await self._connection.execute(
                _ANNOUNCE, partition.name, *positions, file_manifest.events, file_manifest.sha256
            )

    async def _drop(self, partition: Partition) -> None:
        """Not before every reader has heard of the archive. Whole, or not at all."""
        age = await self._connection.fetchval(_AGE, partition.name)
        await asyncio.sleep(max(0.0, self._grace - age))
        async with failpoints.ARCHIVE_DROP:
            await partitions.patiently(
                self._connection,
                "set local lock_timeout = '2s';"
                f"alter table events detach partition {partition.name};"
                f"drop table {partition.name};"
                f"update archives set dropped_at = now() where name = '{partition.name}'",
            )


def _place(row: StoredRow) -> LogPlace:
    return LogPlace(transaction_id=row["transaction_id"], position=row["position"])


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
