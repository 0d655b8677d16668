"""The master key is rotated while people write, are forgotten, and come new."""

import asyncio
import base64
from collections.abc import AsyncGenerator

import asyncpg
import pytest
from typer.testing import CliRunner

from contracts.streams import UserId
from taskflow.cli import main as cli
from taskflow.cli.people.rewrapping import rewrap_keys
from taskflow.errors import Configuration, SealedForEver
from taskflow.postgres import database as db
from taskflow.privacy.rewrapping import rewrap
from taskflow.privacy.sealing import MasterKey, UnopenableSeal
from taskflow.privacy.vault import Vault

OLD, NEW = b"the old master key, of 32 bytes.", b"the new master key, of 32 bytes."
ADA = ["whatsapp:+15551230001", "whatsapp:DE.ada"]
BEN = ["whatsapp:+15551230002"]


@pytest.fixture
async def pool(database: str) -> AsyncGenerator[asyncpg.Pool]:
    async with db.pool(database, "tests") as pool:
        yield pool


def vault_of(pool: asyncpg.Pool, *keys: bytes) -> Vault:
    """Of a process that has just started with these keys."""
    return Vault(pool, MasterKey(*keys))


async def rewrapped(pool: asyncpg.Pool, *keys: bytes) -> list[bool]:
    return [changed async for changed in rewrap(pool, MasterKey(*keys))]


async def test_afterwards_all_is_the_new_keys_and_nothing_the_old_ones(
    pool: asyncpg.Pool,
) -> None:
    before = vault_of(pool, OLD)
    ada, ben = await before.user_for(ADA), await before.user_for(BEN)
    sealed = (await before.key(ada)).seal(b"hello", b"")
    since = await pool.fetch("select kind, created_at from vault_addresses order by 1, 2")

    assert await rewrapped(pool, NEW, OLD) == [True, True]

    after = vault_of(pool, NEW)
    assert [await after.known(one) for one in (*ADA, *BEN)] == [ada, ada, ben]
    assert (await after.key(ada)).open(sealed, b"") == b"hello"
    assert await after.address_of(ada) == ADA[0]
    assert await pool.fetch("select kind, created_at from vault_addresses order by 1, 2") == since
    old = vault_of(pool, OLD)
    assert [await old.known(one) for one in (*ADA, *BEN)] == [None] * 3
    with pytest.raises(UnopenableSeal):
        await old.key(ada)
    assert await rewrapped(pool, NEW, OLD) == [False, False]


async def test_a_reply_still_goes_where_the_person_wrote_from_last(pool: asyncpg.Pool) -> None:
    before = vault_of(pool, OLD)
    ada = await before.user_for(ADA)
    await before.user_for(ADA[1:])
    assert await before.address_of(ada) == ADA[1]

    await rewrapped(pool, NEW, OLD)
    assert await vault_of(pool, NEW).address_of(ada) == ADA[1]


async def test_before_each_step_both_keys_lead_to_the_same_user(pool: asyncpg.Pool) -> None:
    ada = await vault_of(pool, OLD).user_for(ADA)
    for keys in ((OLD, NEW), (NEW, OLD)):
        there = vault_of(pool, *keys)
        assert await there.user_for(ADA) == ada
        assert await there.address_of(ada) == ADA[0]
    assert await pool.fetchval("select count(*) from vault_addresses") == len(ADA)


@pytest.mark.parametrize(
    "steps", [((OLD,), (OLD, NEW)), ((OLD, NEW), (NEW, OLD)), ((NEW, OLD), (NEW,))]
)
async def test_somebody_new_at_processes_of_two_steps_is_one_user(
    pool: asyncpg.Pool, steps: tuple[tuple[bytes, ...], tuple[bytes, ...]]
) -> None:
    for n in range(20):
        addresses = [f"whatsapp:+1555124{n:04}", f"whatsapp:DE.{n}"]
        vaults = [vault_of(pool, *keys) for keys in steps for _ in range(3)]
        users = await asyncio.gather(*(one.user_for(addresses) for one in vaults))
        assert len(set(users)) == 1
    assert await pool.fetchval("select count(*) from vault_people") == 20
    assert await pool.fetchval("select count(*) from vault_addresses") == 40


async def test_who_is_forgotten_meanwhile_leaves_no_address(pool: asyncpg.Pool) -> None:
    vault = vault_of(pool, NEW, OLD)
    users = [await vault_of(pool, OLD).user_for([f"whatsapp:+1555125{n:04}"]) for n in range(40)]

    async def forget(user: UserId) -> None:
        async with pool.acquire() as connection, connection.transaction():
            assert await vault.forget_in(connection, user) == (1, 1)

    await asyncio.gather(rewrapped(pool, NEW, OLD), *map(forget, users[::2]))

    left = await pool.fetch("select user_id from vault_addresses")
    assert {row["user_id"] for row in left} == set(users[1::2])
    after = vault_of(pool, NEW)
    for user in users[1::2]:
        assert await after.address_of(user)
    with pytest.raises(SealedForEver):
        await after.address_of(users[0])


async def test_a_user_of_neither_key_stops_it_with_a_way_on(
    pool: asyncpg.Pool, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await vault_of(pool, OLD).user_for(ADA)
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("NATS_URL", "nats://127.0.0.1:1")
    monkeypatch.setenv("TASKFLOW_MASTER_KEY", base64.b64encode(NEW).decode())
    with pytest.raises(Configuration, match="set the key that they were wrapped with"):
        await rewrap_keys()
    assert await vault_of(pool, OLD).known(ADA[0])

    monkeypatch.setenv("TASKFLOW_MASTER_KEY_SECONDARY", base64.b64encode(OLD).decode())
    result = await asyncio.to_thread(CliRunner().invoke, cli.app, ["rewrap-keys"])
    assert (result.exit_code, result.stdout) == (
        0,
        "1 of 1 users rewrapped; all 1 are TASKFLOW_MASTER_KEY's now\n",
    )
