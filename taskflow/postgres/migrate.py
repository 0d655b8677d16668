"""Numbered, forward-only SQL, one transaction each, remembered with a checksum."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from taskflow.errors import Configuration
from taskflow.postgres.database import CONNECT_TIMEOUT

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_215_001
"""Advisory lock: two deployments at once take turns."""
_LEDGER = """
create table if not exists schema_migrations (
  name text primary key, checksum text not null, applied_at timestamptz not null default now())
"""


@dataclass(frozen=True, slots=True)
class Migration:
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def all_migrations(folder: Path = MIGRATIONS) -> list[Migration]:
    return [Migration(path.stem, path.read_text()) for path in sorted(folder.glob("*.sql"))]


async def migrate(dsn: str, migrations: list[Migration] | None = None) -> list[str]:
    """Applies what is missing; the names applied. Raises Configuration when an old one changed."""
    migrations = all_migrations() if migrations is None else migrations
    connection = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT)
    try:
        await connection.execute("select pg_advisory_lock($1)", _LOCK)
        await connection.execute(_LEDGER)
        ledger = await connection.fetch("select name, checksum from schema_migrations")
        done: dict[str, str] = {row["name"]: row["checksum"] for row in ledger}
        applied: list[str] = []
        for migration in migrations:
            if migration.name in done:
                if done[migration.name] != migration.checksum:
                    raise Configuration(
                        f"migration {migration.name} was changed after it was applied; "
                        "restore it and add a new one"
                    )
                continue
            async with connection.transaction():
                await connection.execute(migration.sql)
                await connection.execute(
                    "insert into schema_migrations (name, checksum) values ($1, $2)",
                    migration.name,
                    migration.checksum,
                )
            applied.append(migration.name)
        return applied
    finally:
        await connection.close()


async def pending(connection: asyncpg.Connection) -> list[str]:
    """Names of migrations that this code has and the database has not."""
    if not await connection.fetchval("select to_regclass('schema_migrations') is not null"):
        return [migration.name for migration in all_migrations()]
    done = {row["name"] for row in await connection.fetch("select name from schema_migrations")}
    return [m.name for m in all_migrations() if m.name not in done]
