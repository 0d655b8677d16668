"""Lists to pick from, through the gateway and Twilio as it is simulated."""

from typing import Any

import pytest

from contracts import slots, streams
from contracts.conversation import Choice, Choices, ReplyReady
from taskflow.log.appending import Write
from taskflow.process.service import Runtime
from tests.integration.gateway.conftest import House
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration

TITLES = ["Lisbon", "Oslo", "Rome", "Bern"]
LIST = Choices(
    label="Choose",
    items=[
        Choice(payload=f"words-{n}", title=one, description="warm" if n == 1 else None)
        for n, one in enumerate(TITLES, start=1)
    ],
)
IN_WORDS = "Where to?\n\n1. Lisbon: warm\n2. Oslo\n3. Rome\n4. Bern"


async def offers(house: House, text: str) -> None:
    house.ready += 1
    user = await house.user()
    reply = ReplyReady(turn=None, kind="answer", text=text, choices=LIST)
    write = Write(streams.conversation(user), [reply], user)
    await house.log.append([write], slots.retry(slots.turn("list", house.ready)))


async def went(house: House, count: int) -> list[dict[str, Any]]:
    async def are_accepted() -> bool:
        return len(await house.accepted()) >= count

    await eventually(are_accepted)
    return await house.accepted()


async def test_a_list_goes_out_as_one_and_a_pick_comes_back_as_a_press(
    house: House, runtime: Runtime
) -> None:
    await offers(house, "Where to?")
    await offers(house, "And then?")
    first, second = await went(house, 2)
    assert (first["body"], first["opens"]) == ("Where to?", "Choose")
    assert [one["title"] for one in first["buttons"]] == TITLES
    assert first["buttons"][0]["description"] == "warm"
    # A content holds no word of a message: both are sent by the same.
    assert first["template"] == second["template"]

    await house.do("/_sim/phone/pressed", sid=first["sid"], title="Oslo")
    *_, heard = await house.events("message.received")
    told = (await house.log.opened(heard)).event
    assert (told.kind, told.text, told.pressed) == ("button", "Oslo", "words-2")
    assert told.quotes == first["sid"]


async def test_without_a_content_the_choices_are_written_under_the_text(
    house: House, runtime: Runtime
) -> None:
    await house.fault("twilio-content", status=400, count=2)
    await offers(house, "Where to?")
    [sent] = await went(house, 1)
    assert (sent["body"], sent["buttons"], sent["template"]) == (IN_WORDS, [], None)


async def test_a_list_that_whatsapp_refuses_is_said_in_words(
    house: House, runtime: Runtime
) -> None:
    await house.fault("twilio-delivery", code=63021)
    await offers(house, "Where to?")
    refused, again = await went(house, 2)
    assert (refused["body"], len(refused["buttons"])) == ("Where to?", 4)
    assert (again["body"], again["buttons"]) == (IN_WORDS, [])


async def test_one_whose_answer_was_lost_is_found_by_its_text(
    house: House, runtime: Runtime
) -> None:
    await house.do("/_sim/twilio/callbacks", mode="off")
    await house.fault("twilio", status=500, after_accept=True)
    await offers(house, "Where to?")

    async def is_known() -> bool:
        return bool(await house.events("reply.sent"))

    await eventually(is_known, seconds=20)
    [sent] = await house.events("reply.sent")
    assert sent.event.known_by == "list"
    assert len(await house.accepted()) == 1
