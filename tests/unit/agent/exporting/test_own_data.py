"""Whoever asks for their data in their own words has it as a file, and nobody else's."""

import json
import zipfile
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.conversation import Choice, Choices, MessageReceived, ReplyReady
from contracts.media import DataExported
from contracts.places import Location
from contracts.reminders import ReminderSet
from contracts.streams import UserId
from contracts.tools import ToolFinished, ToolRequested
from services.agent.exporting import entries
from services.agent.exporting import gathering as reading
from services.agent.exporting.gathering import Gathering
from services.agent.exporting.own_data import KEPT_FOR, SENT_AGAIN_FOR, OwnData
from taskflow.log.appending import Write
from taskflow.privacy.media import Stored
from taskflow.privacy.sealing import DataKey
from taskflow.tooling import Call
from tests.support.golden_house import named
from tests.support.memory_log import MemoryLog
from tests.support.trying import STREAM, USER, Trial

ASKED = "Please send me all my data"
CALL: tuple[str, dict[str, Any]] = ("send_my_data", {})
OTHER = UserId(named("somebody else"))
DONE = "Here it comes.\n\n✓ All that I hold of you, as a file"


class Keys:
    async def key(self, _user: UserId) -> DataKey:
        return DataKey(bytes(32))


class Store:
    def __init__(self) -> None:
        self.kept: dict[UUID, tuple[UserId, bytes, datetime | None]] = {}

    async def keep(
        self,
        user: UserId,
        content_type: str,
        data: bytes,
        media_id: UUID,
        until: datetime | None = None,
    ) -> Stored:
        assert content_type.endswith("spreadsheetml.sheet")
        self.kept.setdefault(media_id, (user, data, until))
        return Stored(media_id, "")


class Person:
    """Somebody who talks to the agent, and what they were sent."""

    def __init__(self, **bounds: int) -> None:
        self.log, self.store = MemoryLog(), Store()
        tool = OwnData(Gathering(self.log, Keys(), **bounds), self.store).tool()
        self.trial = Trial([tool], self.log)

    async def asks(self, text: str = ASKED) -> str:
        return await self.trial.says(text, CALL, "Here it comes.")

    def said(self, stream: str, kind: type[Any]) -> list[Any]:
        return [one.event for one in self.log.stream(stream) if isinstance(one.event, kind)]

    @property
    def reply(self) -> ReplyReady:
        return self.said(STREAM, ReplyReady)[-1]

    def file(self) -> dict[str, Any]:
        assert self.reply.document is not None
        user, data, _ = self.store.kept[self.reply.document]
        assert user == USER
        return json.loads(zipfile.ZipFile(BytesIO(data)).read("data.json"))


async def test_what_is_held_of_them_comes_with_the_receipt() -> None:
    person = Person()
    await person.trial.says("I like tea", "Good to know.")
    assert await person.asks() == DONE

    told = [one["text"] for one in person.file()["messages"]]
    assert told[:3] == ["I like tea", person.file()["messages"][1]["text"], ASKED]
    assert "Good to know." in told[1]
    (exported,) = person.said(streams.profile(USER), DataExported)
    assert (exported.media, exported.complete) == (person.reply.document, True)
    assert exported.until == person.store.kept[exported.media][2]


async def test_nobody_elses_words_are_in_it() -> None:
    person = Person()
    message = MessageReceived(
        message_ref="SM9", channel="whatsapp", kind="text", text="the former owner's secret"
    )
    person.log.put([Write(streams.conversation(OTHER), [message], OTHER)], slots.message("SM9"))
    await person.asks()

    assert "secret" not in json.dumps(person.file())


async def test_a_place_that_was_sent_is_in_it_as_a_person_reads_it() -> None:
    person = Person()
    await person.trial.says("hi", "Hi!")
    place = Location(latitude=52.5, longitude=13.4, name="Corner")
    reply = ReplyReady(turn=None, kind="answer", text="It is near you.", location=place)
    person.log.put([Write(STREAM, [reply], USER)], named("a place"))
    await person.asks()

    listed = [one for one in person.file()["messages"] if one["text"] == "It is near you."]
    assert [one["location"]["latitude"] for one in listed] == [52.5]
    told = [entries.of_conversation(one) for one in person.log.stream(STREAM)]
    assert "It is near you.\n\n📍 Corner\n52.5, 13.4" in [one.text for one in told if one]


async def test_what_there_was_to_choose_from_is_in_it_as_a_person_reads_it() -> None:
    person = Person()
    await person.trial.says("hi", "Hi!")
    items = [Choice(payload=f"words-{n}", title=city) for n, city in enumerate(("Rome", "Oslo"), 1)]
    choices = Choices(label="Choose", items=items)
    reply = ReplyReady(turn=None, kind="answer", text="Where to?", choices=choices)
    person.log.put([Write(STREAM, [reply], USER)], named("chosen from"))
    await person.asks()

    listed = [one for one in person.file()["messages"] if one["text"] == "Where to?"]
    assert [one["choices"]["items"][1]["title"] for one in listed] == ["Oslo"]
    told = [entries.of_conversation(one) for one in person.log.stream(STREAM)]
    assert "Where to?\n\n1. Rome\n2. Oslo" in [one.text for one in told if one]


async def test_what_their_calls_have_set_is_in_it() -> None:
    person = Person()
    await person.trial.says("hi", "Hi!")
    request = ToolRequested(
        turn=named("turn"),
        step=1,
        tool="set_reminder",
        owner="scheduler",
        vendor_call_id=None,
        arguments={},
        zone="UTC",
        zone_known=True,
        deadline=person.log.now,
    )
    asked = person.log.put([Write(STREAM, [request], USER)], named("asked")).events[0]
    reminder = slots.reminder_set(asked.event_id)
    fact = ReminderSet(
        reminder=reminder,
        text="call mom",
        local_time="2026-12-01T09:00",
        zone="UTC",
        rrule=None,
        tzdata="2026a",
    )
    person.log.put([Write(streams.reminder(reminder), [fact], USER)], named("set"))
    await person.asks()

    assert [one["text"] for one in person.file()["reminders"]] == ["call mom"]


async def test_a_model_that_nobody_asked_makes_no_file() -> None:
    person = Person()
    told = await person.trial.says("ok", CALL, "Here it comes.")

    assert "✓" not in told
    assert (person.reply.document, person.store.kept) == (None, {})


async def test_whoever_asks_again_at_once_has_the_same_file_and_later_a_new_one() -> None:
    person = Person()
    await person.asks()
    first = person.reply.document
    await person.asks("Send me my data again")
    assert person.reply.document == first
    assert len(person.said(streams.profile(USER), DataExported)) == 2

    person.log.pass_time(SENT_AGAIN_FOR)
    await person.asks("Send me my data once more")
    assert person.reply.document not in {first, None}
    assert len(person.store.kept) == 2


async def test_a_call_that_comes_again_makes_one_file() -> None:
    person = Person()
    await person.asks()
    (request,) = [one for one in person.log.stream(STREAM) if isinstance(one.event, ToolRequested)]
    person.log.pass_time(timedelta(days=2))
    tool = OwnData(Gathering(person.log, Keys()), person.store).tool()

    await tool.run(tool.arguments(), Call(request, USER))
    assert len(person.store.kept) == 1


@pytest.mark.parametrize("page", [1, 2, 7])
async def test_a_history_is_read_in_pages_and_is_whole(page: int) -> None:
    person = Person(page=page)
    for n in range(5):
        await person.trial.says(f"message {n}", f"answer {n}")
    await person.asks()

    told = [one["text"] for one in person.file()["messages"] if one["type"] == "message.received"]
    assert told == [*(f"message {n}" for n in range(5)), ASKED]
    assert person.file()["complete"]


async def test_a_history_that_is_too_long_loses_its_oldest_and_says_so() -> None:
    person = Person(page=4, most=1_500)
    for n in range(6):
        await person.trial.says(f"message {n}", f"answer {n}")
    told = await person.asks()

    assert told == f"{DONE}, without the oldest entries"
    texts = [one["text"] for one in person.file()["messages"]]
    assert "message 0" not in texts
    assert ASKED in texts
    assert not person.file()["complete"]


async def test_reading_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "READ_SECONDS", -1.0)
    person = Person()
    await person.asks()

    assert person.file()["messages"] == []
    assert not person.file()["complete"]


async def test_a_reply_that_is_given_up_brings_the_file_with_its_receipt() -> None:
    person = Person()
    told = await person.trial.says(ASKED, CALL)

    assert "✓ All that I hold of you, as a file" in told
    assert person.reply.kind == "apology"
    assert person.reply.document is not None


def test_it_is_kept_for_longer_than_a_day_never() -> None:
    assert timedelta(days=1) >= KEPT_FOR


async def test_the_outcome_names_the_document() -> None:
    person = Person()
    await person.asks()
    (done,) = person.said(STREAM, ToolFinished)

    assert (done.picture, done.document) == (None, person.reply.document)
    assert done.result["entries"] >= 1
