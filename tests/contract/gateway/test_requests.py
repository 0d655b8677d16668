"""What the gateway asks of Twilio, held against the vendor's OpenAPI files (no part of this)."""

import json
import os
from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from jsonschema import Draft202012Validator
from pydantic import SecretStr

from contracts.conversation import Button
from contracts.places import Location
from contracts.streams import UserId
from services.gateway.channels.channel import (
    Accepted,
    Never,
    NotNow,
    Outgoing,
    TooLate,
    Unknown,
)
from services.gateway.channels.twilio.contents import Contents
from services.gateway.channels.twilio.twilio import Twilio
from services.gateway.settings import GatewaySettings
from services.gateway.templates.wording import Declared

SPECS = Path(os.environ.get("TASKFLOW_SPECS", Path(__file__).parents[4] / "shared" / "specs"))
ACCOUNT = "AC" + "0" * 32
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"

needs_specs = pytest.mark.skipif(
    not (SPECS / "twilio_messages.json").exists(),
    reason=f"no OpenAPI files in {SPECS}: set TASKFLOW_SPECS=<folder> and run "
    "pytest tests/contract/gateway",
)


class Vendor:
    """Records what it is asked, and answers as told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.json: list[tuple[str, str, Any]] = []
        self.status, self.answer = 201, {"sid": "SM" + "1" * 32}
        self.content, self.content_status = {"sid": "HX" + "1" * 32}, 201

    async def contents(self, request: web.Request) -> web.Response:
        body = await request.json() if request.method == "POST" else None
        self.json.append((request.method, request.path, body))
        if self.content_status >= 400:
            return web.json_response({"code": 20001}, status=self.content_status)
        if request.method == "GET":
            return web.json_response({"contents": [], "meta": {"key": "contents"}})
        return web.json_response(self.content, status=201)

    async def serve(self, request: web.Request) -> web.Response:
        fields = dict((await request.post()) if request.method == "POST" else request.query)
        self.asked.append((request.method, request.path, fields))
        return web.json_response(self.answer, status=self.status)


@pytest.fixture
async def vendor() -> AsyncGenerator[tuple[Vendor, Twilio]]:
    async with answering() as found:
        yield found


def content_faults(asked: Any) -> list[str]:
    spec = json.loads((SPECS / "twilio_content_v1.json").read_text(encoding="utf-8"))
    schema = {"$ref": "#/components/schemas/ContentCreateRequest", **spec}
    faults = Draft202012Validator(schema).iter_errors(without_nulls(asked))
    return [error.message for error in faults]


@asynccontextmanager
async def answering() -> AsyncGenerator[tuple[Vendor, Twilio]]:
    vendor = Vendor()
    app = web.Application()
    app.router.add_route("*", "/v1/{path:.*}", vendor.contents)
    app.router.add_route("*", "/{path:.*}", vendor.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    settings = GatewaySettings.model_construct(
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=SecretStr("token"),
        twilio_whatsapp_from="whatsapp:+14155238886",
        twilio_api_url=f"http://127.0.0.1:{port}",
        taskflow_master_key=SecretStr(b64encode(b"k" * 32).decode()),
        public_url="https://t.example",
    )
    twilio = Twilio(settings)
    yield vendor, twilio
    await twilio.close()
    await runner.cleanup()


def outgoing(text: str, **more: Any) -> Outgoing:
    return Outgoing(UserId(uuid4()), "whatsapp:+15551230001", text, uuid4(), **more)


def operation(file: str, path: str, method: str) -> dict[str, Any]:
    spec = json.loads((SPECS / file).read_text(encoding="utf-8"))
    return spec["paths"][path][method]


def form_faults(asked: dict[str, str], described: dict[str, Any]) -> list[str]:
    content = described["requestBody"]["content"]["application/x-www-form-urlencoded"]
    schema = {**content["schema"], "additionalProperties": False}
    return [error.message for error in Draft202012Validator(schema).iter_errors(asked)]


@needs_specs
async def test_a_message_is_posted_as_the_vendor_describes(vendor) -> None:
    recorder, twilio = vendor
    await twilio.send(outgoing("hello"))

    method, path, form = recorder.asked[0]
    assert (method, path) == ("POST", MESSAGES.replace("{AccountSid}", ACCOUNT))
    assert form_faults(form, operation("twilio_messages.json", MESSAGES, "post")) == []
    assert form_faults({"Bodi": "x"}, operation("twilio_messages.json", MESSAGES, "post"))


@needs_specs
async def test_a_picture_is_posted_as_the_vendor_describes(vendor) -> None:
    recorder, twilio = vendor
    await twilio.send(outgoing("", picture="https://t.example/media/1?mac=2"))

    _, _, form = recorder.asked[0]
    assert form["MediaUrl"] == "https://t.example/media/1?mac=2"
    media = {"MediaUrl": [form["MediaUrl"]]}  # an array's items are fields of the same name
    assert form_faults(form | media, operation("twilio_messages.json", MESSAGES, "post")) == []


@needs_specs
async def test_a_place_is_posted_as_the_vendor_describes(vendor) -> None:
    recorder, twilio = vendor
    place = Location(latitude=52.52245, longitude=-13.4, name="Corner", address="2 High St | back")
    assert isinstance(await twilio.send(outgoing("Corner", location=place)), Accepted)

    _, _, form = recorder.asked[0]
    assert form["Body"] == "Corner"
    assert form["PersistentAction"] == "geo:52.522450,-13.400000|2 High St   back"
    actions = {"PersistentAction": [form["PersistentAction"]]}
    assert form_faults(form | actions, operation("twilio_messages.json", MESSAGES, "post")) == []


@pytest.mark.parametrize("code", [20001, 63013, 63021, None])
async def test_a_place_that_is_refused_may_be_said_otherwise(vendor, code: int | None) -> None:
    recorder, twilio = vendor
    recorder.status, recorder.answer = 400, {"code": code, "message": "no", "status": 400}
    place = Location(latitude=52.52245, longitude=-13.4, name="Corner")
    assert isinstance(await twilio.send(outgoing("Corner", location=place)), TooLate)


@needs_specs
async def test_lists_are_asked_for_with_the_vendors_filters(vendor) -> None:
    recorder, twilio = vendor
    recorder.status, recorder.answer = 200, {"messages": [], "next_page_uri": None}
    await twilio.sent_to("whatsapp:+15551230001", datetime(2026, 11, 23, tzinfo=UTC))
    await twilio.received_since(datetime(2026, 11, 23, tzinfo=UTC))

    described = operation("twilio_messages.json", MESSAGES, "get")
    known = {parameter["name"] for parameter in described["parameters"]}
    for _, _, query in recorder.asked:
        assert query.keys() <= known
        assert "DateSent>" in query


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (429, 20429, NotNow),
        (400, 63018, NotNow),
        (400, 21610, TooLate),
        (401, 20003, Never),
        (500, 20500, Unknown),
        (503, 20503, Unknown),
    ],
)
async def test_each_refusal_is_understood(vendor, status: int, code: int, outcome: type) -> None:
    recorder, twilio = vendor
    recorder.status = status
    recorder.answer = {"code": code, "message": "no", "more_info": "", "status": status}

    assert isinstance(await twilio.send(outgoing("x")), outcome)


@needs_specs
async def test_buttons_are_a_content_as_the_vendor_describes() -> None:
    """Made once, by the first text of its shape."""
    async with answering() as (vendor, twilio):
        vendor.content = {"sid": "HX" + "2" * 32}
        given = [Button(payload=f"{one}:1", label=one) for one in ("yes", "no")]
        for text in ("Shall I do this?\n\n- a", "Shall I do that?\n\n- b"):
            assert isinstance(await twilio.send(outgoing(text, buttons=given)), Accepted)

    made = [body for method, _, body in vendor.json if method == "POST"]
    assert len(made) == 1
    assert content_faults(made[0]) == []
    assert content_faults({**made[0], "types": {"twilio/quick-reply": {"body": 1}}})
    posted = [form for method, path, form in vendor.asked if path.endswith("/Messages.json")]
    assert [form["ContentSid"] for form in posted] == ["HX" + "2" * 32] * 2
    assert json.loads(posted[1]["ContentVariables"])["1"] == "Shall I do that?"
    for form in posted:
        assert form_faults(form, operation("twilio_messages.json", MESSAGES, "post")) == []


@needs_specs
@pytest.mark.parametrize("purpose", ["reminder", "alert"])
async def test_a_template_is_made_as_the_vendor_describes(purpose: Any) -> None:
    declared = Declared(purpose, "de")
    async with answering() as (vendor, twilio):
        contents = Contents(ACCOUNT, SecretStr("token"), twilio._client.api.base_url)
        await contents.created(
            declared.name, "de", declared.body, declared.sample, declared.buttons
        )

    [(_, _, made)] = vendor.json
    assert content_faults(made) == []
    (kind,) = without_nulls(made["types"])
    assert kind == ("twilio/quick-reply" if purpose == "reminder" else "twilio/text")


@pytest.mark.parametrize("status", [400, 401, 429, 500])
async def test_a_content_that_is_not_had_costs_the_buttons_alone(status: int) -> None:
    async with answering() as (vendor, twilio):
        vendor.content_status = status
        given = [Button(payload="yes:1", label="Yes")]
        assert isinstance(await twilio.send(outgoing("Shall I?", buttons=given)), Accepted)

    [(_, _, form)] = [one for one in vendor.asked if one[1].endswith("/Messages.json")]
    assert form["Body"] == "Shall I?"
    assert "ContentSid" not in form


def without_nulls(value: Any) -> Any:
    """Twilio's SDK sends nulls for what it was not given."""
    if isinstance(value, dict):
        return {name: without_nulls(one) for name, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value
