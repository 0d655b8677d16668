"""What watches ask of their tables, in SQL; `due.py` keeps the rows that follow the log."""

from datetime import datetime, timedelta
from uuid import UUID

from contracts.streams import UserId
from services.scheduler.quiet.table import WaitingTable
from services.scheduler.watches.claims import DuePage, Watcher
from services.scheduler.watches.listing import Watched
from taskflow import failpoints
from taskflow.postgres.database import UNAVAILABLE, DatabaseUnavailable

# The database's clock decides, as with reminders.
_CLAIM = """
update watched_pages set claimed_until = now() + make_interval(secs => $2)
 where page in (
   select page from watched_pages
    where due_at <= now() and claimed_until < now()
    order by due_at limit $1 for update skip locked)
returning page, due_at, now() as found_at, failures, ever_read, joined
"""
_WATCHERS = "select watch, user_id from watches where page = $1 and not ended order by watch"
# Whoever still finds the page due at that instant has decided it; nobody else has, or will.
_MOVE = """
update watched_pages
   set due_at = now() + $3::interval, claimed_until = '-infinity', looked_at = now(),
       failures = $4, ever_read = ever_read or $5
 where page = $1 and due_at = $2
"""
_HOLD = """
update watched_pages set claimed_until = now() + make_interval(secs => $3)
 where page = $1 and due_at = $2
"""
# Nobody watches it any more. A watcher who came since has counted `joined` up, in a transaction
# that this statement waits for.
_DROP = "delete from watched_pages where page = $1 and due_at = $2 and joined = $3"
_NEXT = """
select extract(epoch from min(due_at) - now()) from watched_pages where claimed_until < now()
"""
_OF_USER = """
select watch, number from watches where user_id = $1 and not ended order by number
"""
_NEXT_NUMBER = "select coalesce(max(number), 0) + 1 from watches where user_id = $1"


class WatchTable(WaitingTable):
    """Also what waits for the end of quiet hours."""

    async def claim(self, limit: int, seconds: int) -> list[DuePage]:
        async with failpoints.PAGES_COMMIT:
            rows = await self._pool.fetch(_CLAIM, limit, seconds)
        return [DuePage(**dict(row.items())) for row in rows]

    async def watchers(self, page: UUID) -> list[Watcher]:
        rows = await self._pool.fetch(_WATCHERS, page)
        return [Watcher(**dict(row.items())) for row in rows]

    async def move(
        self, page: UUID, due_at: datetime, pause: timedelta, failures: int, *, read: bool
    ) -> bool:
        async with failpoints.PAGES_COMMIT:
            done = await self._pool.execute(_MOVE, page, due_at, pause, failures, read)
        return done == "UPDATE 1"

    async def hold(self, page: UUID, due_at: datetime, seconds: int) -> None:
        async with failpoints.PAGES_COMMIT:
            await self._pool.execute(_HOLD, page, due_at, seconds)

    async def drop(self, page: UUID, due_at: datetime, joined: int) -> None:
        async with failpoints.PAGES_COMMIT:
            await self._pool.execute(_DROP, page, due_at, joined)

    async def until_next(self) -> float | None:
        seconds = await self._pool.fetchval(_NEXT)
        return None if seconds is None else float(seconds)

    async def active(self, user: UserId) -> list[Watched]:
        try:
            rows = await self._pool.fetch(_OF_USER, user)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the list of watches did not answer") from error
        return [Watched(**dict(row.items())) for row in rows]

    async def next_number(self, user: UserId) -> int:
        try:
            return await self._pool.fetchval(_NEXT_NUMBER, user)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the list of watches did not answer") from error
