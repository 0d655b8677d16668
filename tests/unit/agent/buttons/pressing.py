"""A user who presses what stands under replies."""

from typing import Any
from uuid import UUID

from contracts import buttons, streams
from contracts.conversation import ReplyReady
from contracts.streams import UserId
from tests.support.golden_house import House, named, recorded
from tests.support.malicious import InEnglish
from tests.support.quiet import quiet
from tests.support.spoken import spoken

ADA = UserId(named("ada"))


async def lived(story: Any) -> House:
    async def whole(house: House) -> None:
        house.agent._language = InEnglish()
        await house.offer()
        await story(house)

    with quiet():
        return await recorded(whole)


def replies(house: House, user: UUID = ADA) -> list[ReplyReady]:
    events = house.log.stream(streams.conversation(UserId(user)))
    return [one.event for one in events if isinstance(one.event, ReplyReady)]


def last(house: House, user: UUID = ADA) -> ReplyReady:
    return replies(house, user)[-1]


def labels(house: House) -> list[str]:
    return [one.label for one in last(house).buttons or ()]


def press(house: House, means: str, back: int = 0) -> str:
    """The payload of this button, under the newest reply that has it."""
    found = [
        one.payload
        for reply in reversed(replies(house))
        for one in reply.buttons or ()
        if (read := buttons.read(one.payload)) and read.means == means
    ]
    return found[back]


async def pressed(house: House, payload: str, *answers: Any, **more: Any) -> str:
    """The reply to this press."""
    await house.hears(ADA, "(label)", kind="button", pressed=payload, **more)
    await house.answers(ADA, *answers)
    await house.sends(ADA)
    return spoken(last(house).text)
