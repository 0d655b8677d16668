"""What people send is fetched after the webhook, kept under their key, deleted at Twilio."""

import base64
import hashlib
import io
import json
from typing import Any

import pytest

from contracts import slots
from contracts.media import MediaKept, MediaRefused
from contracts.recorded import Recorded
from services.gateway.app import gateway
from simulators.ogg import voice_note
from taskflow import failpoints
from taskflow.embedded.ports import free_port
from taskflow.forgetting.erasure import Forgetting
from taskflow.log.event_log import EventLog
from taskflow.privacy.media import MediaStore
from taskflow.privacy.vault import Vault
from taskflow.process.service import Runtime
from tests.contract.simulators.twilio.world import NUMBER, SDK_IS_BEHIND_AIOHTTP
from tests.integration.gateway.conftest import House
from tests.support.eventually import eventually
from tests.support.files import jpeg, pdf, png, vcard
from tests.support.relaying import running

pytestmark = [pytest.mark.integration, SDK_IS_BEHIND_AIOHTTP]


async def send(house: House, data: bytes, content_type: str, **more: Any) -> str:
    told = {"from": NUMBER, "file": base64.b64encode(data).decode(), "media_type": content_type}
    body = io.BytesIO(json.dumps({**told, **more}).encode())
    headers = {"Content-Type": "application/json"}
    async with house.http.post(
        f"{house.sim}/_sim/phone/messages", data=body, headers=headers
    ) as answer:
        sent = await answer.json()
    assert sent["webhook_status"] == 200
    return sent["sid"]


async def settled(house: House, count: int = 1, seconds: float = 8) -> list[Recorded[Any]]:
    async def all_of_them() -> list[Recorded[Any]]:
        found = await house.events("media.kept", "media.refused")
        return found if len(found) >= count else []

    await eventually(all_of_them, seconds=seconds)
    return [await house.log.opened(one) for one in await all_of_them()]


async def at_twilio(house: House, sid: str) -> str | None:
    """Where Twilio has the media of a message, if it still has any."""
    async with house.http.get(f"{house.sim}/_sim/phone/messages?user=%2B{NUMBER[1:]}") as answer:
        return next(one["media_url"] for one in await answer.json() if one["sid"] == sid)


async def deleted(house: House, sid: str) -> bool:
    return await at_twilio(house, sid) is None


@pytest.mark.parametrize(
    ("data", "announced", "kept_as"),
    [
        (png(), "image/png", "image/png"),
        (jpeg(), "image/jpeg", "image/jpeg"),
        (png(), "image/jpeg", "image/png"),
        (voice_note("hello"), "audio/ogg; codecs=opus", "audio/ogg"),
        (voice_note("hello"), "audio/oga", "audio/ogg"),
        (pdf(), "application/pdf", "application/pdf"),
        (vcard(), "text/vcard", "text/vcard"),
    ],
)
async def test_a_medium_is_kept_and_deleted_at_twilio(
    house: House, runtime: Runtime, data: bytes, announced: str, kept_as: str
) -> None:
    sid = await send(house, data, announced)

    (one,) = await settled(house)

    kept: MediaKept = one.event
    assert isinstance(kept, MediaKept)
    assert (kept.index, kept.of, kept.content_type, kept.size) == (0, 1, kept_as, len(data))
    assert kept.message == slots.event_id(slots.message(sid), 0)
    assert kept.sha256 == hashlib.sha256(data).hexdigest()
    stored = await MediaStore(runtime.pool, runtime.vault).get(kept.media)
    assert stored is not None
    assert (stored.data, stored.content_type) == (data, kept_as)
    await eventually(lambda: deleted(house, sid))


async def test_in_the_store_and_in_the_log_it_is_ciphertext(house: House, runtime: Runtime) -> None:
    data = png(grey=77)
    await send(house, data, "image/png")
    await settled(house)

    sealed = await runtime.pool.fetchval("select sealed from media")
    assert data[8:40] not in sealed
    payloads = await runtime.pool.fetchval("select string_agg(payload::text, '') from events")
    assert hashlib.sha256(data).hexdigest() not in payloads
    assert "/Media/" not in payloads


@pytest.mark.parametrize(
    ("data", "announced", "why"),
    [
        (b"<html>not a picture</html>" * 9, "image/png", "type"),
        (voice_note("hello"), "image/png", "type"),
        (b"MZ" * 100, "application/x-msdownload", "type"),
        (b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 99, "video/mp4", "type"),
        (jpeg(5 * 1024 * 1024 + 1), "image/jpeg", "too_large"),
    ],
)
async def test_what_nobody_can_use_is_refused_and_left(
    house: House, runtime: Runtime, data: bytes, announced: str, why: str
) -> None:
    sid = await send(house, data, announced)

    (one,) = await settled(house)

    assert one.event == MediaRefused(
        message=slots.event_id(slots.message(sid), 0), index=0, of=1, why=why
    )
    assert not await deleted(house, sid)
    assert await runtime.pool.fetchval("select count(*) from media") == 0


async def test_what_lies_elsewhere_is_not_asked_for(house: House, runtime: Runtime) -> None:
    for url in (
        f"{house.sim}/shop/",
        house.sim.replace("http://", "http://user@") + "/twilio/x",
        "http://169.254.169.254/latest/meta-data/",
        f"{house.settings.twilio_api_url}/2010-04-01/Accounts/AC{'2' * 32}/Messages/x",
    ):
        await house.write("", media_url=url, media_type="image/png")

    refused = await settled(house, 4)

    assert [one.event.why for one in refused] == ["unavailable"] * 4


async def test_an_outage_is_waited_out(house: House, runtime: Runtime) -> None:
    await house.fault("twilio-media", status=503, count=1)
    await house.fault("twilio-media", status=0, count=1)
    await send(house, png(), "image/png")

    (one,) = await settled(house, seconds=15)

    assert isinstance(one.event, MediaKept)


async def test_a_deletion_that_fails_is_tried_again(house: House, runtime: Runtime) -> None:
    await house.fault("twilio-delete", status=503, count=2)
    sid = await send(house, png(), "image/png")

    await eventually(lambda: deleted(house, sid), seconds=15)

    assert len(await settled(house)) == 1


async def test_what_is_gone_at_twilio_is_gone(house: House, runtime: Runtime) -> None:
    await house.fault("twilio-media", delay_ms=0, status=404)
    await send(house, png(), "image/png")

    (one,) = await settled(house)

    assert one.event.why == "gone"


@pytest.mark.parametrize(
    "place",
    ["media.fetch.after", "media.commit.after", "send.delete.before", "send.delete.after"],
)
async def test_a_crash_on_the_way_does_no_harm(house: House, runtime: Runtime, place: str) -> None:
    """The delivery breaks off there, and comes again."""
    failpoints.arm(f"{place}=cancel@1")
    try:
        sid = await send(house, png(), "image/png")
        await eventually(lambda: deleted(house, sid), seconds=15)
    finally:
        failpoints.arm("")

    (one,) = await settled(house)
    assert isinstance(one.event, MediaKept)
    assert await runtime.pool.fetchval("select count(*) from media") == 1


async def test_two_gateways_keep_it_once(house: House, runtime: Runtime) -> None:
    ports = {"taskflow_gateway_port": free_port(), "taskflow_gateway_inner_port": free_port()}
    settings = house.settings.model_copy(update=ports)
    async with running("gateway", settings, lambda it: gateway(it, settings)) as other:
        await other.client
        for _ in range(3):
            await send(house, png(), "image/png")
        kept = await settled(house, 3)

    assert [type(one.event) for one in kept] == [MediaKept] * 3
    assert await runtime.pool.fetchval("select count(*) from media") == 3


async def test_who_is_forgotten_leaves_no_media(
    house: House, runtime: Runtime, event_log: EventLog, vault: Vault
) -> None:
    await send(house, png(), "image/png")
    (one,) = await settled(house)

    await Forgetting(runtime.pool, vault, event_log).forget(await house.user())

    assert await runtime.pool.fetchval("select count(*) from media") == 0
    assert await MediaStore(runtime.pool, vault).get(one.event.media) is None


async def test_what_comes_after_the_forgetting_is_not_kept(
    house: House, runtime: Runtime, event_log: EventLog, vault: Vault
) -> None:
    user = await house.user()
    await house.fault("twilio-media", delay_ms=800)
    await send(house, png(), "image/png")
    await Forgetting(runtime.pool, vault, event_log).forget(user)

    await eventually(
        lambda: runtime.pool.fetchval(
            "select count(*) > 0 from events where type = 'user.forgotten'"
        )
    )

    assert await runtime.pool.fetchval("select count(*) from media") == 0


async def test_what_came_while_nobody_answered_is_kept_too(house: House) -> None:
    """Twilio's list tells only where the media of a message are listed."""
    told = {"file": base64.b64encode(png()).decode(), "media_type": "image/png"}
    said = await house.write("look", **told)
    assert said["webhook_status"] is None

    async with house.start() as runtime:
        await runtime.client
        (one,) = await settled(house)
        await eventually(lambda: deleted(house, said["sid"]))

    assert isinstance(one.event, MediaKept)
    assert one.event.content_type == "image/png"
