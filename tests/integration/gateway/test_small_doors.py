"""What a stranger, or whoever captured a signed request, may not do at the gateway's doors."""

import asyncio
from urllib.parse import urlsplit

import pytest
from twilio.request_validator import RequestValidator

from services.gateway.channels.links import CallbackLinks
from taskflow.process.service import Runtime
from tests.contract.simulators.twilio.world import ACCOUNT, SENDER, TOKEN
from tests.integration.gateway.conftest import ADA, SID, House
from tests.integration.gateway.test_lane import settled
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration
FOREIGN = "SM" + "f" * 32
MESSAGE = {
    "MessageSid": SID,
    "AccountSid": ACCOUNT,
    "From": ADA,
    "To": SENDER,
    "Body": "hi",
    "NumMedia": "0",
}


async def raw(house: House, request: str) -> str:
    """The head of an answer to bytes that no client library would send."""
    to = urlsplit(house.url)
    reader, writer = await asyncio.open_connection(to.hostname, to.port)
    writer.write(request.encode())
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    writer.close()
    return head.decode()


@pytest.mark.parametrize("path", ["/webhook/", "/webhook/status/", "/health/", "//evil.example/"])
async def test_no_slash_is_redirected(house: House, runtime: Runtime, path: str) -> None:
    head = await raw(
        house, f"POST {path} HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n"
    )

    assert head.split()[1] in {"404", "405"}
    assert "evil.example" not in head


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://evil.example/webhook", "421"),
        ("http://evil.example:80/live", "421"),
        ("https://EVIL.example/", "421"),
        ("http://127.0.0.1:1/live", "421"),
        ("http://evil.example@127.0.0.1/live", "421"),
        ("{ours}/live", "200"),
        ("/live", "200"),
    ],
)
async def test_another_host_is_refused(
    house: House, runtime: Runtime, target: str, status: str
) -> None:
    target = target.format(ours=house.url)
    head = await raw(house, f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n")

    assert head.split()[1] == status


@pytest.mark.parametrize("path", ["/", "/health", "/live", "/ready", "/webhook", "/nothing"])
async def test_every_answer_tells_a_browser_what_it_may_not(
    house: House, runtime: Runtime, path: str
) -> None:
    async with house.http.get(house.url + path) as answer:
        told = answer.headers

    assert "frame-ancestors 'none'" in told["Content-Security-Policy"]
    assert "default-src 'none'" in told["Content-Security-Policy"]
    assert "unsafe" not in told["Content-Security-Policy"]
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["Referrer-Policy"] == "no-referrer"


async def test_what_is_measured_is_told_inside_alone(house: House, runtime: Runtime) -> None:
    for path in ("/metrics", "/metrics/targets"):
        async with house.http.get(house.url + path) as outside:
            assert outside.status == 404
        async with house.http.get(house.inner + path) as inside:
            assert inside.status == 200


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data; boundary=x", "application/json", "text/plain"]
)
async def test_only_a_form_is_read(house: House, runtime: Runtime, content_type: str) -> None:
    headers = {"Content-Type": content_type}

    assert (await house.post("/webhook", MESSAGE, **headers))[0] == 415


def same_signature(house: House, one: dict[str, str], other: dict[str, str]) -> bool:
    sign = RequestValidator(TOKEN).compute_signature
    return sign(f"{house.url}/webhook", one) == sign(f"{house.url}/webhook", other)


async def test_every_shift_of_a_captured_body_is_refused(house: House, runtime: Runtime) -> None:
    """Twilio signs keys and values as one text: any character may change sides."""
    whole = {**MESSAGE, "ProfileName": "Ada", "ButtonText": "Yes", "ButtonPayload": "p1"}
    tried, taken = 0, list[str]()
    for name, value in whole.items():
        for cut in range(1, len(name + value) + 1):
            shifted = {other: held for other, held in whole.items() if other != name}
            key, rest = (name + value)[:cut], (name + value)[cut:]
            if key == name or key in shifted:
                continue
            shifted[key] = rest
            if same_signature(house, whole, shifted):
                tried += 1
                status, _ = await house.post("/webhook", shifted)
                assert status in {200, 400}
                taken += [f"{key}={rest}"] if status == 200 else []

    assert taken == []
    assert tried > 50


async def test_a_parameter_swallowed_by_its_neighbour_is_refused(
    house: House, runtime: Runtime
) -> None:
    swallowed = {**MESSAGE, "Body": "hiButtonPayloadp1"}

    assert (await house.post("/webhook", swallowed))[0] == 400


async def test_a_callback_of_another_message_is_refused_once_twilio_named_it(
    house: House, runtime: Runtime
) -> None:
    await house.do("/_sim/twilio/callbacks", mode="off")
    await house.say("ticks")
    (sent,) = await eventually(house.accepted)
    await eventually(lambda: settled(house, runtime))
    before = await house.types()

    for status in ("sent", "delivered", "read", "failed"):
        assert await house.call_back(sent["status_callback"], FOREIGN, status) == 403
    assert await house.types() == before
    assert await house.call_back(sent["status_callback"], sent["sid"], "delivered") == 204


async def test_of_an_assumed_attempt_the_first_message_heard_of_stays(
    house: House, runtime: Runtime
) -> None:
    await house.do("/_sim/twilio/callbacks", mode="off")
    await house.say("ticks")
    await eventually(house.accepted)
    await eventually(lambda: settled(house, runtime))
    # An attempt of which no outcome stands: its address is signed as ours are.
    callbacks = CallbackLinks(house.settings.master_keys, house.url)
    url = callbacks.url(await house.user(), (await house.events("reply.ready"))[0].event_id, 0, 7)
    first, other = "SM" + "1" * 32, "SM" + "2" * 32

    assert await house.call_back(url, first, "delivered") == 204
    assert await house.call_back(url, other, "read") == 403
    assert await house.call_back(url, other, "sent") == 403
    assert await house.call_back(url, first, "delivered") == 204
    assert await house.call_back(url, first, "read") == 204
    told = [one.event.message_ref for one in await house.events("reply.delivered", "reply.read")]
    assert told == [first, first]
