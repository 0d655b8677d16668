"""Forgetting a user: the tombstone, the key and everything beside the log, in one transaction.

Whatever breaks, either nothing has happened or all of it has; running it again is harmless. What
lies in the log and on the bus is ciphertext whose key is gone. Read models follow the tombstone.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from contracts import slots, streams
from contracts.conversation import UserForgotten
from contracts.recorded import Recorded
from contracts.streams import UserId
from taskflow import clock, failpoints
from taskflow.log.appending import FRESH, Because, Write
from taskflow.log.event_log import EventLog
from taskflow.postgres.database import UNAVAILABLE, Connection, DatabaseUnavailable
from taskflow.privacy import media
from taskflow.privacy.vault import Vault, deleted

PURGED_WITHIN_SECONDS = 10.0
"""Waited for the read models; they are milliseconds behind when their services run."""
LOOK_EVERY_SECONDS = 0.05

_SNAPSHOTS = "delete from snapshots where user_id = $1 or stream = any($2::text[])"
# Errors of ours name no person, but they tell of one. An undecodable message has no stream.
_DEAD_LETTERS = """
update dead_letters d
   set message = '', error = '', settled_at = coalesce(settled_at, now()),
       settled_by = coalesce(settled_by, 'drop')
 where (stream = any($2::text[]) or strpos(message, $1::uuid::text) > 0
        or exists (select from events e where e.event_id = d.event_id and e.user_id = $1))
   and (message <> '' or error <> '' or settled_at is null)
"""
# Streams have no gaps: the last version is the number of events.
_EVENTS = """
select coalesce(sum((select max(version) from events where stream = asked)), 0)
  from unnest($1::text[]) as asked
"""
_BEHIND = """
select name from projection_checkpoints
 where (transaction_id, position) < ($1::xid8, $2::bigint) order by name
"""


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What there was, by count; zeros when it had been destroyed before."""

    user: UserId
    earlier: datetime | None
    """When they were forgotten already."""
    tombstone: Recorded[Any]
    keys: int
    addresses: int
    pictures: int
    snapshots: int
    dead_letters: int
    events: int
    """Of their conversation and profile: they stay as ciphertext that nothing opens."""
    took_ms: int


class Forgetting:
    def __init__(self, pool: asyncpg.Pool, vault: Vault, event_log: EventLog) -> None:
        self._pool, self._vault, self._log = pool, vault, event_log
        self._forgetting = asyncio.Lock()
        """Forgetting holds a connection of the pool and may ask for another: two at most."""

    async def forget(self, user: UserId, because: Because = FRESH) -> Destroyed:
        """Raises UnknownUser for one who never was, DatabaseUnavailable."""
        began = clock.monotonic()
        try:
            earlier = await self._vault.forgotten_at(user)
            async with (
                self._forgetting,
                failpoints.FORGET_COMMIT,
                self._pool.acquire() as connection,
                connection.transaction(),
            ):
                tombstone, counts = await self._destroy(connection, user, because)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the user was not forgotten") from error
        self._vault.drop(user)
        took_ms = round((clock.monotonic() - began) * 1000)
        return Destroyed(user, earlier, tombstone, *counts, took_ms=took_ms)

    async def _destroy(
        self, connection: Connection, user: UserId, because: Because
    ) -> tuple[Recorded[Any], list[int]]:
        """The log's locks first; the key before the pictures, which are stored only under one."""
        conversation = streams.conversation(user)
        write = Write(conversation, [UserForgotten()], user)
        outcome = await self._log.append_in(connection, [write], slots.forgotten(user), because)
        keys, addresses = await self._vault.forget_in(connection, user)
        own = [conversation, streams.profile(user)]
        counts = [
            keys,
            addresses,
            await media.purge(connection, user),
            deleted(await connection.execute(_SNAPSHOTS, user, own)),
            deleted(await connection.execute(_DEAD_LETTERS, user, own)),
            await connection.fetchval(_EVENTS, own),
        ]
        return outcome.events[0], counts

    async def behind(
        self, tombstone: Recorded[Any], within: float = PURGED_WITHIN_SECONDS
    ) -> list[str]:
        """Read models that have not met the tombstone in time: they purge when they run."""
        give_up_at = clock.monotonic() + within
        while True:
            rows = await self._pool.fetch(_BEHIND, tombstone.transaction_id, tombstone.position)
            if not rows or clock.monotonic() >= give_up_at:
                return [row["name"] for row in rows]
            await asyncio.sleep(LOOK_EVERY_SECONDS)
