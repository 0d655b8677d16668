"""Who must move next, as a projection; and the watchdog that wakes what has stood too long."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg
import structlog
from nats.aio.client import Client
from pydantic import BaseModel

from contracts import streams
from contracts.recorded import Message, Recorded
from taskflow import failpoints
from taskflow.bus import publishing
from taskflow.bus.relay import BUS_AWAY
from taskflow.errors import Retryable
from taskflow.log.event_log import EventLog, message_of
from taskflow.log.folding import Fold
from taskflow.log.snapshots import Folds
from taskflow.postgres.database import UNAVAILABLE
from taskflow.projecting.projector import Statement

STANDS_TOO_LONG_SECONDS = 120
EVERY_SECONDS = 30.0

_SET = """
insert into moves (stream, service, driver, since) values ($1, $2, $3, $4)
on conflict (stream, service) do update
   set driver = excluded.driver, since = excluded.since, nudged = 0, nudged_at = null
 where moves.driver <> excluded.driver
"""
_DONE = "delete from moves where stream = $1 and service = $2"
# Claims what it will publish: two watchdogs do not nudge the same driver at once.
_OVERDUE = """
update moves set nudged = nudged + 1, nudged_at = now()
 where (stream, service) in (
   select stream, service from moves
    where coalesce(nudged_at, since) < now() - make_interval(secs => $1)
    order by since limit 500 for update skip locked)
returning driver, nudged
"""
_EVENT = "select * from events where event_id = $1"

S = TypeVar("S", bound=BaseModel)
log = structlog.get_logger()


class Moves(Generic[S]):
    """Keeps, for one service, the driver of each conversation and since when it stands."""

    version = 1
    tables = ("moves",)

    def __init__(
        self, service: str, fold: Fold[S], driver: Callable[[S], UUID | None], folds: Folds
    ) -> None:
        self.name = f"moves-{service}"
        self._service, self._fold, self._driver, self._folds = service, fold, driver, folds

    async def project(self, events: Sequence[Recorded[Any]]) -> list[Statement]:
        touched = {
            recorded.stream: recorded.recorded_at
            for recorded in events
            if recorded.stream.startswith(streams.CONVERSATION)
        }
        statements: list[Statement] = []
        folded = await self._folds.fold_all(touched, self._fold)
        for stream, at in touched.items():
            driver = self._driver(folded[stream].state)
            if driver is None:
                statements.append((_DONE, (stream, self._service)))
            else:
                statements.append((_SET, (stream, self._service, driver, at)))
        return statements


class Watchdog:
    """JetStream only wakes: a delivery that it lost is published again from the log."""

    def __init__(self, pool: asyncpg.Pool, event_log: EventLog, client: Client) -> None:
        self._pool, self._log, self._client = pool, event_log, client

    async def run(self, every: float = EVERY_SECONDS) -> None:
        while True:
            try:
                await self.nudge()
            except (*UNAVAILABLE, *BUS_AWAY, Retryable) as error:
                log.warning("watchdog.interrupted", error=type(error).__name__)
            await asyncio.sleep(every)

    async def nudge(self, stands_too_long: float = STANDS_TOO_LONG_SECONDS) -> int:
        """Publishes every driver that has stood so many seconds; how many there were."""
        async with failpoints.WATCHDOG_COMMIT:
            overdue = await self._pool.fetch(_OVERDUE, stands_too_long)
        for row in overdue:
            message = await event_message(self._pool, row["driver"])
            if message:
                log.warning("driver.nudged", stream=message.stream, times=row["nudged"])
                async with failpoints.WATCHDOG_PUBLISH:
                    await publishing.republish(self._client, message, f"nudge{row['nudged']}")
        return len(overdue)


async def event_message(pool: asyncpg.Pool, event_id: UUID) -> Message | None:
    """An event as the bus carries it."""
    row = await pool.fetchrow(_EVENT, event_id)
    return message_of(row) if row else None
