"""STOP and START as Twilio keeps them, where the sender is in a Messaging Service."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.contract.simulators.twilio.world import (
    SDK_IS_BEHIND_AIOHTTP,
    SENDER,
    World,
    opened,
    serve_simulator,
)

pytestmark = SDK_IS_BEHIND_AIOHTTP
SERVICE = "MG" + "7" * 32


@pytest.fixture
async def serviced(world: World, tmp_path) -> AsyncIterator[World]:
    """The same world, whose sender is in a Messaging Service with Advanced Opt-Out."""
    settings = world.settings.model_copy(
        update={"taskflow_sim_messaging_service": SERVICE, "taskflow_home": tmp_path / "serviced"}
    )
    async with serve_simulator(settings) as url:
        world.twilio.api.base_url = f"{url}/twilio"
        yield replace(world, url=url, settings=settings)


def told(world: World) -> list[str | None]:
    return [hook.params.get("OptOutType") for hook in world.app.inbound()]


@pytest.mark.parametrize("word", ["STOP", " stop\n", "Unsubscribe", "cancel", "REVOKE"])
async def test_who_sent_stop_is_written_to_no_more_until_they_send_start(serviced, word) -> None:
    await serviced.write(word)
    await serviced.write("are you there?")
    with pytest.raises(TwilioRestException) as refused:
        await serviced.send()
    await serviced.write("UNSTOP")

    assert (refused.value.status, refused.value.code) == (400, 21610)
    assert await serviced.send()
    assert told(serviced) == ["STOP", None, "START"]
    assert {hook.params["MessagingServiceSid"] for hook in serviced.app.inbound()} == {SERVICE}


@pytest.mark.parametrize("body", ["please stop", "stop!", "arrêt", "стоп", ""])
async def test_only_the_word_alone_is_one(serviced, body) -> None:
    await serviced.write(body)

    assert await serviced.send()
    assert told(serviced) == [None]


async def test_help_is_told_and_changes_nothing(serviced) -> None:
    await serviced.write("help")
    assert await serviced.send()
    await serviced.write("stop")
    await serviced.write("INFO")
    with pytest.raises(TwilioRestException):
        await serviced.send()

    assert told(serviced) == ["HELP", "STOP", "HELP"]


async def test_one_persons_stop_is_not_anothers(serviced) -> None:
    await serviced.write("stop", **{"from": "+15551230009"})

    assert await serviced.send()


async def test_twilio_answers_on_the_phone_and_lists_that_nowhere(serviced) -> None:
    await serviced.write("stop")
    shown = await serviced.get("/_sim/phone/messages", user="+15551230001")
    listed = await serviced.twilio.messages.list_async()

    assert [one["direction"] for one in shown] == ["inbound", "outbound"]
    assert "START" in shown[1]["body"]
    assert [one.body for one in listed] == ["stop"]


async def test_a_message_that_is_repeated_is_answered_once(serviced) -> None:
    first = await serviced.write("stop")
    await serviced.write("stop", sid=first["sid"])
    shown = await serviced.get("/_sim/phone/messages", user="+15551230001")

    assert [one["direction"] for one in shown] == ["inbound", "outbound"]
    assert told(serviced) == ["STOP", "STOP"]


async def test_a_stop_to_one_sender_is_none_to_another(tmp_path: Path) -> None:
    another = "whatsapp:+15557650001"
    both = {"twilio_whatsapp_from": f"{SENDER},{another}"}
    async with opened(tmp_path, taskflow_sim_messaging_service=SERVICE, **both) as world:
        await world.write("STOP", to=another.removeprefix("whatsapp:"))
        assert world.app.inbound()[-1].params["To"] == another
        assert await world.send()
        with pytest.raises(TwilioRestException) as refused:
            await world.send(from_=another)
        assert refused.value.code == 21610
