"""Messages as the relay publishes them, as bytes that are there already."""

from collections.abc import Sequence

import orjson
from nats.aio.client import Client

from benchmarks import rows
from contracts.recorded import Message
from contracts.streams import UserId
from taskflow import clock
from taskflow.bus import publishing, topology

Ready = tuple[str, bytes, dict[str, str]]
"""Subject, body and headers."""
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def ready(message: Message) -> Ready:
    return (
        publishing.subject_of(message),
        message.model_dump_json().encode(),
        publishing.headers_of(message),
    )


def messages(count: int) -> list[Ready]:
    """Sealed messages of many users, as if they had been in a log."""
    users = [UserId(clock.new_id()) for _ in range(200)]
    return [ready(_message(users[n % len(users)], n)) for n in range(count)]


def _message(user: UserId, n: int) -> Message:
    row = rows.ready(user)
    return Message(
        event_id=row.event_id,
        stream=row.stream,
        version=n // 200 + 1,
        position=n + 1,
        transaction_id=1_000 + n,
        type=row.type,
        schema_version=row.schema_version,
        user_id=user,
        payload=orjson.loads(row.payload),
        cause=None,
        correlation=row.correlation,
        trace=TRACE,
        recorded_at=clock.utc_now(),
    )


async def new_stream(client: Client) -> None:
    """Empty, and without memory of what was published before."""
    await client.jetstream().delete_stream(topology.STREAM)
    await topology.provision(client)


async def publish(client: Client, ready: Sequence[Ready]) -> None:
    """In atomic batches, as large as the relay's."""
    for start in range(0, len(ready), publishing.ATOMIC_MAX):
        page = ready[start : start + publishing.ATOMIC_MAX]
        batch = {"Nats-Batch-Id": str(clock.new_id())}
        for number, (subject, body, headers) in enumerate(page[:-1], start=1):
            place = {**headers, **batch, "Nats-Batch-Sequence": str(number)}
            await client.publish(subject, body, headers=place)
        subject, body, headers = page[-1]
        place = {"Nats-Batch-Sequence": str(len(page)), "Nats-Batch-Commit": "1"}
        answer = await client.request(
            subject, body, timeout=5, headers={**headers, **batch, **place}
        )
        assert orjson.loads(answer.data)["count"] == len(page)
