"""Where every projection stands, as operators see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from taskflow.log.event_log import EventLog
from taskflow.log.following import Cursor
from taskflow.postgres.database import Connection
from taskflow.projecting import checkpoints
from taskflow.projecting.projection import Projection

_CHECKPOINTS = """
select name, version, transaction_id, position from projection_checkpoints order by name, version
"""
_BUILDS = "select name, version, position from projection_builds"
_BEHIND = """
select count(*) as events,
       coalesce(extract(epoch from now() - min(recorded_at)), 0)::float8 as seconds
  from events where (transaction_id, position) > ($1::xid8, $2::bigint)
"""
# A bigint key stands in pg_locks as two halves.
_HELD = """
select exists (
  select from pg_locks l join pg_database d on d.oid = l.database
   where l.locktype = 'advisory' and l.granted and d.datname = current_database() and l.objsubid = 1
     and (l.classid::bigint << 32 | l.objid::bigint) = $1)
"""


@dataclass(frozen=True, slots=True)
class ProjectionStanding:
    """One checkpoint, or a projection that nobody has begun."""

    name: str
    version: int
    """That stands in the tables."""
    release: int | None
    """That this release has; None: it does not know the projection by itself."""
    tables: tuple[str, ...]
    rows: dict[str, int]
    begun: bool
    cursor: Cursor
    running: bool
    building: int | None
    """The position that a build beside it has reached."""


@dataclass(frozen=True, slots=True)
class ProjectionLag:
    name: str
    version: int
    events: int
    seconds: float
    stopped: str | None
    """Why it cannot go on by itself."""
    running: bool


async def standings(
    connection: Connection, known: Sequence[Projection]
) -> list[ProjectionStanding]:
    by_name = {projection.name: projection for projection in known}
    builds = {row["name"]: row["position"] for row in await connection.fetch(_BUILDS)}
    rows = await connection.fetch(_CHECKPOINTS)
    found = [await _standing(connection, row, by_name.get(row["name"]), builds) for row in rows]
    begun = {standing.name for standing in found}
    for projection in known:
        if projection.name not in begun:
            row = {"name": projection.name, "version": projection.version}
            found.append(await _standing(connection, row, projection, builds))
    return sorted(found, key=lambda standing: (standing.name, standing.version))


async def _standing(
    connection: Connection,
    row: asyncpg.Record | dict[str, Any],
    known: Projection | None,
    builds: dict[str, int],
) -> ProjectionStanding:
    name, version = row["name"], row["version"]
    tables = known.tables if known else ()
    begun = "position" in row.keys()  # noqa: SIM118 - of a record, `in` asks the values
    return ProjectionStanding(
        name=name,
        version=version,
        release=known.version if known else None,
        tables=tables,
        rows={
            table: await connection.fetchval(f'select count(*) from public."{table}"')
            for table in tables
        },
        begun=begun,
        cursor=Cursor(row["transaction_id"], row["position"]) if begun else Cursor(),
        running=await connection.fetchval(_HELD, checkpoints.key(name, version)),
        building=builds.get(name),
    )


async def lag(connection: Connection, event_log: EventLog, of: ProjectionStanding) -> ProjectionLag:
    row = await connection.fetchrow(_BEHIND, of.cursor.transaction_id, of.cursor.position)
    assert row is not None, "an aggregate has a row"
    stopped = None
    if row["events"]:
        page = await event_log.page(of.cursor, 1)
        if page.unknown:
            stopped = str(page.unknown)
        elif not of.running:
            stopped = "nobody runs it"
    return ProjectionLag(
        of.name, of.version, row["events"], round(row["seconds"], 1), stopped, of.running
    )
