"""The simulator against the vendor's OpenAPI files, which are no part of this project."""

import json
import os
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.support.eventually import eventually

SPECS = Path(os.environ.get("TASKFLOW_SPECS", Path(__file__).parents[5] / "shared" / "specs"))
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
MESSAGE = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json"
MEDIA = "/2010-04-01/Accounts/{AccountSid}/Messages/{MessageSid}/Media.json"
ONE_OF_MEDIA = "/2010-04-01/Accounts/{AccountSid}/Messages/{MessageSid}/Media/{Sid}.json"
TYPING = "/v2/Indicators/Typing.json"

pytestmark = pytest.mark.skipif(
    not (SPECS / "twilio_messages.json").exists(),
    reason=f"no OpenAPI files in {SPECS}: set TASKFLOW_SPECS=<folder> and run "
    "pytest tests/contract/simulators/twilio/test_spec.py",
)


def of_3_0(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema has a type."""
    if isinstance(node, list):
        return [of_3_0(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {name: of_3_0(value) for name, value in node.items() if name != "nullable"}
    return {"anyOf": [schema, {"type": "null"}]} if node.get("nullable") is True else schema


def violations(file: str, path: str, method: str, status: str, body: object) -> list[str]:
    spec = json.loads((SPECS / file).read_text(encoding="utf-8"))
    answer = spec["paths"][path][method]["responses"][status]
    schema = of_3_0(answer["content"]["application/json"]["schema"])
    schema["components"] = of_3_0(spec.get("components", {}))
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return [error.message for error in validator.iter_errors(body)]


def fields_of_a_message() -> set[str]:
    spec = json.loads((SPECS / "twilio_messages.json").read_text(encoding="utf-8"))
    return set(spec["components"]["schemas"]["api.v2010.account.message"]["properties"])


async def ask(world, method: str, path: str, **form: str) -> tuple[int, Any]:
    login = aiohttp.encode_basic_auth(world.twilio.username, world.twilio.password)
    async with world.http.request(
        method, f"{world.url}/twilio{path}", data=form or None, headers={"Authorization": login}
    ) as response:
        return response.status, await response.json()


async def test_every_answer_is_valid_by_the_vendors_files(world) -> None:
    account = f"/2010-04-01/Accounts/{world.twilio.username}"
    inbound = (await world.write("hi"))["sid"]
    form = {"To": "whatsapp:+15551230001", "From": "whatsapp:+14155238886", "Body": "hello"}

    status, created = await ask(world, "POST", f"{account}/Messages.json", **form)
    assert status == 201
    assert violations("twilio_messages.json", MESSAGES, "post", "201", created) == []
    assert set(created) == fields_of_a_message()

    async def delivered() -> Any:
        _, message = await ask(world, "GET", f"{account}/Messages/{created['sid']}.json")
        return message if message["status"] == "delivered" else None

    fetched = await eventually(delivered)
    assert violations("twilio_messages.json", MESSAGE, "get", "200", fetched) == []

    for query in ("", "?PageSize=1", "?From=whatsapp%3A%2B1555&DateSent%3E=2026-01-01"):
        status, listed = await ask(world, "GET", f"{account}/Messages.json{query}")
        assert status == 200
        assert violations("twilio_messages.json", MESSAGES, "get", "200", listed) == []

    status, typing = await ask(world, "POST", TYPING, channel="whatsapp", messageId=inbound)
    assert status == 200
    assert violations("twilio_messaging_v2.json", TYPING, "post", "200", typing) == []


async def test_a_failed_message_is_valid_too(world) -> None:
    account = f"/2010-04-01/Accounts/{world.twilio.username}"
    form = {"To": "whatsapp:+15551230009", "From": "whatsapp:+14155238886", "Body": "hello"}
    _, created = await ask(world, "POST", f"{account}/Messages.json", **form)

    async def failed() -> Any:
        _, message = await ask(world, "GET", f"{account}/Messages/{created['sid']}.json")
        return message if message["status"] == "failed" else None

    assert violations("twilio_messages.json", MESSAGE, "get", "200", await eventually(failed)) == []


async def test_media_are_valid_too(world) -> None:
    account = f"/2010-04-01/Accounts/{world.twilio.username}"
    world.app.media["/chart"] = ("image/png", b"\x89PNG\r\n\x1a\n...")
    about = {"To": "whatsapp:+15551230001", "From": "whatsapp:+14155238886"}
    await world.write("hi")
    _, created = await ask(
        world,
        "POST",
        f"{account}/Messages.json",
        **about,
        MediaUrl="https://bot.example.com/chart",
    )
    assert violations("twilio_messages.json", MESSAGES, "post", "201", created) == []
    assert (created["num_media"], created["sid"][:2]) == ("1", "MM")

    media = created["subresource_uris"]["media"]
    _, listed = await ask(world, "GET", media)
    assert violations("twilio_messages.json", MEDIA, "get", "200", listed) == []
    _, one = await ask(world, "GET", listed["media_list"][0]["uri"])
    assert violations("twilio_messages.json", ONE_OF_MEDIA, "get", "200", one) == []

    _, plain = await ask(world, "POST", f"{account}/Messages.json", **about, Body="text")
    _, nothing = await ask(world, "GET", plain["subresource_uris"]["media"])
    assert violations("twilio_messages.json", MEDIA, "get", "200", nothing) == []
    assert nothing["media_list"] == []


def test_the_check_itself_notices_a_wrong_answer() -> None:
    wrong = {"sid": 7, "status": "lost", "num_media": 0}

    assert len(violations("twilio_messages.json", MESSAGE, "get", "200", wrong)) == 3
