"""Reads events that have left the database: what the log asks for when it sees that some have.

While nothing was ever archived it costs a look at an empty table every KNOWN_SECONDS.
"""

import asyncio
import heapq
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from taskflow import clock
from taskflow.log.archive import manifest, parquet
from taskflow.log.archive.manifest import ArchiveUnreadable, Manifest
from taskflow.postgres.database import UNAVAILABLE, DatabaseUnavailable

KNOWN_SECONDS = 10.0
"""How old the list of archives may be. A partition is dropped only well after it was announced."""
log = structlog.get_logger()

KEPT_GROUPS = 4
"""Row groups held by one process, some 10 MB each: pages and streams come back to the same ones."""

_ARCHIVES = """
select name, sha256, end_transaction_id, end_position, dropped_at is not null as dropped
  from archives order by first_position
"""
_GROUPS_OF_IDS = """
select e.archive, e.row_group from archived_events e join archives a on a.name = e.archive
 where e.event_id = any($1::uuid[]) and a.dropped_at is not null
 group by e.archive, e.row_group, a.first_position order by a.first_position, e.row_group
"""
_GROUPS_OF_STREAMS = """
select s.archive, g.row_group from archived_streams s
  join archives a on a.name = s.archive cross join unnest(s.row_groups) as g(row_group)
  join unnest($1::text[], $2::int[], $3::int[]) as asked(stream, after, upto)
    on asked.stream = s.stream
 where s.last_version > asked.after and s.first_version <= asked.upto and a.dropped_at is not null
 group by s.archive, g.row_group, a.first_position order by a.first_position, g.row_group
"""
LAST = 2**31 - 1
"""No version is higher."""

Cursor = tuple[int, int]
_cursor_of = itemgetter(1, 0)


class ArchivedRow(tuple[Any, ...]):
    """Looks as a row of the database does: its values in order, each also by its column's name."""

    __slots__ = ()

    def __getitem__(self, which: Any) -> Any:
        return super().__getitem__(_PLACES[which] if isinstance(which, str) else which)

    def items(self) -> Iterator[tuple[str, Any]]:
        return zip(_NAMES, self, strict=True)


_NAMES = tuple(name for name in parquet.COLUMNS if name != "hash")
_PLACES = {name: place for place, name in enumerate(_NAMES)}


@dataclass(frozen=True, slots=True)
class KnownArchive:
    name: str
    sha256: str
    end: Cursor
    dropped: bool


@dataclass(slots=True)
class _List:
    archives: list[KnownArchive] = field(default_factory=list[KnownArchive])
    dropped: list[KnownArchive] = field(default_factory=list[KnownArchive])
    end: Cursor = (0, 0)
    """The last event that must be read from a file."""
    read_at: float = float("-inf")


class Archive:
    """Events of a database's archives; `folder` None: there is none, until one is needed."""

    def __init__(self, pool: asyncpg.Pool, folder: Path | None) -> None:
        self._pool, self._folder = pool, folder
        self._list = _List()
        self._files: dict[str, tuple[Path, Manifest]] = {}
        self._group = lru_cache(KEPT_GROUPS)(_read_group)

    async def any(self) -> bool:
        """Whether a gap may mean that something was archived."""
        return bool((await self._known()).archives)

    async def reaches(self, cursor: Cursor) -> bool:
        """Whether a follower there has archived events before it."""
        return cursor < (await self._known()).end

    async def merged(self, live: Sequence[Any], cursor: Cursor, limit: int) -> list[Any]:
        """The next events in commit order, of the archives' and of the database's next ones.

        The database was asked first: what left it in between stands in both.
        """
        dropped = (await self._known(fresh=True)).dropped
        archived = await asyncio.to_thread(self._after, dropped, cursor, limit)
        rows = heapq.merge(archived, live, key=_cursor_of)
        return list(islice((next(alike) for _, alike in groupby(rows, _cursor_of)), limit))

    async def events(self, ids: Sequence[UUID]) -> list[ArchivedRow]:
        """Those of these ids that were archived, in version order."""
        wanted = set(ids)
        rows = await self._rows(_GROUPS_OF_IDS, list(ids))
        return sorted((row for row in rows if row["event_id"] in wanted), key=itemgetter("version"))

    async def streams(self, asked: dict[str, tuple[int, int]]) -> dict[str, list[ArchivedRow]]:
        """Of each stream the archived events past a version and up to another, oldest first."""
        bounds = list(asked.values())
        rows = await self._rows(
            _GROUPS_OF_STREAMS,
            list(asked),
            [after for after, _ in bounds],
            [min(upto, LAST) for _, upto in bounds],
        )
        found: dict[str, list[ArchivedRow]] = {}
        for row in rows:
            after, upto = asked.get(row["stream"], (0, 0))
            if after < row["version"] <= upto:
                found.setdefault(row["stream"], []).append(row)
        return found

    async def _rows(self, query: str, *arguments: object) -> list[ArchivedRow]:
        groups = await self._fetch(query, *arguments)
        if not groups:
            return []
        known = {archive.name: archive for archive in (await self._known(fresh=True)).archives}
        places = [(known[group["archive"]], group["row_group"]) for group in groups]
        return await asyncio.to_thread(self._of_groups, places)

    def _of_groups(self, places: Sequence[tuple[KnownArchive, int]]) -> list[ArchivedRow]:
        return [
            row
            for known_archive, group in places
            for row in self._group(self._file(known_archive)[0], group)
        ]

    def _after(
        self, dropped: Sequence[KnownArchive], cursor: Cursor, limit: int
    ) -> list[ArchivedRow]:
        """Archives overlap a little: positions are given before commit order is known."""
        files = [
            self._past(known_archive, cursor)
            for known_archive in dropped
            if cursor < known_archive.end
        ]
        return list(islice(heapq.merge(*files, key=_cursor_of), limit))

    def _past(self, known_archive: KnownArchive, cursor: Cursor) -> Iterator[ArchivedRow]:
        path, file_manifest = self._file(known_archive)
        ends = [place.key for place in file_manifest.row_groups]
        for group in range(bisect_right(ends, cursor), len(ends)):
            for row in self._group(path, group):
                if _cursor_of(row) > cursor:
                    yield row

    def _file(self, known_archive: KnownArchive) -> tuple[Path, Manifest]:
        """Its bytes are checked once by each process. Raises ArchiveUnreadable."""
        if known_archive.name not in self._files:
            try:
                self._files[known_archive.name] = manifest.checked(
                    self._folder, known_archive.name, known_archive.sha256
                )
            except ArchiveUnreadable as error:
                log.error("archive.unreadable", archive=known_archive.name, why=str(error))  # noqa: TRY400 - it says all
                raise
        path, file_manifest = self._files[known_archive.name]
        if not path.exists():
            del self._files[known_archive.name]
            raise ArchiveUnreadable(
                f"{path} is gone: bring archive {known_archive.name} back, "
                "or set TASKFLOW_ARCHIVE to the folder that holds it"
            )
        return path, file_manifest

    async def _known(self, *, fresh: bool = False) -> _List:
        if fresh or clock.monotonic() - self._list.read_at > KNOWN_SECONDS:
            asked_at = clock.monotonic()
            archives = [
                KnownArchive(
                    row["name"],
                    row["sha256"],
                    (row["end_transaction_id"], row["end_position"]),
                    row["dropped"],
                )
                for row in await self._fetch(_ARCHIVES)
            ]
            dropped = [archive for archive in archives if archive.dropped]
            # One that is announced may be gone by the time it is asked for.
            end = max((archive.end for archive in archives), default=(0, 0))
            self._list = _List(archives, dropped, end, asked_at)
        return self._list

    async def _fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        try:
            return await self._pool.fetch(query, *arguments)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the log did not answer") from error


def _read_group(path: Path, group: int) -> list[ArchivedRow]:
    """As the log reads rows: without the hash."""
    return [ArchivedRow(row[name] for name in _NAMES) for row in parquet.read_group(path, group)]
