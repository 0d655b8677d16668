"""A plain pull loop of nats-py: many at a time, each in a task, each acked when it is done."""

import asyncio
import os
from collections.abc import Awaitable, Callable

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig

FLOOR = os.environ["FLOOR_NAME"]
STREAM = f"FLOOR_{FLOOR}"
MESSAGES, REPLIES = f"floor.{FLOOR}.messages", f"floor.{FLOOR}.replies"
BATCH = 100


async def provision(client: Client) -> None:
    await client.jetstream().add_stream(name=STREAM, subjects=[f"floor.{FLOOR}.>"])


async def pull(client: Client, subject: str, work: Callable[[Msg], Awaitable[None]]) -> None:
    durable = subject.replace(".", "-")
    subscription = await client.jetstream().pull_subscribe(
        subject, durable, STREAM, config=ConsumerConfig(max_ack_pending=5_000)
    )
    open_: set[asyncio.Task[None]] = set()

    async def one(message: Msg) -> None:
        await work(message)
        await message.ack()

    while True:
        try:
            messages = await subscription.fetch(BATCH, timeout=5)
        except TimeoutError:
            continue
        for message in messages:
            task = asyncio.create_task(one(message))
            open_.add(task)
            task.add_done_callback(open_.discard)
