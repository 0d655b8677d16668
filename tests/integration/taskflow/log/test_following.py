"""Followers see every event once, in commit order, whatever overlaps."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts import streams
from contracts.conversation import TurnStarted
from contracts.streams import UserId
from taskflow.errors import Configuration
from taskflow.log.appending import Appended, Write
from taskflow.log.event_log import Cursor, EventLog
from taskflow.log.group_commit import GroupCommit
from taskflow.postgres import database as db
from taskflow.postgres.migrate import Migration, all_migrations, migrate, pending
from taskflow.privacy.sealing import MasterKey
from taskflow.privacy.vault import Vault
from tests.conftest import MASTER_KEY
from tests.support.eventually import eventually
from tests.support.forgetting import destroy_key

pytestmark = pytest.mark.integration


def one(stream: str) -> Write:
    return Write(stream, [TurnStarted(number=0)], None)


async def test_an_open_transaction_is_never_skipped(event_log: EventLog, database: str) -> None:
    first = await db.connect(database, "first")
    async with first.transaction():
        await event_log.append_in(first, [one("slow")], uuid4())
        await event_log.append([one("quick")], uuid4())
        # The quick one has the later position, and is held back behind the open one.
        assert await event_log.follow(Cursor()) == []
    seen = await eventually(lambda: event_log.follow(Cursor()))

    assert [message.stream for message in seen] == ["slow", "quick"]
    await first.close()


async def test_two_overlapping_transactions_keep_both_streams_in_order(
    event_log: EventLog, database: str
) -> None:
    """The first writes X, the second Y, the first Y: versions of Y must not be seen inverted."""
    first, second = await db.connect(database, "a"), await db.connect(database, "b")
    both = [one("x"), one("y")]
    begun = first.transaction()
    await begun.start()
    await event_log.append_in(first, both, uuid4())

    async def other() -> None:
        async with second.transaction():
            await event_log.append_in(second, [one("y")], uuid4())

    waiting = asyncio.create_task(other())
    await event_log.append([one("z")], uuid4())
    assert not waiting.done(), "the second waits for the first one's locks"
    await begun.commit()
    await waiting
    seen = await eventually(lambda: _all_of(event_log, 4))

    versions = [message.version for message in seen if message.stream == "y"]
    assert versions == [1, 2]
    await first.close()
    await second.close()


async def _all_of(event_log: EventLog, count: int):
    seen = [message async for message in event_log.follow_all()]
    return seen if len(seen) == count else None


async def test_many_writers_leave_no_gap_and_no_half_append(database: str) -> None:
    """Three processes' worth of appenders on six hot streams, slots repeated."""
    hot = [f"hot-{n}" for n in range(6)]
    async with db.pool(database, "hammer") as pool:
        vault = Vault(pool, MasterKey(MASTER_KEY))
        groups = [GroupCommit(database, f"hammer-{n}") for n in range(3)]
        logs = [EventLog(pool, vault, group) for group in groups]
        at_once = asyncio.Semaphore(60)  # so that none waits as long as a caller would

        async def write(log: EventLog, n: int) -> int:
            stream = hot[n % 6]
            writes = [Write(stream, [TurnStarted(number=n)] * (1 + n % 3), None)]
            async with at_once:
                return isinstance(await log.append(writes, UUID(int=n // 2)), Appended)

        won = await asyncio.gather(*(write(log, n) for log in logs for n in range(200)))
        seen = [message async for message in logs[0].follow_all()]
        for group in groups:
            await group.close()

    assert sum(won) == 100
    for stream in hot:
        versions = [message.version for message in seen if message.stream == stream]
        assert versions == list(range(1, len(versions) + 1))


async def test_nobody_changes_the_log(event_log: EventLog, database: str) -> None:
    await event_log.append([one("s")], uuid4())
    owner, service = await asyncpg.connect(database), await db.connect(database, "service")
    for statement in (
        "update events set type = 'x'",
        "delete from events",
        "truncate events",
    ):
        for connection in (owner, service):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    await owner.close()
    await service.close()


async def test_a_migration_is_applied_once_and_never_edited(database: str) -> None:
    assert await migrate(database) == []
    edited = [Migration(m.name, m.sql + "-- edited") for m in all_migrations()]
    with pytest.raises(Configuration, match="0001_log was changed"):
        await migrate(database, edited)
    connection = await asyncpg.connect(database)
    assert await pending(connection) == []
    await connection.close()


async def test_one_person_is_one_user_however_they_come(vault: Vault) -> None:
    phone, scoped = "whatsapp:+4917000000001", "whatsapp:DE.abc"
    users = await asyncio.gather(*(vault.user_for([phone]) for _ in range(20)))

    assert len(set(users)) == 1
    assert await vault.user_for([phone, scoped]) == users[0]
    assert await vault.user_for([scoped]) == users[0]
    assert await vault.address_of(users[0]) == scoped, "they wrote from there last"
    assert await destroy_key(vault, users[0])
    assert not await destroy_key(vault, users[0])
    again: UserId = await vault.user_for([phone])
    assert again != users[0]
    assert streams.conversation(again) != streams.conversation(users[0])
