"""Recomputes every hash chain, archived events first, and names each row that does not fit."""

import asyncio
import zlib
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from taskflow.log.archive import manifest, parquet
from taskflow.log.hash_chain import Chain, ChainFinding, Head, Heads, StoredRow

PAGE = 2_000
STREAMS_AT_ONCE = 100_000
"""Archives are read once for so many streams: what is remembered of them takes some 50 MB."""

_COLUMNS = ", ".join(parquet.COLUMNS)
_CUT = """
select transaction_id, position from events
 where transaction_id < pg_snapshot_xmin(pg_current_snapshot())
 order by transaction_id desc, position desc limit 1
"""
_ARCHIVED_CUT = """
select end_transaction_id, end_position from archives where dropped_at is not null
 order by 1 desc, 2 desc limit 1
"""
_START = "select position from chain_start"
_ARCHIVES = """
select name, sha256 from archives where dropped_at is not null order by first_position
"""
_COUNT = """
select (select coalesce(sum(reltuples), 0)::bigint from pg_class c
          join pg_inherits i on i.inhrelid = c.oid where i.inhparent = 'events'::regclass
           and reltuples > 0)
     + (select coalesce(sum(events), 0)::bigint from archives where dropped_at is not null)
"""
_LIVE = f"""
select {_COLUMNS} from events
 where (stream, version, position) > ($1, $2, $3)
   and (transaction_id, position) <= ($4::xid8, $5::bigint)
 order by stream, version, position limit $6
"""
_LIVE_OF_ONE = f"""
select {_COLUMNS} from events
 where stream = $1 and (version, position) > ($2, $3)
   and (transaction_id, position) <= ($4::xid8, $5::bigint)
 order by version, position limit $6
"""
_ARCHIVED_HEADS = """
select distinct on (s.stream) s.stream, s.last_version, s.last_hash
  from archived_streams s join archives a on a.name = s.archive
 where a.dropped_at is not null and s.stream = any($1::text[])
 order by s.stream, s.last_version desc
"""
_ALL_ARCHIVED_HEADS = """
select s.stream, max(s.last_version) as last_version from archived_streams s
  join archives a on a.name = s.archive
 where a.dropped_at is not null and s.stream > $1 group by s.stream order by s.stream limit $2
"""
_STREAMS = """
select count(distinct s.stream) from archived_streams s
  join archives a on a.name = s.archive where a.dropped_at is not null
"""

Cursor = tuple[int, int]
_End = tuple[int, bytes | None]
"""A stream's last version, and its hash."""
Progress = Callable[[int], None]


@dataclass(slots=True)
class Counts:
    events: int = 0
    before_the_chain: int = 0
    archived: int = 0
    streams: int = 0
    findings: int = 0


@dataclass(slots=True)
class _Stream:
    """The one whose live rows are being read."""

    name: str
    chain: Chain
    archived: "_End | None" = None
    then: "_End | None" = None


class Verifier:
    """Only reads; what is appended after it began is left for the next time."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        folder: Path | None,
        *,
        stream: str | None = None,
        at: Cursor | None = None,
        progress: Progress = lambda _: None,
    ) -> None:
        self._connection, self._folder, self._progress = connection, folder, progress
        self._stream, self._at = stream, at
        self._start = 0
        self._cut: Cursor = (0, 0)
        self._heads, self._heads_then = Heads(), Heads()
        self.counts = Counts()

    async def estimate(self) -> int:
        return await self._connection.fetchval(_COUNT)

    async def findings(self) -> AsyncGenerator[ChainFinding]:
        """What is wrong, stream by stream; nothing when all is well."""
        self._start = await self._connection.fetchval(_START)
        ends = [await self._connection.fetchrow(query) for query in (_CUT, _ARCHIVED_CUT)]
        self._cut = max(((end[0], end[1]) for end in ends if end), default=(0, 0))
        async for finding in self._archived():
            self.counts.findings += 1
            yield finding
        async for finding in self._live():
            self.counts.findings += 1
            yield finding

    def head(self) -> Head:
        """Of all streams, as far as this run looked."""
        return Head(*self._cut, self._heads.digest())

    def head_then(self) -> Head:
        """The same as of the place asked for."""
        return Head(*(self._at or self._cut), self._heads_then.digest())

    async def _archived(self) -> AsyncGenerator[ChainFinding]:
        archives = await self._connection.fetch(_ARCHIVES)
        if not archives:
            return
        files = [
            (await asyncio.to_thread(manifest.checked, self._folder, row["name"], row["sha256"]))[0]
            for row in archives
        ]
        streams = await self._connection.fetchval(_STREAMS)
        passes = 1 if self._stream else streams // STREAMS_AT_ONCE + 1
        for bucket in range(passes):
            async for finding in self._bucket(files, bucket, passes):
                yield finding

    async def _bucket(
        self, files: Sequence[Path], bucket: int, of: int
    ) -> AsyncGenerator[ChainFinding]:
        chains: dict[str, Chain] = {}
        then: dict[str, _End] = {}
        for path in files:
            for group in range(parquet.groups(path)):
                rows = await asyncio.to_thread(parquet.read_group, path, group)
                for row in rows:
                    name = row["stream"]
                    if self._stream not in (None, name) or _bucket_of(name, of) != bucket:
                        continue
                    for finding in self._take(chains.setdefault(name, Chain()), row):
                        yield finding
                    self.counts.archived += 1
                    if self._is_then(row):
                        then[name] = (row["version"], row["hash"])
        for name, chain in chains.items():
            self.counts.streams += 1
            self._heads.add(name, chain.version, chain.hash)
            if name in then:
                self._heads_then.add(name, *then[name])
        async for finding in self._index_differs(chains, bucket, of):
            yield finding

    async def _index_differs(
        self, chains: dict[str, Chain], bucket: int, of: int
    ) -> AsyncGenerator[ChainFinding]:
        """Appends go on from what the database remembers of the archives."""
        after = ""
        while rows := await self._connection.fetch(_ALL_ARCHIVED_HEADS, after, PAGE):
            after = rows[-1]["stream"]
            names = [row["stream"] for row in rows if _bucket_of(row["stream"], of) == bucket]
            for row in await self._connection.fetch(_ARCHIVED_HEADS, names):
                name, version = row["stream"], row["last_version"]
                if self._stream not in (None, name):
                    continue
                chain = chains.get(name, Chain())
                if (chain.version, chain.hash) != (version, row["last_hash"]):
                    says = (
                        f"its archive ends at version {chain.version} with another hash than "
                        "archived_streams says"
                    )
                    yield ChainFinding("changed", name, version, None, None, says)

    async def _live(self) -> AsyncGenerator[ChainFinding]:
        of = _Stream("", Chain())
        async for rows in self._pages():
            begun = list({row["stream"] for row in rows} - {of.name})
            heads = {
                row["stream"]: (row["last_version"], row["last_hash"])
                for row in await self._connection.fetch(_ARCHIVED_HEADS, begun)
            }
            for row in rows:
                if row["stream"] != of.name:
                    self._ended(of)
                    archived = heads.get(row["stream"])
                    of = _Stream(row["stream"], Chain(*archived or (0, None)), archived)
                for finding in self._take(of.chain, row):
                    yield finding
                if self._is_then(row):
                    of.then = (row["version"], row["hash"])
        self._ended(of)

    def _ended(self, of: "_Stream") -> None:
        """Its live head takes the place of its archived one."""
        if not of.name:
            return
        if of.archived:
            self._heads.drop(of.name, *of.archived)
        else:
            self.counts.streams += 1
        self._heads.add(of.name, of.chain.version, of.chain.hash)
        if of.then and of.archived:
            self._heads_then.drop(of.name, *of.archived)
        if of.then:
            self._heads_then.add(of.name, *of.then)

    async def _pages(self) -> AsyncGenerator[list[asyncpg.Record]]:
        name, version, position = self._stream or "", 0, 0
        query = _LIVE_OF_ONE if self._stream else _LIVE
        while rows := await self._connection.fetch(
            query, name, version, position, *self._cut, PAGE
        ):
            yield rows
            last = rows[-1]
            name, version, position = last["stream"], last["version"], last["position"]

    def _take(self, chain: Chain, row: StoredRow) -> list[ChainFinding]:
        self.counts.events += 1
        if self.counts.events % PAGE == 0:
            self._progress(PAGE)
        if row["hash"] is None and row["position"] < self._start:
            self.counts.before_the_chain += 1
        return chain.take(row, self._start)

    def _is_then(self, row: StoredRow) -> bool:
        return self._at is not None and (row["transaction_id"], row["position"]) <= self._at


def _bucket_of(stream: str, of: int) -> int:
    return zlib.crc32(stream.encode()) % of
