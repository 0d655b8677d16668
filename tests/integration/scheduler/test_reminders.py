"""What reminders come to after they have spoken, on real PostgreSQL."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Event, Json
from contracts.recorded import Recorded
from contracts.reminders import ReminderFired
from contracts.replies import ReplyDelivered, ReplySending, ReplySent
from contracts.streams import UserId
from contracts.tools import ToolFinished
from taskflow import clock
from taskflow.log.appending import Write
from tests.integration.scheduler.conftest import House
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration


async def asked(house: House, user: UserId, tool: str, **arguments: Any) -> Json:
    call = await house.calls.ask(user, tool, **arguments)
    (outcome,) = await eventually(lambda: house.calls.outcomes(call), 20)
    assert isinstance(outcome, ToolFinished), outcome
    return outcome.result


async def happens(house: House, user: UserId, *events: Event) -> None:
    for event in events:
        write = Write(streams.conversation(user), [event], user)
        await house.log.append([write], slots.retry(clock.new_id()))


async def reply_of(house: House, user: UserId) -> Recorded[Any] | None:
    conversation = await house.log.read(streams.conversation(user))
    return next((one for one in conversation if one.event.type == "reply.ready"), None)


def delivered(reply: UUID) -> list[Event]:
    place: dict[str, Any] = {"reply": reply, "part": 0, "attempt": 1}
    return [
        ReplySending(**place, parts=1, token=UUID(int=1)),
        ReplySent(**place, message_ref="SM1", known_by="response"),
        ReplyDelivered(reply=reply, part=0, message_ref="SM1"),
    ]


async def test_did_you_remind_me_is_answered_by_what_the_phone_said(house: House) -> None:
    (ada,) = await house.users(1)
    await house.remind(ada, clock.utc_now().replace(microsecond=0) - timedelta(seconds=5))

    async with house.replicas(2):
        reply = await eventually(lambda: reply_of(house, ada), 20)
        before = await asked(house, ada, "list_reminders")
        await happens(house, ada, *delivered(reply.event_id))
        after = await asked(house, ada, "list_reminders")

    assert before["reminders"] == after["reminders"] == []
    assert [one["last"]["outcome"] for one in before["spoken"]] == ["not sent yet"]
    assert [one["last"]["outcome"] for one in after["spoken"]] == ["delivered to the phone"]


async def test_a_reminder_is_moved_renamed_and_left_out_and_keeps_its_number(
    house: House,
) -> None:
    (ada,) = await house.users(1)
    due = (clock.utc_now() + timedelta(hours=3)).replace(microsecond=0)
    await house.remind(ada, due, "take a pill", rrule="FREQ=DAILY")
    await house.remind(ada, due, "the dentist")

    async with house.replicas(2):
        moved = await asked(house, ada, "change_reminder", which="dentist", by_minutes=60)
        named = await asked(house, ada, "change_reminder", which="2", text="the orthodontist")
        skipped = await asked(house, ada, "change_reminder", which="pill", skip=True)
        listed = await asked(house, ada, "list_reminders")
        undone = await asked(house, ada, "change_reminder", which=skipped["change"])
        dues = "select number, due_at from due_reminders where user_id = $1 order by number"
        rows = await house.owner.fetch(dues, ada)
        tasks = "select local_time from task_reminders where rrule is null"
        at = f"{due + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}"
        await eventually(lambda: house.owner.fetchval(f"{tasks} and local_time = $1", at), 20)

    assert (moved["number"], named["number"], skipped["number"]) == (2, 2, 1)
    assert skipped["skipped"] == f"{due:%Y-%m-%d}"
    assert [(one["number"], one["text"]) for one in listed["reminders"]] == [
        (2, "the orthodontist"),
        (1, "take a pill"),
    ]
    assert undone["at"] == f"{due:%Y-%m-%dT%H:%M:%S}"
    assert [tuple(row) for row in rows] in (
        [(1, due), (2, due + timedelta(hours=1))],
        [(1, due + timedelta(days=1)), (2, due + timedelta(hours=1))],
    ), "the row of the undo may follow"


async def has_spoken(house: House, user: UserId) -> UUID:
    """A reminder that fired an hour and a minute ago, and reached the phone."""
    due = clock.utc_now().replace(microsecond=0)
    reminder = await house.remind(user, due, "take a pill", follow_up_minutes=60)
    slot = slots.occurrence(reminder, due)
    reply = ReplyReady(turn=None, kind="reminder", text="⏰ take a pill")
    said = slots.event_id(slot, 1)
    fired = ReminderFired(reminder=reminder, due=due, late_s=0, reply=said)
    writes = [
        Write(streams.reminder(reminder), [fired], user),
        Write(streams.conversation(user), [reply], user),
    ]
    await house.log.append(writes, slot)
    await happens(house, user, *delivered(said))
    await house.it_was_set_earlier(reminder, timedelta(minutes=61))
    return reminder


async def test_one_that_nobody_answered_is_said_once_more_and_one_that_was_is_not(
    house: House,
) -> None:
    ada, bob = await house.users(2)
    for user in (ada, bob):
        await has_spoken(house, user)
    wrote = MessageReceived(message_ref="SM9", channel="whatsapp", kind="text", text="done")
    await happens(house, bob, wrote)
    rows = "select count(*) from due_reminders"
    open_ = f"{rows} where follow_up_at is not null"

    async def is_over() -> bool:
        both = await house.owner.fetchval(rows) == 2
        return both and await house.owner.fetchval(open_) == 0

    async with house.replicas(2):
        await eventually(is_over, 30)

    first, second = await house.spoken(ada)
    assert (first, second.partition("\n")[2]) == (
        "⏰ take a pill",
        "_(You have not answered, so I ask once more.)_",
    )
    assert await house.spoken(bob) == ["⏰ take a pill"]


async def test_after_an_outage_one_message_tells_of_all_that_a_person_missed(
    house: House,
) -> None:
    users = await house.users(3)
    missed = clock.utc_now().replace(microsecond=0) - timedelta(hours=3)
    for user in users:
        for n in range(8):
            await house.remind(user, missed + timedelta(minutes=n), f"thing {n}")

    async def all_fired() -> bool:
        return sum((await house.fired()).values()) == 24 and await house.is_quiet()

    async with house.replicas(3):
        await eventually(all_fired, 30)

    for user in users:
        spoken = await house.spoken(user)
        assert sum(one.count("thing ") for one in spoken) == 8, "each once"
        assert len(spoken) <= 2, "they may be found while the read model still fills"
    assert max((await house.fired()).values()) == 1
