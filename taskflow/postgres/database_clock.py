"""The log's own clock: how old a claim is must not depend on whose machine asks."""

from datetime import datetime

import asyncpg

from taskflow.postgres.database import UNAVAILABLE, DatabaseUnavailable

_NOW = "select clock_timestamp()"


class DatabaseClock:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def now(self) -> datetime:
        """Raises DatabaseUnavailable."""
        try:
            return await self._pool.fetchval(_NOW)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the database's clock did not answer") from error
