"""Who was forgotten, heard in every process within moments: what it caches of them is dropped.

A notification comes with the commit; a missed one, while the connection was away, is made good by
a question every few seconds. A process that can neither hear nor ask trusts no cached key for long
(`vault.TRUSTED_SECONDS`).
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import asyncpg
import structlog

from contracts.streams import UserId
from taskflow import clock
from taskflow.postgres.database import UNAVAILABLE
from taskflow.postgres.wakeups import Wakeups
from taskflow.privacy.vault import FORGOTTEN_CHANNEL, Vault

ASKED_EVERY_SECONDS = 5.0
OVERLAP_SECONDS = 60
"""Looked back beyond the last question: a forgetting is dated before it commits."""

_SINCE = """
select clock_timestamp() as now,
       array(select user_id from vault_people
              where forgotten_at > coalesce($1::timestamptz, clock_timestamp())
                                   - make_interval(secs => $2)) as users
"""

log = structlog.get_logger()


class Forgotten:
    """Tells whoever caches something of users that one of them is no more."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, wakeups: Wakeups) -> None:
        self._pool, self._vault = pool, vault
        self._droppers: list[Callable[[UserId], None]] = [vault.drop]
        self._since: datetime | None = None
        wakeups.hear(FORGOTTEN_CHANNEL, self.notified)

    def tell(self, drop: Callable[[UserId], None]) -> None:
        self._droppers.append(drop)

    def notified(self, payload: str) -> None:
        self._drop(UserId(UUID(payload)))

    async def keep_asking(self, every: float = ASKED_EVERY_SECONDS) -> None:
        """For ever."""
        while True:
            try:
                await self.ask()
            except UNAVAILABLE as error:
                log.warning("forgotten.not_asked", error=type(error).__name__)
            await asyncio.sleep(every)

    async def ask(self) -> None:
        """Drops whoever was forgotten since the last time; from then on, cached keys are good."""
        asked_at = clock.monotonic()
        row = await self._pool.fetchrow(_SINCE, self._since, OVERLAP_SECONDS)
        assert row is not None
        users: list[UUID] = row["users"]
        for user in users:
            self._drop(UserId(user))
        self._since = row["now"]
        self._vault.checked(asked_at)

    def _drop(self, user: UserId) -> None:
        for drop in self._droppers:
            drop(user)
