"""Twilio's own SDK against the simulator."""

import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.contract.simulators.twilio.world import SDK_IS_BEHIND_AIOHTTP
from tests.support.eventually import eventually

pytestmark = SDK_IS_BEHIND_AIOHTTP

SENDER, ADA = "whatsapp:+14155238886", "whatsapp:+15551230001"


async def test_a_created_message_can_be_fetched(world) -> None:
    await world.write("hi")
    made = await world.twilio.messages.create_async(to=ADA, from_=SENDER, body="grüße 👋")

    assert (made.status, made.direction, made.to, made.from_) == (
        "queued",
        "outbound-api",
        ADA,
        SENDER,
    )
    assert (made.num_media, made.num_segments, made.date_sent) == ("0", "1", None)

    async def fetched():
        message = await world.twilio.messages(made.sid).fetch_async()
        return message if message.status == "delivered" else None

    delivered = await eventually(fetched)
    assert delivered.body == "grüße 👋"
    assert isinstance(delivered.date_sent, datetime)


async def test_messages_are_listed_newest_first_and_filtered(world) -> None:
    inbound = (await world.write("hi"))["message_sid"]
    first = await world.send("one")
    second = await world.send("two")
    hour_ago, in_an_hour = (datetime.now(UTC) + timedelta(hours=h) for h in (-1, 1))
    await eventually(lambda: is_sent(world, second))

    async def listed(**filters):
        return [message.sid for message in await world.twilio.messages.list_async(**filters)]

    assert await listed() == [second, first, inbound]
    assert await listed(to=ADA) == [second, first]
    assert await listed(from_=ADA) == [inbound]
    assert await listed(to=ADA, date_sent_after=hour_ago) == [second, first]
    assert await listed(to=ADA, date_sent_before=hour_ago) == []
    assert await listed(date_sent_after=in_an_hour) == []
    assert await listed(page_size=1) == [second, first, inbound]
    assert await listed(limit=2) == [second, first]


async def is_sent(world, sid: str) -> bool:
    return (await world.twilio.messages(sid).fetch_async()).date_sent is not None


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"to": "whatsapp:123"}, 400, 21211),
        ({"from_": "whatsapp:+14155238887"}, 400, 21606),
        ({"body": "x" * 1601}, 400, 21617),
        ({"body": ""}, 400, 21619),
    ],
)
async def test_a_bad_message_raises_twilios_own_error(world, changes, status, code) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await world.send(**changes)

    assert (refused.value.status, refused.value.code) == (status, code)
    assert await world.get("/_sim/twilio/accepted") == []


async def test_wrong_credentials_are_refused(world) -> None:
    stranger = Client(world.twilio.username, "wrong", http_client=world.twilio.http_client)
    stranger.api.base_url = f"{world.url}/twilio"

    with pytest.raises(TwilioRestException) as refused:
        await stranger.messages.create_async(to=ADA, from_=SENDER, body="hi")

    assert (refused.value.status, refused.value.code) == (401, 20003)


async def test_an_unknown_message_is_not_found(world) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await world.twilio.messages("SM" + "0" * 32).fetch_async()

    assert (refused.value.status, refused.value.code) == (404, 20404)


async def test_another_account_is_not_found(world) -> None:
    path = f"/twilio/2010-04-01/Accounts/AC{'9' * 32}/Messages.json"
    login = aiohttp.encode_basic_auth(world.twilio.username, world.twilio.password)
    async with world.http.get(world.url + path, headers={"Authorization": login}) as response:
        assert response.status == 404
        assert (await response.json())["code"] == 20404


async def test_the_typing_indicator_marks_the_message_as_read(world) -> None:
    sid = (await world.write("hi"))["message_sid"]
    typing = await world.twilio.messaging.v2.typing_indicator.create_async(
        channel="whatsapp", message_id=sid
    )

    assert typing.success is True
    [shown] = await world.get("/_sim/phone/messages", user="+15551230001")
    assert shown["status"] == "read"


async def test_typing_at_nobody_is_not_found(world) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await world.twilio.messaging.v2.typing_indicator.create_async(
            channel="whatsapp", message_id="SM" + "0" * 32
        )

    assert refused.value.status == 404


async def test_stop_is_a_word_like_any_other_without_a_messaging_service(world) -> None:
    await world.write("STOP")

    assert await world.send()
    [hook] = world.app.inbound()
    assert not {"OptOutType", "MessagingServiceSid"} & set(hook.params)


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (500, 20500), (503, 20503)])
async def test_a_fault_before_the_accept_leaves_nothing_behind(world, status, code) -> None:
    await world.post("/_sim/faults", vendor="twilio", status=status)
    with pytest.raises(TwilioRestException) as refused:
        await world.send()

    assert (refused.value.status, refused.value.code) == (status, code)
    assert await world.get("/_sim/twilio/accepted") == []
    assert await world.send()


async def test_a_fault_after_the_accept_hides_a_message_that_went_out(world) -> None:
    await world.write("hi")
    await world.post("/_sim/faults", vendor="twilio", status=500, after_accept=True)
    with pytest.raises(TwilioRestException):
        await world.send("once", status_callback=world.callback)

    [accepted] = await world.get("/_sim/twilio/accepted")
    assert accepted["body"] == "once"
    await eventually(lambda: "delivered" in world.app.statuses(accepted["sid"]))


@pytest.mark.parametrize("after_accept", [True, False])
async def test_a_cut_connection_gives_no_answer(world, after_accept) -> None:
    await world.post("/_sim/faults", vendor="twilio", status=0, after_accept=after_accept)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await world.send()

    assert len(await world.get("/_sim/twilio/accepted")) == int(after_accept)
    assert await world.send()


async def test_a_late_answer_comes_after_the_senders_patience(world) -> None:
    await world.post("/_sim/faults", vendor="twilio", delay_ms=60_000, after_accept=True)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(world.send(), 0.3)

    assert len(await world.get("/_sim/twilio/accepted")) == 1


async def test_listing_has_faults_of_its_own(world) -> None:
    await world.post("/_sim/faults", vendor="twilio-list", status=503)
    sid = await world.send()
    with pytest.raises(TwilioRestException) as refused:
        await world.twilio.messages(sid).fetch_async()

    assert refused.value.status == 503
    assert (await world.twilio.messages(sid).fetch_async()).sid == sid


async def test_typing_has_faults_of_its_own(world) -> None:
    sid = (await world.write("hi"))["message_sid"]
    await world.post("/_sim/faults", vendor="twilio-typing", status=500)
    with pytest.raises(TwilioRestException) as refused:
        await world.twilio.messaging.v2.typing_indicator.create_async("whatsapp", sid)

    assert refused.value.status == 500


async def test_typing_is_for_whatsapp_alone(world) -> None:
    sid = (await world.write("hi"))["message_sid"]
    with pytest.raises(TwilioRestException) as refused:
        await world.twilio.messaging.v2.typing_indicator.create_async("rcs", sid)

    assert refused.value.code == 20001


async def test_a_late_answer_is_the_usual_one(world) -> None:
    await world.post("/_sim/faults", vendor="twilio", delay_ms=20)
    await world.post("/_sim/faults", vendor="twilio-list", delay_ms=20)
    sid = await world.send()

    assert [message.sid for message in await world.twilio.messages.list_async()] == [sid]


@pytest.mark.parametrize("login", ["", "Bearer x", "Basic ???", "Basic eDp5"])
async def test_a_malformed_login_is_refused(world, login) -> None:
    url = f"{world.url}/twilio/2010-04-01/Accounts/{world.twilio.username}/Messages.json"
    async with world.http.get(url, headers={"Authorization": login}) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].startswith("Basic")


async def test_a_resource_that_is_not_simulated_is_not_found(world) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await world.twilio.calls("CA" + "0" * 32).fetch_async()

    assert (refused.value.status, refused.value.code) == (404, 20404)
