"""What the scheduler asks of its read models, in SQL; `due.py` keeps them."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from contracts.streams import UserId
from services.scheduler.effects import Claimed, Overdue
from services.scheduler.quiet.table import WaitingTable
from services.scheduler.reminding.following_up import FollowUp
from services.scheduler.reminding.listing import Active, Spoken
from services.scheduler.reminding.saying import LATE
from services.scheduler.watches.listing import OpenCall
from taskflow import failpoints
from taskflow.postgres.database import UNAVAILABLE, DatabaseUnavailable

ANSWER_FIRST = timedelta(seconds=20)
"""Beyond its time: for no longer does a reminder wait for the answer that its user waits for."""

# For the end of its user's quiet hours.
_IS_KEPT = """
exists (select from waiting w where w.kind = 'reminder' and w.id = d.reminder and w.at = d.due_at)
"""
# An answer is worked on while the agent's driver stands in the conversation, or a call of it has
# no outcome; once its `reply.ready` stands in the log, the lane keeps the order.
_WAITS = f"""
d.due_at > now() - interval '{ANSWER_FIRST.total_seconds():.0f} seconds'
and (exists (select from moves m
              where m.stream = 'conversation-' || d.user_id and m.service = 'agent')
     or exists (select from open_calls c where c.stream = 'conversation-' || d.user_id))
"""
# The database's clock decides; its own short transaction, since a claim takes a transaction id and
# the append that follows must take its streams' locks first.
_CLAIM = f"""
update due_reminders set claimed_until = now() + make_interval(secs => $2)
 where reminder in (
   select reminder from due_reminders d
    where due_at <= now() and claimed_until < now() and not {_IS_KEPT} and not ({_WAITS})
    order by due_at limit $1 for update skip locked)
returning reminder, user_id, due_at, now() as found_at
"""
_IS_LATE = f"due_at <= now() - $1::interval and claimed_until < now() and not {_IS_KEPT}"
_ANY_LATE = f"select exists (select from due_reminders d where {_IS_LATE})"
# Two replicas would share one user's between them, and each would tell of its own.
_ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtext('taskflow:late-reminders'))"
_CLAIM_LATE = f"""
update due_reminders set claimed_until = now() + make_interval(secs => $3)
 where reminder in (
   select reminder from due_reminders d
    where {_IS_LATE}
      and user_id in (
        select user_id from due_reminders d where {_IS_LATE} order by due_at limit $2)
    for update skip locked)
returning reminder, user_id, due_at, now() as found_at
"""
_NEXT = f"""
select extract(epoch from min(due_at) - now()) from due_reminders d
 where due_at is not null and claimed_until < now()
   and (due_at > now() or not ({_WAITS})) and not {_IS_KEPT}
"""
_REALIGN = """
update due_reminders set due_at = $3, claimed_until = '-infinity'
 where reminder = $1 and due_at = $2
"""
_OVERDUE = "select call, stream, tool from open_calls where deadline < now() limit 500"
_OPEN = "select call, tool from open_calls where stream = $1 order by deadline, call"
_ACTIVE = """
select reminder, number, due_at, zone, rrule from due_reminders
 where user_id = $1 and due_at is not null order by due_at, number
"""
_FOLLOW_UPS = """
update due_reminders set following_until = now() + make_interval(secs => $2)
 where reminder in (
   select reminder from due_reminders d
    where follow_up_at <= now() and following_until < now()
      and not exists (select from waiting w
                       where w.kind = 'follow_up' and w.id = d.reminder and w.at = d.follow_up_at)
    order by follow_up_at limit $1 for update skip locked)
returning reminder, follow_up_at as at, now() as found_at
"""
_SETTLE = "update due_reminders set follow_up_at = null where reminder = $1 and follow_up_at = $2"
# Of a reminder that comes again its own line tells.
_SPOKEN = """
select reminder, number from due_reminders
 where user_id = $1 and due_at is null and fired_at > now() - interval '7 days'
 order by fired_at desc limit 10
"""


class DueTable(WaitingTable):
    """Also what waits for the end of quiet hours."""

    async def claim(self, limit: int, seconds: int) -> list[Claimed]:
        if await self._pool.fetchval(_ANY_LATE, LATE):
            rows = await self._late(limit, seconds)
        else:
            async with failpoints.DUE_COMMIT:
                rows = await self._pool.fetch(_CLAIM, limit, seconds)
        return [Claimed(**dict(row.items())) for row in rows]

    async def _late(self, limit: int, seconds: int) -> list[asyncpg.Record]:
        async with (
            self._pool.acquire() as connection,
            failpoints.DUE_COMMIT,
            connection.transaction(),
        ):
            await connection.execute(_ONE_AT_A_TIME)
            return await connection.fetch(_CLAIM_LATE, LATE, limit, seconds)

    async def realign(self, reminder: UUID, was: datetime, due_at: datetime | None) -> None:
        async with failpoints.DUE_COMMIT:
            await self._pool.execute(_REALIGN, reminder, was, due_at)

    async def follow_ups(self, limit: int, seconds: int) -> list[FollowUp]:
        async with failpoints.DUE_COMMIT:
            rows = await self._pool.fetch(_FOLLOW_UPS, limit, seconds)
        return [FollowUp(**dict(row.items())) for row in rows]

    async def settle(self, reminder: UUID, at: datetime) -> None:
        async with failpoints.DUE_COMMIT:
            await self._pool.execute(_SETTLE, reminder, at)

    async def until_next(self) -> float | None:
        seconds = await self._pool.fetchval(_NEXT)
        return None if seconds is None else float(seconds)

    async def overdue(self) -> list[Overdue]:
        return [Overdue(**dict(row.items())) for row in await self._pool.fetch(_OVERDUE)]

    async def open_calls(self, stream: str) -> list[OpenCall]:
        try:
            rows = await self._pool.fetch(_OPEN, stream)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the list of open calls did not answer") from error
        return [OpenCall(**dict(row.items())) for row in rows]

    async def active(self, user: UserId) -> list[Active]:
        try:
            rows = await self._pool.fetch(_ACTIVE, user)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the list of reminders did not answer") from error
        return [Active(**dict(row.items())) for row in rows]

    async def spoken(self, user: UserId) -> list[Spoken]:
        try:
            rows = await self._pool.fetch(_SPOKEN, user)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the list of reminders did not answer") from error
        return [Spoken(**dict(row.items())) for row in rows]
