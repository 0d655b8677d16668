"""STOP and START through the real gateway: by our own words, and with Twilio's own list beside."""

from typing import Any

import pytest

from contracts import streams
from contracts.conversation import TurnStarted
from services.gateway.lane import FOLD
from taskflow.log.appending import Write
from taskflow.process.service import Runtime
from tests.integration.gateway.conftest import House
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration

SERVICE = "MG" + "7" * 32


@pytest.fixture(params=["", SERVICE], ids=["by our words", "with Twilio's list"])
def messaging_service(request: pytest.FixtureRequest) -> str:
    return request.param


async def rests(house: House, runtime: Runtime) -> bool:
    folded = await runtime.folds.fold(streams.conversation(await house.user()), FOLD)
    return folded.state.driver is None and folded.version > 1


async def said(house: House) -> list[tuple[str, str]]:
    """Kinds and texts of what the log counts as sent, in the order of their claims."""
    ready = {one.event_id: one for one in await house.events("reply.ready")}
    sent = [ready[one.event.reply] for one in await house.events("reply.sent")]
    return [(one.event.kind, (await house.log.opened(one)).event.text) for one in sent]


async def kinds(house: House) -> list[str]:
    return [kind for kind, _ in await said(house)]


async def test_what_comes_due_after_a_stop_waits_for_start(
    house: House, runtime: Runtime, messaging_service: str
) -> None:
    confirmed = [] if messaging_service else ["confirmation"]  # Twilio says it itself, and bars us.
    await house.write("STOP")
    await eventually(lambda: _none_waits(house, runtime))
    await house.say("⏰ call Ada", kind="reminder")
    await eventually(lambda: house.events("reply.held"))
    assert await kinds(house) == confirmed

    await house.write("are you there?")
    await house.write("hello?")
    await eventually(lambda: _are(house, "reply.ready", 3))
    assert await eventually(lambda: rests(house, runtime))
    told = [] if messaging_service else ["notice"]
    assert await kinds(house) == confirmed + told

    await house.write("START")
    await eventually(lambda: _has(house, "reminder"))
    assert await eventually(lambda: rests(house, runtime))
    assert (await kinds(house))[len(confirmed + told) :] == ["reminder", "information"]
    assert "reply.failed" not in await house.types()


async def test_it_is_said_in_the_language_they_were_spoken_to_last(
    house: House, runtime: Runtime, messaging_service: str
) -> None:
    user = await house.user()
    started = TurnStarted(number=0, rules=3, language="ja")
    await runtime.log.append([Write(streams.conversation(user), [started], user)], user)
    await house.write("stop")
    (reply,) = await eventually(lambda: house.events("reply.ready"))
    opened: Any = await house.log.opened(reply)
    assert (opened.event.language, "開始" in opened.event.text) == ("ja", True)


async def test_a_repeated_webhook_withdraws_and_confirms_once(
    house: House, runtime: Runtime, messaging_service: str
) -> None:
    await house.write("STOP", repeat=3)
    await house.write("stop")
    await eventually(lambda: rests(house, runtime))
    assert len(await house.events("consent.withdrawn")) == 1
    assert len(await house.events("reply.ready")) == 1
    assert len(await house.events("message.received")) == 3


async def test_somebody_whom_twilio_barred_before_we_knew_is_left_alone(
    house: House, runtime: Runtime
) -> None:
    """Its 21610 is all that tells us, and START the way back."""
    await house.fault("twilio", status=400, code=21610)
    await house.say("⏰ too much", kind="reminder")
    (held,) = await eventually(lambda: house.events("reply.held"))
    assert held.event.why == "consent"
    assert await eventually(lambda: rests(house, runtime))

    await house.write("START")
    await eventually(lambda: _has(house, "reminder"))


async def _none_waits(house: House, runtime: Runtime) -> bool:
    return bool(await house.events("consent.withdrawn")) and await rests(house, runtime)


async def _has(house: House, kind: str) -> bool:
    return kind in await kinds(house)


async def _are(house: House, type_: str, count: int) -> bool:
    return len(await house.events(type_)) == count
