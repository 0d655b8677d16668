"""Quiet hours are set by the user's own words, told in their language, and taken back."""

from typing import Any

import pytest

from contracts import streams
from contracts.quiet_hours import QuietHoursEnded, QuietHoursSet
from services.scheduler.quiet.tool import QuietTool
from tests.support.memory_log import MemoryLog
from tests.support.trying import USER, Trial

SET = "set_quiet_hours"
NIGHT: tuple[str, dict[str, Any]] = (SET, {"begin": "22:00", "end": "07:00"})
OFF: tuple[str, dict[str, Any]] = (SET, {"off": True})
ASKS = "please don't message me between 10 pm and 7 am"
TOLD = "✓ Quiet hours from 22:00 until 07:00, Berlin"
REFUSED = {
    "both `begin` and `end`": {"begin": "22:00"},
    "at the same time": {"begin": "22:00", "end": "22:00"},
    "not both": {"begin": "22:00", "end": "07:00", "off": True},
    "There are no quiet hours": {"off": True},
    "begin": {"begin": "25:00", "end": "07:00"},
}


class Trying:
    def __init__(self) -> None:
        self.log = MemoryLog()
        self.trial = Trial([QuietTool(self.log).tool()], self.log)

    def stands(self) -> list[str]:
        told = [one.event for one in self.log.stream(streams.profile(USER))]
        return [
            f"{one.begin}-{one.end} {one.zone}" if isinstance(one, QuietHoursSet) else "none"
            for one in told
            if isinstance(one, QuietHoursSet | QuietHoursEnded)
        ]


async def test_who_asks_for_them_is_told_them_and_may_take_them_back() -> None:
    house = Trying()
    told = await house.trial.says(ASKS, NIGHT, "Sleep well.")
    assert told == f"Sleep well.\n\n{TOLD}\nReply **undo** to take it back."
    assert house.stands() == ["22:00-07:00 Europe/Berlin"]


async def test_who_writes_german_is_told_in_german() -> None:
    asked = "Bitte schreib mir nicht zwischen 22 und 7 Uhr, ich schlafe da"
    told = await Trying().trial.says(asked, NIGHT, "Gute Nacht.")
    assert "✓ Ruhezeit von 22:00 bis 07:00, Berlin" in told


async def test_they_end_at_a_word() -> None:
    house = Trying()
    await house.trial.says(ASKS, NIGHT, "Sleep well.")
    told = await house.trial.says("please turn my quiet hours off again", OFF, "Done.")
    assert "✓ No quiet hours any more" in told
    assert house.stands()[-1] == "none"


async def test_what_the_user_did_not_ask_for_waits_for_their_yes() -> None:
    call = (SET, NIGHT[1] | {"said": ["I want to sleep"]})
    told = await Trying().trial.says("what is the weather like?", call, call, "It is late.")
    assert told.endswith(
        "Shall I do this?\n- change the quiet hours: from 22:00, until 07:00\n\n"
        "Reply **yes** to confirm."
    )


async def test_an_undo_brings_back_what_was_before_it() -> None:
    house = Trying()
    await house.trial.says(ASKS, NIGHT, "Sleep well.")
    later = (SET, {"begin": "23:00", "end": "08:00"})
    await house.trial.says("make my quiet hours 11 pm to 8 am instead", later, "Done.")
    await house.trial.says("undo")
    assert house.stands() == [
        "22:00-07:00 Europe/Berlin",
        "23:00-08:00 Europe/Berlin",
        "22:00-07:00 Europe/Berlin",
    ]


async def test_an_undo_of_the_first_leaves_none_and_a_later_change_stands() -> None:
    house = Trying()
    await house.trial.says(ASKS, NIGHT, "Sleep well.")
    assert (await house.trial.takes_back(SET))["quiet_hours"] is None  # type: ignore[index]

    await house.trial.says(ASKS, NIGHT, "Sleep well.")
    done = house.stands()
    await house.trial.says("please turn my quiet hours off again", OFF, "Done.")
    undone = await house.trial.takes_back(SET)
    assert undone["quiet_hours"] == "22:00 to 07:00"  # type: ignore[index]
    assert len(done) == 1


@pytest.mark.parametrize("because", REFUSED)
async def test_what_cannot_be_is_refused_in_words_that_help(because: str) -> None:
    house = Trying()
    told = await house.trial.says(ASKS, (SET, REFUSED[because]), "Hm.")
    assert told == "Hm."
    assert house.stands() == []
    failed = [one.event for one in house.log.all() if one.event.type == "tool.failed"]
    assert because in failed[-1].error


async def test_the_same_again_changes_nothing() -> None:
    house = Trying()
    await house.trial.says(ASKS, NIGHT, "Sleep well.")
    await house.trial.says(f"{ASKS}, as I said", NIGHT, "They stand.")
    assert len(house.stands()) == 1
