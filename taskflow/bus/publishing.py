"""Events onto JetStream: few as single publishes, many as one atomic batch."""

import asyncio
from collections.abc import Sequence

import orjson
from nats.aio.client import Client
from nats.js.errors import APIError

from contracts.event import UnknownEventType, has_key
from contracts.recorded import Message
from taskflow import clock
from taskflow.bus.topology import STREAM, subject
from taskflow.errors import Retryable

ATOMIC_FROM = 20
"""Rows: below, one fsync each is cheaper than a batch's three round trips; measured."""
ATOMIC_MAX = 500
TIMEOUT = 5.0
DUPLICATE_INSIDE = 10201
"""JetStream error code: a batch holds an id that is already stored; nothing was stored."""


class BusUnavailable(Retryable):
    """JetStream did not confirm."""

    code = "bus_unavailable"


def subject_of(message: Message) -> str:
    """Few events have a key; only those are decoded. A newer replica's has none that we know."""
    if not has_key(message.type):
        return subject(message.type)
    try:
        return subject(message.type, message.recorded().event.key())
    except UnknownEventType:
        return subject(message.type)


def headers_of(message: Message, *, again: str = "") -> dict[str, str]:
    """`again` names a publish that is repeated on purpose: a new name passes the dedupe."""
    event_id = str(message.event_id)
    headers = {"Nats-Msg-Id": f"{event_id}:{again}" if again else event_id}
    if message.trace:
        headers["traceparent"] = message.trace
    return headers


async def publish(client: Client, messages: Sequence[Message]) -> int:
    """Stores them in this order; the last sequence. Raises BusUnavailable or nats errors."""
    if len(messages) < ATOMIC_FROM:
        return await _singly(client, messages)
    try:
        return await _atomically(client, messages)
    except APIError as error:
        if error.err_code != DUPLICATE_INSIDE:
            raise
        return await _singly(client, messages)


async def republish(client: Client, message: Message, again: str) -> None:
    """Wakes whoever drives this event once more."""
    await client.jetstream().publish(
        subject_of(message),
        message.model_dump_json().encode(),
        timeout=TIMEOUT,
        stream=STREAM,
        headers=headers_of(message, again=again),
    )


async def _singly(client: Client, messages: Sequence[Message]) -> int:
    jetstream = client.jetstream()
    acks = await asyncio.gather(
        *(
            jetstream.publish(
                subject_of(message),
                message.model_dump_json().encode(),
                timeout=TIMEOUT,
                stream=STREAM,
                headers=headers_of(message),
            )
            for message in messages
        )
    )
    return max(ack.seq for ack in acks)


async def _atomically(client: Client, messages: Sequence[Message]) -> int:
    batch = str(clock.new_id())
    last = len(messages)
    for number, message in enumerate(messages, start=1):
        headers = {
            **headers_of(message),
            "Nats-Batch-Id": batch,
            "Nats-Batch-Sequence": str(number),
        }
        body = message.model_dump_json().encode()
        if number < last:
            await client.publish(subject_of(message), body, headers=headers)
            continue
        headers["Nats-Batch-Commit"] = "1"
        reply = await client.request(subject_of(message), body, timeout=TIMEOUT, headers=headers)
        answer = orjson.loads(reply.data)
        if "error" in answer:
            raise APIError.from_error(answer["error"])
        if answer.get("count") != last:
            raise BusUnavailable(f"a batch of {last} was stored as {answer.get('count')}")
        return int(answer["seq"])
    raise AssertionError("an empty batch")
