"""Gates of `append_events`: in its transactions, for each login, and with the release before."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts import slots, streams
from contracts.conversation import MessageReceived, TurnStarted
from contracts.streams import UserId
from taskflow.errors import ConcurrentAppend
from taskflow.log.appending import Write
from taskflow.log.archive.verifying import Verifier
from taskflow.log.event_log import EventLog
from taskflow.log.group_commit import EventRow, append_now
from taskflow.postgres import database as db
from tests.support import partitions

pytestmark = pytest.mark.integration

MESSAGE = MessageReceived(message_ref="SM1", channel="whatsapp", kind="text", text="hello")
STREAM = streams.conversation(UserId(UUID(int=7)))
WITHOUT_GATES = """
select * from append_events($1::int[], $2::int[], $3::int[], $4::uuid[], $5::text[], $6::text[],
  $7::int[], $8::uuid[], $9::jsonb[], $10::uuid[], $11::uuid[], $12::text[])
"""
"""As the release before appends."""


@pytest.fixture
async def owner(database: str) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


@pytest.fixture
async def other(database: str) -> AsyncGenerator[db.Connection]:
    connection = await db.connect(database, "other")
    yield connection
    await connection.close()


def row(type_: str = "turn.started", stream: str = STREAM, **more: Any) -> EventRow:
    event_id = slots.event_id(uuid4(), 0)
    plain = EventRow(
        event_id=event_id,
        stream=stream,
        place=1,
        expected_version=None,
        gates=(),
        type=type_,
        schema_version=1,
        user_id=None,
        payload="{}",
        cause=None,
        correlation=event_id,
        trace=None,
    )
    return replace(plain, **more)


def claim(known: int, *gates: str) -> EventRow:
    return row(expected_version=known, gates=gates or (MESSAGE.type,))


async def test_a_message_that_is_not_committed_yet_is_waited_for_and_seen(
    owner: asyncpg.Connection, other: db.Connection
) -> None:
    """Its transaction holds the stream: whoever claims meanwhile looks when it is over."""
    for commits, versions in ((True, []), (False, [2])):
        known = await owner.fetchval("select coalesce(max(version), 0) from events")
        transaction = owner.transaction()
        await transaction.start()
        await append_now(owner, [[row(MESSAGE.type)]])
        claiming = asyncio.create_task(append_now(other, [[claim(known)]]))
        await asyncio.sleep(0.2)
        assert not claiming.done()
        await (transaction.commit() if commits else transaction.rollback())
        assert [one.version for one in (await claiming).values()] == versions


async def test_in_one_statement_each_append_has_its_own_gates(owner: asyncpg.Connection) -> None:
    there = [row(MESSAGE.type, name) for name in "abc"]
    assert len(await append_now(owner, [[one] for one in there])) == 3

    shut = row(stream="a", expected_version=0, gates=(MESSAGE.type,))
    open_ = row(stream="b", expected_version=0, gates=("no.event",))
    behind = row(stream="c", expected_version=1, gates=("no.event", MESSAGE.type))
    ungated = row(stream="d", expected_version=0)
    stored = await append_now(owner, [[shut], [open_], [behind], [ungated]])
    assert stored.keys() == {open_.event_id, behind.event_id, ungated.event_id}


async def test_a_gate_is_seen_in_an_older_partition(
    event_log: EventLog, a_user: UserId, owner: asyncpg.Connection
) -> None:
    stream = streams.conversation(a_user)
    await event_log.append([Write(stream, [MESSAGE], a_user)], uuid4())
    await partitions.close(owner)
    await event_log.append([Write(stream, [TurnStarted(number=0)], a_user)], uuid4())

    write = Write(stream, [TurnStarted(number=1)], a_user, 0, (MESSAGE.type,))
    with pytest.raises(ConcurrentAppend):
        await event_log.append([write], uuid4())
    await event_log.append([replace(write, expected_version=1)], uuid4())


async def test_the_release_before_appends_as_ever(owner: asyncpg.Connection) -> None:
    async def old(*rows: EventRow) -> list[int]:
        columns = zip(
            *(
                (
                    number,
                    one.place,
                    -1 if one.expected_version is None else one.expected_version,
                    one.event_id,
                    one.stream,
                    one.type,
                    one.schema_version,
                    one.user_id,
                    one.payload,
                    one.cause,
                    one.correlation,
                    one.trace,
                )
                for number, one in enumerate(rows)
            ),
            strict=True,
        )
        return [one["version"] for one in await owner.fetch(WITHOUT_GATES, *map(list, columns))]

    first = row(MESSAGE.type)
    assert await old(first) == [1]
    assert await old(first) == [], "its slot is taken"
    assert await old(row(expected_version=0)) == []
    assert await old(row(expected_version=1)) == [2]
    assert await old(row(stream="a"), row(stream="b", expected_version=3), row(stream="c")) == [
        1,
        1,
    ]
    assert len(await append_now(owner, [[claim(1)]])) == 1
    assert await old(row()) == [4]
    assert [one async for one in Verifier(owner, None).findings()] == [], "one chain of both"


@pytest.mark.parametrize("role", ["service", "gateway", "agent", "tools", "scheduler", "operator"])
async def test_every_login_may_append_by_either(owner: asyncpg.Connection, role: str) -> None:
    for arguments in await owner.fetch(
        "select oid::regprocedure::text as name from pg_proc where proname = 'append_events'"
    ):
        may = "select has_function_privilege($1, $2, 'execute')"
        assert await owner.fetchval(may, f"taskflow_{role}", arguments["name"])
    async with owner.transaction():
        await owner.execute(f"set local role taskflow_{role}")
        assert len(await append_now(owner, [[claim(0)]])) == 1
