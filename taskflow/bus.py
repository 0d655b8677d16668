"""How deliveries reach handlers, and the one place that sets the ack rules.

Returned: ack. Retryable: redelivered after a growing delay. Cancelled: handed back at once.
Anything else: a dead letter's row, and then terminated.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import structlog
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.annotations import NatsMessage
from nats.js.api import ConsumerConfig
from opentelemetry.trace import SpanKind
from pydantic import ValidationError

from contracts.recorded import Message, Recorded
from taskflow import failpoints, topology
from taskflow.dead_letters import DeadLetters
from taskflow.errors import Retryable, UnknownEvent
from taskflow.event_log import recorded_of
from taskflow.telemetry import span

HEARTBEAT_SECONDS = topology.ACK_WAIT_SECONDS / 3
DELAYS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the next delivery: a user's whole conversation stands behind one."""
FETCH = 1
"""At a time. nats-py holds the first message of a larger fetch back until the batch is full or the
fetch times out (server 2.15 ignores its no_wait); and none waits for a worker unheard of.
"""
GRACE_SECONDS = 10.0
RECONNECT_SECONDS = 1

Handler = Callable[[Recorded[Any], int], Awaitable[None]]
"""Takes the event and which delivery of it this is, counted from 1."""

log = structlog.get_logger()


def broker(url: str, name: str) -> NatsBroker:
    """Reconnects for ever; declares nothing."""
    return NatsBroker(
        url,
        name=name,
        ack_policy=AckPolicy.MANUAL,
        graceful_timeout=GRACE_SECONDS,
        max_reconnect_attempts=-1,
        reconnect_time_wait=RECONNECT_SECONDS,
        connect_timeout=2,
        logger=None,
    )


def consume(
    to: NatsBroker, service: str, handler: Handler, dead_letters: DeadLetters, *, workers: int
) -> None:
    """Attaches the service's provisioned consumer to a handler."""
    consumer = next(c for c in topology.CONSUMERS if c.service == service)

    async def deliver(message: NatsMessage) -> None:
        await settle(message, service, handler, dead_letters)

    to.subscriber(
        "",
        stream=JStream(topology.STREAM, declare=False),
        durable=service,
        config=ConsumerConfig(filter_subjects=list(consumer.subjects)),
        pull_sub=PullSub(batch_size=FETCH, timeout=5.0),
        max_workers=workers,
        ack_policy=AckPolicy.MANUAL,
        title=service,
    )(deliver)


async def settle(
    message: NatsMessage, service: str, handler: Handler, dead_letters: DeadLetters
) -> None:
    """Hands one delivery to its handler and answers JetStream for it."""
    raw = message.raw_message
    delivery = raw.metadata.num_delivered
    try:
        recorded = recorded_of(Message.model_validate_json(raw.data))
    except UnknownEvent as error:
        log.warning("delivery.unknown_event", error=str(error))
        await _hand_back(message, _delay(delivery, error))
        return
    except (ValidationError, ValueError) as error:
        text = raw.data.decode(errors="replace")
        await _terminate(message, dead_letters.add_undecodable(text, error))
        return
    with (
        structlog.contextvars.bound_contextvars(
            event_id=str(recorded.event_id), event=recorded.event.type, stream=recorded.stream
        ),
        span(
            f"process {topology.subject(recorded.event.type)}",
            SpanKind.CONSUMER,
            parent=recorded.trace,
            attributes={
                "messaging.system": "nats",
                "messaging.operation.name": "process",
                "messaging.operation.type": "process",
                "messaging.destination.name": topology.subject(recorded.event.type),
                "messaging.consumer.group.name": service,
                "messaging.message.id": str(recorded.event_id),
                "messaging.message.conversation_id": str(recorded.correlation),
                "taskflow.delivery": delivery,
            },
        ),
    ):
        await _handle(message, recorded, delivery, handler, dead_letters)


async def _handle(
    message: NatsMessage,
    recorded: Recorded[Any],
    delivery: int,
    handler: Handler,
    dead_letters: DeadLetters,
) -> None:
    try:
        async with _kept_alive(message):
            await handler(recorded, delivery)
    except Retryable as error:
        delay = _delay(delivery, error)
        log.info("delivery.retry", error=error.code, delivery=delivery, again_in_s=delay)
        await _hand_back(message, delay)
    except asyncio.CancelledError:
        await _hand_back(message)
        raise
    except Exception as error:
        log.exception("delivery.failed", delivery=delivery)
        await _terminate(message, dead_letters.add(recorded, error, delivery))
    else:
        async with failpoints.BUS_ACK:
            await message.ack()
        log.debug("delivery.done", delivery=delivery)


async def _terminate(message: NatsMessage, record: Awaitable[None]) -> None:
    """Never without its row: while Postgres is away, the delivery comes again."""
    try:
        await record
    except Retryable as error:
        await _hand_back(message, _delay(1, error))
    else:
        async with failpoints.BUS_TERM:
            await message.reject()


async def _hand_back(message: NatsMessage, delay: float | None = None) -> None:
    async with failpoints.BUS_NACK:
        await message.nack(delay=delay)


def _delay(delivery: int, error: Retryable) -> float:
    return error.delay or DELAYS[min(delivery, len(DELAYS)) - 1]


@contextlib.asynccontextmanager
async def _kept_alive(message: NatsMessage) -> AsyncGenerator[None]:
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
