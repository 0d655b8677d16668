"""How deliveries reach handlers, and the one place that sets the ack rules.

Returned: ack. Retryable: redelivered after a growing delay. Cancelled: handed back at once.
Anything else: a dead letter's row, and then terminated.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from types import TracebackType
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

import structlog
from faststream.nats import NatsBroker
from nats.aio.msg import Msg
from opentelemetry.trace import SpanKind
from pydantic import ValidationError

from contracts.recorded import Message, Recorded
from taskflow import clock, failpoints
from taskflow.bus import permissions, topology
from taskflow.bus.dead_letters import DeadLetters
from taskflow.bus.pulling import Pulling
from taskflow.errors import Retryable, UnknownEvent
from taskflow.log.event_log import recorded_of
from taskflow.telemetry import metrics
from taskflow.telemetry.tracing import failed, span

HEARTBEAT_SECONDS = topology.ACK_WAIT_SECONDS / 3
DELAYS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the next delivery: a user's whole conversation stands behind one."""
GRACE_SECONDS = 10.0
RECONNECT_SECONDS = 1
_GROUP, _EVENT = "messaging.consumer.group.name", "messaging.destination.template"
_OUTCOME = "taskflow.outcome"

Handler = Callable[[Recorded[Any], int], Awaitable[None]]
"""Takes the event and which delivery of it this is, counted from 1."""

log = structlog.get_logger()


class Broker(NatsBroker):
    """FastStream's connection; deliveries are pulled by a loop of our own (docs/adr/0007)."""

    def __init__(self, *given: Any, **settings: Any) -> None:
        super().__init__(*given, **settings)
        self.pulls: list[Pulling] = []

    async def start(self) -> None:
        await super().start()
        client = await self.connect()
        for pulling in self.pulls:
            await pulling.start(client)

    async def stop(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: TracebackType | None = None,
    ) -> None:
        await asyncio.gather(*(pulling.stop(GRACE_SECONDS) for pulling in self.pulls))
        await super().stop(exc_type, exc_val, exc_tb)


class InHand:
    """The events that this process is working on.

    A loop that is held up sends no in-progress signal, so JetStream delivers the event again. The
    second delivery waits for the first one, and then finds what it has recorded: were both at work
    at once, both would ask the model.
    """

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    @contextlib.asynccontextmanager
    async def alone(self, event_id: UUID) -> AsyncGenerator[None]:
        lock = self._locks.get(event_id)
        if lock is None:
            self._locks[event_id] = lock = asyncio.Lock()
        async with lock:
            yield


def broker(url: str, name: str) -> Broker:
    """Reconnects for ever; declares nothing."""
    return Broker(
        url,
        name=name,
        inbox_prefix=permissions.inbox_prefix(url),
        graceful_timeout=GRACE_SECONDS,
        max_reconnect_attempts=-1,
        reconnect_time_wait=RECONNECT_SECONDS,
        connect_timeout=2,
        logger=None,
    )


def consume(
    to: Broker, service: str, handler: Handler, dead_letters: DeadLetters, *, workers: int
) -> None:
    """Attaches the service's provisioned consumer to a handler."""
    in_hand = InHand()

    async def alone(recorded: Recorded[Any], delivery: int) -> None:
        async with in_hand.alone(recorded.event_id):
            await handler(recorded, delivery)

    async def deliver(message: Msg) -> None:
        await settle(message, service, alone, dead_letters)

    to.pulls.append(Pulling(topology.STREAM, service, deliver, workers=workers))


async def settle(message: Msg, service: str, handler: Handler, dead_letters: DeadLetters) -> None:
    """Hands one delivery to its handler and answers JetStream for it."""
    delivery = message.metadata.num_delivered
    if delivery > 1:
        metrics.REDELIVERED.add(1, {_GROUP: service})
    with _measured(service) as about:
        about[_OUTCOME] = await _settled(message, delivery, about, handler, dead_letters)


async def _settled(
    message: Msg,
    delivery: int,
    about: dict[str, str],
    handler: Handler,
    dead_letters: DeadLetters,
) -> str:
    """What became of it; `about` is told which event it is."""
    try:
        recorded = recorded_of(Message.model_validate_json(message.data))
    except UnknownEvent as error:
        log.warning("delivery.unknown_event", error=str(error))
        await _hand_back(message, _delay(delivery, error))
        return "unknown"
    except (ValidationError, ValueError) as error:
        text = message.data.decode(errors="replace")
        await _terminate(message, dead_letters.add_undecodable(text, error))
        return "parked"
    about[_EVENT] = recorded.event.type
    with (
        structlog.contextvars.bound_contextvars(
            event_id=str(recorded.event_id),
            delivered=recorded.event.type,
            stream=recorded.stream,
            correlation=str(recorded.correlation),
        ),
        span(
            f"process {topology.subject(recorded.event.type)}",
            SpanKind.CONSUMER,
            parent=recorded.trace,
            since=recorded.recorded_at,
            attributes={
                "messaging.system": "nats",
                "messaging.operation.name": "process",
                "messaging.operation.type": "process",
                "messaging.destination.name": topology.subject(recorded.event.type),
                _GROUP: about[_GROUP],
                "messaging.message.id": str(recorded.event_id),
                "messaging.message.conversation_id": str(recorded.correlation),
                "taskflow.delivery": delivery,
            },
        ) as processing,
    ):
        outcome, error = await _handle(message, recorded, delivery, handler, dead_letters)
        processing.set_attribute(_OUTCOME, outcome)
        if error:
            failed(processing, error)
        return outcome


@contextlib.contextmanager
def _measured(service: str) -> Generator[dict[str, str]]:
    """Of a delivery; one that is cancelled was handed back."""
    about, began = {_GROUP: service, _EVENT: "none", _OUTCOME: "handed_back"}, clock.monotonic()
    try:
        yield about
    finally:
        metrics.DELIVERY_DURATION.record(clock.monotonic() - began, about)


async def _handle(
    message: Msg,
    recorded: Recorded[Any],
    delivery: int,
    handler: Handler,
    dead_letters: DeadLetters,
) -> tuple[str, str | None]:
    """What became of it, and the error that it met."""
    try:
        async with _kept_alive(message):
            await handler(recorded, delivery)
    except Retryable as error:
        delay = _delay(delivery, error)
        log.info("delivery.retry", error=error.code, delivery=delivery, again_in_s=delay)
        await _hand_back(message, delay)
        return "retry", error.code
    except asyncio.CancelledError:
        await _hand_back(message)
        raise
    except Exception as error:
        log.exception("delivery.failed", delivery=delivery)
        await _terminate(message, dead_letters.add(recorded, error, delivery))
        return "parked", type(error).__name__
    async with failpoints.BUS_ACK:
        await message.ack()
    log.debug("delivery.done", delivery=delivery)
    return "done", None


async def _terminate(message: Msg, record: Awaitable[None]) -> None:
    """Never without its row: while Postgres is away, the delivery comes again."""
    try:
        await record
    except Retryable as error:
        await _hand_back(message, _delay(1, error))
    else:
        async with failpoints.BUS_TERM:
            await message.term()


async def _hand_back(message: Msg, delay: float | None = None) -> None:
    async with failpoints.BUS_NACK:
        await message.nak(delay=delay)


def _delay(delivery: int, error: Retryable) -> float:
    return error.delay or DELAYS[min(delivery, len(DELAYS)) - 1]


@contextlib.asynccontextmanager
async def _kept_alive(message: Msg) -> AsyncGenerator[None]:
    """In-progress signals for as long as the handler works."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await message.in_progress()

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
