"""WhatsApp's 24 hours: what may not go as it is goes by a template, or waits for its user."""

import contextlib
import json
from datetime import timedelta
from typing import Any

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from contracts import streams
from services.gateway import decider
from services.gateway.channels.channel import TemplateRefused
from services.gateway.channels.heard import StatusNotes
from services.gateway.channels.twilio.contents import Contents
from services.gateway.channels.twilio.sweeping import Sweeping
from services.gateway.channels.twilio.twilio import Twilio
from services.gateway.lane import FOLD
from services.gateway.templates.catalogue import TemplateCatalogue, Templates
from services.gateway.templates.following import Following
from services.gateway.templates.syncing import Syncing
from services.gateway.templates.wording import DECLARED
from taskflow import clock
from taskflow.errors import VendorUnavailable
from taskflow.process.service import Runtime
from tests.integration.gateway.conftest import ADA, House
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration

PHONE = ADA.removeprefix("whatsapp:")


async def settled(house: House, runtime: Runtime) -> bool:
    folded = await runtime.folds.fold(streams.conversation(await house.user()), FOLD)
    return folded.state.driver is None and folded.version > 1


async def shown(house: House) -> list[str]:
    """What reached the phone."""
    arrived = {"delivered", "read"}
    return [one["body"] for one in await house.accepted() if one["status"] in arrived]


def desk(house: House, runtime: Runtime) -> tuple[Syncing, Following]:
    settings = house.settings
    contents = Contents(
        settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_api_url
    )
    templates = Templates(runtime.folds)
    return (
        Syncing(runtime.log, templates, contents),
        Following(runtime.log, templates, contents),
    )


async def reviewed(house: House, runtime: Runtime, **habits: Any) -> TemplateCatalogue:
    """Every template is handed in, and WhatsApp has decided."""
    await house.do("/_sim/twilio/review", delay_ms=0, **habits)
    syncing, following = desk(house, runtime)
    assert await syncing.sync() == len(DECLARED)

    async def decided() -> TemplateCatalogue | None:
        catalogue = await following.look()
        waits = {"received", "pending", "unsubmitted"}
        return None if any(one.status in waits for one in catalogue.known) else catalogue

    return await eventually(decided)


@pytest.fixture
def by_our_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day has passed since whatever the user wrote."""
    monkeypatch.setattr(decider, "MARGIN", timedelta(hours=24))


async def test_what_whatsapp_refuses_later_is_held_and_said_when_the_user_writes(
    house: House, runtime: Runtime
) -> None:
    await house.do("/_sim/phone/window/close", user=PHONE)
    await house.say("too late")
    (undelivered,) = await eventually(lambda: house.events("reply.undelivered"))
    assert (undelivered.event.code, undelivered.event.status) == (63016, "failed")
    await eventually(lambda: house.events("reply.held"))
    assert await settled(house, runtime)
    assert await shown(house) == []

    await house.say("and this")
    await eventually(lambda: _are(house, "reply.held", 2))
    await house.write("I am back")
    await eventually(lambda: _are(house, "reply.delivered", 2))
    assert await settled(house, runtime)
    assert await shown(house) == ["too late", "and this"]


async def test_behind_the_24_hours_nothing_is_posted_free_form(
    house: House, runtime: Runtime, by_our_clock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.say("a day later", kind="reminder")
    await eventually(lambda: house.events("reply.held"))
    assert await house.accepted() == []

    monkeypatch.setattr(decider, "MARGIN", timedelta(minutes=2))
    await house.write("hello again")
    await eventually(lambda: house.events("reply.delivered"))
    assert await shown(house) == ["a day later"]


@pytest.mark.parametrize("found_out", ["by our clock", "by a refusal"])
async def test_a_reminder_goes_by_the_template_of_its_language(
    house: House, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, found_out: str
) -> None:
    catalogue = await reviewed(house, runtime)
    assert {one.status for one in catalogue.known} == {"approved"}
    await house.do("/_sim/phone/window/close", user=PHONE)
    if found_out == "by our clock":
        monkeypatch.setattr(decider, "MARGIN", timedelta(hours=24))
    await house.say("⏰ اتصل بالطبيب\nغدا", kind="reminder", language="ar")
    await eventually(lambda: house.events("reply.delivered"))
    assert await settled(house, runtime)

    (body,) = await shown(house)
    assert "اتصل بالطبيب · غدا" in body
    assert body.startswith("طلبت مني")
    known = catalogue.approved("reminder", "ar")
    assert known is not None
    claims = [one.event.template for one in await house.events("reply.sending")]
    assert claims == ([known.template] if found_out == "by our clock" else [None, known.template])
    assert await house.events("reply.held") == []


async def test_a_lost_answer_to_a_template_is_found_and_not_sent_again(
    house: House, runtime: Runtime, by_our_clock: None
) -> None:
    await reviewed(house, runtime)
    await house.do("/_sim/twilio/callbacks", mode="off")
    await house.fault("twilio", status=500, after_accept=True)
    await house.say("⏰ once", kind="reminder", language="de")
    await eventually(lambda: house.events("reply.sent"), seconds=20)
    assert len(await house.accepted()) == 1


async def test_an_answer_has_no_template(
    house: House, runtime: Runtime, by_our_clock: None
) -> None:
    await reviewed(house, runtime)
    await house.say("an answer")
    await eventually(lambda: house.events("reply.held"))
    assert await house.accepted() == []


async def test_a_template_that_is_paused_meanwhile_holds_the_reminder(
    house: House, runtime: Runtime, by_our_clock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = await reviewed(house, runtime)
    await house.do("/_sim/phone/window/close", user=PHONE)
    known = catalogue.approved("reminder", "en")
    assert known is not None
    await house.do("/_sim/twilio/contents/status", sid=known.template, status="paused")
    await house.say("⏰ held", kind="reminder", language="en")
    await eventually(lambda: house.events("reply.held"))
    assert await shown(house) == []

    monkeypatch.setattr(decider, "MARGIN", timedelta(minutes=2))
    await house.write("hello again")
    await eventually(lambda: house.events("reply.delivered"))
    assert await shown(house) == ["⏰ held"]


async def test_a_template_that_twilio_does_not_have_holds_the_reminder(
    house: House, runtime: Runtime, by_our_clock: None
) -> None:
    await reviewed(house, runtime)
    await house.fault("twilio", status=400, code=21655)
    await house.say("⏰ held", kind="reminder", language="en")
    await eventually(lambda: house.events("reply.held"))
    assert [one.event.code for one in await house.events("reply.refused")] == [21655]
    assert await house.accepted() == []


async def test_a_template_that_is_rejected_is_told_with_whatsapps_reason(
    house: House, runtime: Runtime
) -> None:
    catalogue = await reviewed(house, runtime, verdict="reject", reason="TAG_CONTENT_MISMATCH")
    assert {one.status for one in catalogue.known} == {"rejected"}
    assert {one.reason for one in catalogue.known} == {"TAG_CONTENT_MISMATCH"}
    assert catalogue.approved("reminder", "en") is None


@pytest.mark.parametrize("request_number", [8, 9])
async def test_syncing_goes_on_where_an_answer_was_lost(
    house: House, runtime: Runtime, request_number: int
) -> None:
    """After two listings, a creation and its handing in take turns."""
    await house.fault("twilio-content", count=request_number)
    await house.fault("twilio-content", status=503, after_accept=True)
    syncing, _ = desk(house, runtime)
    with pytest.raises(VendorUnavailable, match="Twilio's contents"):
        await syncing.sync()
    recorded = await runtime.log.read(streams.TEMPLATES)
    assert 0 < len(recorded) < len(DECLARED)

    assert await syncing.sync() == len(DECLARED) - len(recorded)
    assert await syncing.sync() == 0
    names = [one["friendly_name"] for one in await _contents(house)]
    assert sorted(names) == sorted(one.name for one in DECLARED)


@pytest.mark.parametrize("request_number", [0, 2])
async def test_what_twilio_does_not_take_is_told(
    house: House, runtime: Runtime, request_number: int
) -> None:
    if request_number:
        await house.fault("twilio-content", count=request_number)
    await house.fault("twilio-content", status=400, code=20001)
    syncing, _ = desk(house, runtime)
    with pytest.raises(TemplateRefused, match="HTTP 400"):
        await syncing.sync()


async def _are(house: House, type_: str, count: int) -> bool:
    return len(await house.events(type_)) == count


async def _contents(house: House) -> list[dict[str, Any]]:
    async with house.http.get(f"{house.sim}/_sim/twilio/contents") as answer:
        return await answer.json()


async def test_a_refusal_whose_callback_was_lost_is_found_in_the_list(
    house: House, runtime: Runtime
) -> None:
    await house.do("/_sim/twilio/callbacks", mode="off")
    await house.do("/_sim/phone/window/close", user=PHONE)
    await house.say("too late", kind="reminder")
    await eventually(lambda: house.events("reply.sent"))
    await eventually(lambda: _failed(house))
    assert await house.events("reply.undelivered") == []

    twilio = Twilio(house.settings)
    sweeping = Sweeping(twilio, house.vault, StatusNotes(runtime.log, runtime.folds))
    hour_ago = clock.utc_now() - timedelta(hours=1)
    assert await sweeping.once(hour_ago) == 1
    assert await sweeping.once(hour_ago) == 0
    await twilio.close()
    await eventually(lambda: house.events("reply.held"))

    await house.write("hello again")
    await eventually(lambda: _are(house, "reply.sent", 2))
    await eventually(lambda: _shows(house, ["too late"]))


async def test_a_message_that_is_found_by_the_list_brings_its_refusal_with_it(
    house: House, runtime: Runtime
) -> None:
    """The answer to the POST was lost, and so was the callback."""
    await house.do("/_sim/twilio/callbacks", mode="off")
    await house.do("/_sim/phone/window/close", user=PHONE)
    await house.fault("twilio", status=500, after_accept=True, delay_ms=500)
    await house.say("too late")
    await eventually(lambda: house.events("reply.held"), seconds=20)

    (sent,) = await house.events("reply.sent")
    (undelivered,) = await house.events("reply.undelivered")
    assert (sent.event.known_by, undelivered.version) == ("list", sent.version + 1)
    assert (undelivered.event.code, undelivered.event.attempt) == (63016, 1)


async def _failed(house: House) -> bool:
    return any(one["status"] == "failed" for one in await house.accepted())


async def _shows(house: House, bodies: list[str]) -> bool:
    return await shown(house) == bodies


async def test_a_template_that_is_refused_stops_no_other(house: House, runtime: Runtime) -> None:
    await house.do("/_sim/twilio/review", delay_ms=0)
    await house.fault("twilio-content", count=8)
    await house.fault("twilio-content", status=400, code=20001)
    syncing, following = desk(house, runtime)
    with pytest.raises(TemplateRefused, match="1 of 40 were refused"):
        await syncing.sync()
    assert len((await following.look()).known) == len(DECLARED) - 1
    assert await syncing.sync() == 1


@pytest.mark.parametrize(
    "told",
    [
        {"contents": [None], "meta": {"key": "contents"}},
        {"contents": [], "meta": {}},
        {"contents": [{"sid": "HX1", "approval_requests": [1]}], "meta": {"key": "contents"}},
        [],
    ],
    ids=["a null", "no key", "a list for an object", "a list"],
)
async def test_odd_answers_of_twilio_end_no_task(
    house: House, monkeypatch: pytest.MonkeyPatch, told: Any
) -> None:
    """They are no answers, or tell of nothing."""
    settings = house.settings
    contents = Contents(
        settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_api_url
    )
    answer = Response(200, json.dumps(told))
    monkeypatch.setattr(TwilioHttpClient, "request", lambda *_, **__: answer)
    with contextlib.suppress(VendorUnavailable, TemplateRefused):
        assert set((await contents.reviews()).values()) <= {("unsubmitted", "")}
