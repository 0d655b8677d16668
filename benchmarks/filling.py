"""Many events into the log at once, by COPY as the owner: set-up, never a measured path."""

from collections.abc import Sequence

import asyncpg

from benchmarks import rows
from contracts.streams import UserId
from taskflow.log.group_commit import EventRow

_CHUNK = 20_000


async def fill(dsn: str, count: int, users: Sequence[UserId], versions: rows.Versions) -> None:
    """`count` sealed messages, in turn to these users."""
    connection = await asyncpg.connect(dsn)
    try:
        for start in range(0, count, _CHUNK):
            chunk = [
                rows.ready(users[n % len(users)]) for n in range(start, min(start + _CHUNK, count))
            ]
            await copy(connection, chunk, versions)
        await connection.execute("analyze events")
    finally:
        await connection.close()


async def copy(
    connection: asyncpg.Connection, chunk: Sequence[EventRow], versions: rows.Versions
) -> None:
    await connection.copy_records_to_table(
        "events", records=versions.tuples(chunk), columns=rows.COLUMNS
    )
