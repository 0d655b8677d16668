"""Folding the log's streams; snapshots only shorten the way."""

from typing import TypeVar

import asyncpg
from pydantic import BaseModel

from taskflow import failpoints
from taskflow.database import UNAVAILABLE, DatabaseUnavailable
from taskflow.event_log import Log
from taskflow.folding import Fold, Folded

S = TypeVar("S", bound=BaseModel)

SNAPSHOT_EVERY = 100
"""Events folded before a snapshot is worth its write."""

_LOAD = """
select version, state from snapshots
 where stream = $1 and decider = $2 and decider_version = $3
"""
# An older fold that comes late must not put an older state back.
_SAVE = """
insert into snapshots (stream, decider, decider_version, version, state) values ($1, $2, $3, $4, $5)
on conflict (stream, decider) do update
   set decider_version = excluded.decider_version, version = excluded.version,
       state = excluded.state
 where (snapshots.decider_version, snapshots.version)
       < (excluded.decider_version, excluded.version)
"""


class Folds:
    """Folds streams of a log, from their snapshots where there are any."""

    def __init__(self, log: Log, pool: asyncpg.Pool | None) -> None:
        self._log, self._pool = log, pool

    async def fold(self, stream: str, fold: Fold[S], known: Folded[S] | None = None) -> Folded[S]:
        """The state now; `known` spares reading again what it holds already."""
        start = known or await self._snapshot(stream, fold)
        events = await self._log.read(stream, start.version)
        if not events:
            return start
        now = Folded(fold.over(events, start.state), events[-1].version)
        if len(events) >= SNAPSHOT_EVERY:
            await self._save(stream, fold, now)
        return now

    async def _snapshot(self, stream: str, fold: Fold[S]) -> Folded[S]:
        row = None
        if self._pool:
            try:
                row = await self._pool.fetchrow(_LOAD, stream, fold.name, fold.version)
            except UNAVAILABLE as error:
                raise DatabaseUnavailable("snapshots did not answer") from error
        if row is None:
            return Folded(fold.state(), 0)
        return Folded(fold.state.model_validate_json(row["state"]), row["version"])

    async def _save(self, stream: str, fold: Fold[S], now: Folded[S]) -> None:
        if self._pool:
            state = now.state.model_dump_json()
            try:
                async with failpoints.SNAPSHOT_COMMIT:
                    await self._pool.execute(
                        _SAVE, stream, fold.name, fold.version, now.version, state
                    )
            except UNAVAILABLE as error:
                raise DatabaseUnavailable("snapshots did not answer") from error
