"""People who write at the same time, each waiting for the last answer, in a world of replicas."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.chaos.world import World, world
from tests.support.eventually import eventually
from tests.support.servers import nats_server, postgres_server


@asynccontextmanager
async def open_world(home: Path) -> AsyncGenerator[World]:
    with postgres_server() as postgres, nats_server() as bus:
        async with world(home, postgres, bus) as opened:
            yield opened


async def talk(opened: World, person: str, said: asyncio.Event) -> int:
    """One message after the other, each once the last is answered; how many."""
    count = 0
    while not said.is_set():
        count += 1
        await say(opened, person, f"what is the capital of country {count}?")
        await answered(opened, person, count)
    return count


async def say(opened: World, person: str, body: str) -> None:
    """A webhook that is not refused; one that asks to come again is found in Twilio's list."""
    told = await opened.side("/phone/messages", {"from": person, "body": body})
    assert told["webhook_status"] in {200, 503}, told


async def answered(opened: World, person: str, count: int) -> None:
    async def so_many() -> bool:
        return await answers(opened, person) >= count

    # A reminder that has passed when it is checked is set for the next minute.
    await eventually(so_many, seconds=150, every=0.1)


async def answers(opened: World, person: str) -> int:
    """That Twilio accepted."""
    accepted = await opened.side("/twilio/accepted")
    return sum(one["to"].removeprefix("whatsapp:") == person for one in accepted)


async def is_one_for_one(opened: World, messages: int) -> bool:
    """As many messages as turns, replies and sends, where each waited for the last answer."""
    kinds = ("message.received", "turn.started", "reply.ready", "reply.sent")
    rows = await opened.sql(
        "select type, count(*) from events where type = any($1) group by type", kinds
    )
    return dict(map(tuple, rows)) == dict.fromkeys(kinds, messages)
