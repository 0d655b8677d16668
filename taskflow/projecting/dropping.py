"""Emptying a projection's tables, so that its runner makes it from the log's beginning."""

from taskflow import failpoints
from taskflow.postgres.database import Connection
from taskflow.projecting import checkpoints
from taskflow.projecting.projection import Projection

_FORGET = "delete from projection_checkpoints where name = $1"
_END = "delete from projection_builds where name = $1"


async def drop(connection: Connection, what: Projection) -> None:
    """Needs the tables' owner. The live runner finds itself overtaken, and begins again."""
    async with failpoints.PROJECTION_COMMIT, connection.transaction():
        await connection.execute("set local lock_timeout = '10s'")
        await checkpoints.take_turn(connection, what.name)
        await connection.execute(_FORGET, what.name)
        await connection.execute(_END, what.name)
        tables = ", ".join(f'public."{table}"' for table in what.tables)
        await connection.execute(f"truncate {tables}")
