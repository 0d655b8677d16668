"""Signed requests that Twilio would never send: no 5xx, and nothing half-stored.

The sample runs in `make test`; the whole, 20,000 cases, where long tests run.
"""

import os
import random
from urllib.parse import quote

import pytest
from twilio.request_validator import RequestValidator

from services.gateway.channels.links import CallbackLinks
from services.gateway.channels.twilio.urlencoded import NotText, TooManyFields, parsed
from taskflow.process.service import Runtime
from tests.contract.simulators.twilio.world import ACCOUNT, SENDER, TOKEN
from tests.integration.gateway.conftest import ADA, House

pytestmark = pytest.mark.integration
SAMPLE, WHOLE = 200, 20_000
ODD = [
    *(
        "",
        " ",
        "0",
        "-1",
        "+1",
        "1e9",
        "0x10",
        "1_000",
        "٣",
        "\U0001d7d3",
        "½",
        "²",
        "NaN",
        "Infinity",
    ),
    *("9" * 40, "9" * 5000, "0" * 4000 + "1", "1.5", "1" * 300 + ".5", "-" + "9" * 30),
    *("\x00", "a\x00b", "\ufffe", "\U000e0041", "\u202e", "\r\nX: y", "\ud7ff", "\x85"),
    *("2026-13-45", "99999-01-01", "0000-00-00T00:00:00Z", "Thu, 99 Foo 2026"),
    *("x" * 5000, "[", "{}" * 100, "whatsapp:", "whatsapp:+0", "whatsapp:+" + "9" * 40),
    *("whatsapp:US.", "whatsapp:US." + "a" * 129, "SM" + "g" * 32, "sm" + "0" * 32),
    *("http://[::1", "javascript:alert(1)", "https://" + "a" * 5000, "' or 1=1 --", "%00", "a=b&c"),
]
NAMES = [
    *("Latitude", "Longitude", "ErrorCode", "ButtonPayload", "ButtonText", "ListId", "ListTitle"),
    *("MediaUrl0", "MediaContentType0", "MediaUrl9", "MediaUrl99", "ExternalUserId", "Label"),
    *("ProfileName", "Address", "SmsSid", "SmsMessageSid", "RawDlrDoneDate", "MessageType"),
    *("NumSegments", "SmsStatus", "ApiVersion", "WaId", "ChannelMetadata", "Bod", "Bodyx", "", "é"),
]
RAW = [b"%FF", b"\xff", b"%ED%A0%80", b"%C3", b"%", b"%zz", b"+", b";", b"%u0041", b"\xc0\x80"]


def message(dice: random.Random) -> dict[str, str]:
    return {
        "MessageSid": f"SM{dice.getrandbits(128):032x}",
        "AccountSid": ACCOUNT,
        "From": ADA,
        "To": SENDER,
        "Body": "hi",
        "NumMedia": "0",
    }


def status(dice: random.Random) -> dict[str, str]:
    told = dice.choice(["queued", "sent", "delivered", "read", "failed", "undelivered"])
    sid = f"SM{dice.getrandbits(8):032x}"
    return {"MessageSid": sid, "AccountSid": ACCOUNT, "To": ADA, "MessageStatus": told}


def body(dice: random.Random, form: dict[str, str]) -> bytes:
    """The form with one to three things wrong with it, as bytes."""
    pairs = [(quote(name).encode(), quote(value).encode()) for name, value in form.items()]
    for _ in range(dice.randint(1, 3)):
        place = dice.randrange(len(pairs)) if pairs else 0
        odd = quote(dice.choice(ODD)).encode()
        match dice.randrange(8):
            case 0 if pairs:
                pairs[place] = (pairs[place][0], odd)
            case 1 if pairs:
                pairs.pop(place)
            case 2 if pairs:
                pairs.append((pairs[place][0], odd))
            case 3:
                pairs.append((quote(dice.choice(NAMES)).encode(), odd))
            case 4 if pairs:
                pairs[place] = (pairs[place][0], dice.choice(RAW))
            case 5:
                pairs.append((dice.choice(RAW), odd))
            case 6:
                count = dice.choice([90, 99, 100, 101, 2000])
                pairs += [(b"p%d" % n, b"") for n in range(count)]
            case _:
                pairs.append((b"k" * dice.choice([100, 5000, 70_000]), odd))
    return b"&".join(name + b"=" + value for name, value in pairs)


def signature(url: str, sent: bytes) -> str:
    """As whoever holds the token signs; what cannot be read is signed as nothing."""
    try:
        form = parsed(sent)
    except (NotText, TooManyFields):
        form = {}
    return RequestValidator(TOKEN).compute_signature(url, _Many(form))


class _Many(dict[str, list[str]]):
    getall = dict.__getitem__


async def fuzz(house: House, runtime: Runtime, cases: int, seed: int) -> None:
    dice, seen = random.Random(seed), dict[int, int]()
    callbacks = CallbackLinks(house.settings.master_keys, house.url)
    reply = (await house.say("ticks")).event_id
    user = await house.user()
    taken = len(await house.events("message.received"))
    for case in range(cases):
        inbound = dice.random() < 0.6
        form = message(dice) if inbound else status(dice)
        address = callbacks.url(user, reply, 0, dice.randint(1, 20))
        url = f"{house.url}/webhook" if inbound else address
        if not inbound and dice.random() < 0.2:
            url = url.replace("part=0", f"part={dice.choice(['9' * 4000, '٣', '-1', 'x'])}")
        sent = body(dice, form)
        headers = {
            "X-Twilio-Signature": signature(url, sent),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        async with house.http.post(url, data=sent, headers=headers) as answer:
            text = await answer.read()
            assert answer.status < 500, (case, sent[:300])
        assert len(text) < 400, "an answer is bounded, whatever was asked"
        seen[answer.status] = seen.get(answer.status, 0) + 1
        taken += inbound and answer.status == 200
    stored = await runtime.pool.fetchval(
        "select count(*) from events where type = 'message.received'"
    )
    assert stored == taken, "what was refused left nothing, and what was taken is there"
    assert {200, 400} <= seen.keys()


async def test_no_signed_request_is_an_error_of_ours(house: House, runtime: Runtime) -> None:
    await fuzz(house, runtime, SAMPLE, seed=14)


@pytest.mark.skipif("FUZZ" not in os.environ, reason="takes a quarter of an hour: `make fuzz`")
@pytest.mark.timeout(3600)
async def test_twenty_thousand_signed_requests(house: House, runtime: Runtime) -> None:
    await fuzz(house, runtime, WHOLE, seed=2026)
