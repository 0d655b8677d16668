"""What Twilio posts: in the log before it is answered, or refused without a trace."""

import asyncio
import time
from typing import Any

import pytest

from contracts import slots
from taskflow.errors import Configuration
from taskflow.process.service import Runtime
from tests.contract.simulators.twilio.world import ACCOUNT, SENDER
from tests.integration.gateway.conftest import ADA, SID, House
from tests.support.eventually import eventually
from tests.support.servers import NatsServer, PostgresServer

pytestmark = pytest.mark.integration
MESSAGE = {
    "MessageSid": SID,
    "AccountSid": ACCOUNT,
    "From": ADA,
    "To": SENDER,
    "Body": "secret words",
    "NumMedia": "0",
}


def but(*names: str, **changed: str) -> dict[str, str]:
    """A whole message but for some of it."""
    return {name: value for name, value in (MESSAGE | changed).items() if name not in names}


async def rows(runtime: Runtime) -> int:
    return await runtime.pool.fetchval("select count(*) from events")


async def test_fifty_copies_at_once_are_one_event(house: House, runtime: Runtime) -> None:
    said = await house.write("only once", repeat=50)

    assert said["webhook_statuses"] == [200] * 50
    assert len(await house.events("message.received")) == 2


async def test_a_message_is_sealed_in_the_log_and_answered_with_empty_twiml(
    house: House, runtime: Runtime
) -> None:
    form = {**MESSAGE, "ProfileName": "Ada", "NewIn2027": "x", "Empty": ""}
    status, body = await house.post("/webhook", form)

    stored = await house.log.find(slots.event_id(slots.message(SID), 0))
    assert (status, body.endswith("<Response/>")) == (200, True)
    assert stored is not None
    assert "secret words" not in repr(stored)
    opened = (await house.log.opened(stored)).event
    assert (opened.text, opened.profile_name, opened.zone) == (
        "secret words",
        "Ada",
        "America/New_York",
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Twilio-Signature": "AAAA"},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "AAAA", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil"},
        {"X-Twilio-Signature": "é" * 28},
        {
            "X-Twilio-Signature": "AAAA",
            "X-Twilio-Webhooks-Signature-Settings": "key=mine,algorithm=HMAC_SHA256",
        },
    ],
)
async def test_a_bad_signature_is_refused_and_leaves_no_row(
    house: House, runtime: Runtime, headers: dict[str, str]
) -> None:
    before = await rows(runtime)

    assert (await house.post("/webhook", MESSAGE, **headers))[0] == 403
    assert (await house.post("/webhook/status?user=x", MESSAGE, **headers))[0] == 403
    assert await rows(runtime) == before


async def test_headers_of_a_proxy_change_nothing(house: House, runtime: Runtime) -> None:
    spoofed = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil", "Host": "evil"}

    assert (await house.post("/webhook", MESSAGE, **spoofed))[0] == 200


@pytest.mark.parametrize(
    ("form", "status", "names"),
    [
        (but("MessageSid"), 400, "MessageSid"),
        (but("From"), 400, "From"),
        (but(MessageSid="SM1"), 400, "MessageSid"),
        (but("Body", Bod="yhi"), 400, "Body"),
        (but(AccountSid="AC" + "f" * 32), 403, "AccountSid"),
        (but(NumMedia="1" * 5000), 400, "NumMedia"),
        (but(NumMedia="٣"), 400, "NumMedia"),
        (but(NumMedia="-1"), 400, "NumMedia"),
        (but(NumMedia="1"), 400, "MediaUrl0"),
        (but(From="whatsapp:+1\x005551230001"), 400, "From"),
        (but(ExternalUserId="whatsapp:US.\x00"), 400, "ExternalUserId"),
        (but(Latitude="9" * 400, Longitude="1"), 400, "Latitude"),
        ({**MESSAGE, "Body": "x" * 70_000}, 413, "bytes"),
        ({f"a{n}": "" for n in range(101)}, 413, "fields"),
        # Repeated: signed over both values, which this signature is not.
        ([("MessageSid", SID), ("Body", "1"), ("Body", "2")], 403, "signature"),
    ],
)
async def test_what_cannot_be_taken_is_refused_by_name(
    house: House, runtime: Runtime, form: Any, status: int, names: str
) -> None:
    before = await rows(runtime)
    answered, text = await house.post("/webhook", form)

    assert (answered, names in text) == (status, True)
    assert await rows(runtime) == before


async def test_a_hidden_number_and_the_number_are_one_user(house: House, runtime: Runtime) -> None:
    both = {**MESSAGE, "ExternalUserId": "whatsapp:US.abc"}
    hidden = {**both, "MessageSid": "SM" + "1" * 32, "From": "whatsapp:US.abc"}
    await house.post("/webhook", both)
    await house.post("/webhook", hidden)

    assert len(await house.events("message.received")) == 2, "the house's own had another id"


async def test_while_postgresql_is_down_twilio_hears_503_within_5_seconds(
    house: House, runtime: Runtime, postgres: PostgresServer
) -> None:
    postgres.stop()
    try:
        began = time.monotonic()
        said, (status, _), ready = await asyncio.gather(
            house.write("while down"),
            house.post("/webhook", MESSAGE),
            house.http.get(f"{house.url}/ready"),
        )
        took = time.monotonic() - began
        async with house.http.get(f"{house.url}/live") as live:
            assert live.status == 200
    finally:
        postgres.start()

    assert (said["webhook_status"], status, ready.status) == (503, 503, 503)
    assert took < 5
    assert (await house.write("once more", sid=said["MessageSid"]))["webhook_status"] == 200


async def test_while_nats_is_down_messages_are_taken_and_replies_go_out_later(
    house: House, runtime: Runtime, nats_server: NatsServer
) -> None:
    nats_server.stop()
    try:
        assert (await house.write("while down"))["webhook_status"] == 200
        await house.say("late")
        async with house.http.get(f"{house.url}/ready") as ready:
            assert ready.status == 200
            await eventually(lambda: not runtime.client.result().is_connected)
    finally:
        nats_server.start()

    await eventually(house.accepted, seconds=30)


async def test_a_port_in_use_is_one_clear_line(house: House, runtime: Runtime) -> None:
    port = house.settings.taskflow_gateway_port
    with pytest.raises(Configuration, match=f"port {port} .* in use; set TASKFLOW_GATEWAY_PORT"):
        async with house.start():
            pass
