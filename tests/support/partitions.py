"""Small partitions: a log that a test can archive."""

from pathlib import Path

import asyncpg

from taskflow.log.archive import partitions
from taskflow.log.archive.manifest import Manifest
from taskflow.log.archive.storing import Archiver


async def close(owner: asyncpg.Connection, size: int = 10_000_000) -> str | None:
    """Ends the partition that the log is in."""
    return await owner.fetchval("select events_close($1)", size)


async def published(owner: asyncpg.Connection) -> None:
    """As if a relay had run."""
    await owner.execute(
        "update relay_cursor set (transaction_id, position) = (select transaction_id, position"
        " from events order by transaction_id desc, position desc limit 1)"
    )


async def archive_all(owner: asyncpg.Connection, folder: Path) -> list[Manifest]:
    """Every closed partition, three rows a group, at once."""
    archiver = Archiver(owner, folder, grace=0, rows_a_group=3)
    return [await archiver.archive(one) for one in await partitions.closed(owner)]
