"""A commit wakes followers by NOTIFY; a poll is the safety net."""

import asyncio
import contextlib
from collections.abc import Callable, Generator

import asyncpg
import structlog

from taskflow.postgres.database import UNAVAILABLE, connect

CHANNEL = "taskflow_events"
POLL_SECONDS = 0.25
RECONNECT_SECONDS = 1.0
LEAD_RETRY_SECONDS = 0.5

log = structlog.get_logger()


class Wakeups:
    """One LISTEN connection a process, shared by all its followers."""

    def __init__(self, dsn: str, application: str) -> None:
        self._dsn, self._application = dsn, application
        self._waiting: set[asyncio.Event] = set()
        self._heard: dict[str, Callable[[str], None]] = {}

    def hear(self, channel: str, heard: Callable[[str], None]) -> None:
        """Calls with each notification's payload while the connection stands; before `run`."""
        self._heard[channel] = heard

    async def run(self) -> None:
        """Listens for ever; while the connection is away, followers poll."""
        while True:
            try:
                connection = await connect(self._dsn, self._application)
            except UNAVAILABLE:
                await asyncio.sleep(RECONNECT_SECONDS)
                continue
            lost = asyncio.Event()
            connection.add_termination_listener(lambda _, lost=lost: lost.set())
            try:
                await connection.add_listener(CHANNEL, self._notified)
                for channel in self._heard:
                    await connection.add_listener(channel, self._pass_on)
                await lost.wait()
                log.warning("database.listening_lost")
            except UNAVAILABLE:
                await asyncio.sleep(RECONNECT_SECONDS)
            finally:
                connection.terminate()

    def _notified(self, _connection: object, _pid: int, _channel: str, _payload: object) -> None:
        for event in self._waiting:
            event.set()

    def _pass_on(self, _connection: object, _pid: int, channel: str, payload: object) -> None:
        self._heard[channel](str(payload))

    @contextlib.contextmanager
    def subscribed(self) -> Generator["Wakeup"]:
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            yield Wakeup(event)
        finally:
            self._waiting.discard(event)


class Wakeup:
    """One follower's bell. A commit during its work rings at once at the next wait."""

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    async def wait(self, seconds: float = POLL_SECONDS) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()


async def lead(connection: asyncpg.Connection, lock: int) -> None:
    """Returns once this session holds the advisory lock: one leader; its death frees it."""
    held = "select pg_try_advisory_lock($1)"
    while not await connection.fetchval(held, lock):  # noqa: ASYNC110 - another process has it
        await asyncio.sleep(LEAD_RETRY_SECONDS)
