"""Takes a consumer's messages as they come, asking for no more than there are free workers.

nats-py's fetch of one costs a round trip each; its fetch of many holds the first message back.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import nats.errors
import orjson
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from taskflow import clock, failpoints

AHEAD = 100
"""Messages asked for at once; 500 were 4 to 8 % faster, 10 as fast, one half as fast."""
EXPIRES_SECONDS = 30
HEARTBEAT_SECONDS = 2
SILENCE_SECONDS = 2.5 * HEARTBEAT_SECONDS
"""The server that was asked is gone, and the request with it."""
REFUSED_PAUSE_SECONDS = 0.5
_NANOSECONDS = 1_000_000_000
_HEARTBEAT, _EXPIRED = "100", "408"

log = structlog.get_logger()


class Pulling:
    """One durable's deliveries; `deliver` answers JetStream for each, also when cancelled."""

    def __init__(
        self, stream: str, durable: str, deliver: Callable[[Msg], Awaitable[None]], *, workers: int
    ) -> None:
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._deliver, self._workers = deliver, workers
        self._asked = 0
        self._heard_at = 0.0
        self._refused = False
        self._tasks: set[asyncio.Future[None]] = set()
        self._low = asyncio.Event()
        self._subscription: Subscription | None = None
        self._asking: asyncio.Task[None] | None = None

    async def start(self, client: Client) -> None:
        inbox = client.new_inbox()
        self._subscription = await client.subscribe(inbox, cb=self._arrived)
        self._asking = asyncio.create_task(self._ask(client, inbox), name="pulling")

    async def stop(self, grace: float) -> None:
        """What came is worked on for so many seconds; then it is cancelled, and handed back."""
        if self._asking:
            self._asking.cancel()
        if self._subscription:
            with contextlib.suppress(nats.errors.Error):
                await self._subscription.drain()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def ended(self) -> None:
        """Returns once it was stopped; raises what ended it otherwise, for it would be deaf."""
        if self._asking:
            await asyncio.wait([self._asking])
            if not self._asking.cancelled():
                self._asking.result()

    async def _ask(self, client: Client, inbox: str) -> None:
        while True:
            self._low.clear()
            room = min(AHEAD, self._workers - len(self._tasks)) - self._asked
            if room > 0 and self._asked <= AHEAD // 2:
                self._asked += room
                self._heard_at = clock.monotonic()
                with contextlib.suppress(nats.errors.Error):
                    async with failpoints.BUS_PULL:
                        await client.publish(self._subject, _request(room), inbox)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await self._low.wait()
            if self._refused:
                self._refused = False
                await asyncio.sleep(REFUSED_PAUSE_SECONDS)
            if clock.monotonic() - self._heard_at > SILENCE_SECONDS:
                self._asked = 0

    async def _arrived(self, message: Msg) -> None:
        self._heard_at = clock.monotonic()
        headers = message.headers or {}
        if (status := headers.get("Status")) is not None and not message.data:
            if status != _HEARTBEAT:
                self._ended(status, headers.get("Nats-Pending-Messages"))
            return
        self._asked = max(0, self._asked - 1)
        task = asyncio.ensure_future(self._deliver(message))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        self._look()

    def _ended(self, status: str, pending: str | None) -> None:
        """A request of ours ended before it was filled, or nobody took it."""
        self._asked = max(0, self._asked - int(pending)) if pending else 0
        if status != _EXPIRED:
            log.debug("pull.refused", status=status)
            self._refused = True
        self._low.set()

    def _done(self, task: asyncio.Future[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("delivery.unanswered", exc_info=error)
        self._look()

    def _look(self) -> None:
        if self._asked <= AHEAD // 2:
            self._low.set()


def _request(batch: int) -> bytes:
    return orjson.dumps(
        {
            "batch": batch,
            "expires": EXPIRES_SECONDS * _NANOSECONDS,
            "idle_heartbeat": HEARTBEAT_SECONDS * _NANOSECONDS,
        }
    )
