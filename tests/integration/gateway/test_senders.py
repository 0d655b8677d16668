"""Two senders through the real gateway: each has a window, a consent and a rate of its own."""

from datetime import timedelta
from typing import Any

import pytest

from contracts import streams
from services.gateway.app import gateway
from services.gateway.channels.heard import StatusNotes
from services.gateway.channels.intake import Intake
from services.gateway.channels.twilio.backfill import Backfill
from services.gateway.channels.twilio.sweeping import Sweeping
from services.gateway.channels.twilio.twilio import Twilio
from services.gateway.lane import FOLD
from taskflow import clock
from taskflow.log.snapshots import Folds
from taskflow.process.service import Runtime
from tests.contract.simulators.twilio.world import ACCOUNT, NUMBER, SENDER
from tests.integration.gateway.conftest import ADA, SID, House
from tests.support.eventually import eventually
from tests.support.relaying import running

pytestmark = pytest.mark.integration

SERVICE = "MG" + "7" * 32
NEW = "whatsapp:+15550100000"
OLD_NUMBER, NEW_NUMBER = (sender.removeprefix("whatsapp:") for sender in (SENDER, NEW))


@pytest.fixture
def senders() -> str:
    """The old one is the default here: what a test does at the new one is no accident."""
    return f"{SENDER},{NEW}"


async def writes(house: House, body: str, to: str = OLD_NUMBER) -> None:
    assert (await house.write(body, to=to))["webhook_status"] == 200


async def said(house: House, count: int) -> list[tuple[str, str]]:
    """From whom and what, once so much reached the phone."""

    async def shown() -> list[tuple[str, str]] | None:
        all_ = [one for one in await house.accepted() if one["status"] == "delivered"]
        return [(one["from"], one["body"]) for one in all_] if len(all_) >= count else None

    return await eventually(shown)


async def rests(house: House, runtime: Runtime) -> bool:
    folded = await runtime.folds.fold(streams.conversation(await house.user()), FOLD)
    return folded.state.driver is None


async def held(house: House, count: int) -> list[Any]:
    async def those() -> list[Any] | None:
        found = await house.events("reply.held")
        return [one.event for one in found] if len(found) >= count else None

    return await eventually(those)


async def test_it_is_answered_from_the_number_that_was_written_to(
    house: House, runtime: Runtime
) -> None:
    await house.say("from the old one")
    assert await said(house, 1) == [(SENDER, "from the old one")]
    await writes(house, "hello, new number", NEW_NUMBER)
    await house.say("from the new one")
    await house.say("⏰ so does this", kind="reminder")
    assert (await said(house, 3))[1:] == [(NEW, "from the new one"), (NEW, "⏰ so does this")]
    await writes(house, "and back")
    await house.say("again")
    assert (await said(house, 4))[3:] == [(SENDER, "again")]
    claims = [one.event.sender for one in await house.events("reply.sending")]
    assert claims == [SENDER, NEW, NEW, SENDER]


async def test_what_is_held_for_one_window_goes_by_the_other(
    house: House, runtime: Runtime
) -> None:
    await house.do("/_sim/phone/window/close", user=NUMBER, to=OLD_NUMBER)
    await house.say("too late")
    assert [(one.why, one.sender) for one in await held(house, 1)] == [("window", SENDER)]
    await writes(house, "hello", NEW_NUMBER)
    assert await said(house, 1) == [(NEW, "too late")]


@pytest.mark.parametrize("messaging_service", ["", SERVICE], ids=["our words", "Twilio's list"])
async def test_a_stop_to_one_number_does_not_stop_the_other(
    house: House, runtime: Runtime, messaging_service: str
) -> None:
    await writes(house, "STOP")
    await house.say("⏰ call Ada", kind="reminder")
    assert [(one.why, one.sender) for one in await held(house, 1)] == [("consent", SENDER)]
    await eventually(lambda: rests(house, runtime))
    before = len(await house.accepted())

    await writes(house, "hello", NEW_NUMBER)
    assert (await said(house, before + 1))[-1] == (NEW, "⏰ call Ada")
    await writes(house, "hello?")
    await house.say("nobody hears this yet")
    assert [(one.why, one.sender) for one in await held(house, 2)][1:] == [("consent", SENDER)]
    await writes(house, "START")
    assert (await eventually(lambda: _last(house, "nobody hears this yet")))["from"] == SENDER


async def test_a_late_callback_speaks_of_the_number_that_it_went_from(
    house: House, runtime: Runtime
) -> None:
    """The old window is shut, the refusal comes once the new number was written to."""
    await house.do("/_sim/twilio/callbacks", mode="off")
    await house.do("/_sim/phone/window/close", user=NUMBER, to=OLD_NUMBER)
    await house.say("did this arrive?")
    (lost,) = await eventually(lambda: _failed(house))
    await eventually(lambda: house.events("reply.sent"))
    await house.do("/_sim/twilio/callbacks", mode="normal")
    await writes(house, "hello", NEW_NUMBER)
    status = await house.call_back(
        lost["status_callback"], lost["sid"], "failed", ErrorCode="63016"
    )
    assert status == 204
    assert await said(house, 1) == [(NEW, "did this arrive?")]
    lane = (await runtime.folds.fold(streams.conversation(await house.user()), FOLD)).state
    (old,) = lane.others
    assert (lane.sender, lane.shut, old.sender) == (NEW, 0, SENDER)
    assert old.shut > old.heard


async def test_what_left_without_an_answer_is_found_at_the_number_that_it_went_from(
    house: House, runtime: Runtime
) -> None:
    await house.say("the same words")
    await said(house, 1)
    await writes(house, "hello", NEW_NUMBER)
    await house.do("/_sim/twilio/callbacks", mode="off")
    await house.fault("twilio", status=0, after_accept=True)
    await house.say("the same words")
    assert await said(house, 2) == [(SENDER, "the same words"), (NEW, "the same words")]
    await eventually(lambda: _known_by_list(house))
    assert len(await house.accepted()) == 2


async def test_lists_of_both_numbers_are_looked_into(house: House, runtime: Runtime) -> None:
    """What nobody told us of either is found: a message, and a refusal."""
    folds = Folds(house.log, None)
    twilio = Twilio(house.settings)
    try:
        await house.fault("twilio-callbacks", status=503, count=50)
        await writes(house, "hello", NEW_NUMBER)
        await house.do("/_sim/phone/window/close", user=NUMBER)
        await house.say("lost")
        await eventually(lambda: _failed(house))
        await eventually(lambda: house.events("reply.sent"))
        since = clock.utc_now() - timedelta(hours=24)
        sweeping = Sweeping(twilio, house.vault, StatusNotes(house.log, folds))
        assert await sweeping.once(since) == 1
        backfill = Backfill(twilio, Intake(house.log, house.vault, folds), runtime.pool, 0)
        assert await backfill.once(since) == 0
        found = await twilio.received_since(since)
        assert {one.sender for one in found} == {NEW, SENDER}
    finally:
        await twilio.close()


async def test_backfill_takes_messages_to_either_number(house: House) -> None:
    for text, to in (("one", OLD_NUMBER), ("two", NEW_NUMBER), ("three", OLD_NUMBER)):
        await house.write(text, to=to)
    async with house.start():
        await eventually(lambda: _received(house, 3))
    told = [(await house.log.opened(one)).event for one in await house.events("message.received")]
    assert [one.sender for one in told].count(NEW) == 1
    assert {one.text: one.sender for one in told}["two"] == NEW


async def test_a_message_to_a_number_that_is_not_ours_is_taken_and_answered_by_the_default(
    house: House, runtime: Runtime
) -> None:
    about = {"MessageSid": SID, "AccountSid": ACCOUNT, "From": ADA, "Body": "hi", "NumMedia": "0"}
    status, _ = await house.post("/webhook", {**about, "To": "whatsapp:+15550199999"})
    assert status == 200
    await house.say("from the default")
    assert await said(house, 1) == [(SENDER, "from the default")]


async def test_a_gateway_with_one_number_less_goes_by_the_default(house: House) -> None:
    async with house.start() as runtime:
        await runtime.client
        await writes(house, "hello", NEW_NUMBER)
        await eventually(lambda: house.events("message.received"))
    fewer = house.settings.model_copy(update={"twilio_whatsapp_from": SENDER})
    async with running("gateway", fewer, lambda runtime: gateway(runtime, fewer)) as runtime:
        await runtime.client
        await house.say("too early")
        assert [(one.why, one.sender) for one in await held(house, 1)] == [("window", SENDER)]
        await writes(house, "hello, old number")
        assert await said(house, 1) == [(SENDER, "too early")]


async def test_each_number_has_a_bucket_of_its_own(house: House, runtime: Runtime) -> None:
    for number, to in enumerate((OLD_NUMBER, NEW_NUMBER)):
        await writes(house, "hello", to)
        await house.say(f"answer {number}")
        await said(house, number + 1)
    names = await runtime.pool.fetch("select key from token_buckets order by key")
    assert [row["key"] for row in names] == [f"sender {SENDER}", f"sender {NEW}"]


async def _failed(house: House) -> list[dict[str, Any]]:
    return [one for one in await house.accepted() if one["status"] == "failed"]


async def _last(house: House, body: str) -> dict[str, Any] | None:
    return next((one for one in await house.accepted() if one["body"] == body), None)


async def _known_by_list(house: House) -> bool:
    return "list" in [one.event.known_by for one in await house.events("reply.sent")]


async def _received(house: House, count: int) -> bool:
    return len(await house.events("message.received")) == count
