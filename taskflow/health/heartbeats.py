"""The sign of life that every instance gives, and by which the others know of it."""

import asyncio
import contextlib
import os
import socket
from importlib.metadata import version as package_version
from typing import Protocol
from uuid import UUID

import asyncpg
import orjson

from contracts.event import Json
from taskflow import failpoints
from taskflow.postgres.database import UNAVAILABLE, Connection

EVERY_SECONDS = 2.0
AWAY_SECONDS = 6.0
"""Unseen for so long, an instance counts as away: two signs may be lost or late."""

# Waits for no disk: a sign that a crash of the server undoes is given again in two seconds.
_SEEN = """
with quick as (select set_config('synchronous_commit', 'off', true))
insert into service_instances (instance, service, version, host, pid, address, told)
select $1, $2, $3, $4, $5, $6, $7::jsonb from quick
on conflict (instance) do update
   set seen_at = now(), address = excluded.address, told = excluded.told
"""
_GONE = "delete from service_instances where instance = $1 or seen_at < now() - interval '1 day'"
_LIVE = f"""
select instance, service, version, address from service_instances
 where seen_at > now() - make_interval(secs => {AWAY_SECONDS}) and address is not null
 order by service, started_at
"""


class Speaker(Protocol):
    address: str
    """Where the instance answers its probes."""

    def self_report(self) -> Json:
        """What it says of itself."""
        ...


class Heartbeats:
    def __init__(self, pool: asyncpg.Pool, service: str, instance: UUID, speaker: Speaker) -> None:
        self._pool, self._service, self._instance = pool, service, instance
        self._speaker = speaker
        self._beating = asyncio.Lock()
        self._over = False

    async def keep_beating(self) -> None:
        about = (package_version("taskflow"), socket.gethostname(), os.getpid())
        while not self._over:
            says = (self._speaker.address, orjson.dumps(self._speaker.self_report()).decode())
            with contextlib.suppress(*UNAVAILABLE):
                async with self._beating, failpoints.HEARTBEAT_COMMIT:
                    await self._pool.execute(_SEEN, self._instance, self._service, *about, *says)
            await asyncio.sleep(EVERY_SECONDS)

    async def end(self) -> None:
        """The last word: one that stops with grace is not missed."""
        self._over = True
        with contextlib.suppress(*UNAVAILABLE):
            async with self._beating, failpoints.HEARTBEAT_COMMIT:
                await self._pool.execute(_GONE, self._instance)


async def live(connection: Connection | asyncpg.Pool) -> list[asyncpg.Record]:
    """Instances that were just seen: `instance`, `service`, `version`, `address`."""
    return await connection.fetch(_LIVE)
