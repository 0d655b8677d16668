"""What a person types, as the application gets it."""

import asyncio
import json

import pytest

from simulators.server import listen
from simulators.twilio.webhooks import WebhookSender
from tests.contract.simulators.twilio.world import SDK_IS_BEHIND_AIOHTTP, serve_simulator
from tests.support.eventually import eventually

pytestmark = SDK_IS_BEHIND_AIOHTTP

PUBLIC = "https://bot.example.com/webhook"


async def test_what_is_typed_becomes_a_signed_webhook(world) -> None:
    answer = await world.write("hé & <hi>\nthere =+%", profile_name="Ada")
    [hook] = world.app.inbound()

    assert answer["webhook_status"] == 200
    assert answer["MessageSid"] == answer["message_sid"] == hook.params["MessageSid"]
    assert world.app.is_signed(hook, PUBLIC)
    assert not world.app.is_signed(hook, f"{world.app.url}/webhook")
    assert hook.headers["Content-Type"] == "application/x-www-form-urlencoded; charset=utf-8"
    assert hook.headers["I-Twilio-Idempotency-Token"]
    metadata = json.loads(hook.params.pop("ChannelMetadata"))
    assert metadata["data"]["context"] == {"ProfileName": "Ada", "WaId": "15551230001"}
    sid = answer["sid"]
    assert hook.params == {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": world.settings.twilio_account_sid,
        "From": "whatsapp:+15551230001",
        "To": "whatsapp:+14155238886",
        "Body": "hé & <hi>\nthere =+%",
        "NumMedia": "0",
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        "ProfileName": "Ada",
        "WaId": "15551230001",
        "MessageType": "text",
        "ExternalUserId": hook.params["ExternalUserId"],
    }
    assert hook.params["ExternalUserId"].startswith("whatsapp:US.")


async def test_a_hidden_user_comes_with_the_business_scoped_id_alone(world) -> None:
    await world.write(**{"from": "DE.4f2a", "profile_name": "Grace"})
    [hook] = world.app.inbound()

    assert hook.params["From"] == hook.params["ExternalUserId"] == "whatsapp:DE.4f2a"
    assert hook.params["WaId"] == "DE.4f2a"
    assert "+" not in hook.params["ChannelMetadata"]


async def test_a_users_business_scoped_id_can_be_given(world) -> None:
    await world.write(external_user_id="DE.4f2a")
    [hook] = world.app.inbound()

    assert hook.params["From"] == "whatsapp:+15551230001"
    assert hook.params["ExternalUserId"] == "whatsapp:DE.4f2a"


async def test_a_webhook_of_before_there_were_ids_can_be_sent(world) -> None:
    await world.write(external_user_id="")
    [hook] = world.app.inbound()

    assert "ExternalUserId" not in hook.params
    assert hook.params["From"] == "whatsapp:+15551230001"


async def test_buttons_and_media_have_their_parameters(world) -> None:
    await world.write("Yes", button_payload="confirm-7")
    await world.write("", media_url="https://media.example.com/1", media_type="audio/ogg")
    button, voice = world.app.inbound()

    assert (button.params["MessageType"], button.params["ButtonText"]) == ("button", "Yes")
    assert button.params["ButtonPayload"] == "confirm-7"
    assert (voice.params["MessageType"], voice.params["NumMedia"]) == ("audio", "1")
    assert voice.params["MediaUrl0"] == "https://media.example.com/1"
    assert voice.params["MediaContentType0"] == "audio/ogg"
    assert voice.params["MessageSid"].startswith("MM")
    assert voice.params["Body"] == ""
    assert world.app.is_signed(voice, PUBLIC)


async def test_the_same_webhook_can_come_many_times_at_once(world) -> None:
    answer = await world.write("hi", repeat=50)
    hooks = world.app.inbound()

    assert answer["webhook_statuses"] == [200] * 50
    assert len(hooks) == 50
    assert all(hook.params == hooks[0].params for hook in hooks)
    assert len({hook.headers["I-Twilio-Idempotency-Token"] for hook in hooks}) == 1
    assert len(await world.get("/_sim/phone/messages", user="+15551230001")) == 1


async def test_an_earlier_message_can_come_again(world) -> None:
    sid = (await world.write("hi"))["sid"]
    await world.write("hi", sid=sid)

    assert [hook.params["MessageSid"] for hook in world.app.inbound()] == [sid, sid]
    assert len(await world.twilio.messages.list_async()) == 1


async def test_a_refused_message_is_marked_and_still_listed(world) -> None:
    world.app.status = 503
    answer = await world.write("hi")
    [shown] = await world.get("/_sim/phone/messages", user="+15551230001")
    [listed] = await world.twilio.messages.list_async(to="whatsapp:+14155238886")

    assert (answer["webhook_status"], len(world.app.inbound())) == (503, 1)
    assert (shown["status"], shown["webhook_status"]) == ("lost", 503)
    assert (listed.sid, listed.direction, listed.status) == (answer["sid"], "inbound", "received")


async def write_to_port(world, port: int) -> dict[str, object]:
    """A message from a simulator whose application is said to listen on this port."""
    webhook = f"http://127.0.0.1:{port}/webhook"
    settings = world.settings.model_copy(update={"taskflow_sim_webhook_url": webhook})
    async with serve_simulator(settings) as url:
        body = {"from": "+15551230002", "body": "hi"}
        async with world.http.post(f"{url}/_sim/phone/messages", json=body) as response:
            return await response.json()


async def test_an_application_that_is_down_is_tried_once_more_and_no_further(
    world, monkeypatch
) -> None:
    tries = []

    async def counted(self, *given):
        tries.append(given)
        return await once(self, *given)

    once = WebhookSender._once
    monkeypatch.setattr(WebhookSender, "_once", counted)
    with listen(0) as nobody:
        answer = await write_to_port(world, nobody.getsockname()[1])

    assert (answer["webhook_status"], answer["webhook_error"]) == (None, "connection failed")
    assert len(tries) == 2
    assert tries[0] == tries[1]


async def test_a_connection_closed_without_an_answer_is_not_tried_again(world) -> None:
    connections = []

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        answer = await write_to_port(world, server.sockets[0].getsockname()[1])

    assert answer["webhook_status"] is None
    assert answer["webhook_error"] == "connection closed without an answer"
    assert len(connections) == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"body": "hi"}, "from: Field required"),
        ({"from": "5551230001", "body": "hi"}, "from: must be a number such as +15551230001"),
        ({"from": "+15551230001", "text": "hi"}, "text: Extra inputs are not permitted"),
        ({"from": "+15551230001", "repeat": 0}, "repeat: Input should be greater than"),
    ],
)
async def test_the_side_door_says_what_is_wrong(world, body, says) -> None:
    async with world.http.post(f"{world.url}/_sim/phone/messages", json=body) as response:
        assert response.status == 422
        assert says in (await response.json())["error"]


async def test_a_reset_forgets_everything(world) -> None:
    await world.write("hi")
    await world.send()
    await world.post("/_sim/faults", vendor="twilio", status=500, count=9)
    await world.post("/_sim/twilio/callbacks", mode="off")
    await world.post("/_sim/reset")

    assert await world.get("/_sim/phone/messages", user="+15551230001") == []
    assert await world.get("/_sim/twilio/accepted") == []
    assert await world.get("/_sim/faults") == []
    habits = await world.post("/_sim/twilio/callbacks")
    assert habits == {"mode": "normal", "receipts": "seen", "delay_ms": 120}


async def test_a_second_start_goes_on_with_what_was_accepted(world) -> None:
    await world.write("hi")
    await world.post("/_sim/twilio/callbacks", delay_ms=60_000)
    sid = await world.send(status_callback=world.callback)

    async with serve_simulator(world.settings):
        await eventually(lambda: world.app.statuses(sid) == ["sent", "delivered"])
