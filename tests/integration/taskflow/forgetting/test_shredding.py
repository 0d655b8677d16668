"""Whoever has every byte of PostgreSQL's home and the master key opens nothing of the forgotten."""

import asyncio
import base64
import secrets
from collections.abc import AsyncGenerator, Generator
from uuid import UUID

import asyncpg
import pytest

from contracts.streams import UserId
from taskflow.forgetting import shredding
from taskflow.forgetting.shredding import Shredding, ShreddingLeft, one_round
from taskflow.postgres import database as db
from taskflow.postgres.migrate import all_migrations, migrate
from taskflow.privacy.sealing import MasterKey
from taskflow.privacy.vault import Vault
from tests.support import servers
from tests.support.eventually import eventually
from tests.support.servers import PostgresServer
from tests.support.unwrapping import blobs_of, opened_by

pytestmark = pytest.mark.integration

MASTER = MasterKey(secrets.token_bytes(32))
NOTHING_LEFT = ShreddingLeft(left=False)


@pytest.fixture(scope="module")
def own() -> Generator[PostgresServer]:
    """A server of its own: its write-ahead log is searched, and held."""
    with servers.postgres_server() as server:
        yield server


@pytest.fixture
async def dsn(own: PostgresServer) -> AsyncGenerator[str]:
    async with servers.database(own, migrate) as created:
        yield created


@pytest.fixture
async def scheduler(own: PostgresServer, dsn: str) -> AsyncGenerator[asyncpg.Connection]:
    connection = await db.connect(own.dsn_of(db.role_of("scheduler"), dsn), "tests")
    yield connection
    connection.terminate()


@pytest.fixture
async def pool(dsn: str) -> AsyncGenerator[asyncpg.Pool]:
    async with db.pool(dsn, "tests") as opened:
        yield opened


@pytest.fixture
def people(pool: asyncpg.Pool) -> Vault:
    return Vault(pool, MASTER)


def readable(server: PostgresServer, *users: UUID) -> set[UUID]:
    """Whose key is found and opens."""
    found = opened_by(MASTER, users, blobs_of(server.home))
    return {user for user, windows in found.items() if windows}


async def new_users(vault: Vault, count: int) -> list[UserId]:
    made = (vault.user_for([f"whatsapp:+1555{n:07}", f"whatsapp:DE.{n}"]) for n in range(count))
    return [await one for one in made]


async def forget(pool: asyncpg.Pool, vault: Vault, user: UserId) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await vault.forget_in(connection, user)


@pytest.mark.long
async def test_after_a_round_no_byte_opens_and_everybody_else_is_as_before(
    own: PostgresServer, scheduler: asyncpg.Connection, pool: asyncpg.Pool, people: Vault
) -> None:
    users = await new_users(people, 40)
    gone, left = users[::8], [user for user in users if user not in users[::8]]
    before = await rows_of(pool, left)
    for user in gone:
        await forget(pool, people, user)
    await pool.execute("vacuum vault_keys")
    await scheduler.execute("checkpoint")
    assert readable(own, *gone) == set(gone), "the search finds what is there"

    assert await one_round(scheduler) == NOTHING_LEFT

    assert readable(own, *users) == set(left)
    await scheduler.execute("checkpoint")
    assert readable(own, *users) == set(left)
    assert await rows_of(pool, left) == before
    assert await people.known("whatsapp:+15550000001") == users[1]
    assert await people.known("whatsapp:+15550000000") is None


async def rows_of(pool: asyncpg.Pool, users: list[UserId]) -> set[str]:
    return {
        row[0]
        for table in ("vault_people", "vault_keys", "vault_addresses")
        for row in await pool.fetch(
            f"select t::text from {table} t where user_id = any($1::uuid[])", users
        )
    }


async def test_nothing_of_an_address_is_left_either(
    own: PostgresServer, scheduler: asyncpg.Connection, pool: asyncpg.Pool, people: Vault
) -> None:
    """Its hash would say to whoever has the key whether a number is the one."""
    (user,) = await new_users(people, 1)
    hash_ = MASTER.address_hash("whatsapp:+15550000000")
    await forget(pool, people, user)
    assert any(hash_ in blob for blob in blobs_of(own.home))

    assert await one_round(scheduler) == NOTHING_LEFT

    assert not any(hash_ in blob for blob in blobs_of(own.home))


async def test_somebody_who_reads_for_long_keeps_it_and_nobody_waits_behind(
    scheduler: asyncpg.Connection, pool: asyncpg.Pool, people: Vault
) -> None:
    user, other = await new_users(people, 2)
    await forget(pool, people, user)
    async with pool.acquire() as reader, reader.transaction():
        await reader.execute("lock table vault_keys in access share mode")

        standing = await one_round(scheduler)

        assert standing is not None
        assert (standing.left, len(standing.holders)) == (True, 1)
        assert await Vault(pool, MASTER).key(other)
    assert await one_round(scheduler) == NOTHING_LEFT


async def test_what_holds_the_log_is_named_until_it_lets_go(
    own: PostgresServer, dsn: str, pool: asyncpg.Pool, scheduler: asyncpg.Connection, people: Vault
) -> None:
    (user,) = await new_users(people, 1)
    superuser = await asyncpg.connect(own.dsn_of("postgres", dsn))
    await superuser.execute("select pg_create_physical_replication_slot('standby', true)")
    await forget(pool, people, user)

    standing = await one_round(scheduler)

    assert standing is not None
    assert standing.holders == ("the replication slot standby has not read it yet",)
    assert readable(own, user)
    await superuser.execute("select pg_drop_replication_slot('standby')")
    await superuser.close()
    assert await one_round(scheduler) == NOTHING_LEFT
    assert not readable(own, user)


async def test_files_that_come_again_do_not_count_as_gone(
    own: PostgresServer, dsn: str, pool: asyncpg.Pool, scheduler: asyncpg.Connection, people: Vault
) -> None:
    (user,) = await new_users(people, 1)
    await forget(pool, people, user)
    superuser = await asyncpg.connect(own.dsn_of("postgres", dsn))
    # A checkpoint follows the server's word, which its command line fixes; what is judged is told.
    await superuser.execute("grant set on parameter wal_recycle to taskflow_scheduler")
    await scheduler.execute("set wal_recycle = on")

    standing = await one_round(scheduler)

    assert standing is not None
    assert standing.holders[0].startswith("wal_recycle is on")
    await scheduler.execute("set wal_recycle = off")
    await superuser.execute("revoke set on parameter wal_recycle from taskflow_scheduler")
    await superuser.close()
    assert await one_round(scheduler) == NOTHING_LEFT


async def test_without_the_right_it_says_so_and_destroys_later(
    own: PostgresServer, dsn: str, pool: asyncpg.Pool, scheduler: asyncpg.Connection, people: Vault
) -> None:
    (user,) = await new_users(people, 1)
    await forget(pool, people, user)
    owner = await asyncpg.connect(dsn)
    await owner.execute("revoke pg_checkpoint from taskflow_scheduler")

    assert await one_round(scheduler) == ShreddingLeft(
        left=True, holders=(shredding.MISSING_RIGHT,)
    )

    await owner.execute("grant pg_checkpoint to taskflow_scheduler")
    await owner.close()
    assert await one_round(scheduler) == NOTHING_LEFT


async def test_a_crash_of_the_server_in_the_middle_is_made_good(
    own: PostgresServer, dsn: str, people: Vault, pool: asyncpg.Pool
) -> None:
    (user,) = await new_users(people, 1)
    await forget(pool, people, user)
    owner = await asyncpg.connect(dsn)
    while await owner.fetchval("select shred_next_part()"):
        pass
    await asyncio.to_thread(own.kill)
    own.start()
    dsn = own.dsn_of(db.role_of("scheduler"), dsn)
    assert await Shredding(dsn).finish(60) == NOTHING_LEFT

    assert not readable(own, user)


async def test_the_scheduler_s_loop_does_it_and_two_take_turns(
    own: PostgresServer,
    dsn: str,
    pool: asyncpg.Pool,
    people: Vault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shredding, "LOOK_EVERY_SECONDS", 0.1)
    (user,) = await new_users(people, 1)
    loops = [
        asyncio.create_task(Shredding(own.dsn_of(db.role_of("scheduler"), dsn)).run())
        for _ in range(2)
    ]
    await forget(pool, people, user)

    async def is_done() -> bool:
        return not await pool.fetchval("select exists (select from vault_shreds)")

    await eventually(is_done, 30)
    for loop in loops:
        loop.cancel()
    assert not readable(own, user)


_BEFORE = [one for one in all_migrations() if one.name < "0017"]


async def test_a_database_of_before_is_cleaned_as_it_moves_on(own: PostgresServer) -> None:
    """Whoever was forgotten by the release before, or is while both run; others stay."""
    async with servers.database(own) as dsn:
        await migrate(dsn, _BEFORE)
        owner = await asyncpg.connect(dsn)
        gone, during, stays = [UUID(int=n) for n in (1, 2, 3)]
        for user in (gone, during, stays):
            key, wrapped = MASTER.new_data_key(user)
            await owner.execute(_OLD_NEW_USER, user, wrapped)
            hash_ = MASTER.address_hash(str(user))
            await owner.execute(_OLD_NEW_ADDRESS, hash_, user, key.seal(b"a", b"address" + hash_))
        await owner.execute(_OLD_FORGET, gone)
        await owner.execute(_OLD_FORGET_ADDRESSES, gone)

        await migrate(dsn)
        wrapped = await owner.fetchval(
            "select wrapped_key from vault_users where user_id = $1", stays
        )
        assert MASTER.unwrap(wrapped, stays)
        assert await owner.execute(_OLD_FORGET, gone) == "UPDATE 0"
        assert await owner.execute(_OLD_FORGET, during) == "UPDATE 1"
        assert await owner.execute(_OLD_FORGET_ADDRESSES, during) == "DELETE 1"
        new = UUID(int=4)
        await owner.execute(_OLD_NEW_USER, new, MASTER.new_data_key(new)[1])
        assert await owner.fetchval(_OLD_LOCK, new)
        assert await Shredding(own.dsn_of(db.role_of("scheduler"), dsn)).finish(60) == NOTHING_LEFT

        assert readable(own, gone, during, stays, new) == {stays, new}
        async with db.pool(dsn, "tests") as pool:
            assert await Vault(pool, MASTER).known(str(stays)) == stays
        await owner.close()


_OLD_NEW_USER = "insert into vault_users (user_id, wrapped_key) values ($1, $2)"
_OLD_NEW_ADDRESS = """
insert into vault_addresses (address_hash, user_id, kind, sealed_address)
values ($1, $2, 'phone', $3)
"""
_OLD_FORGET = """
update vault_users set wrapped_key = null, forgotten_at = clock_timestamp()
 where user_id = $1 and wrapped_key is not null
"""
_OLD_FORGET_ADDRESSES = "delete from vault_addresses where user_id = $1"
_OLD_LOCK = """
select wrapped_key from vault_users where user_id = $1 and wrapped_key is not null for update
"""


def test_the_search_finds_a_key_in_every_form() -> None:
    user = UUID(int=5)
    wrapped = MASTER.new_data_key(user)[1]
    for blob in (
        b"\x01" * 3 + wrapped + b"\x01",
        b"f" + wrapped.hex().encode() + b"f",
        wrapped.hex().upper().encode(),
        *(base64.b64encode(b"x" * n + wrapped + b"y") for n in range(3)),
        b"A" * 3 + base64.b64encode(wrapped),
        base64.b64encode(b"xx" + wrapped),
    ):
        assert opened_by(MASTER, [user], [blob]) == {user: {wrapped}}, blob
    assert opened_by(MASTER, [UUID(int=6)], [wrapped]) == {UUID(int=6): set()}
