"""A reply with buttons on its way: they are under its last part, or it goes without."""

from uuid import UUID

import pytest

from contracts.buttons import payload
from contracts.conversation import Button, Choice, Choices
from contracts.replies import WINDOW_SHUT, ReplyUndelivered
from services.gateway.channels.channel import Accepted, TooLate, Unknown
from services.gateway.lane import FOLD
from tests.support.events import message, reply
from tests.unit.gateway.test_effects import House, listed

GIVEN = [Button(payload=payload(one, UUID(int=7)), label=one) for one in ("yes", "no")]


class Recording(House):
    """Remembers what stood under each text."""

    def __init__(self, text: str = "Shall I?") -> None:
        ready = reply(None, text).model_copy(update={"buttons": GIVEN})
        super().__init__(ready)
        self.under: list[int] = []
        send = self.vendor.send

        async def recorded(given):
            self.under.append(len(given.buttons))
            return await send(given)

        self.vendor.send = recorded

    @property
    def over(self) -> bool:
        return not self.lane.queue


@pytest.fixture
def house() -> Recording:
    return Recording()


async def test_they_go_under_the_last_part(house) -> None:
    house = Recording("word " * 400)
    house.vendor.outcomes = [Accepted("SM1"), Accepted("SM2"), Accepted("SM3")]
    while not house.over:
        await house.move()
    assert house.under[-1] == 2
    assert not any(house.under[:-1])


async def test_a_content_that_is_refused_costs_the_buttons_alone(house) -> None:
    house.vendor.outcomes = [TooLate(63013, "no"), Accepted("SM1")]
    await house.move()
    await house.move()
    assert house.under == [2, 0]
    assert house.vendor.posted == ["Shall I?"] * 2
    assert house.types[-1] == "reply.sent"
    assert house.over


async def test_so_does_one_that_whatsapp_refuses_later(house) -> None:
    house.vendor.outcomes = [Accepted("SM1"), Accepted("SM2")]
    await house.move()
    house.story.tell(undelivered(house, 63013))
    await house.move()
    assert house.under == [2, 0]
    house.story.tell(undelivered(house, 63013, attempt=2))
    assert house.over, "without buttons it is the text that is refused"


async def test_a_shut_window_costs_no_buttons(house) -> None:
    house.vendor.outcomes = [Accepted("SM1")]
    await house.move()
    house.story.tell(undelivered(house, WINDOW_SHUT))
    house.story.tell(message("hello again"))
    assert house.lane.queue[0].has_buttons


@pytest.mark.parametrize("body", ["Shall I?", "Shall I?\n\n1. yes\n2. no"])
async def test_it_is_found_again_in_the_list(house, body) -> None:
    house.vendor.outcomes = [Unknown("ReadTimeout")]
    house.vendor.listed = [listed("SM1", body)]
    await house.move()
    await house.move()
    assert house.types[-1] == "reply.sent"
    assert house.under == [2]


async def test_one_without_buttons_is_found_by_its_very_text() -> None:
    house = House()
    house.vendor.outcomes = [Unknown("ReadTimeout")]
    house.vendor.listed = [listed("SM1", "hello there")]
    await house.move()
    await house.move()
    assert FOLD.over(house.story.events).queue[0].token is not None


def undelivered(house: House, code: int, attempt: int = 1) -> ReplyUndelivered:
    return ReplyUndelivered(
        reply=house.ready.event_id,
        part=0,
        attempt=attempt,
        message_ref=f"SM{attempt}",
        status="undelivered",
        code=code,
    )


async def test_a_list_that_is_refused_is_written_under_its_text() -> None:
    items = [Choice(payload=f"words-{n}", title=f"City {n}") for n in (1, 2, 3, 4)]
    choices = Choices(label="Choose", items=items)
    house = House(reply(None, "Where to?").model_copy(update={"choices": choices}))
    house.vendor.outcomes = [TooLate(63021, "no"), Accepted("SM1")]
    given: list[Choices | None] = []
    send = house.vendor.send

    async def recorded(message):
        given.append(message.choices)
        return await send(message)

    house.vendor.send = recorded
    await house.move()
    await house.move()
    rows = "1. City 1\n2. City 2\n3. City 3\n4. City 4"
    assert house.vendor.posted == ["Where to?", f"Where to?\n\n{rows}"]
    assert given == [choices, None]
    assert house.types[-1] == "reply.sent"
