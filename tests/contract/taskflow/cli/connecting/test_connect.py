"""`taskflow connect` as a process of its own, against the simulated Twilio."""

import json
from pathlib import Path

import aiohttp
import pytest
from jsonschema import Draft202012Validator

from simulators.twilio.account import SENDER_SID
from taskflow.embedded.ports import free_port
from tests.contract.simulators.twilio.test_spec import SPECS, of_3_0
from tests.contract.taskflow.cli.connecting.world import (
    ACCOUNT,
    ADA,
    OWN,
    SANDBOX,
    TOKEN,
    House,
    house_of,
)


async def test_all_holds_and_a_message_reaches_the_phone(house: House) -> None:
    await house.post("/_sim/phone/messages", **{"from": ADA, "body": "hi"})
    ran = await house.connect("--to", ADA)

    assert (ran.code, ran.wrong) == (0, set()), ran.out + ran.err
    assert set(ran.lines) == {
        "account",
        "sender",
        "PUBLIC_URL",
        "signatures",
        "webhook",
        "round trip",
    }
    (message,) = await house.accepted()
    assert (message["to"], message["status"]) == (f"whatsapp:{ADA}", "delivered")


@pytest.mark.long
async def test_without_a_number_nothing_is_sent(house: House) -> None:
    ran = await house.connect("--json")

    assert ran.code == 0
    assert [json.loads(line)["state"] for line in ran.out.splitlines()] == ["ok"] * 5
    assert "--to" in ran.err
    assert await house.accepted() == []


async def test_a_wrong_key_is_told_with_its_mend(house: House) -> None:
    ran = await house.connect("--to", ADA, TWILIO_AUTH_TOKEN="another-that-nobody-may-see")

    assert (ran.code, ran.wrong) == (1, {"account"})
    assert "401, 20003" in ran.lines["account"]
    assert "Auth Token from console.twilio.com" in ran.lines["account"]
    assert "may-see" not in ran.out + ran.err


@pytest.mark.long
async def test_too_many_requests_say_when_to_come_again(house: House) -> None:
    await house.post("/_sim/faults", vendor="twilio-account", status=429, retry_after=7)
    ran = await house.connect()

    assert (ran.code, ran.wrong) == (1, {"account"})
    assert ran.lines["account"].endswith("wait 7 s, then again")


@pytest.mark.parametrize("status", [0, 500])
@pytest.mark.long
async def test_a_twilio_that_fails_is_told(house: House, status: int) -> None:
    await house.post("/_sim/faults", vendor="twilio-account", status=status)
    ran = await house.connect()

    assert (ran.code, ran.wrong) == (1, {"account"})


@pytest.mark.long
async def test_an_account_or_a_sender_out_of_service_is_told(house: House) -> None:
    await house.post("/_sim/twilio/account", account="suspended")
    assert "suspended" in (await house.connect()).lines["account"]

    await house.post("/_sim/twilio/account", sender="OFFLINE")
    ran = await house.connect("--to", ADA)
    assert (ran.code, ran.wrong) == (1, {"sender"})
    assert "OFFLINE: The sender is offline" in ran.lines["sender"]
    assert "webhook" not in ran.lines, "nothing is set at a sender that cannot send"


@pytest.mark.long
async def test_a_sender_that_is_not_the_accounts_is_told(house: House) -> None:
    ran = await house.connect(TWILIO_WHATSAPP_FROM="whatsapp:+15557650002")

    assert (ran.code, ran.wrong) == (1, {"sender"})
    assert "no WhatsApp sender whatsapp:+15557650002" in ran.lines["sender"]


@pytest.mark.long
async def test_each_of_several_senders_is_looked_at(tmp_path: Path) -> None:
    ours, strange = "whatsapp:+15557650001,whatsapp:+15557650002", "whatsapp:+15557650003"
    async with house_of(ours, tmp_path) as house:
        ran = await house.connect()
        assert (ran.code, ran.out.count("is registered and ONLINE")) == (0, 2)
        assert ran.out.count(f"to {house.public_url}/webhook") == 2

        ran = await house.connect(TWILIO_WHATSAPP_FROM=f"{ours},{strange}")
        assert (ran.code, ran.wrong) == (1, {"sender"})
        assert f"no WhatsApp sender {strange}" in ran.out


@pytest.mark.long
async def test_a_webhook_is_set_only_when_that_is_asked_for(house: House) -> None:
    elsewhere = {"callback_url": "https://old.example.com/x", "fallback_url": "https://f.example"}
    url = f"{house.sim}/twilio/v2/Channels/Senders/{SENDER_SID}"
    headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}
    async with house.http.post(url, json={"webhook": elsewhere}, headers=headers) as answer:
        assert answer.status == 202

    ran = await house.connect()
    assert (ran.code, ran.wrong) == (1, {"webhook"})
    assert "https://old.example.com/x by POST" in ran.lines["webhook"]
    assert (await house.sender())["webhook"]["callback_url"] == "https://old.example.com/x"

    ran = await house.connect("--set-webhook")
    assert (ran.code, ran.wrong) == (0, set()), ran.out
    webhook = (await house.sender())["webhook"]
    assert webhook["callback_url"] == f"{house.public_url}/webhook"
    assert webhook["fallback_url"] == "https://f.example", "the rest stays"
    spec = SPECS / "twilio_messaging_v2.json"
    if spec.exists():
        assert update_faults(spec, {"webhook": webhook}) == []
        assert update_faults(spec, {"webhook": {**webhook, "callback_method": "GET"}}) != []


def update_faults(spec: Path, body: object) -> list[str]:
    document = json.loads(spec.read_text(encoding="utf-8"))
    post = document["paths"]["/v2/Channels/Senders/{Sid}"]["post"]
    schema = of_3_0(post["requestBody"]["content"]["application/json"]["schema"])
    schema["components"] = of_3_0(document["components"])
    return [error.message for error in Draft202012Validator(schema).iter_errors(body)]


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        (63015, f"from {ADA}, send `join "),
        (63016, f"from {ADA}, write anything to +15557650001 first"),
        (63024, "https://www.twilio.com/docs/errors/63024"),
    ],
)
@pytest.mark.long
async def test_a_message_that_is_lost_says_how_to_mend_it(
    house: House, code: int, mend: str
) -> None:
    await house.post("/_sim/faults", vendor="twilio-delivery", code=code)
    ran = await house.connect("--to", ADA)

    assert (ran.code, ran.wrong) == (1, {"round trip"})
    assert f"is failed, {code}: " in ran.lines["round trip"]
    assert mend in ran.lines["round trip"]


@pytest.mark.long
async def test_a_send_with_an_unknown_outcome_is_not_sent_again(house: House) -> None:
    await house.post("/_sim/faults", vendor="twilio", status=500, after_accept=True)
    ran = await house.connect("--to", ADA)

    assert (ran.code, ran.wrong) == (1, {"round trip"})
    assert len(await house.accepted()) == 1


@pytest.mark.long
async def test_what_is_not_the_gateway_is_told(house: House) -> None:
    ran = await house.connect(PUBLIC_URL=house.sim)
    assert (ran.code, ran.wrong) == (1, {"PUBLIC_URL", "webhook"})
    assert "not as TaskFlow's gateway" in ran.lines["PUBLIC_URL"]

    ran = await house.connect(PUBLIC_URL=f"http://127.0.0.1:{free_port()}")
    assert "does not answer" in ran.lines["PUBLIC_URL"]

    ran = await house.connect(PUBLIC_URL=house.public_url.replace("127.0.0.1", "localhost"))
    assert f"checks signatures for {house.public_url}/webhook" in ran.lines["PUBLIC_URL"]


@pytest.mark.long
async def test_a_gateway_that_checks_no_signatures_is_told(tmp_path: Path) -> None:
    async with house_of(OWN, tmp_path, taskflow_check_signatures=False) as house:
        ran = await house.connect()

    assert (ran.code, ran.wrong) == (1, {"signatures"})


@pytest.mark.long
async def test_the_sandbox_has_steps_for_a_person(tmp_path: Path) -> None:
    async with house_of(SANDBOX, tmp_path) as house:
        ran = await house.connect("--set-webhook")

    assert (ran.code, ran.wrong) == (1, {"webhook"})
    assert ran.lines["webhook"].startswith("?? ")
    assert f"put {house.public_url}/webhook into When a message comes in" in ran.lines["webhook"]


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"TWILIO_ACCOUNT_SID": ""}, "TWILIO_ACCOUNT_SID is not set"),
        ({"PUBLIC_URL": "ftp://x"}, "PUBLIC_URL must be an http(s) address"),
    ],
)
@pytest.mark.long
async def test_a_missing_setting_is_named(house: House, env: dict[str, str], says: str) -> None:
    ran = await house.connect(**env)

    assert ran.code == 1
    assert says in ran.err


@pytest.mark.long
async def test_a_number_that_is_none_is_refused(house: House) -> None:
    ran = await house.connect("--to", "whatsapp:5551230001\x1b[2J")

    assert ran.code == 1
    assert "--to is not a number" in ran.err
