"""Users' keys and addresses go from one master key to the next, in a running house."""

from collections.abc import AsyncGenerator
from uuid import UUID

import asyncpg

from taskflow import failpoints
from taskflow.postgres.database import Connection
from taskflow.privacy.sealing import DataKey, MasterKey
from taskflow.privacy.vault import opened_address, sealed_address

PAGE = 500

_USERS = """
select user_id from vault_people where forgotten_at is null and user_id > $1
 order by user_id limit $2
"""
# Locked as a forgetting locks: the key, then the addresses.
_KEY = "select wrapped_key from vault_keys where user_id = $1 for update"
_NEW_KEY = "update vault_keys set wrapped_key = $2 where user_id = $1"
_ADDRESSES = """
select address_hash, kind, sealed_address, created_at, written_at
  from vault_addresses where user_id = $1
"""
_OLD_ADDRESS = "delete from vault_addresses where address_hash = $1"
_NEW_ADDRESS = """
insert into vault_addresses
  (address_hash, user_id, kind, sealed_address, created_at, written_at)
values ($1, $2, $3, $4, $5, $6) on conflict (address_hash) do nothing
"""
"""It is there already where a process knew one key only, and took its writer for somebody new."""


async def rewrap(pool: asyncpg.Pool, master: MasterKey) -> AsyncGenerator[bool]:
    """For each user, whether something of theirs was still the other key's.

    Raises UnopenableSeal at a user whom neither key opens; those before are done.
    """
    last = UUID(int=0)
    while users := [row["user_id"] for row in await pool.fetch(_USERS, last, PAGE)]:
        for user in users:
            yield await _settled(pool, master, user)
        last = users[-1]


async def _settled(pool: asyncpg.Pool, master: MasterKey, user: UUID) -> bool:
    while True:
        try:
            async with (
                failpoints.VAULT_COMMIT,
                pool.acquire() as connection,
                connection.transaction(),
            ):
                return await _rewrapped(connection, master, user)
        except asyncpg.DeadlockDetectedError:  # their number is changing hands at this moment
            continue


async def _rewrapped(connection: Connection, master: MasterKey, user: UUID) -> bool:
    wrapped = await connection.fetchval(_KEY, user)
    if wrapped is None:  # forgotten meanwhile
        return False
    key, again = master.unwrap(wrapped, user), master.rewrapped(wrapped, user)
    if again:
        await connection.execute(_NEW_KEY, user, again)
    moved = [
        await _moved(connection, master, key, user, row)
        for row in await connection.fetch(_ADDRESSES, user)
    ]
    return bool(again) or any(moved)


async def _moved(
    connection: Connection, master: MasterKey, key: DataKey, user: UUID, row: asyncpg.Record
) -> bool:
    old = row["address_hash"]
    address = opened_address(key, row["sealed_address"], old)
    new = master.address_hash(address)
    if new == old:
        return False
    await connection.execute(_OLD_ADDRESS, old)
    sealed = sealed_address(key, address, new)
    times = row["created_at"], row["written_at"]
    await connection.execute(_NEW_ADDRESS, new, user, row["kind"], sealed, *times)
    return True
