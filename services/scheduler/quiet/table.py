"""What waits for the end of quiet hours, in SQL; a row that is lost is decided anew."""

import asyncpg

from contracts.streams import UserId
from services.scheduler.quiet.waiting import Waited, Waiting
from taskflow import failpoints

_WAIT = """
insert into waiting as w (kind, id, user_id, at, until) values ($1, $2, $3, $4, $5)
on conflict (kind, id) do update
   set at = excluded.at, until = excluded.until, claimed_until = '-infinity'
 where (w.at, w.until) <> (excluded.at, excluded.until)
"""
# Two replicas would share one user's between them, and each would tell of its own.
_ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtext('taskflow:waiting'))"
_CLAIM = """
update waiting set claimed_until = now() + make_interval(secs => $2)
 where until <= now() and claimed_until < now()
   and user_id in (
     select user_id from waiting where until <= now() and claimed_until < now()
      order by until limit $1)
returning kind, id, user_id, at, until, now() as found_at
"""
_ANY = "select exists (select from waiting where until <= now() and claimed_until < now())"
_DONE = "delete from waiting where kind = $1 and id = $2 and at = $3 and until = $4"


class WaitingTable:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def wait(self, waiting: Waiting) -> None:
        given = (waiting.kind, waiting.id, waiting.user_id, waiting.at, waiting.until)
        async with failpoints.DUE_COMMIT:
            await self._pool.execute(_WAIT, *given)

    async def waited(self, limit: int, seconds: int) -> list[Waited]:
        if not await self._pool.fetchval(_ANY):
            return []
        async with (
            self._pool.acquire() as connection,
            failpoints.DUE_COMMIT,
            connection.transaction(),
        ):
            await connection.execute(_ONE_AT_A_TIME)
            rows = await connection.fetch(_CLAIM, limit, seconds)
        return [_waited(row) for row in rows]

    async def done(self, waiting: Waiting) -> None:
        async with failpoints.DUE_COMMIT:
            await self._pool.execute(_DONE, waiting.kind, waiting.id, waiting.at, waiting.until)


def _waited(row: asyncpg.Record) -> Waited:
    user = UserId(row["user_id"])
    return Waited(Waiting(row["kind"], row["id"], user, row["at"], row["until"]), row["found_at"])
