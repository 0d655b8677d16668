"""What stands in the file, in which language, and that it is bounded."""

import json
import random
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from contracts.conversation import MessageReceived, ReplyReady
from contracts.media import MediaKept
from contracts.recorded import Recorded
from contracts.reminders import ReminderSet
from services.agent.exporting import entries
from services.agent.exporting.entries import Entry
from services.agent.exporting.file import built
from taskflow.words.languages import LANGUAGES
from tests.support.golden_house import named
from tests.unit.agent.exporting.test_workbook import opened, rows

AT = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)


def recorded(event: object, minute: int = 0) -> Recorded:
    return Recorded(
        event=event,
        event_id=named(str(minute)),
        stream="s",
        version=1,
        position=1,
        transaction_id=1,
        user_id=None,
        cause=None,
        correlation=named("c"),
        trace=None,
        recorded_at=AT + timedelta(minutes=minute),
    )


def message(text: str, minute: int = 0) -> Entry:
    event = MessageReceived(message_ref="SM1", channel="whatsapp", kind="text", text=text)
    entry = entries.of_conversation(recorded(event, minute))
    assert entry is not None
    return entry


def test_messages_and_replies_stand_in_order_by_the_users_clock() -> None:
    reply = entries.of_conversation(recorded(ReplyReady(turn=None, kind="answer", text="Hi!"), 1))
    assert reply is not None
    data, kept, complete = built(
        [message("hello"), reply], complete=True, at=AT, zone="Europe/Berlin", language="de"
    )

    assert rows(opened(data), 2) == [
        ["2026-11-30 10:30", "Du", "hello"],
        ["2026-11-30 10:31", "TaskFlow", "Hi!"],
    ]
    assert (len(kept), complete) == (2, True)
    told = json.loads(zipfile.ZipFile(BytesIO(data)).read("data.json"))
    assert [one["text"] for one in told["messages"]] == ["hello", "Hi!"]
    assert told["messages"][0]["type"] == "message.received"


def test_our_own_work_is_not_in_it() -> None:
    assert entries.of_conversation(recorded(object())) is None


def test_reminders_and_media_tell_what_they_hold() -> None:
    reminder = ReminderSet(
        reminder=named("r"),
        text="call mom",
        local_time="2026-12-01T09:00",
        zone="Europe/Berlin",
        rrule=None,
        tzdata="2026a",
    )
    told = entries.of_event("reminders", recorded(reminder))
    assert told.text.startswith("call mom\n")
    assert "local_time: 2026-12-01T09:00" in told.text

    kept = MediaKept(
        message=named("m"),
        index=0,
        of=1,
        media=named("x"),
        content_type="image/png",
        size=7,
        sha256="00",
    )
    file = entries.of_conversation(recorded(kept))
    assert file is not None
    assert (file.sheet, "content_type: image/png" in file.text) == ("files", True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_made_in_every_language(language: str) -> None:
    data, _, _ = built([message("x")], complete=False, at=AT, zone="UTC", language=language)
    about = rows(opened(data), 1)
    assert len(about) == 4
    assert all(line[2] for line in about)


def test_what_is_too_much_for_one_file_loses_its_oldest() -> None:
    noise = random.Random(7)
    texts = [f"{n} {noise.randbytes(400).hex()}" for n in range(200)]
    data, kept, complete = built(
        [message(text, n) for n, text in enumerate(texts)],
        complete=True,
        at=AT,
        zone="UTC",
        language="en",
        most=60_000,
    )

    assert len(data) <= 60_000
    assert not complete
    assert 0 < len(kept) < 200
    assert kept[-1].text == texts[-1]
    assert "oldest is left out" in rows(opened(data), 1)[-1][2]
