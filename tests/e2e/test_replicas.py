"""Several replicas of each service behind one bus: people see one assistant, whoever dies."""

import asyncio
import signal
from functools import partial
from pathlib import Path

import pytest

from tests.support.crowd import answered, answers, is_one_for_one, open_world, say, talk

REPLICAS = {"gateway": 2, "agent": 3, "tools": 2, "scheduler": 2}
"""The gateways behind a balancer of TCP connections."""
PEOPLE = [f"+1555320{n:04}" for n in range(8)]
REMINDED = [f"+1555321{n:04}" for n in range(8)]

pytestmark = [pytest.mark.e2e, pytest.mark.long]


async def test_people_see_one_assistant_also_when_one_of_each_dies(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        started = {
            service: [world.start(service) for _ in range(count)]
            for service, count in REPLICAS.items()
        }
        await world.until_ready(*world.replicas)
        said = asyncio.Event()
        talking = [asyncio.create_task(talk(world, person, said)) for person in PEOPLE]
        await asyncio.sleep(3)
        for service in ("agent", "tools", "scheduler"):
            await world.end(started[service][0], signal.SIGKILL)
        # A gateway that is killed fails the webhook in its hand; one that is told to go ends it.
        await world.end(started["gateway"][0], signal.SIGTERM)
        said.set()
        counts = await asyncio.gather(*talking)
        # Whoever is left serves everybody.
        for _ in range(2):
            await asyncio.gather(*(say(world, person, "and now?") for person in PEOPLE))
            counts = [count + 1 for count in counts]
            await asyncio.gather(*map(partial(answered, world), PEOPLE, counts))

        assert [await answers(world, person) for person in PEOPLE] == counts
        assert await is_one_for_one(world, sum(counts))

        await asyncio.gather(
            *(say(world, person, "remind me in 2 seconds to stretch") for person in REMINDED)
        )
        await asyncio.gather(*(answered(world, person, 2) for person in REMINDED))
        assert [await answers(world, person) for person in REMINDED] == [2] * len(REMINDED)
        fired = await world.sql("select count(*) from events where type = 'reminder.fired'")
        assert fired[0][0] == len(REMINDED)
        assert await world.sql("select error from dead_letters") == []
