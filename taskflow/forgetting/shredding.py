"""What a forgotten user's key and addresses left in PostgreSQL's files is destroyed.

A deleted row stays in its page, and all that was ever written of it stands in the write-ahead log.
So the part of the vault that held it is written anew, the log goes on to files that hold none of
it, and a checkpoint removes the old ones. Nobody is taken at their word: what was forgotten counts
as destroyed when no file of before is left. See docs/adr/0034.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
import structlog

from taskflow import clock
from taskflow.postgres.database import UNAVAILABLE, Connection, connect

LOCK = 7_215_006
LOOK_EVERY_SECONDS = 5.0
PAUSE_SECONDS = 10.0
"""After each round, which costs at least one file of the log and a checkpoint: 16 MB of zeros."""
ROUND_SECONDS = 120.0
"""For a statement of a round: a checkpoint writes all that is in memory and not yet on disk."""
WAIT_SECONDS = 0.25
MISSING_RIGHT = "the scheduler's login is no member of pg_checkpoint and pg_monitor"
"""How to give it: docs/deploy.md, "Forgotten keys"."""

_ANY = "select max(id) from vault_shreds"
_LEFT = "select exists (select from vault_shreds where id <= $1)"
_TRY_LOCK = "select pg_try_advisory_lock($1)"
_UNLOCK = "select pg_advisory_unlock($1)"
_SHRED_NEXT_PART = "select shred_next_part()"
# Every file that there is, used or not: one that is to come may be an old one, renamed.
_MARK = """
update vault_shreds
   set wal_upto = (select max(name collate "C") from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$')
 where rewritten_at is not null and wal_upto is null
"""
_IS_BEHIND = """
select pg_walfile_name(pg_current_wal_insert_lsn()) collate "C" <= max(wal_upto) from vault_shreds
"""
# As pg_switch_wal does, which only a superuser may: whatever the file held is overwritten.
_FILL = """
select pg_logical_emit_message(false, 'taskflow', repeat('0', setting::int), true)
  from pg_settings where name = 'wal_segment_size'
"""
_CHECKPOINT = "checkpoint"
_DONE = """
delete from vault_shreds
 where current_setting('wal_recycle') = 'off'
   and wal_upto < (select min(left(name, 24) collate "C") from pg_ls_waldir()
                    where name ~ '^[0-9A-F]{24}(\\.partial)?$')
returning extract(epoch from clock_timestamp() - since)::float8 as waited_s
"""
_HOLDERS = """
with upto as (select max(wal_upto) as name from vault_shreds)
select 'wal_recycle is on: set it to off' as holder where current_setting('wal_recycle') = 'on'
union all
select format('wal_keep_size is %s: set it to 0', current_setting('wal_keep_size'))
 where current_setting('wal_keep_size') <> '0'
union all
select format('the replication slot %s has not read it yet', slot_name)
  from pg_replication_slots, upto
 where restart_lsn is not null and pg_walfile_name(restart_lsn) collate "C" <= upto.name
union all
select 'it is not archived yet' from pg_stat_archiver, upto
 where current_setting('archive_mode') <> 'off'
   and coalesce(left(last_archived_wal, 24) collate "C" < upto.name, true)
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ShreddingLeft:
    """What a round left: nothing, or what it waits for."""

    left: bool
    holders: tuple[str, ...] = ()
    waited_s: tuple[float, ...] = field(default=(), compare=False)
    """Of each thing that it destroyed, since its forgetting."""


class Shredding:
    """Every scheduler runs one, and `taskflow forget` a round: one at a time, by a lock."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                async with self._connection() as connection:
                    await _keep_shredding(connection)
            except UNAVAILABLE as error:
                log.warning("shredding.interrupted", error=type(error).__name__)
            except Exception:
                log.exception("shredding.failed")
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def finish(self, within: float) -> ShreddingLeft:
        """What was forgotten until now is destroyed, or what holds it after so many seconds.

        Raises what asyncpg does while PostgreSQL is away.
        """
        give_up_at = clock.monotonic() + within
        standing = None
        async with self._connection() as connection:
            upto = await connection.fetchval(_ANY)
            while upto and await connection.fetchval(_LEFT, upto):
                standing = await one_round(connection) or standing
                if clock.monotonic() >= give_up_at:
                    return standing or ShreddingLeft(
                        left=True, holders=("another process is at it",)
                    )
                await asyncio.sleep(WAIT_SECONDS)
        return ShreddingLeft(left=False)

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[asyncpg.Connection]:
        connection = await connect(self._dsn, "taskflow-shredding")
        try:
            yield connection
        finally:
            connection.terminate()


async def _keep_shredding(connection: Connection) -> None:
    while True:
        pause = LOOK_EVERY_SECONDS
        if await connection.fetchval(_ANY):
            pause = PAUSE_SECONDS
            standing = await one_round(connection)
            if standing and standing.waited_s:
                oldest = round(max(standing.waited_s), 1)
                log.info("shredding.done", rows=len(standing.waited_s), oldest_s=oldest)
            if standing and standing.left:
                log.warning("shredding.held", holders=standing.holders)
        await asyncio.sleep(pause)


async def one_round(connection: Connection) -> ShreddingLeft | None:
    """None: another process is at it."""
    if not await connection.fetchval(_TRY_LOCK, LOCK):
        return None
    try:
        return await _shredded(connection)
    except asyncpg.LockNotAvailableError:
        return ShreddingLeft(left=True, holders=("a part of the vault is being read for long",))
    except asyncpg.InsufficientPrivilegeError:
        return ShreddingLeft(left=True, holders=(MISSING_RIGHT,))
    finally:
        if not connection.is_closed():
            await connection.execute(_UNLOCK, LOCK)


async def _shredded(connection: Connection) -> ShreddingLeft:
    while await connection.fetchval(_SHRED_NEXT_PART, timeout=ROUND_SECONDS):
        pass
    await connection.execute(_MARK)
    while await connection.fetchval(_IS_BEHIND):
        await connection.execute(_FILL, timeout=ROUND_SECONDS)
    await connection.execute(_CHECKPOINT, timeout=ROUND_SECONDS)
    done = await connection.fetch(_DONE)
    left = bool(await connection.fetchval(_ANY))
    holders = await connection.fetch(_HOLDERS) if left else []
    waited = tuple(row["waited_s"] for row in done)
    return ShreddingLeft(left, tuple(row["holder"] for row in holders), waited)
