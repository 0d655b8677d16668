"""A reply with a place on its way: a pin behind its text, or, once refused, the place in words."""

from uuid import UUID

import pytest

from contracts.buttons import payload
from contracts.conversation import Button, ReplyReady
from contracts.places import Location
from contracts.replies import WINDOW_SHUT, ReplyUndelivered
from services.gateway.channels.channel import Accepted, Never, TooLate, Unknown
from tests.support.events import message, reply
from tests.unit.gateway.test_effects import House, listed

PHARMACY = Location(
    latitude=52.52245, longitude=13.41515, name="Corner Pharmacy", address="2 High St"
)
IN_WORDS = "📍 Corner Pharmacy\n2 High St\n52.52245, 13.41515"
BUTTON = Button(payload=payload("undo", UUID(int=7)), label="Undo")


def with_place(text: str = "It is near you.", **more: object) -> ReplyReady:
    return reply(None, text).model_copy(update={"location": PHARMACY, **more})


class PinHouse(House):
    """Remembers the pin, and the buttons, of each message."""

    def __init__(self, ready: ReplyReady | None = None) -> None:
        super().__init__(ready or with_place())
        self.pins: list[Location | None] = []
        self.under: list[int] = []
        send = self.vendor.send

        async def recorded(given):
            self.pins.append(given.location)
            self.under.append(len(given.buttons))
            return await send(given)

        self.vendor.send = recorded

    async def all_moves(self) -> None:
        while self.lane.queue:
            await self.move()


async def test_it_is_a_part_of_its_own_behind_the_text() -> None:
    house = PinHouse()
    house.vendor.outcomes = [Accepted("SM1"), Accepted("SM2")]
    await house.all_moves()
    assert house.vendor.posted == ["It is near you.", "Corner Pharmacy"]
    assert house.pins == [None, PHARMACY]


async def test_buttons_stand_under_the_text() -> None:
    house = PinHouse(with_place(buttons=[BUTTON]))
    house.vendor.outcomes = [Accepted("SM1"), Accepted("SM2")]
    await house.all_moves()
    assert house.under == [1, 0]
    assert house.pins == [None, PHARMACY]


async def test_buttons_that_are_refused_cost_no_pin() -> None:
    house = PinHouse(with_place(buttons=[BUTTON]))
    house.vendor.outcomes = [TooLate(63013, "no"), Accepted("SM1"), Accepted("SM2")]
    await house.all_moves()
    assert house.under == [1, 0, 0]
    assert house.pins == [None, None, PHARMACY]


async def test_a_pin_that_is_refused_is_said_in_words_and_the_text_is_not_said_again() -> None:
    house = PinHouse(with_place(buttons=[BUTTON]))
    house.vendor.outcomes = [Accepted("SM1"), TooLate(20001, "no"), Accepted("SM2")]
    await house.all_moves()
    assert house.vendor.posted == ["It is near you.", "Corner Pharmacy", IN_WORDS]
    assert house.pins == [None, PHARMACY, None]
    assert house.under == [1, 0, 0]
    assert house.types[-1] == "reply.sent"


async def test_so_is_one_that_whatsapp_refuses_later() -> None:
    house = PinHouse()
    house.vendor.outcomes = [Accepted("SM1"), Accepted("SM2"), Accepted("SM3")]
    await house.all_moves()
    house.story.tell(undelivered(house, 63013))
    await house.move()
    assert house.vendor.posted[2:] == [IN_WORDS]
    house.story.tell(undelivered(house, 63013, attempt=2))
    assert not house.lane.queue, "in words it is the text that is refused"


async def test_words_that_are_refused_too_end_it() -> None:
    house = PinHouse()
    house.vendor.outcomes = [Accepted("SM1"), TooLate(20001, "no"), Never(21211, "nobody")]
    await house.all_moves()
    assert house.types[-1] == "reply.failed"


async def test_a_shut_window_keeps_the_pin_until_they_write() -> None:
    house = PinHouse()
    house.vendor.outcomes = [Accepted("SM1"), TooLate(WINDOW_SHUT, "late")]
    await house.move()
    await house.move()
    await house.move()
    assert house.types[-1] == "reply.held"
    house.story.tell(message("hello again"))
    head = house.lane.queue[0]
    assert (head.part, head.pin) == (1, "shown")


async def test_it_is_found_again_in_the_list_by_its_name() -> None:
    house = PinHouse()
    house.vendor.outcomes = [Accepted("SM1"), Unknown("ReadTimeout")]
    await house.move()
    house.vendor.listed = [listed("SM2", "Corner Pharmacy")]
    await house.move()
    await house.move()
    assert house.types[-1] == "reply.sent"
    assert not house.lane.queue


@pytest.mark.parametrize("picture", [None, UUID(int=9)])
async def test_beside_a_document_it_is_told_under_the_text(picture: UUID | None) -> None:
    house = PinHouse(with_place(document=UUID(int=5), picture=picture))
    house.vendor.outcomes = [Accepted("SM1"), Accepted("SM2")]
    await house.all_moves()
    assert house.vendor.posted[0] == f"It is near you.\n\n{IN_WORDS}"
    assert house.pins == [None, None]


def undelivered(house: House, code: int, attempt: int = 1) -> ReplyUndelivered:
    return ReplyUndelivered(
        reply=house.ready.event_id,
        part=1,
        attempt=attempt,
        message_ref=f"SM{attempt + 1}",
        status="undelivered",
        code=code,
    )
