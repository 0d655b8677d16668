"""What the sender of a message hears of it."""

import pytest

from tests.contract.simulators.twilio.world import SDK_IS_BEHIND_AIOHTTP
from tests.support.eventually import eventually

pytestmark = SDK_IS_BEHIND_AIOHTTP


async def test_a_message_is_sent_delivered_and_read_once_it_was_seen(world) -> None:
    await world.write("hi")
    sid = await world.send(status_callback=world.callback)
    await eventually(lambda: world.app.statuses(sid) == ["sent", "delivered"])
    assert await world.post("/_sim/phone/looked", user="+15551230001") == {"read": 1}
    await eventually(lambda: world.app.statuses(sid) == ["sent", "delivered", "read"])

    hooks = [hook for hook in world.app.hooks if hook.path.startswith("/webhook/status")]
    assert all(world.app.is_signed(hook, world.callback) for hook in hooks)
    assert {hook.path for hook in hooks} == {"/webhook/status?reply=7&mac=a%2Fb"}
    assert hooks[1].params | {"RawDlrDoneDate": ""} == {
        "MessageSid": sid,
        "SmsSid": sid,
        "MessageStatus": "delivered",
        "SmsStatus": "delivered",
        "EventType": "DELIVERED",
        "From": "whatsapp:+14155238886",
        "To": "whatsapp:+15551230001",
        "ChannelToAddress": "+15551230001",
        "ChannelPrefix": "whatsapp",
        "ChannelInstallSid": "XE" + "0" * 32,
        "AccountSid": world.settings.twilio_account_sid,
        "ApiVersion": "2010-04-01",
        "StructuredMessage": "false",
        "RawDlrDoneDate": "",
    }
    assert hooks[2].params["EventType"] == "READ"


async def test_looking_twice_reads_once(world) -> None:
    await world.write("hi")
    sid = await world.send(status_callback=world.callback)
    await eventually(lambda: "delivered" in world.app.statuses(sid))
    await world.post("/_sim/phone/looked", user="+15551230001")

    assert await world.post("/_sim/phone/looked", user="+15551230001") == {"read": 0}


@pytest.mark.parametrize(
    ("mode", "heard"),
    [
        ("normal", ["sent", "delivered", "read"]),
        ("reversed", ["delivered", "sent", "read"]),
        ("duplicated", ["sent", "sent", "delivered", "delivered", "read", "read"]),
    ],
)
async def test_callbacks_come_as_ordered(world, mode, heard) -> None:
    await world.write("hi")
    # So far apart that a busy machine does not have a later one overtake.
    await world.post("/_sim/twilio/callbacks", mode=mode, receipts="always", delay_ms=400)
    sid = await world.send(status_callback=world.callback)

    await eventually(lambda: world.app.statuses(sid) == heard)


async def test_callbacks_can_be_off_while_messages_still_arrive(world) -> None:
    await world.write("hi")
    await world.post("/_sim/twilio/callbacks", mode="off", receipts="always", delay_ms=1)
    sid = await world.send(status_callback=world.callback)

    async def read() -> bool:
        return (await world.twilio.messages(sid).fetch_async()).status == "read"

    await eventually(read)
    assert world.app.statuses(sid) == []


async def test_a_single_callback_can_be_lost(world) -> None:
    await world.write("hi")
    await world.post("/_sim/faults", vendor="twilio-callbacks", status=0)
    sid = await world.send(status_callback=world.callback)

    await eventually(lambda: world.app.statuses(sid) == ["delivered"])


async def test_outside_the_window_a_message_is_accepted_and_then_fails(world) -> None:
    sid = await world.send(status_callback=world.callback)
    await eventually(lambda: world.app.statuses(sid) == ["failed"])

    assert world.app.hooks[-1].params["ErrorCode"] == "63016"
    message = await world.twilio.messages(sid).fetch_async()
    assert (message.status, message.error_code) == ("failed", 63016)


async def test_a_closed_window_is_as_good_as_a_day_of_silence(world) -> None:
    await world.write("hi")
    await world.post("/_sim/phone/window/close", user="+15551230001")
    sid = await world.send(status_callback=world.callback)

    await eventually(lambda: world.app.statuses(sid) == ["failed"])


async def test_a_delivery_can_be_made_to_fail(world) -> None:
    await world.write("hi")
    await world.post("/_sim/faults", vendor="twilio-delivery", code=63018)
    sid = await world.send(status_callback=world.callback)

    await eventually(lambda: world.app.statuses(sid) == ["failed"])
    assert world.app.hooks[-1].params["ErrorCode"] == "63018"
