"""How many of its connections a server has given out, of those that ordinary logins may have."""

from dataclasses import dataclass

import asyncpg

from taskflow.postgres.database import Connection

NEARLY_USED = 0.8
"""Beyond this share an operator is told: a roll-out or a surge takes the rest."""

# Counted by database, for whoever is no monitor sees of other logins' sessions only that they are.
_USE = """
select (select coalesce(sum(numbackends), 0) from pg_stat_database)::int as used,
       current_setting('max_connections')::int
         - current_setting('superuser_reserved_connections')::int
         - coalesce(current_setting('reserved_connections', true), '0')::int as most
"""


@dataclass(frozen=True, slots=True)
class ConnectionUse:
    used: int
    most: int
    """Without those that are reserved for superusers."""

    @property
    def is_nearly_full(self) -> bool:
        return self.used > NEARLY_USED * self.most


async def connection_use(asked: asyncpg.Pool | Connection) -> ConnectionUse:
    row = await asked.fetchrow(_USE)
    assert row is not None, "an aggregate has a row"
    return ConnectionUse(row["used"], row["most"])
