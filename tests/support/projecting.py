"""Projections built in a process of its own, that reaches nothing but PostgreSQL.

python -m tests.support.projecting NAME...
"""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg

from taskflow import failpoints
from taskflow.cli.house import projections as command
from taskflow.log.event_log import EventLog
from taskflow.log.following import Cursor
from taskflow.log.snapshots import Folds
from taskflow.privacy.vault import Vault
from taskflow.projecting import projection, rebuilding
from taskflow.projecting.projection import Projection, ProjectionContext
from taskflow.projecting.rebuilding import run_all

# What a claim or a look moves is no part of the log; nobody claims or looks here.
_HASH = """
select md5(coalesce(string_agg(t::text, E'\\n' order by t::text), '')) from public."{table}" t
"""


def known(log: EventLog, vault: Vault) -> list[Projection]:
    context = ProjectionContext(log, Folds(log, None), vault)
    return [projection.registered(name, context) for name in projection.names()]


def tables() -> list[str]:
    context: Any = ProjectionContext(*[None] * 3)
    found = [projection.registered(name, context) for name in projection.names()]
    return sorted(table for one in found for table in one.tables)


async def hashes(dsn: str, of: Sequence[str] | None = None) -> dict[str, str]:
    connection = await asyncpg.connect(dsn)
    try:
        return {
            table: await connection.fetchval(_HASH.format(table=table)) for table in of or tables()
        }
    finally:
        await connection.close()


async def in_pages(dsn: str, log: EventLog, what: Projection, size: int) -> None:
    """The plainest runner there is, into the live tables, which it empties first."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"truncate {', '.join(what.tables)}")
        cursor = Cursor()
        async with connection.transaction():
            while events := (await log.page(cursor, size)).events:
                await run_all(connection, await what.project(events))
                cursor = Cursor.of(events[-1])
    finally:
        await connection.close()


def only_postgres(dsn: str) -> None:
    """Sockets to anything else are refused."""
    parts = urlsplit(dsn)
    allowed = {parts.port, *map(int, parse_qs(parts.query).get("port", []))}
    folder = parse_qs(parts.query).get("host", [""])[0]

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            address = arguments[1]
            local = isinstance(address, str) and bool(folder) and address.startswith(folder)
            if not local and not (isinstance(address, tuple) and address[1] in allowed):
                raise AssertionError(f"a replay connects to {address}")

    sys.addaudithook(audit)


def main() -> None:
    dsn = os.environ["DATABASE_URL"]
    only_postgres(dsn)
    try:
        socket.create_connection(("127.0.0.1", 9), 1)
    except AssertionError:
        pass
    else:
        sys.exit("the guard sleeps")
    failpoints.arm_from_environment()
    rebuilding.REPLAY_PAGE = int(os.environ.get("PAGE", "300"))
    command.rebuild(sys.argv[1:])
    print(json.dumps(asyncio.run(hashes(dsn))))


if __name__ == "__main__":
    main()
