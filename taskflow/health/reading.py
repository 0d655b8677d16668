"""How all stands, read at once: for the gateway's pages, `taskflow doctor` and the gauges.

Whatever is down or hangs, a reading is there within ASK_SECONDS and says so.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import asyncpg
import nats.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import APIError, NoStreamResponseError, NotFoundError

from taskflow.bus import topology
from taskflow.health.facts import ConsumerBacklog, DatabaseReading, Dependency, HealthReading
from taskflow.health.stored import stored
from taskflow.postgres.database import UNAVAILABLE

ASK_SECONDS = 2
_DATABASE_FAULTS = (*UNAVAILABLE, asyncpg.PostgresError)
_BUS_FAULTS = (nats.errors.Error, APIError, NoStreamResponseError, OSError)

T = TypeVar("T")


class Health:
    def __init__(self, pool: asyncpg.Pool, client: Callable[[], Client | None]) -> None:
        """`client` gives None while NATS was never reached."""
        self._pool, self._client = pool, client
        self._postgres = _Asked(self._ask_postgres)
        self._stored = _Asked(self._ask_stored)
        self._bus = _Asked(self._ask_bus)

    async def read(self) -> HealthReading:
        stored_, bus = await asyncio.gather(self._stored.answer(), self._bus.answer())
        postgres, facts = (stored_, None) if isinstance(stored_, Dependency) else stored_
        nats_, consumers = (bus, {}) if isinstance(bus, Dependency) else bus
        return HealthReading(postgres, nats_, facts, consumers)

    async def postgres(self) -> Dependency:
        """Whether it answers: asked often, so nothing is counted."""
        return await self._postgres.answer()

    def nats(self) -> Dependency:
        """As the client sees it, without asking."""
        client = self._client()
        if client is None:
            return Dependency(ok=False, error="not reached yet")
        connected = client.is_connected
        return Dependency(ok=connected, error=None if connected else "the connection is lost")

    async def close(self) -> None:
        await asyncio.gather(
            *(asked.give_up() for asked in (self._postgres, self._stored, self._bus))
        )

    async def _ask_postgres(self) -> Dependency:
        began = time.perf_counter()
        await self._pool.fetchval("select 1")
        return _answered(time.perf_counter() - began)

    async def _ask_stored(self) -> tuple[Dependency, DatabaseReading]:
        began = time.perf_counter()
        async with self._pool.acquire() as connection:
            await connection.fetchval("select 1")
            answered = _answered(time.perf_counter() - began)
            return answered, await stored(connection)

    async def _ask_bus(self) -> Dependency | tuple[Dependency, dict[str, ConsumerBacklog | None]]:
        client, standing = self._client(), self.nats()
        if client is None or not standing.ok:
            return standing
        # Not by a ping: a late pong, that nobody waits for any more, ends nats-py's reading.
        began = time.perf_counter()
        jetstream = client.jetstream(timeout=ASK_SECONDS)
        names = [consumer.service for consumer in topology.CONSUMERS]
        found = await asyncio.gather(*(_consumer(jetstream, name) for name in names))
        answered = _answered(time.perf_counter() - began)
        return answered, dict(zip(names, found, strict=True))


class _Asked(Generic[T]):
    """One question at a time, for whose answer nobody waits longer than ASK_SECONDS.

    A server that hangs so holds one connection, however often somebody asks.
    """

    def __init__(self, question: Callable[[], Awaitable[T]]) -> None:
        self._question = question
        self._task: asyncio.Task[T | Dependency] | None = None

    async def answer(self) -> T | Dependency:
        """The answer, or what is wrong with the server that has none."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._ask())
        # Kept: once it is done, whoever asks next puts another in its place.
        task = self._task
        done, _ = await asyncio.wait({task}, timeout=ASK_SECONDS)
        return task.result() if done else _silent()

    async def give_up(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=ASK_SECONDS)

    async def _ask(self) -> T | Dependency:
        try:
            return await self._question()
        except TimeoutError:
            return _silent()
        except (*_DATABASE_FAULTS, *_BUS_FAULTS) as error:
            return Dependency(ok=False, error=f"does not answer ({type(error).__name__})")


async def _consumer(jetstream: JetStreamContext, name: str) -> ConsumerBacklog | None:
    try:
        info = await jetstream.consumer_info(topology.STREAM, name)
    except NotFoundError:
        return None
    return ConsumerBacklog(
        info.num_pending or 0, info.num_ack_pending or 0, info.num_redelivered or 0
    )


def _answered(seconds: float) -> Dependency:
    return Dependency(ok=True, latency_ms=round(seconds * 1000, 1))


def _silent() -> Dependency:
    return Dependency(ok=False, error=f"no answer within {ASK_SECONDS} s")
