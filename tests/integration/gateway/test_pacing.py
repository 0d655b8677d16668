"""The rates of a sender and of each user, through the gateway."""

import pytest

from contracts import slots, streams
from contracts.conversation import ReplyKind, ReplyReady
from services.gateway.lane import PAIR
from taskflow.log.appending import Write
from tests.integration.gateway.conftest import House
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration

CROWD = [f"+1555444{n:04}" for n in range(8)]


async def say(house: House, number: str, text: str, kind: ReplyKind = "answer") -> None:
    user = await house.vault.user_for([f"whatsapp:{number}"])
    stream = streams.conversation(user)
    house.ready += 1
    write = Write(stream, [ReplyReady(turn=None, kind=kind, text=text)], user)
    await house.log.append([write], slots.retry(slots.turn(stream, house.ready)))


async def bodies(house: House) -> list[str]:
    return [one["body"] for one in await house.accepted()]


async def test_an_answer_passes_the_reminders_that_wait_for_the_senders_rate(house: House) -> None:
    slow = {"taskflow_send_per_second": 1.0}  # So that some wait however slowly they are told.
    house.settings = house.settings.model_copy(update=slow)
    async with house.start() as runtime:
        await runtime.client
        for number in (*CROWD, "+15551230001"):
            await house.write("hi", **{"from": number})
        for number in CROWD:
            await say(house, number, f"to {number}", "reminder")
        await say(house, "+15551230001", "an answer")

        async def all_said() -> bool:
            return len(await house.accepted()) == len(CROWD) + 1

        await eventually(all_said, seconds=60)

    said = await bodies(house)
    assert said.index("an answer") < len(said) - 1
    assert sorted(said) == sorted(["an answer", *(f"to {number}" for number in CROWD)])
    assert not await house.events("reply.refused")


@pytest.mark.long
async def test_one_whom_whatsapp_takes_no_more_for_waits_and_nobody_with_them(house: House) -> None:
    more = 20  # Two minutes' worth: however slowly all this goes, the last still waits.
    async with house.start() as runtime:
        await runtime.client
        for number in CROWD[:2]:
            await house.write("hi", **{"from": number})
        for n in range(PAIR.burst + more):
            await say(house, CROWD[0], f"{n}")

        async def burst_said() -> bool:
            return len(await house.accepted()) >= PAIR.burst

        await eventually(burst_said, seconds=30)
        await say(house, CROWD[1], "to somebody else")

        async def other_said() -> bool:
            return "to somebody else" in await bodies(house)

        await eventually(other_said)
        assert str(PAIR.burst + more - 1) not in await bodies(house)

        async def last_said() -> bool:
            return str(PAIR.burst) in await bodies(house)

        await eventually(last_said, seconds=20)
    said = [one for one in await bodies(house) if one.isdecimal()]
    assert said[: PAIR.burst + 1] == [str(n) for n in range(PAIR.burst + 1)]
