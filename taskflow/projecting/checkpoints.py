"""How far projections are: which version stands, who may begin, and where a build has come."""

import hashlib
from enum import Enum

import asyncpg

from taskflow import failpoints
from taskflow.errors import Retryable
from taskflow.log.following import Cursor
from taskflow.postgres.database import Connection

# Beginning, swapping and dropping take turns, so that nobody begins what has just been replaced.
_TURN = "select pg_advisory_xact_lock($1)"
_NEWEST = "select max(version) from projection_checkpoints where name = $1"
_START = """
insert into projection_checkpoints (name, version) values ($1, $2) on conflict do nothing
"""
# A newer version in the same tables serves whoever waits for an older one.
_WHERE = """
select transaction_id, position from projection_checkpoints
 where name = $1 and version >= $2 order by version limit 1
"""
_MOVE = """
update projection_checkpoints set transaction_id = $3, position = $4
 where name = $1 and version = $2 and transaction_id = $5 and position = $6
"""


class CheckpointStanding(Enum):
    OURS = "ours"
    OLDER = "older"
    """The tables hold what an older version made: build beside them."""
    NEWER = "newer"
    """Hands off."""


class Overtaken(Retryable):
    """Another runner moved this projection's checkpoint."""

    code = "overtaken"


def key(*parts: object) -> int:
    """An advisory lock's."""
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


async def take_turn(connection: Connection, name: str) -> None:
    """To the end of the transaction."""
    await connection.execute(_TURN, key("projection", name))


async def begin(connection: Connection, name: str, version: int) -> CheckpointStanding:
    """Whose tables these are; of a projection that nobody has made yet, ours from now on."""
    async with failpoints.PROJECTION_COMMIT, connection.transaction():
        await take_turn(connection, name)
        newest = await connection.fetchval(_NEWEST, name)
        if newest is not None and newest != version:
            return CheckpointStanding.NEWER if newest > version else CheckpointStanding.OLDER
        await connection.execute(_START, name, version)
        return CheckpointStanding.OURS


async def where(connection: Connection, name: str, version: int) -> Cursor:
    return cursor_of(await connection.fetchrow(_WHERE, name, version))


def cursor_of(row: asyncpg.Record | None) -> Cursor:
    return Cursor(row["transaction_id"], row["position"]) if row else Cursor()


async def move(connection: Connection, name: str, version: int, cursor: Cursor, to: Cursor) -> None:
    """Raises Overtaken where it no longer stands at the cursor."""
    at = (cursor.transaction_id, cursor.position)
    done = await connection.execute(_MOVE, name, version, to.transaction_id, to.position, *at)
    if done != "UPDATE 1":
        raise Overtaken(f"projection {name} was moved by another runner")
