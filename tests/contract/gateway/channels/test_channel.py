"""What the gateway wants of a channel, of each adapter alike (services/gateway/channels)."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.gateway.channels.channel import Accepted, ListedMessage, Never, NotNow, Unknown
from taskflow import clock
from taskflow.errors import VendorUnavailable
from tests.contract.gateway.channels.worlds import WORLDS, World
from tests.support.eventually import eventually

MOMENT = timedelta(seconds=1)
"""A channel may date to the second."""
HOSTILE = [
    "two\nlines\tand a tab",
    "\u2067\u05e9\u05dc\u05d5\u05dd\u2069 *bold* _and_ `code`",
    "👩‍👩‍👧 ना 1️⃣ \u200d",
    "'; drop table events; -- <script>&amp;{{7*7}}%00%s",
    "a=1&Body=b+c%20d",
    "x" * 1600,
]


@pytest.fixture(params=WORLDS)
async def world(request: Any, tmp_path: Path) -> AsyncGenerator[World]:
    async with WORLDS[request.param](tmp_path) as world:
        yield world


async def sent(world: World) -> list[ListedMessage]:
    return await world.channel.sent_to(world.address, clock.utc_now() - timedelta(hours=1))


async def sent_so_far(world: World, count: int) -> list[ListedMessage]:
    """Once so many are listed: a channel may list them a moment later."""
    await eventually(lambda: _are_listed(world, count))
    return await sent(world)


async def _are_listed(world: World, count: int) -> bool:
    return len(await sent(world)) >= count


async def test_what_is_sent_is_sent_once_and_has_a_reference(world: World) -> None:
    outcomes = [await world.channel.send(await world.outgoing(text)) for text in ("one", "two")]
    refs = [one.message_ref for one in outcomes if isinstance(one, Accepted)]
    assert len(set(refs)) == 2
    listed = await sent_so_far(world, 2)
    assert sorted((one.message_ref, one.body, one.address) for one in listed) == sorted(
        [
            (refs[0], "one", world.address),
            (refs[1], "two", world.address),
        ]
    )


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_goes_through_unchanged(world: World, text: str) -> None:
    message = await world.outgoing(text)
    assert isinstance(await world.channel.send(message), Accepted)
    assert [one.body for one in await sent_so_far(world, 1)] == [message.text]


async def test_a_refusal_for_now_is_told_from_one_for_good(world: World) -> None:
    assert isinstance(await world.channel.send(await world.busy()), NotNow)
    assert isinstance(await world.channel.send(await world.refusing()), Never)
    await world.channel.send(await world.outgoing("accepted"))
    assert [one.body for one in await sent_so_far(world, 1)] == ["accepted"]


async def test_an_answer_that_is_lost_is_no_refusal_and_the_list_tells(world: World) -> None:
    outcome = await world.channel.send(await world.losing_its_answer("did it?"))
    assert isinstance(outcome, Unknown)
    (found,) = await sent_so_far(world, 1)
    assert found.body == "did it?"
    assert found.message_ref


async def test_what_was_said_is_listed_by_time_and_by_person(world: World) -> None:
    began = clock.utc_now() - MOMENT
    await world.channel.send(await world.outgoing("ours"))
    theirs = await world.write("theirs")
    (ours,) = await sent_so_far(world, 1)
    assert ours.body == "ours"
    assert ours.at is not None
    assert began - MOMENT <= ours.at <= clock.utc_now() + MOMENT
    got = await world.channel.received_from(world.address, began)
    assert (theirs, "theirs") in [(one.message_ref, one.body) for one in got]
    assert "ours" not in [one.body for one in got]

    assert await world.channel.sent_to(world.address, clock.utc_now() + timedelta(hours=1)) == []
    nobody = world.address[:-1] + "9"
    assert await world.channel.sent_to(nobody, began) == []


async def test_to_erase_again_is_no_error(world: World) -> None:
    sending = await world.channel.send(await world.outgoing("to be erased"))
    assert isinstance(sending, Accepted)
    for ref in (sending.message_ref, sending.message_ref, await world.write("theirs")):
        await eventually(lambda ref=ref: _is_erased(world, ref))


async def _is_erased(world: World, ref: str) -> bool:
    """Not while it is still on its way."""
    try:
        await world.channel.erase(ref, with_media=False)
    except VendorUnavailable:
        return False
    return True
