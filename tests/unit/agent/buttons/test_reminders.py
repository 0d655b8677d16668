"""Done, Snooze and Tomorrow under a reminder: decided by code, once, whoever presses how often."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts import buttons, slots, streams
from contracts.buttons import payload
from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from contracts.reminders import ReminderAnswered, ReminderCancelled, ReminderSet
from contracts.replies import ReplySent
from contracts.tools import ToolFailed, ToolRequested
from services.agent.buttons.reminders import DONE, NOT_DONE, SET_ALREADY, UNKNOWN
from services.agent.decider import FOLD
from taskflow.tooling import offer
from tests.support.golden_house import House, says
from tests.support.spoken import spoken
from tests.unit.agent.buttons.pressing import ADA, labels, last, lived, press, pressed, replies
from tests.unit.agent.test_undo import SET, of, said

STREAM = streams.conversation(ADA)


async def reminded(house: House, *, repeats: bool = False) -> Recorded[Any]:
    """A reminder that has just been said."""
    call = SET
    if repeats:
        call = ("set_reminder", {"text": "call mum", "unit": "day", "every": 1, "time": "09:00"})
    await said(house, "remind me to call mum", says(None, call), says("Ok."))
    await house.fires(ADA)
    await house.sends(ADA)
    assert labels(house) == ["Done", "Snooze 1 h", "Tomorrow"]
    house.script.asked.clear()
    return newest(house)


def newest(house: House) -> Recorded[Any]:
    return next(one for one in reversed(house.log.all()) if isinstance(one.event, ReplyReady))


def reminders(house: House) -> list[ReminderSet]:
    return of(house, ReminderSet)


async def test_a_button_names_the_reply_that_it_stands_under() -> None:
    async def story(house: House) -> None:
        said_by = await reminded(house)
        assert buttons.read(press(house, "hour")).names == said_by.event_id

    await lived(story)


async def test_snooze_says_it_again_in_an_hour_and_asks_nobody() -> None:
    async def story(house: House) -> None:
        await reminded(house)
        told = await pressed(house, press(house, "hour"))
        at = house.log.stream(STREAM)
        when = next(one for one in reversed(at) if one.event.type == "message.received").recorded_at
        assert told.startswith("✓ Reminder: call mum, Tue")
        assert labels(house) == ["Undo"]
        (active,) = house.active(ADA)
        assert abs(active.due_at - when - timedelta(hours=1)) < timedelta(minutes=1)
        assert house.script.asked == []

    await lived(story)


async def test_tomorrow_is_the_same_time_of_the_next_day() -> None:
    async def story(house: House) -> None:
        await reminded(house)
        await pressed(house, press(house, "tomorrow"))
        first, second = reminders(house)
        assert second.local_time[11:16] == first.local_time[11:16] == "09:00"
        assert int(second.local_time[8:10]) == int(first.local_time[8:10]) + 1

    await lived(story)


async def test_a_repeating_one_is_said_once_more_and_goes_on() -> None:
    async def story(house: House) -> None:
        await reminded(house, repeats=True)
        await pressed(house, press(house, "tomorrow"))
        daily, once = reminders(house)
        assert daily.rrule
        assert (once.rrule, once.local_time[11:16]) == (None, "09:00")
        assert len(house.active(ADA)) == 2

    await lived(story)


async def test_done_is_confirmed_and_stops_what_was_to_follow() -> None:
    async def story(house: House) -> None:
        await reminded(house)
        done, hour = press(house, "done"), press(house, "hour")
        assert await pressed(house, done) == DONE.source
        assert await pressed(house, done) == DONE.source
        await pressed(house, hour)
        assert len(house.active(ADA)) == 1
        told = await pressed(house, done)
        assert told == f"{DONE.source}\n\n✓ Reminder 1 cancelled: call mum"
        assert house.active(ADA) == []

    await lived(story)


async def test_two_presses_are_one_snooze_and_another_button_moves_it() -> None:
    async def story(house: House) -> None:
        await reminded(house)
        hour, tomorrow = press(house, "hour"), press(house, "tomorrow")
        await house.hears(ADA, "Snooze 1 h", kind="button", pressed=hour)
        await pressed(house, hour)
        assert len(house.active(ADA)) == 1
        house.later(minutes=5)
        assert await pressed(house, hour) == SET_ALREADY.source
        assert len(house.active(ADA)) == 1
        assert "Reminder 1 cancelled" in await pressed(house, tomorrow)
        (active,) = house.active(ADA)
        assert active.due_at - house.log.now > timedelta(hours=20)

    await lived(story)


async def test_its_snooze_is_taken_back_by_a_button_too() -> None:
    async def story(house: House) -> None:
        await reminded(house)
        await pressed(house, press(house, "hour"))
        assert await pressed(house, press(house, "undo")) == "✓ Reminder 1 cancelled: call mum"

    await lived(story)


async def test_it_works_a_day_later() -> None:
    async def story(house: House) -> None:
        await reminded(house)
        hour = press(house, "hour")
        house.later(hours=30)
        assert "✓ Reminder: call mum" in await pressed(house, hour)

    await lived(story)


async def test_a_templates_button_names_its_message() -> None:
    async def story(house: House) -> None:
        said_by = await reminded(house)
        (ref,) = [one.message_ref for one in of(house, ReplySent) if one.reply == said_by.event_id]
        assert "✓ Reminder: call mum" in await pressed(house, payload("hour"), quotes=ref)
        assert await pressed(house, payload("done"), quotes=ref) != UNKNOWN.source
        for quotes in (None, "SM" + "0" * 32):
            assert await pressed(house, payload("hour"), quotes=quotes) == UNKNOWN.source

    await lived(story)


@pytest.mark.parametrize("means", ["done", "hour", "tomorrow"])
async def test_what_is_no_reminder_of_theirs_is_none(means: Any) -> None:
    async def story(house: House) -> None:
        said_by = await reminded(house)
        others = [one for one in house.log.all() if one.event_id != said_by.event_id]
        for event in (uuid4(), UUID(int=0), *(one.event_id for one in others)):
            assert await pressed(house, payload(means, event)) == UNKNOWN.source
        bob = UUID(int=99)
        await house.hears(bob, "x", kind="button", pressed=payload(means, said_by.event_id))
        await house.answers(bob)
        assert spoken(last(house, bob).text) == UNKNOWN.source
        assert len(reminders(house)) == 1
        assert of(house, ReminderAnswered) == []

    await lived(story)


async def test_a_tool_that_fails_is_told() -> None:
    async def story(house: House) -> None:
        await reminded(house)
        await house.hears(ADA, "x", kind="button", pressed=press(house, "hour"))
        await house.answers(ADA, tools=False)
        (call,) = house.state(ADA).waiting
        failed = {"call": call, "tool": "set_reminder", "code": "timeout", "error": "late"}
        await house.end(call, ToolFailed(**failed))
        await house.answers(ADA)
        assert last(house).text == NOT_DONE.source
        assert "✓ Reminder: call mum" in await pressed(house, press(house, "hour"))

    await lived(story)


async def test_what_was_typed_beside_it_is_answered_too() -> None:
    async def story(house: House) -> None:
        await reminded(house)
        await house.hears(ADA, "Snooze 1 h", kind="button", pressed=press(house, "hour"))
        told = await said(house, "and how are you?", says("Fine."))
        assert told.startswith("Fine.\n\n✓ Reminder: call mum")
        assert len(house.active(ADA)) == 1

    await lived(story)


async def test_done_beside_typed_words_is_kept_and_they_are_answered() -> None:
    async def story(house: House) -> None:
        await reminded(house)
        await house.hears(ADA, "Done", kind="button", pressed=press(house, "done"))
        assert await said(house, "how are you?", says("Fine.")) == "Fine."
        assert [one.answer for one in house.state(ADA).answered] == ["done"]

    await lived(story)


async def test_each_crash_of_a_snooze_leaves_one() -> None:
    """The press, what it asks for and who is asked stand in one append, in the step's slot."""

    async def story(house: House) -> None:
        await reminded(house)
        await pressed(house, press(house, "hour"))

    house = await lived(story)
    (at,) = [one for one in house.log.all() if isinstance(one.event, ReminderAnswered)]
    calls = [one for one in house.log.stream(STREAM) if isinstance(one.event, ToolRequested)]
    assert at.event_id == slots.event_id(slots.step(at.event.turn, 1), 0)
    assert calls[-1].transaction_id == at.transaction_id
    (answer,) = at.event.answers
    assert answer.call == calls[-1].event_id
    assert reminders(house)[-1].reminder == slots.reminder_set(answer.call)
    assert FOLD.over(house.log.stream(STREAM)).driver is None
    assert of(house, ReminderCancelled) == []
    assert len(replies(house)) == 3


async def test_what_nobody_can_set_any_more_is_said_so_each_time() -> None:
    async def story(house: House) -> None:
        await reminded(house)
        hour = press(house, "hour")
        await offer(house.log, "tools", [one for one in house.tools if one.name != SET[0]])
        assert await pressed(house, hour) == NOT_DONE.source
        assert await pressed(house, hour) == NOT_DONE.source
        assert of(house, ReminderAnswered) == []

    await lived(story)


@pytest.mark.parametrize("zone", ["UTC+5:30", "Asia/Tokyo"])
async def test_it_is_set_in_the_zone_of_the_reminder(zone: str) -> None:
    async def story(house: House) -> None:
        call = ("set_reminder", {"text": "call mum", "day": "tuesday", "time": "09:00"})
        call[1]["zone"] = zone
        await said(house, f"remind me to call mum at 9 {zone}", says(None, call), says("Ok."))
        await house.fires(ADA)
        await house.sends(ADA)
        await pressed(house, press(house, "tomorrow"))
        first, second = reminders(house)
        assert second.zone == first.zone
        assert second.local_time[11:16] == "09:00"

    await lived(story)


async def test_snooze_says_it_again_in_the_words_that_it_had_when_it_spoke() -> None:
    async def story(house: House) -> None:
        await said(house, "remind me to call mum", says(None, SET), says("Ok."))
        call = ("change_reminder", {"which": "mum", "text": "call dad"})
        await said(house, "call the mum one call dad instead", says(None, call), says("Ok."))
        await house.fires(ADA)
        await house.sends(ADA)
        assert (await pressed(house, press(house, "hour"))).startswith("✓ Reminder: call dad")

    await lived(story)
