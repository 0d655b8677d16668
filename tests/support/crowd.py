"""People who write at the same time, each waiting for the last answer, in a world of replicas."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.chaos.world import World
from tests.support.eventually import eventually
from tests.support.servers import nats_server, postgres_server


@asynccontextmanager
async def open_world(home: Path) -> AsyncGenerator[World]:
    with postgres_server() as postgres, nats_server() as bus:
        world = World(home, postgres, bus)
        await world.open()
        try:
            yield world
        finally:
            await world.close()


async def talk(world: World, person: str, said: asyncio.Event) -> int:
    """One message after the other, each once the last is answered; how many."""
    count = 0
    while not said.is_set():
        count += 1
        await say(world, person, f"what is the capital of country {count}?")
        await answered(world, person, count)
    return count


async def say(world: World, person: str, body: str) -> None:
    """A webhook that is not refused."""
    told = await world.side("/phone/messages", {"from": person, "body": body})
    assert told["webhook_status"] == 200, told


async def answered(world: World, person: str, count: int) -> None:
    async def so_many() -> bool:
        return await answers(world, person) >= count

    await eventually(so_many, seconds=60, every=0.1)


async def answers(world: World, person: str) -> int:
    """That Twilio accepted."""
    accepted = await world.side("/twilio/accepted")
    return sum(one["to"].removeprefix("whatsapp:") == person for one in accepted)


async def is_one_for_one(world: World, messages: int) -> bool:
    """As many messages as turns, replies and sends, where each waited for the last answer."""
    kinds = ("message.received", "turn.started", "reply.ready", "reply.sent")
    rows = await world.sql(
        "select type, count(*) from events where type = any($1) group by type", kinds
    )
    return dict(map(tuple, rows)) == dict.fromkeys(kinds, messages)
