"""What the views say of a story that is told to them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest

from contracts import streams
from contracts.conversation import (
    MessageReceived,
    ModelAnswered,
    ReplyReady,
    TurnStarted,
    Usage,
    UserForgotten,
)
from contracts.event import Event
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.reminders import ReminderCancelled, ReminderFired, ReminderSet
from contracts.replies import (
    WINDOW_SHUT,
    ReplyDelivered,
    ReplyHeld,
    ReplyRead,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from contracts.streams import UserId
from contracts.tools import ToolFailed, ToolRequested
from taskflow.log.appending import Appended, Write
from taskflow.log.event_log import EventLog
from taskflow.views import VIEWS
from taskflow.views.conversations import Conversations
from taskflow.views.tasks import Tasks
from tests.support.projecting import in_pages

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


class Teller:
    def __init__(self, log: EventLog, user: UserId) -> None:
        self._log, self.user = log, user
        self.stream = streams.conversation(user)

    async def tell(self, event: Event, stream: str | None = None):
        write = Write(stream or self.stream, [event], self.user)
        outcome = await self._log.append([write], uuid4())
        assert isinstance(outcome, Appended)
        return outcome.events[0]


async def _story(teller: Teller) -> tuple[Any, Any]:
    said = MessageReceived(
        message_ref="SM1", channel="whatsapp", kind="text", text="hello", zone="Europe/Berlin"
    )
    message = await teller.tell(said)
    turn = (await teller.tell(TurnStarted(number=0))).event_id
    used = Usage(input=1_000_000, output=100_000, total=1_100_000)
    answer = {"turn": turn, "step": 1, "model": "gemini-3.8-flash", "prompt_version": "v"}
    facts = {"content": {"a": 1}, "finish_reason": "STOP", "request_hash": "x", "took_ms": 5}
    await teller.tell(ModelAnswered(**answer, **facts, usage=used))
    asked = {"turn": turn, "step": 1, "tool": "search_web", "owner": "tools", "zone": "UTC"}
    more = {"vendor_call_id": None, "arguments": {"q": "x"}, "zone_known": True}
    call = await teller.tell(ToolRequested(**asked, **more, deadline=NOW))
    failure = {"call": call.event_id, "tool": "search_web", "code": "timeout", "error": "late"}
    await teller.tell(ToolFailed(**failure))
    reply = await teller.tell(ReplyReady(turn=turn, kind="answer", text="hi"))
    at = {"reply": reply.event_id, "part": 0}
    await teller.tell(ReplySending(**at, parts=1, attempt=1, token=uuid4()))
    await teller.tell(ReplySent(**at, attempt=1, message_ref="SM2", known_by="response"))
    await teller.tell(ReplyRead(**at, message_ref="SM2"))
    await teller.tell(ReplyDelivered(**at, message_ref="SM2"))
    return message, reply


async def _views(database: str, log: EventLog, size: int) -> None:
    for view in VIEWS:
        await in_pages(database, log, view(), size)


@pytest.mark.parametrize("size", [1, 500])
async def test_a_conversation_its_cost_and_its_end(
    database: str, event_log: EventLog, a_user: UserId, size: int
) -> None:
    teller = Teller(event_log, a_user)
    message, reply = await _story(teller)
    await teller.tell(
        ProfileLearned(kind="name", value="Ada", said="I am Ada", source=uuid4(), rule="r"),
        streams.profile(a_user),
    )
    gone = await teller.tell(
        ProfileLearned(kind="language", value="de", said="deutsch", source=uuid4(), rule="r"),
        streams.profile(a_user),
    )
    taken_back = ProfileForgotten(facts=[gone.event_id], source=uuid4())
    await teller.tell(taken_back, streams.profile(a_user))
    await _views(database, event_log, size)
    connection = await asyncpg.connect(database)

    told = dict(await connection.fetchrow("select * from conversation_replies"))
    assert (told["reply"], told["state"], told["parts_sent"]) == (reply.event_id, "read", 1)
    kept = await connection.fetchrow("select * from conversation_messages")
    assert orjson.loads(kept["text"]).keys() == {"sealed"}
    assert "hello" not in kept["text"]
    user = dict(await connection.fetchrow("select * from users"))
    assert user["last_message_at"] == message.recorded_at
    assert (user["messages"], user["guessed_zone"]) == (1, "Europe/Berlin")
    assert await connection.fetchval("select array_agg(kind) from user_facts") == ["name"]
    call = dict(await connection.fetchrow("select * from task_calls"))
    assert (call["outcome"], call["code"], call["deadline"]) == ("failed", "timeout", NOW)
    for row in await connection.fetch("select * from usage"):
        counted = (row["messages"], row["active_users"], row["turns"], row["replies"])
        assert (*counted, row["errors"], row["answered"], row["sent"]) == (1,) * 7
        waited = (reply.recorded_at - message.recorded_at) / timedelta(milliseconds=1)
        assert abs(row["answer_ms"] - waited) <= 1
        assert row["sent_ms"] >= row["answer_ms"]
    costs = await connection.fetch("select cost_usd from usage_models")
    assert [str(row["cost_usd"].normalize()) for row in costs] == ["1.125", "1.125"]

    await teller.tell(UserForgotten())
    await _views(database, event_log, size)
    counts = {view.name: await _rows(connection, view.tables) for view in VIEWS}
    await connection.close()
    left = {name: count for name, count in counts.items() if count}
    assert left == {"usage": 4}, "counts stay, and nobody's id"


async def _rows(connection: asyncpg.Connection, tables: tuple[str, ...]) -> int:
    return sum([await connection.fetchval(f"select count(*) from {table}") for table in tables])


HELD: dict[str, list[str]] = {
    "h": ["held"],
    "hc": ["held", "sending"],
    "hcs": ["held", "sending", "sent"],
    "cs!": ["sending", "sent", "sent"],
    "cs!h": ["sending", "sent", "sent", "held"],
    "cs!hcsd": ["sending", "sent", "sent", "held", "sending", "sent", "delivered"],
    "csd!": ["sending", "sent", "delivered", "delivered"],
    "cs?": ["sending", "sent", "undelivered"],
    "cs.": ["sending", "sent", "undelivered"],
}
"""What happens: held, claimed, sent, delivered; undelivered because the window is shut (!), as an
older release told it (?), or for another reason (.). And the state after each."""


@pytest.mark.parametrize("happens", HELD)
@pytest.mark.parametrize("size", [1, 2, 500])
async def test_a_reply_that_waits_for_its_user_is_held(
    database: str, event_log: EventLog, a_user: UserId, happens: str, size: int
) -> None:
    teller = Teller(event_log, a_user)
    reply = await teller.tell(ReplyReady(turn=None, kind="reminder", text="hi"))
    at: dict[str, Any] = {"reply": reply.event_id, "part": 0}
    lost: dict[str, Any] = {**at, "message_ref": "SM2", "status": "undelivered"}
    facts: dict[str, Event] = {
        "h": ReplyHeld(**at, attempt=1, why="window"),
        "c": ReplySending(**at, parts=1, attempt=1, token=uuid4()),
        "s": ReplySent(**at, attempt=1, message_ref="SM2", known_by="response"),
        "d": ReplyDelivered(**at, message_ref="SM2"),
        "!": ReplyUndelivered(**lost, code=WINDOW_SHUT, attempt=1),
        "?": ReplyUndelivered(**lost, code=WINDOW_SHUT),
        ".": ReplyUndelivered(**lost, code=63024, attempt=1),
    }
    connection = await asyncpg.connect(database)
    for what, state in zip(happens, HELD[happens], strict=True):
        fact = await teller.tell(facts[what])
        if size == 1:
            await in_pages(database, event_log, Conversations(), size)
            row = await connection.fetchrow("select state, state_at from conversation_replies")
            assert row["state"] == state
            assert row["state_at"] == fact.recorded_at or what == "!"
    await in_pages(database, event_log, Conversations(), size)
    told = await connection.fetchval("select state from conversation_replies")
    await connection.close()
    assert told == HELD[happens][-1]


ENDS = (
    (None, "", "set"),
    (None, "f", "done"),
    (None, "fc", "done"),
    (None, "cf", "cancelled"),
    ("FREQ=DAILY", "ff", "set"),
    ("FREQ=DAILY", "fcf", "cancelled"),
)
"""How it repeats; that it fires and is cancelled, in turn; what it is then."""


async def test_a_reminder_ends_by_what_came_first(
    database: str, event_log: EventLog, a_user: UserId
) -> None:
    teller = Teller(event_log, a_user)
    reminders = {uuid4(): ends for ends in ENDS}
    for reminder, (rrule, happens, _) in reminders.items():
        stream = streams.reminder(reminder)
        told = {"reminder": reminder, "text": "stretch", "local_time": "2026-11-24T15:00"}
        await teller.tell(ReminderSet(**told, zone="UTC", rrule=rrule, tzdata="2026.1"), stream)
        for what in happens:
            fired = ReminderFired(reminder=reminder, due=NOW, late_s=0, reply=reminder)
            cancelled = ReminderCancelled(reminder=reminder)
            await teller.tell(fired if what == "f" else cancelled, stream)
    connection = await asyncpg.connect(database)
    wanted = {name: (state, happens.count("f")) for name, (_, happens, state) in reminders.items()}
    for size in (1, 2, 500):
        await in_pages(database, event_log, Tasks(), size)
        rows = await connection.fetch("select * from task_reminders")
        assert {row["reminder"]: (row["state"], row["fired"]) for row in rows} == wanted
        assert all((row["last_reply"] is not None) == (row["fired"] > 0) for row in rows)
    await connection.close()
