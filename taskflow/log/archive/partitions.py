"""Which partitions of the log may leave it, and their closing: no row comes to them any more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from taskflow import failpoints
from taskflow.errors import Configuration, Retryable

TRIES = 20
"""Each waits as long as the functions' lock timeout lets it: appends behind it wait no longer."""

_PARTITIONS = """
select name, coalesce(first_position, 1) as first_position, end_position from events_partitions p
 where not is_default
   and end_position <= (select last_value + is_called::int from events_position)
   and exists (select from events_partitions later
                where not later.is_default and later.first_position >= p.end_position)
 order by end_position
"""
_SEALED = """
select exists (select from pg_trigger
                where tgrelid = to_regclass($1) and tgname = 'partition_is_closed')
"""
_RELAY = """
select (transaction_id, position) >= ($1::xid8, $2::bigint) from relay_cursor
"""


@dataclass(frozen=True, slots=True)
class Partition:
    """A closed one, with something in it."""

    name: str
    first_position: int
    end_position: int
    events: int
    ended_at: datetime
    """When its last event was recorded."""
    end: tuple[int, int]
    """Its last event in commit order."""


async def closed(connection: asyncpg.Connection) -> list[Partition]:
    """Oldest first; never the one that the log is in, nor one after it."""
    found: list[Partition] = []
    for row in await connection.fetch(_PARTITIONS):
        counted = await connection.fetchrow(
            f"select count(*) as events, max(recorded_at) as ended_at from {row['name']}"
        )
        last = await connection.fetchrow(
            f"select transaction_id, position from {row['name']}"
            " order by transaction_id desc, position desc limit 1"
        )
        if counted and last:
            end = (last["transaction_id"], last["position"])
            found.append(Partition(*row.values(), *counted.values(), end=end))
    return found


async def older(connection: asyncpg.Connection, before: datetime | int) -> list[Partition]:
    """Whole partitions before a moment or a position, up to the first that is not."""
    found: list[Partition] = []
    for partition in await closed(connection):
        if (
            partition.ended_at >= before
            if isinstance(before, datetime)
            else partition.end_position > before
        ):
            break
        found.append(partition)
    return found


async def close_newest(connection: asyncpg.Connection) -> str | None:
    """Ends the partition that the log is in; its name, None where it is empty."""
    return await patiently(connection, "select events_close()")


async def seal(connection: asyncpg.Connection, partition: Partition) -> None:
    """From here on PostgreSQL refuses rows to it. Waits for those who write into it now."""
    if await connection.fetchval(_SEALED, partition.name):
        return
    async with failpoints.ARCHIVE_SEAL:
        await patiently(
            connection,
            "set local lock_timeout = '2s';"
            f"create trigger partition_is_closed before insert on {partition.name} for each row"
            " execute function events_are_facts()",
        )


async def refuse_if_needed(connection: asyncpg.Connection, partition: Partition) -> None:
    """Raises Configuration while work still hangs on an event in it."""
    for what, query in _WAITING.items():
        if count := await connection.fetchval(query.format(partition.name)):
            raise Configuration(
                f"{partition.name} cannot be archived yet: {count} {what} an event in it; "
                "see `taskflow doctor` and `taskflow dlq list`"
            )
    if not await connection.fetchval(_RELAY, *partition.end):
        raise Configuration(
            f"{partition.name} cannot be archived yet: the relay has not published all of it; "
            "start a service, or see `taskflow doctor`"
        )


_WAITING = {
    "conversations wait for": "select count(*) from moves m join {} e on e.event_id = m.driver",
    "open dead letters speak of": "select count(*) from dead_letters d join {} e using (event_id)"
    " where d.settled_at is null",
}


async def patiently(connection: asyncpg.Connection, statement: str) -> Any:
    """A transaction of its own that needs a strong lock, until it gets it."""
    for _ in range(TRIES):
        try:
            async with connection.transaction():
                if statement.startswith("select "):
                    return await connection.fetchval(statement)
                return await connection.execute(statement)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            continue
    raise Retryable("the log is never idle for long enough to lock a partition; try again later")
