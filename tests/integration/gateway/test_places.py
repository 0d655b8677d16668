"""A reply with a place, through the gateway and Twilio as it is simulated."""

import pytest

from contracts import slots, streams
from contracts.conversation import Button, ReplyReady
from contracts.places import Location
from taskflow.log.appending import Write
from taskflow.process.service import Runtime
from tests.integration.gateway.conftest import NUMBER, House
from tests.integration.gateway.test_lists import went
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration

CORNER = Location(latitude=52.52245, longitude=-13.4, name="Corner", address="2 High St | back")
IN_WORDS = "📍 Corner\n2 High St | back\n52.52245, -13.4"


async def places(house: House, text: str, *buttons: Button) -> None:
    house.ready += 1
    user = await house.user()
    given = list(buttons) or None
    reply = ReplyReady(turn=None, kind="answer", text=text, buttons=given, location=CORNER)
    write = Write(streams.conversation(user), [reply], user)
    await house.log.append([write], slots.retry(slots.turn("place", house.ready)))


async def test_the_text_goes_first_and_then_the_pin(house: House, runtime: Runtime) -> None:
    await places(house, "It is near you.", Button(payload="words-1", label="Another"))
    text, pin = await went(house, 2)
    assert (text["body"], text["place"]) == ("It is near you.", None)
    assert [one["title"] for one in text["buttons"]] == ["Another"]
    assert (pin["body"], pin["place"], pin["buttons"]) == ("Corner", "Corner", [])
    assert pin["at_degrees"] == ["52.522450", "-13.400000"]
    assert pin["address"] == "2 High St   back"


async def test_a_refusal_costs_the_pin_alone(house: House, runtime: Runtime) -> None:
    await house.fault("twilio", delay_ms=0)  # the text is taken
    await house.fault("twilio", status=400, code=20001)
    await places(house, "It is near you.")
    text, told = await went(house, 2)
    assert (text["body"], told["body"], told["place"]) == ("It is near you.", IN_WORDS, None)
    [refused] = await house.events("reply.refused")
    assert (refused.event.part, refused.event.code) == (1, 20001)


async def test_what_whatsapp_refuses_later_is_said_in_words(house: House, runtime: Runtime) -> None:
    await house.fault("twilio-delivery", code=63021, count=2)
    await places(house, "It is near you.", Button(payload="words-1", label="Another"))
    sent = await went(house, 4)
    pins = [one for one in sent if one["place"]]
    words = [one for one in sent if not one["place"]]
    assert [one["body"] for one in pins] == ["Corner"]
    assert sorted(one["body"] for one in words) == ["It is near you.", "It is near you.", IN_WORDS]
    assert [len(one["buttons"]) for one in words] == [1, 0, 0]


async def test_a_pin_whose_answer_was_lost_is_found_by_its_name(
    house: House, runtime: Runtime
) -> None:
    await house.do("/_sim/twilio/callbacks", mode="off")
    await house.fault("twilio", delay_ms=0)  # the text is taken
    await house.fault("twilio", status=500, after_accept=True)
    await places(house, "It is near you.")

    async def are_known() -> bool:
        return len(await house.events("reply.sent")) == 2

    await eventually(are_known, seconds=20)
    assert [one.event.known_by for one in await house.events("reply.sent")] == ["response", "list"]
    assert len(await house.accepted()) == 2


async def test_outside_the_window_the_reply_waits_for_its_user(
    house: House, runtime: Runtime
) -> None:
    await house.do("/_sim/phone/window/close", user=NUMBER)
    await places(house, "It is near you.")

    async def is_held() -> bool:
        return bool(await house.events("reply.held"))

    await eventually(is_held)
    await house.write("hello again")

    async def is_on_the_phone() -> bool:
        return any(one["place"] == "Corner" for one in await house.accepted())

    await eventually(is_on_the_phone)
