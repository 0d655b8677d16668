"""The log in several partitions keeps what it keeps in one."""

import asyncio
from collections.abc import AsyncGenerator
from uuid import uuid4

import asyncpg
import pytest

from contracts import slots
from contracts.conversation import TurnStarted
from taskflow.errors import ConcurrentAppend
from taskflow.log import event_log as log_module
from taskflow.log.appending import Appended, Exists, Outcome, Write
from taskflow.log.event_log import Cursor, EventLog
from taskflow.postgres import database as db
from tests.support import partitions

pytestmark = pytest.mark.integration

_NAMES = "select name from events_partitions where not is_default order by end_position"
_OF = """
select p.name, (select count(*) from events e where e.tableoid = to_regclass(p.name)) as events
  from events_partitions p order by p.is_default, p.end_position
"""


@pytest.fixture
async def owner(database: str) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


@pytest.fixture
async def service(database: str) -> AsyncGenerator[asyncpg.Connection]:
    connection = await db.connect(database, "service")
    yield connection
    await connection.close()


def one(stream: str, *, expected: int | None = None) -> Write:
    return Write(stream, [TurnStarted(number=0)], None, expected)


async def shape(owner: asyncpg.Connection) -> list[tuple[str, int]]:
    return [tuple(row) for row in await owner.fetch(_OF)]


async def test_a_slot_taken_in_an_older_partition_stays_taken(
    event_log: EventLog, owner: asyncpg.Connection
) -> None:
    await event_log.append([one("a"), one("b")], slot := uuid4())
    await partitions.close(owner)

    outcome = await event_log.append([one("a")], slot)

    assert isinstance(outcome, Exists)
    assert [event.stream for event in outcome.events] == ["a", "b"]
    assert (await shape(owner))[:2] == [("events_p0", 2), ("events_p3", 0)]


async def test_versions_go_on_and_are_checked_across_partitions(
    event_log: EventLog, owner: asyncpg.Connection
) -> None:
    for _ in range(3):
        await event_log.append([one("a")], uuid4())
        await partitions.close(owner)
    await event_log.append([one("a", expected=3)], uuid4())
    with pytest.raises(ConcurrentAppend):
        await event_log.append([one("a", expected=3)], uuid4())

    assert [event.version for event in await event_log.read("a")] == [1, 2, 3, 4]
    assert [event.version for event in await event_log.read_end("a", 3, 2)] == [2, 3]
    followed = [message.version async for message in event_log.follow_all()]
    assert followed == [1, 2, 3, 4]


async def test_a_slot_tried_for_two_streams_at_a_boundary_is_one_streams(
    event_log: EventLog, owner: asyncpg.Connection, database: str
) -> None:
    """Their rows would lie in two partitions, where no index keeps the id unique."""
    first = await db.connect(database, "first")
    await owner.fetchval("select events_close(1)")
    slot = uuid4()
    begun = first.transaction()
    await begun.start()
    await event_log.append_in(first, [one("x")], slot)

    other = asyncio.create_task(event_log.append([one("y")], slot))
    done, _ = await asyncio.wait([other], timeout=0.2)
    assert not done, "the second waits for the slot"
    await begun.commit()

    assert isinstance(await other, Exists)
    count = "select count(*) from events where event_id = $1"
    assert await owner.fetchval(count, slots.event_id(slot, 0)) == 1
    await first.close()


async def test_writers_go_on_while_partitions_are_made(
    event_log: EventLog, owner: asyncpg.Connection, service: asyncpg.Connection
) -> None:
    await event_log.append([one("s0")], uuid4())
    await partitions.close(owner, 7)
    outcomes: list[Outcome] = []
    for _ in range(15):
        appends = [event_log.append([one(f"s{n % 5}")], uuid4()) for n in range(10)]
        making = service.fetchval("select events_ahead(7)")
        written, _ = await asyncio.gather(asyncio.gather(*appends), making)
        outcomes += written
    await service.fetchval("select events_ahead(7)")

    assert all(isinstance(outcome, Appended) for outcome in outcomes)
    assert len(await owner.fetch(_NAMES)) > 5
    messages = [message async for message in event_log.follow_all()]
    assert len({message.event_id for message in messages}) == 151
    for n in range(5):
        versions = [message.version for message in messages if message.stream == f"s{n}"]
        assert versions == list(range(1, 31 + (n == 0)))


async def test_what_found_no_partition_becomes_one(
    event_log: EventLog, owner: asyncpg.Connection, service: asyncpg.Connection
) -> None:
    await event_log.append([one("a")], uuid4())
    await partitions.close(owner, 2)
    for _ in range(8):
        await event_log.append([one("a")], uuid4())
    in_the_rest = dict(await shape(owner))["events_rest"]
    assert in_the_rest > 0

    await service.fetchval("select events_ahead(2)")

    now = dict(await shape(owner))
    assert (now["events_rest"], sum(now.values())) == (0, 9)
    assert in_the_rest in now.values()
    assert await service.fetchval("select events_ahead(2)") == 0
    await event_log.append([one("a")], uuid4())
    assert [event.version for event in await event_log.read("a")] == list(range(1, 11))


async def test_services_add_rows_and_change_no_table(
    event_log: EventLog, owner: asyncpg.Connection, service: asyncpg.Connection
) -> None:
    await event_log.append([one("a")], uuid4())
    await partitions.close(owner)
    names = [row["name"] for row in await owner.fetch("select name from events_partitions")]
    for name in ["events", *names]:
        for statement in (
            f"update {name} set type = 'x'",
            f"delete from {name}",
            f"truncate {name}",
            f"drop table {name}",
            f"insert into {name} (position) values (1)",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await service.execute(statement)
        for statement in (
            f"update {name} set type = 'x'",
            f"delete from {name}",
            f"truncate {name}",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await owner.execute(statement)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.fetchval("select events_close()")
    assert len(await event_log.follow(Cursor())) == 1


async def test_pages_and_look_ups_walk_indexes_even_where_partitions_are_empty(
    service: asyncpg.Connection,
) -> None:
    """Plans are made once: one that sorts or hashes the log would do so when it is large."""
    await service.fetchval("select events_ahead()")
    pages = {
        log_module._FOLLOW: "'0'::xid8, 0, 500",
        log_module._STREAM: "'s', 0, 500",
        log_module._STREAM_END: "'s', 9, 5",
        log_module._STREAMS: "array['s', 't'], array[0, 0], 500",
    }
    for number, (query, values) in enumerate(pages.items()):
        await service.execute(f"prepare page{number} as {query}")
        plan = await service.fetch(f"explain (costs off) execute page{number}({values})")
        told = "\n".join(row[0] for row in plan)
        assert "Index Scan" in told
        assert not [bad for bad in ("->  Sort", "Bitmap", "Seq Scan") if bad in told], told
    bodies = await service.fetch("select prosrc from pg_proc where proname = 'append_events'")
    assert len(bodies) == 2, "with gates, and as the release before calls it"
    assert not any("exists" in row["prosrc"] for row in bodies)
