"""A typed undo takes back what the last reply with receipts told; by rule alone, and once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from contracts import slots, streams
from contracts.conversation import ChangesUndone, ReplyReady, TurnStarted
from contracts.profile import ProfileForgotten
from contracts.recorded import Recorded
from contracts.reminders import ReminderCancelled
from contracts.streams import UserId
from contracts.tools import ToolRequested
from services.agent import decider
from services.agent.decider import FOLD, AskModel, next_move
from services.agent.memory.profile.facts import Profile
from taskflow.log.appending import Write
from taskflow.log.deciding import Decide
from tests.support.golden_house import House, named, recorded, says
from tests.support.malicious import InEnglish
from tests.support.quiet import quiet

ADA = UserId(named("ada"))
STREAM = streams.conversation(ADA)
SET = ("set_reminder", {"text": "call mum", "day": "tuesday", "time": "09:00"})
OFFER = "Reply **undo** to take it back."
NOTHING = "There is nothing to take back."


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with quiet():
        yield


def note(kind: str, value: str) -> tuple[str, dict[str, Any]]:
    return "remember", {"kind": kind, "value": value}


async def said(house: House, text: str, *answers: Any, send: bool = True) -> str:
    """The reply to this message; without answers, of a model that nobody can have."""
    await house.hears(ADA, text)
    await house.answers(ADA, *answers)
    if send:
        await house.sends(ADA)
    return replies(house)[-1]


def replies(house: House) -> list[str]:
    events = house.log.stream(STREAM)
    return [one.event.text for one in events if isinstance(one.event, ReplyReady)]


def facts(house: House) -> list[str]:
    return [one.line() for one in Profile.of(house.log.stream(streams.profile(ADA))).facts]


def of(house: House, kind: type[Any]) -> list[Any]:
    return [one.event for one in house.log.all() if isinstance(one.event, kind)]


async def lived(story: Any) -> House:
    async def whole(house: House) -> None:
        house.agent._language = InEnglish()  # A few words seem to be written in anything.
        await house.offer()
        await story(house)

    return await recorded(whole)


async def test_a_fact_is_taken_back_and_what_it_replaced_holds_again() -> None:
    async def story(house: House) -> None:
        await said(house, "I live in Lisbon", says("Ok", note("home", "Lisbon")), says("Noted."))
        told = await said(house, "I live in Porto", says(None, note("home", "Porto")), says("Ok."))
        assert told.endswith(f"(instead of Lisbon)\n{OFFER}")
        assert facts(house) == ["home: Porto"]
        asked = len(house.script.asked)
        assert await said(house, "Undo!") == (
            "✓ Taken back: home: Porto (Europe/Lisbon)\n"
            "✓ As before again: home: Lisbon (Europe/Lisbon)"
        )
        assert facts(house) == ["home: Lisbon"]
        assert await said(house, "undo") == NOTHING
        assert facts(house) == ["home: Lisbon"], "one undo, of the last that changed anything"
        assert len(house.script.asked) == asked, "the model was asked"

    await lived(story)


async def test_all_that_a_reply_told_is_taken_back_at_once() -> None:
    async def story(house: House) -> None:
        both = says(None, SET, note("name", "Ada"))
        told = await said(house, "call me Ada; remind me to call mum", both, says("Done."))
        assert told.count(OFFER) == 1
        assert set((await said(house, "take it back")).splitlines()) == {
            "✓ Taken back: name: Ada",
            "✓ Reminder 1 cancelled: call mum",
        }
        assert facts(house) == []

    house = await lived(story)
    assert len(of(house, ReminderCancelled)) == 1


async def test_a_reminder_is_taken_back_once_and_later_undos_still_work() -> None:
    async def story(house: House) -> None:
        await said(house, "remind me to call mum", says(None, SET), says("Ok."))
        assert await said(house, "undo") == "✓ Reminder 1 cancelled: call mum"
        assert house.state(ADA).owed == ()
        assert await said(house, "undo") == NOTHING
        await said(house, "call me Ada", says(None, note("name", "Ada")), says("Ok."))
        assert await said(house, "undo") == "✓ Taken back: name: Ada"
        assert facts(house) == []

    house = await lived(story)
    assert len(of(house, ReminderCancelled)) == 1


async def test_what_stood_before_a_turn_holds_again_though_it_changed_twice() -> None:
    async def story(house: House) -> None:
        await said(house, "I live in Lisbon", says(None, note("home", "Lisbon")), says("Ok."))
        porto, faro = (says(None, note("home", one)) for one in ("Porto", "Faro"))
        await said(house, "I live in Porto, or rather in Faro", porto, faro, says("Ok."))
        assert facts(house) == ["home: Faro"]
        await said(house, "undo")
        assert facts(house) == ["home: Lisbon"]

    await lived(story)


async def test_it_survives_a_turn_that_changed_nothing() -> None:
    async def story(house: House) -> None:
        await said(house, "call me Ada", says(None, note("name", "Ada")), says("Ok."))
        await said(house, "how are you?", says("Fine."))
        assert "Taken back: name: Ada" in await said(house, "undo")

    await lived(story)


async def test_what_has_no_inverse_is_told_plainly() -> None:
    async def story(house: House) -> None:
        await said(house, "call me Ada", says(None, note("name", "Ada")), says("Ok."))
        forget = says(None, ("forget_fact", {"which": "name", "said": ["forget my name"]}))
        told = await said(house, "forget my name", forget, says("Gone."))
        assert OFFER not in told
        assert await said(house, "undo") == "⚠ Cannot be taken back: Forgotten: name: Ada"
        assert await said(house, "undo") == NOTHING
        assert facts(house) == []

    await lived(story)


async def test_a_reminder_that_fired_or_was_cancelled_stays_so() -> None:
    async def story(house: House) -> None:
        await said(house, "remind me to call mum", says(None, SET), says("Ok."))
        cancel = says(None, ("cancel_reminder", {"which": "1", "said": ["cancel reminder 1"]}))
        await said(house, "cancel reminder 1", cancel, says("Ok."))
        assert await said(house, "undo") == (
            "⚠ Cannot be taken back: Reminder 1 cancelled: call mum"
        )

        await said(house, "remind me to call mum again", says(None, SET), says("Ok."))
        reminder = house.active(ADA)[0].reminder
        gone = Write(streams.reminder(reminder), [ReminderCancelled(reminder=reminder)], ADA)
        house.log.put([gone], named("gone"))
        told = await said(house, "undo")
        assert told.startswith("⚠ Cannot be taken back: Reminder: call mum, Tue"), told

    await lived(story)


@pytest.mark.parametrize(("hours", "is_late"), [(23, False), (25, True)])
async def test_after_a_day_it_is_dead(hours: int, is_late: bool) -> None:
    async def story(house: House) -> None:
        await said(house, "call me Ada", says(None, note("name", "Ada")), says("Ok."))
        house.later(hours=hours)
        assert (await said(house, "undo") == NOTHING) is is_late
        assert (facts(house) == ["name: Ada"]) is is_late

    await lived(story)


async def test_a_word_from_before_the_receipt_went_out_is_the_models_to_read() -> None:
    async def story(house: House) -> None:
        noted = says(None, note("name", "Ada"))
        await said(house, "call me Ada", noted, says("Ok."), send=False)
        assert await said(house, "undo", says("What do you mean?")) == "What do you mean?"
        assert facts(house) == ["name: Ada"]

    await lived(story)


@pytest.mark.parametrize("text", ["undo the last two", "don't undo it", '"undo"', "undo?"])
async def test_more_than_the_word_is_the_models_to_read(text: str) -> None:
    async def story(house: House) -> None:
        await said(house, "call me Ada", says(None, note("name", "Ada")), says("Ok."))
        assert await said(house, text, says("Hm?")) == "Hm?"
        assert facts(house) == ["name: Ada"]

    await lived(story)


async def test_a_word_that_stopped_a_turn_takes_nothing_back() -> None:
    async def story(house: House) -> None:
        await said(house, "call me Ada", says(None, note("name", "Ada")), says("Ok."))
        await house.hears(ADA, "what is the tallest building?")
        await house.step(ADA)
        heard = await house.hears(ADA, "undo")
        state = house.state(ADA)
        await house.put(ADA, decider.stopped(state, state.turn).events, slot_of(state), heard)
        await house.answers(ADA, says("Stopped."))
        assert facts(house) == ["name: Ada"]
        assert replies(house)[-1] == "Stopped."

    await lived(story)


def slot_of(state: Any) -> Any:
    return decider.current_slot(state)


async def test_a_no_to_what_waits_asks_nobody_and_ends_it() -> None:
    async def story(house: House) -> None:
        bill = says(None, ("pay_bill", {"which": "electricity", "said": ["pay the bill"]}))
        assert "Shall I do this?" in await said(house, "pay the bill", bill, says("Shall I?"))
        assert await said(house, "no thanks") == "All right, I leave it."
        assert await said(house, "yes", says("Yes what?")) == "Yes what?"

    await lived(story)


async def test_an_undo_of_what_only_waits_leaves_it() -> None:
    async def story(house: House) -> None:
        bill = says(None, ("pay_bill", {"which": "electricity", "said": ["pay the bill"]}))
        await said(house, "pay the bill", bill, says("Shall I?"))
        assert await said(house, "undo") == "All right, I leave it."
        assert await said(house, "undo") == NOTHING

    await lived(story)


async def test_each_crash_of_an_undo_ends_in_the_same_facts() -> None:
    """Whatever prefix of the log stood when the process died, the rest is decided as it was."""

    async def story(house: House) -> None:
        both = says(None, SET, note("name", "Ada"))
        await said(house, "call me Ada; remind me to call mum", both, says("Done."))
        await said(house, "undo")

    house = await lived(story)
    events = house.log.stream(STREAM)
    at = next(n for n, one in enumerate(events) if isinstance(one.event, ChangesUndone))
    opened = next(one for one in reversed(events[:at]) if isinstance(one.event, TurnStarted))
    undone, request = events[at], events[at + 1]
    assert isinstance(request.event, ToolRequested)
    assert undone.transaction_id == request.transaction_id
    gone = next(
        one
        for one in house.log.stream(streams.profile(ADA))
        if isinstance(one.event, ProfileForgotten)
    )
    assert gone.transaction_id == undone.transaction_id, "one append: all of it, or nothing"
    assert undone.event_id == slots.event_id(slots.step(opened.event_id, 1), 0)

    drivers = [_driver(events[:end]) for end in range(at, len(events) + 1)]
    assert drivers[0] == drivers[1] or drivers[1] is None
    for end in range(at + 2, len(events) + 1):
        state = FOLD.over(events[:end])
        move = next_move(state, house.log.now, timedelta()) if state.driver else None
        assert move is None or isinstance(move, AskModel | Decide)
    assert FOLD.over(events).driver is None
    assert FOLD.over(events).turn is None


def _driver(events: Sequence[Recorded[Any]]) -> Any:
    return FOLD.over(events).driver
