"""Figures of the log: each event counts once, whoever counts, and whatever dies."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.conversation import MessageReceived, TurnStarted
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.replies import ReplySending, ReplySent
from contracts.streams import UserId, conversation
from taskflow import failpoints
from taskflow.log.appending import Appended, Write
from taskflow.log.event_log import EventLog
from taskflow.log.group_commit import EventRow, append_now
from taskflow.postgres.database import Connection, connect
from taskflow.postgres.wakeups import Wakeups
from taskflow.usage import counting
from taskflow.usage.counting import Measuring
from tests.support import events as say
from tests.support.eventually import eventually
from tests.support.metering import Meter, metering

pytestmark = pytest.mark.integration
MESSAGES = "taskflow_messages_total"
RESPONSES = "taskflow_response_duration_seconds_count"
Told = Callable[..., Any]

_END = """
select coalesce((select max("position") from events), 0)
     = (select "position" from measuring_checkpoint)
"""


@pytest.fixture
def meter() -> Generator[Meter]:
    with metering() as opened:
        yield opened


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    monkeypatch.setattr(counting, "GATHER_SECONDS", 0.02)
    monkeypatch.setattr(counting, "RETRY_SECONDS", 0.02)
    yield
    failpoints.arm("")


@pytest.fixture
async def sql(database: str) -> AsyncGenerator[Connection]:
    connection = await connect(database, "tests")
    yield connection
    await connection.close()


@pytest.fixture
def tell(event_log: EventLog, a_user: UserId) -> Told:
    async def append(*events: Event) -> list[Recorded[Any]]:
        write = Write(conversation(a_user), events, a_user)
        outcome = await event_log.append([write], uuid4())
        assert isinstance(outcome, Appended)
        return outcome.events

    return append


@asynccontextmanager
async def followers(database: str, event_log: EventLog, many: int = 1) -> AsyncGenerator[None]:
    """So many schedulers' followers; leaving it kills them."""
    wakeups = Wakeups(database, "tests-listen")
    tasks = [
        asyncio.create_task(Measuring(database, event_log, wakeups).run()) for _ in range(many)
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks)


async def test_what_came_while_nobody_counted_is_counted_once(
    database: str, event_log: EventLog, sql: Connection, tell: Told, meter: Meter
) -> None:
    await tell(say.message(), say.message(sid="SM2"))
    async with followers(database, event_log, many=2):
        await eventually(lambda: sql.fetchval(_END))
        await eventually(lambda: meter.one(MESSAGES) == 2)
    await tell(say.message(sid="SM3"))
    async with followers(database, event_log, many=2):
        await eventually(lambda: sql.fetchval(_END))
        await tell(say.message(sid="SM4"))
        await eventually(lambda: sql.fetchval(_END))
        await eventually(lambda: meter.one(MESSAGES) == 4)

    assert meter.one(MESSAGES) == 4


async def test_a_turn_that_was_open_is_timed_by_the_next_leader(
    database: str, event_log: EventLog, sql: Connection, tell: Told, meter: Meter
) -> None:
    await tell(say.message())
    (turn,) = await tell(TurnStarted(number=0))
    (ready,) = await tell(say.reply(turn.event_id))
    attempt = {"reply": ready.event_id, "part": 0, "attempt": 1}
    await tell(ReplySending(**attempt, parts=1, token=UUID(int=1)))
    async with followers(database, event_log):
        await eventually(lambda: sql.fetchval(_END))
        await eventually(lambda: meter.one("taskflow_sends_unknown") == 0)
    assert meter.one("taskflow_sends_unknown") is None, "nobody counts, so nobody knows"
    await tell(ReplySent(**attempt, message_ref="SM2", known_by="response"))
    async with followers(database, event_log):
        await eventually(lambda: meter.one(RESPONSES, model_time="with") == 1)

    assert meter.one(MESSAGES) == 1
    assert meter.one("taskflow_turns_total", outcome="answered") == 1
    assert meter.one("taskflow_sends_total", outcome="accepted", code="none") == 1


@pytest.mark.parametrize(("place", "counted"), [("before", 3), ("after", 1)])
async def test_a_crash_may_lose_a_page_and_doubles_none(
    database: str,
    event_log: EventLog,
    sql: Connection,
    tell: Told,
    meter: Meter,
    *,
    place: str,
    counted: int,
) -> None:
    failpoints.arm(f"measuring.commit.{place}=raise")
    await tell(say.message(), say.message(sid="SM2"))
    async with followers(database, event_log):
        await eventually(lambda: sql.fetchval(_END))
        await tell(say.message(sid="SM3"))
        await eventually(lambda: sql.fetchval(_END))
        await eventually(lambda: meter.one(MESSAGES) == counted)

    assert meter.one(MESSAGES) == counted


async def test_who_was_overtaken_counts_nothing(
    database: str, event_log: EventLog, sql: Connection, tell: Told, meter: Meter
) -> None:
    """It stalled before its commit, and another counted in the meantime."""
    failpoints.arm("measuring.commit.before=stall(0.5)")
    (one,) = await tell(say.message())
    async with followers(database, event_log):
        await asyncio.sleep(0.25)
        await sql.execute(
            'update measuring_checkpoint set transaction_id = $1, "position" = $2',
            one.transaction_id,
            one.position,
        )
        await asyncio.sleep(0.5)
        await tell(say.message(sid="SM2"))
        await eventually(lambda: meter.one(MESSAGES) == 1)

    assert meter.one(MESSAGES) == 1


async def test_an_event_of_a_newer_release_does_not_stop_it(
    database: str, event_log: EventLog, sql: Connection, tell: Told, meter: Meter
) -> None:
    row = EventRow(
        event_id=uuid4(),
        stream="conversation-of-tomorrow",
        place=1,
        expected_version=None,
        gates=(),
        type=MessageReceived.type,
        schema_version=MessageReceived.version + 1,
        user_id=None,
        payload="{}",
        cause=None,
        correlation=uuid4(),
        trace=None,
    )
    assert await append_now(sql, [[row]])
    await tell(say.message(sid="SM2"))
    async with followers(database, event_log):
        await eventually(lambda: sql.fetchval(_END))
        await eventually(lambda: meter.one(MESSAGES) == 1)
