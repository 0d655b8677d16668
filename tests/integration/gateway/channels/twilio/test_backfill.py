"""What arrived while nobody answered is found in Twilio's list."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest

from contracts.recorded import Recorded
from services.gateway.channels.channel import ListedMessage
from services.gateway.channels.intake import Intake
from services.gateway.channels.twilio import backfill as module
from services.gateway.channels.twilio import inbound
from services.gateway.channels.twilio import twilio as adapter
from services.gateway.channels.twilio.backfill import Backfill
from services.gateway.channels.twilio.forms import InboundForm
from services.gateway.channels.twilio.twilio import Twilio
from taskflow import clock
from taskflow.errors import VendorUnavailable
from taskflow.log.snapshots import Folds
from taskflow.postgres import database as db
from tests.contract.simulators.twilio.world import SENDER
from tests.integration.gateway.conftest import ADA, House
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration
A_DAY = timedelta(hours=24)


@pytest.fixture
async def backfill(house: House, database: str) -> AsyncGenerator[Backfill]:
    """Without a gateway: every webhook fails, and the messages stay at Twilio."""
    twilio = Twilio(house.settings)
    async with db.pool(database, "tests") as pool:
        yield Backfill(twilio, Intake(house.log, house.vault, Folds(house.log, None)), pool, 0)
    await twilio.close()


async def texts(house: House) -> list[str]:
    events: list[Recorded[Any]] = await house.events("message.received")
    return [(await house.log.opened(one)).event.text for one in events]


async def test_all_are_found_in_their_order_over_many_pages_and_once(
    house: House, backfill: Backfill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "PAGE", 10)
    monkeypatch.setattr(module, "CHUNK", 7)
    sent = [f"message {n}" for n in range(35)]
    for text in sent:
        await house.write(text)

    since = clock.utc_now() - A_DAY
    assert await backfill.once(since) == 35
    assert await backfill.once(since) == 0
    assert await texts(house) == sent


async def test_media_are_told_by_where_they_are_listed(house: House, backfill: Backfill) -> None:
    said = await house.write("look", media_url="https://m.example/a.jpg", media_type="image/jpeg")
    await backfill.once(clock.utc_now() - A_DAY)

    (received,) = await house.events("message.received")
    event = (await house.log.opened(received)).event
    assert (event.kind, event.text) == ("media", "look")
    assert event.sender == house.settings.senders[0]
    assert event.media[0].url.endswith(f"/Messages/{said['sid']}/Media.json")


async def test_a_message_whose_webhook_is_on_its_way_is_left_to_it(
    house: House, backfill: Backfill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A listing has its text alone: the webhook has where they are, or what they pressed."""
    monkeypatch.setattr(backfill, "_webhook_s", 60.0)
    said = await house.write("I am here")
    form = InboundForm.model_validate({"MessageSid": said["sid"], "From": ADA, "To": SENDER,
        "Latitude": "52.5", "Longitude": "13.4", "Media": []})  # fmt: skip
    sleep = module.asyncio.sleep

    async def webhook_comes(seconds: float) -> None:
        if seconds < 60:
            await sleep(seconds)
        else:
            await backfill._intake.take(inbound.message(form), inbound.addresses(form))

    monkeypatch.setattr(module.asyncio, "sleep", webhook_comes)

    assert await backfill.once(clock.utc_now() - A_DAY) == 0
    (received,) = await house.events("message.received")
    assert received.event.kind == "location"


async def test_what_cannot_be_taken_stops_nobody(
    house: House, backfill: Backfill, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def odd(*_: Any) -> list[ListedMessage]:
        good = ListedMessage("SM" + "a" * 32, "good", ADA, None, None)
        return [good, ListedMessage("XX1", "odd", ADA, None, None)]

    monkeypatch.setattr(Twilio, "received_since", odd)

    assert await backfill.once(clock.utc_now() - A_DAY) == 1
    assert await texts(house) == ["good"]


async def test_while_twilio_is_away_it_says_so(house: House, backfill: Backfill) -> None:
    await house.fault("twilio-list", status=503)

    with pytest.raises(VendorUnavailable):
        await backfill.once(clock.utc_now() - A_DAY)


async def test_a_gateway_that_starts_looks_back(house: House) -> None:
    await house.write("while nobody answered")
    async with house.start():
        await eventually(lambda: house.events("message.received"))

    assert await texts(house) == ["while nobody answered"]
