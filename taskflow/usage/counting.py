"""The log's follower that counts: what happened to users and turns, once for the whole house.

Not a projection: counting twice is not the same as counting once, so nobody may rebuild it or ask
it again; and whoever waits for all projections must not wait for it. See docs/metrics.md.
"""

import asyncio
from datetime import timedelta
from typing import Any

import structlog

from contracts.event import UnknownEventType
from contracts.recorded import Message, Recorded
from taskflow import clock, failpoints
from taskflow.errors import Retryable
from taskflow.log.event_log import PAGE, EventLog
from taskflow.log.following import START, Cursor
from taskflow.postgres.database import UNAVAILABLE, Connection, connect
from taskflow.postgres.wakeups import Wakeups, lead
from taskflow.telemetry import metrics
from taskflow.tooling import Catalogue
from taskflow.usage.measures import MEASURED, Measures

LOCK = 7_215_004
GATHER_SECONDS = 1.0
"""Between pages under load, each a commit: no scrape is more frequent."""
RETRY_SECONDS = 1.0
REMEMBERED = timedelta(minutes=15)
"""So far before the checkpoint a new leader reads, for what is open: turns last a minute or two."""

_WHERE = "select transaction_id, position from measuring_checkpoint"
# Compare-and-set: who lost the lock in its sleep counts nothing.
_MOVE = """
update measuring_checkpoint set transaction_id = $1, position = $2
 where transaction_id = $3 and position = $4
"""
_RECORDED = "select recorded_at from events where position = $1"
_BEFORE = """
select transaction_id, position from events where recorded_at < $1
 order by transaction_id desc, position desc limit 1
"""

log = structlog.get_logger()


class CheckpointOvertaken(Retryable):
    """Another process moved the checkpoint."""

    code = "overtaken"


class Measuring:
    """Counts in one process at a time; its death frees the lock, and another goes on from there."""

    def __init__(self, dsn: str, event_log: EventLog, wakeups: Wakeups) -> None:
        self._dsn, self._log, self._wakeups = dsn, event_log, wakeups

    async def run(self) -> None:
        """For ever. Whatever goes wrong here costs measurements, never the service."""
        while True:
            connection = None
            try:
                # Durable, unlike a projection's: a checkpoint that is undone counts a page twice.
                connection = await connect(self._dsn, "taskflow-measuring")
                await lead(connection, LOCK)
                await self._lead(connection)
            except (*UNAVAILABLE, Retryable) as error:
                log.warning("measuring.interrupted", error=type(error).__name__)
            except Exception:
                log.exception("measuring.failed")
            finally:
                if connection is not None:
                    connection.terminate()
            await asyncio.sleep(RETRY_SECONDS)

    async def _lead(self, connection: Connection) -> None:
        cursor = await _where(connection)
        open_ = await self._remembered(connection, cursor)
        metrics.stand_at_zero("log")
        with (
            self._wakeups.subscribed() as bell,
            metrics.SENDS_UNKNOWN.asking(lambda: {"": open_.unknown_sends(clock.utc_now())}),
        ):
            while True:
                page = await self._log.follow(cursor, PAGE)
                if not page:
                    await bell.wait(GATHER_SECONDS)
                    continue
                cursor = await self._count(connection, open_, page, cursor)
                if len(page) < PAGE:
                    await asyncio.sleep(GATHER_SECONDS)

    async def _count(
        self, connection: Connection, open_: Measures, page: list[Message], cursor: Cursor
    ) -> Cursor:
        """Counted after the commit: a crash in between loses a page, and doubles nothing."""
        found = [measurement for recorded in _known(page) for measurement in open_.of(recorded)]
        moved = Cursor(page[-1].transaction_id, page[-1].position)
        await _move(connection, cursor, moved)
        for measurement in found:
            measurement.take()
        return moved

    async def _remembered(self, connection: Connection, upto: Cursor) -> Measures:
        """What was open at the checkpoint; what is read for it is not counted."""
        open_ = Measures(set(await Catalogue(self._log).offers()))
        recorded_at = await connection.fetchval(_RECORDED, upto.position)
        if recorded_at is None:
            return open_
        row = await connection.fetchrow(_BEFORE, recorded_at - REMEMBERED)
        at = Cursor(row["transaction_id"], row["position"]) if row else START
        while at < upto and (page := await self._log.follow(at, PAGE)):
            for recorded in _known(page):
                if Cursor.of(recorded) <= upto:
                    for _ in open_.of(recorded):
                        pass
            at = Cursor(page[-1].transaction_id, page[-1].position)
        return open_


def _known(page: list[Message]) -> list[Recorded[Any]]:
    """What says something, and is known to this release: nothing holds this follower up."""
    found: list[Recorded[Any]] = []
    for message in page:
        if message.type in MEASURED:
            try:
                found.append(message.recorded())
            except (UnknownEventType, ValueError):
                log.debug("measuring.skipped", type=message.type)
    return found


async def _where(connection: Connection) -> Cursor:
    row = await connection.fetchrow(_WHERE)
    assert row is not None, "the migration made it"
    return Cursor(row["transaction_id"], row["position"])


async def _move(connection: Connection, cursor: Cursor, to: Cursor) -> None:
    at = (cursor.transaction_id, cursor.position)
    async with failpoints.MEASURING_COMMIT:
        done = await connection.execute(_MOVE, to.transaction_id, to.position, *at)
    if done != "UPDATE 1":
        raise CheckpointOvertaken("another process measures")
