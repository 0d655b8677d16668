"""Twilio's own SDK takes messages and their media away from the simulator."""

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.contract.simulators.twilio.world import ADA, SDK_IS_BEHIND_AIOHTTP, SENDER
from tests.support.eventually import eventually

pytestmark = SDK_IS_BEHIND_AIOHTTP

PNG = b"\x89PNG\r\n\x1a\n" + b"a chart" * 20


def journal_of(world) -> str:
    return (world.settings.taskflow_home / "simulators" / "phone.jsonl").read_text("utf-8")


async def refused(call) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as error:
        await call
    return error.value.status, error.value.code


async def test_a_deleted_message_is_in_no_list_and_on_no_disk(world) -> None:
    written = str((await world.write("a secret of mine"))["sid"])
    sid = await world.send("told back", status_callback=world.callback)
    await eventually(lambda: "delivered" in world.app.statuses(sid))
    assert "a secret of mine" in journal_of(world)

    for one in (written, sid):
        assert await world.twilio.messages(one).delete_async()

    assert await world.twilio.messages.list_async() == []
    assert await refused(world.twilio.messages(sid).fetch_async()) == (404, 20404)
    assert await refused(world.twilio.messages(sid).delete_async()) == (404, 20404)
    assert not any(text in journal_of(world) for text in ("secret", "told back", ADA[-12:]))
    shown = await world.get("/_sim/phone/messages", user="+15551230001")
    assert [one["body"] for one in shown] == ["a secret of mine", "told back"], "on the phone"


async def test_what_is_on_its_way_is_not_deleted(world) -> None:
    await world.write("hi")
    await world.post("/_sim/twilio/callbacks", delay_ms=60_000)
    sid = await world.send("slow")

    assert await refused(world.twilio.messages(sid).delete_async()) == (409, 20009)
    assert [one.sid for one in await world.twilio.messages.list_async(to=ADA)] == [sid]


async def test_media_are_deleted_by_themselves(world) -> None:
    world.app.media["/media/1"] = ("image/png", PNG)
    await world.write("hi")
    sid = await world.send(
        media_url=[f"{world.app.url}/media/1"], from_=SENDER, status_callback=world.callback
    )
    await eventually(lambda: "delivered" in world.app.statuses(sid))
    copy = world.settings.taskflow_home / "simulators" / "media" / sid
    assert copy.read_bytes() == PNG

    (media,) = await world.twilio.messages(sid).media.list_async()
    assert await refused(world.twilio.messages(sid).media("ME" + "0" * 32).delete_async()) == (
        404,
        20404,
    )
    assert await world.twilio.messages(sid).media(media.sid).delete_async()

    assert await world.twilio.messages(sid).media.list_async() == []
    assert not copy.exists()
    assert (await world.twilio.messages(sid).fetch_async()).num_media == "0"
