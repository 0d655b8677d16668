"""Folding the log's streams; snapshots only shorten the way."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from pydantic import BaseModel

from contracts.recorded import Recorded
from taskflow import failpoints
from taskflow.log.appending import Appended, Outcome
from taskflow.log.event_log import Log
from taskflow.log.folding import Fold, Folded
from taskflow.postgres.database import UNAVAILABLE, DatabaseUnavailable

S = TypeVar("S", bound=BaseModel)

REMEMBERED = 2_000
"""States kept by one process, newest used: a few kilobytes each."""
SNAPSHOT_EVERY = 100
"""Events folded before a snapshot is worth its write."""

_LOAD = """
select version, state from snapshots
 where stream = $1 and decider = $2 and decider_version = $3
"""
_LOAD_ALL = """
select stream, version, state from snapshots
 where stream = any($1::text[]) and decider = $2 and decider_version = $3
"""
# An older fold that comes late must not put an older state back.
_SAVE = """
insert into snapshots (stream, decider, decider_version, version, state, user_id)
values ($1, $2, $3, $4, $5, $6)
on conflict (stream, decider) do update
   set decider_version = excluded.decider_version, version = excluded.version,
       state = excluded.state, user_id = excluded.user_id
 where (snapshots.decider_version, snapshots.version)
       < (excluded.decider_version, excluded.version)
"""


class Folds:
    """Folds streams of a log, from what it remembers, else from their snapshots.

    A state of some version never changes, so remembering it only spares reading: what came after
    is read from the log each time.
    """

    def __init__(self, log: Log, pool: asyncpg.Pool | None) -> None:
        self._log, self._pool = log, pool
        self._remembered: OrderedDict[tuple[str, str], Folded[Any]] = OrderedDict()

    async def fold(self, stream: str, fold: Fold[S], known: Folded[S] | None = None) -> Folded[S]:
        """The state now; `known` spares reading again what it holds already."""
        start = known or self._recalled(stream, fold) or await self._snapshot(stream, fold)
        return await self._over(stream, fold, start, await self._log.read(stream, start.version))

    async def fold_all(self, streams: Collection[str], fold: Fold[S]) -> dict[str, Folded[S]]:
        """The states of many streams now, in two queries whatever their number."""
        starts = {stream: Folded(fold.state(), 0) for stream in streams}
        starts |= await self._snapshots(streams, fold)
        for stream in streams:
            starts[stream] = self._recalled(stream, fold) or starts[stream]
        events = await self._log.read_all(
            {stream: start.version for stream, start in starts.items()}
        )
        return {
            stream: await self._over(stream, fold, start, events.get(stream, []))
            for stream, start in starts.items()
        }

    async def _over(
        self, stream: str, fold: Fold[S], start: Folded[S], events: Sequence[Recorded[Any]]
    ) -> Folded[S]:
        if not events:
            return start
        now = Folded(fold.over(events, start.state), events[-1].version)
        if len(events) >= SNAPSHOT_EVERY:
            await self._save(stream, fold, now, events[-1].user_id)
        self._remember(stream, fold, now)
        return now

    def after(
        self, stream: str, fold: Fold[S], known: Folded[S], outcome: Outcome | None
    ) -> Folded[S] | None:
        """`known` and what was just appended to it; None when something came in between."""
        if not isinstance(outcome, Appended):
            return None
        ours = [recorded for recorded in outcome.events if recorded.stream == stream]
        if not ours or ours[0].version != known.version + 1:
            return None
        now = Folded(fold.over(ours, known.state), ours[-1].version)
        self._remember(stream, fold, now)
        return now

    def _recalled(self, stream: str, fold: Fold[S]) -> Folded[S] | None:
        found = self._remembered.get((fold.name, stream))
        if found is not None:
            self._remembered.move_to_end((fold.name, stream))
        return found

    def _remember(self, stream: str, fold: Fold[S], now: Folded[S]) -> None:
        name = (fold.name, stream)
        known = self._remembered.get(name)
        if known is None or known.version < now.version:
            self._remembered[name] = now
            self._remembered.move_to_end(name)
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)

    async def _snapshot(self, stream: str, fold: Fold[S]) -> Folded[S]:
        row = None
        if self._pool:
            try:
                row = await self._pool.fetchrow(_LOAD, stream, fold.name, fold.version)
            except UNAVAILABLE as error:
                raise DatabaseUnavailable("snapshots did not answer") from error
        return _folded(row, fold) if row else Folded(fold.state(), 0)

    async def _snapshots(self, streams: Collection[str], fold: Fold[S]) -> dict[str, Folded[S]]:
        if not self._pool or not streams:
            return {}
        try:
            rows = await self._pool.fetch(_LOAD_ALL, list(streams), fold.name, fold.version)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("snapshots did not answer") from error
        return {row["stream"]: _folded(row, fold) for row in rows}

    async def _save(self, stream: str, fold: Fold[S], now: Folded[S], user: UUID | None) -> None:
        if self._pool:
            state = now.state.model_dump_json()
            try:
                async with failpoints.SNAPSHOT_COMMIT:
                    await self._pool.execute(
                        _SAVE, stream, fold.name, fold.version, now.version, state, user
                    )
            except UNAVAILABLE as error:
                raise DatabaseUnavailable("snapshots did not answer") from error


def _folded(row: asyncpg.Record, fold: Fold[S]) -> Folded[S]:
    return Folded(fold.state.model_validate_json(row["state"]), row["version"])
