"""What `append_events` chains, `verify-log` recomputes; whoever changes a row is found."""

from collections.abc import AsyncGenerator
from uuid import uuid4

import asyncpg
import pytest

from contracts import streams
from contracts.conversation import MessageReceived, TurnStarted
from contracts.streams import UserId
from taskflow.log.appending import Because, Write
from taskflow.log.archive.verifying import Verifier
from taskflow.log.event_log import EventLog
from taskflow.log.hash_chain import ChainFinding, linked
from tests.support import partitions

pytestmark = pytest.mark.integration

MESSAGE = MessageReceived(message_ref="SM1", channel="whatsapp", kind="text", text="grüß dich 🙂")
STARTED = TurnStarted(number=0)


@pytest.fixture
async def owner(database: str) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def findings(owner: asyncpg.Connection, stream: str | None = None) -> list[ChainFinding]:
    return [finding async for finding in Verifier(owner, None, stream=stream).findings()]


async def head(owner: asyncpg.Connection) -> str:
    verifier = Verifier(owner, None)
    assert [finding async for finding in verifier.findings()] == []
    return str(verifier.head())


async def tamper(owner: asyncpg.Connection, *statements: str) -> None:
    """As a superuser would who does not want to be seen."""
    tables = await owner.fetch("select name from events_partitions union all select 'events'")
    for table in tables:
        await owner.execute(f"alter table {table['name']} disable trigger events_are_facts")
    for statement in statements:
        await owner.execute(statement)


async def fill(log: EventLog, user: UserId) -> str:
    """Six events, in ones and in threes, with and without cause and trace."""
    stream = streams.conversation(user)
    first = (await log.append([Write(stream, [MESSAGE], user)], uuid4())).events[0]
    await log.append([Write(stream, [STARTED, MESSAGE, STARTED], user)], uuid4(), Because.of(first))
    await log.append([Write(stream, [MESSAGE, STARTED], user)], uuid4())
    return stream


async def test_the_databases_hashes_are_those_of_this_code(
    event_log: EventLog, a_user: UserId, owner: asyncpg.Connection
) -> None:
    stream = await fill(event_log, a_user)
    other = Write(streams.reminder(uuid4()), [STARTED, STARTED], None)
    await event_log.append([other, Write(stream, [STARTED], a_user)], uuid4())

    before: dict[str, bytes | None] = {}
    for row in await owner.fetch("select * from events order by position"):
        assert row["hash"] == linked(before.get(row["stream"]), row)
        before[row["stream"]] = row["hash"]
    assert await findings(owner) == []
    assert await findings(owner, stream) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            "update events set payload = payload || '{\"number\": 7}' where version = 4",
            ["changed 4"],
        ),
        (
            "update events set recorded_at = recorded_at - interval '1 s' where version = 1",
            ["changed 1"],
        ),
        ("delete from events where version = 3", ["removed 3"]),
        ("delete from events where version in (3, 4)", ["removed 3"]),
        ("update events set hash = null where version = 2", ["unhashed 2", "changed 3"]),
    ],
)
async def test_a_changed_or_removed_row_is_named(
    event_log: EventLog, a_user: UserId, owner: asyncpg.Connection, change: str, found: list[str]
) -> None:
    stream = await fill(event_log, a_user)

    await tamper(owner, change)

    wrong = await findings(owner)
    assert [f"{one.what} {one.version}" for one in wrong] == found
    assert {one.stream for one in wrong} == {stream}


async def test_two_rows_that_changed_places_are_named_and_nobody_else(
    event_log: EventLog, a_user: UserId, owner: asyncpg.Connection
) -> None:
    stream = await fill(event_log, a_user)

    await tamper(
        owner,
        "update events set version = 100 where version = 2",
        "update events set version = 2 where version = 3",
        "update events set version = 3 where version = 100",
    )

    wrong = await findings(owner)
    assert [(one.what, one.version) for one in wrong] == [("changed", 2), ("changed", 3)]
    by_version = {one.version: one for one in await event_log.read(stream)}
    assert [one.event_id for one in wrong] == [by_version[n].event_id for n in (2, 3)]
    assert [one.position for one in wrong] == [by_version[n].position for n in (2, 3)]


async def test_a_row_put_in_without_the_function_is_named(
    event_log: EventLog, a_user: UserId, owner: asyncpg.Connection
) -> None:
    stream = await fill(event_log, a_user)

    await owner.execute(
        "insert into events (event_id, stream, version, type, schema_version, payload, correlation)"
        " values (gen_random_uuid(), $1, 7, 'x', 1, '{}', gen_random_uuid())",
        stream,
    )

    assert [f"{one.what} {one.version}" for one in await findings(owner)] == ["unhashed 7"]


async def test_a_second_row_at_a_version_is_named_across_partitions(
    event_log: EventLog, a_user: UserId, owner: asyncpg.Connection
) -> None:
    await fill(event_log, a_user)
    await partitions.close(owner)

    await owner.execute(
        "insert into events (event_id, stream, version, type, schema_version, payload, correlation)"
        " select gen_random_uuid(), stream, version, type, 1, payload, correlation from events"
        " where version = 3"
    )

    assert [f"{one.what} {one.version}" for one in await findings(owner)] == ["inserted 3"]


async def test_rows_from_before_the_chain_are_counted_and_the_chain_goes_on(
    event_log: EventLog, a_user: UserId, owner: asyncpg.Connection
) -> None:
    await fill(event_log, a_user)
    await tamper(owner, "update events set hash = null", "update chain_start set position = 7")
    await fill(event_log, a_user)

    verifier = Verifier(owner, None)

    assert [finding async for finding in verifier.findings()] == []
    assert (verifier.counts.before_the_chain, verifier.counts.events) == (6, 12)


async def test_a_kept_head_shows_that_the_end_of_a_stream_was_cut_off(
    event_log: EventLog, a_user: UserId, owner: asyncpg.Connection
) -> None:
    stream = await fill(event_log, a_user)
    kept = await head(owner)
    assert await head(owner) == kept
    at = (int(kept.split("-")[0]), int(kept.split("-")[1]))

    async def then() -> str:
        verifier = Verifier(owner, None, at=at)
        assert [finding async for finding in verifier.findings()] == []
        return str(verifier.head_then())

    await event_log.append([Write(stream, [STARTED], a_user)], uuid4())
    await event_log.append([Write(streams.reminder(uuid4()), [STARTED], None)], uuid4())
    assert await head(owner) != kept
    assert await then() == kept
    await tamper(owner, f"delete from events where stream = '{stream}' and version >= 6")
    assert await then() != kept
