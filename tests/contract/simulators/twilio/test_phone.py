"""The phone's page, by what it asks for and what it is told."""

import asyncio
import json
import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.contract.simulators.twilio.world import (
    SDK_IS_BEHIND_AIOHTTP,
    World,
    serve_simulator,
)
from tests.support.eventually import eventually

pytestmark = SDK_IS_BEHIND_AIOHTTP
HOSTILE = "<script>alert(1)</script>\n\ndata: {}\n*b* 👋 \u2028"


async def changes(response: aiohttp.ClientResponse) -> AsyncIterator[dict]:
    async for line in response.content:
        if line.startswith(b"data: "):
            yield json.loads(line.removeprefix(b"data: "))


async def told(stream: AsyncIterator[dict], kind: str, **expected: object) -> dict:
    """The first change of this kind with these values."""
    async with asyncio.timeout(5):
        async for change in stream:
            about = change.get(kind)
            if about and expected.items() <= about.items():
                return about
    raise AssertionError(f"the stream ended without {kind} {expected}")


async def test_the_page_and_all_it_names_come_from_here(world: World) -> None:
    async with world.http.get(world.url + "/") as response:
        page = await response.text()
        policy = response.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"""(?:src|href)=["'](?!/static/)""", page)
    for path in re.findall(r"""(?:src|href)=["'](/static/[^"']+)""", page):
        async with world.http.get(world.url + path) as response:
            assert response.status == 200, path


async def test_everything_that_happens_is_told_to_the_page(world: World) -> None:
    async with world.http.get(world.url + "/phone/events") as response:
        assert response.content_type == "text/event-stream"
        stream = changes(response)
        snapshot = await anext(stream)
        assert [contact["name"] for contact in snapshot["contacts"]] == ["Ada", "Grace"]
        assert snapshot["messages"] == []

        sent = await world.post("/phone/messages", user="+15551230001", body=HOSTILE)
        message = await told(stream, "message", sid=sent["sid"], tick="delivered")
        assert message["body"] == HOSTILE
        assert world.app.inbound()[0].params["Body"] == HOSTILE

        await world.twilio.messaging.v2.typing_indicator.create_async("whatsapp", sent["sid"])
        assert (await told(stream, "typing"))["user"] == "+15551230001"
        reply = await world.send("hello")
        await told(stream, "message", sid=reply, tick="delivered")
        await world.post("/phone/looked", user="+15551230001")
        await told(stream, "message", sid=reply, tick="read")


async def test_a_refused_message_shows_what_taskflow_answered(world: World) -> None:
    world.app.status = 503
    async with world.http.get(world.url + "/phone/events") as response:
        stream = changes(response)
        sent = await world.post("/phone/messages", user="+15551230001", body="hi")
        lost = await told(stream, "message", sid=sent["sid"], tick="lost")

    assert lost["webhook_status"] == 503


async def test_people_can_be_added_and_renamed(world: World) -> None:
    zoe = await world.post("/phone/contacts", user="+447700900123", name="Zoë")
    assert zoe["shown"] == "+44 7700 900123"
    hidden = await world.post("/phone/contacts", user="US.1a2b", name="Max")
    assert (hidden["hidden"], hidden["bsuid"]) == (True, "US.1a2b")
    await world.post("/phone/contacts", user="+447700900123", name="Zoe")

    await world.post("/phone/messages", user="+447700900123", body="hi")
    assert world.app.inbound()[0].params["ProfileName"] == "Zoe"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/phone/contacts", {"user": "123", "name": "Max"}),
        ("/phone/contacts", {"user": "+447700900123", "name": ""}),
        ("/phone/messages", {"user": "+447700900123", "body": ""}),
        ("/phone/messages", {"user": "+447700900123", "body": "x" * 4097}),
    ],
)
async def test_the_page_hears_why_something_was_refused(world: World, path, body) -> None:
    async with world.http.post(world.url + path, json=body) as response:
        assert response.status == 422
        assert (await response.json())["error"]


async def test_an_open_page_does_not_hold_up_a_stop(world: World) -> None:
    loop = asyncio.get_running_loop()
    async with serve_simulator(world.settings) as url:
        response = await world.http.get(url + "/phone/events")
        assert await anext(changes(response))
        stopping_at = loop.time()
    response.close()

    assert loop.time() - stopping_at < 1.5


async def test_a_second_start_still_shows_the_chat(world: World) -> None:
    await world.write("hi")
    sid = await world.send("hello")
    await eventually(lambda: is_delivered(world, sid))

    async with (
        serve_simulator(world.settings) as url,
        world.http.get(url + "/phone/events") as again,
    ):
        snapshot = await anext(changes(again))

    assert [message["body"] for message in snapshot["messages"]] == ["hi", "hello"]


async def is_delivered(world: World, sid: str) -> bool:
    return (await world.twilio.messages(sid).fetch_async()).status == "delivered"
