"""Two calls for the same text at the same minute are one reminder, and nobody is asked."""

from typing import Any

import pytest

from contracts import streams
from contracts.conversation import ReplyReady
from contracts.reminders import ReminderSet
from contracts.streams import UserId
from contracts.tools import ActionProposed, ToolFinished
from tests.support.golden_house import House, named, recorded, says
from tests.support.quiet import quiet

ADA = UserId(named("ada"))


async def house_after(*turns: list[dict[str, Any]]) -> House:
    async def story(house: House) -> None:
        await house.offer()
        for calls in turns:
            await house.hears(ADA, "remind me in one hour to call mom, and at 18:00 to buy bread")
            named_calls = [("set_reminder", arguments) for arguments in calls]
            await house.answers(ADA, says(None, *named_calls), says("Done."))

    with quiet():
        return await recorded(story)


def facts(house: House, kind: type) -> list[Any]:
    return [one.event for one in house.log.all() if isinstance(one.event, kind)]


HOUR = {"text": "call mom", "in_hours": 1}


@pytest.mark.parametrize(
    "twin",
    [
        {"text": "Call  MOM", "in_hours": 1},
        {"text": "call mom", "in_minutes": 60},
        {"text": "\uff23all mom", "in_minutes": 60},
    ],
)
async def test_twins_of_one_answer_are_one_reminder(twin: dict[str, Any]) -> None:
    house = await house_after([HOUR, twin])
    assert len(facts(house, ReminderSet)) == 1
    assert not facts(house, ActionProposed)
    first, second = facts(house, ToolFinished)
    assert first.result == second.result


@pytest.mark.parametrize(
    "other",
    [
        {"text": "call dad", "in_hours": 1},
        {"text": "call mom", "in_minutes": 61},
        {"text": "call mom", "in_hours": 1, "unit": "day"},
    ],
)
async def test_what_differs_is_another(other: dict[str, Any]) -> None:
    assert len(facts(await house_after([HOUR, other]), ReminderSet)) == 2


async def test_one_that_stands_already_is_told_and_not_set_again() -> None:
    bread = {"text": "buy bread", "time": "18:00"}
    house = await house_after([bread], [{**bread, "text": "Buy Bread"}])
    (reminder,) = facts(house, ReminderSet)
    first, second = facts(house, ToolFinished)
    assert first.result["id"] == str(reminder.reminder)
    assert "id" not in second.result, "an undo of the second call leaves the reminder alone"
    told = [one for one in facts(house, ReplyReady) if one.turn]
    assert all("18:00" in one.text for one in told)
    assert house.log.stream(streams.reminder(reminder.reminder))
