"""Who is who: the only place that knows addresses. Everything else knows a user id."""

from datetime import datetime
from typing import Literal

import asyncpg

from contracts.streams import UserId
from taskflow import clock, failpoints
from taskflow.database import UNAVAILABLE, Connection, DatabaseUnavailable
from taskflow.errors import Permanent, SealedForEver
from taskflow.sealing import DataKey, MasterKey

KEY_CACHE_SECONDS = 300
KEY_CACHE_SIZE = 10_000
TRUSTED_SECONDS = 12.0
"""A cached key opens things for so long after it was read, or after it was last known that nobody
cached here was forgotten (see forgotten.py, which asks every 5 s)."""

_USER_OF = """
select user_id from vault_addresses where address_hash = any($1::bytea[])
 order by kind = 'phone' desc
"""
_NEW_USER = "insert into vault_users (user_id, wrapped_key) values ($1, $2)"
# Two webhooks of a new user race: the first address wins, the loser's user is never referred to.
_NEW_ADDRESS = """
insert into vault_addresses (address_hash, user_id, kind, sealed_address) values ($1, $2, $3, $4)
on conflict (address_hash) do nothing
"""
_WRAPPED_KEY = "select wrapped_key from vault_users where user_id = $1"
_ADDRESSES = """
select address_hash, sealed_address from vault_addresses where user_id = $1
 order by kind = 'phone' desc, created_at
"""
_FORGET_ADDRESSES = "delete from vault_addresses where user_id = $1"
_FORGET_KEY = """
update vault_users set wrapped_key = null, forgotten_at = clock_timestamp()
 where user_id = $1 and wrapped_key is not null
"""
_TELL = "select pg_notify($1, $2)"
_STANDING = "select forgotten_at from vault_users where user_id = $1"

FORGOTTEN_CHANNEL = "taskflow_forgotten"
"""PostgreSQL's notifications of users' ids, committed with the destruction of their keys."""

Kind = Literal["phone", "business_scoped"]


class UnknownUser(Permanent):
    """No address leads to this user, or they were forgotten."""

    code = "unknown_user"


def kind_of(address: str) -> Kind:
    """`whatsapp:+15551230001` is a phone; `whatsapp:DE.abc123` a business-scoped id."""
    return "phone" if address.removeprefix("whatsapp:").startswith("+") else "business_scoped"


class Vault:
    def __init__(self, pool: asyncpg.Pool, master: MasterKey) -> None:
        self._pool, self._master = pool, master
        self._keys: dict[UserId, tuple[float, DataKey]] = {}
        self._checked_at = float("-inf")

    async def user_for(self, addresses: list[str]) -> UserId:
        """The user behind these addresses (phone, business-scoped id, both); new if unknown."""
        by_hash = {self._master.address_hash(address): address for address in addresses}
        try:
            found = await self._find(list(by_hash))
            if len(found) == len(by_hash):
                return found[0]
            if found:
                user, key = found[0], await self.key(found[0])
            else:
                user = UserId(clock.new_id())
                key, wrapped = self._master.new_data_key(user)
                async with failpoints.VAULT_COMMIT:
                    await self._pool.execute(_NEW_USER, user, wrapped)
            for hash_, address in by_hash.items():
                sealed = key.seal(address.encode(), b"address" + hash_)
                async with failpoints.VAULT_COMMIT:
                    await self._pool.execute(_NEW_ADDRESS, hash_, user, kind_of(address), sealed)
            return (await self._find(list(by_hash)))[0]
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the vault did not answer") from error

    async def _find(self, hashes: list[bytes]) -> list[UserId]:
        """One user for each known hash; should they differ, the phone's owner comes first."""
        return [UserId(row["user_id"]) for row in await self._pool.fetch(_USER_OF, hashes)]

    async def known(self, address: str) -> UserId | None:
        rows = await self._find([self._master.address_hash(address)])
        return rows[0] if rows else None

    async def address_of(self, user: UserId) -> str:
        """Where to write to them: the phone if it is known. Raises UnknownUser."""
        try:
            row = await self._pool.fetchrow(_ADDRESSES, user)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the vault did not answer") from error
        if row is None:
            raise UnknownUser(f"no address is known for user {user}")
        key = await self.key(user)
        return key.open(row["sealed_address"], b"address" + row["address_hash"]).decode()

    async def key(self, user: UserId) -> DataKey:
        """Raises SealedForEver when the user was forgotten, UnknownUser when there is none."""
        if cached := self._cached(user):
            return cached
        try:
            row = await self._pool.fetchrow(_WRAPPED_KEY, user)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the vault did not answer") from error
        if row is None:
            raise UnknownUser(f"no user {user}")
        if row["wrapped_key"] is None:
            raise SealedForEver(f"user {user} was forgotten")
        key = self._master.unwrap(row["wrapped_key"], user)
        if len(self._keys) >= KEY_CACHE_SIZE:
            self._keys.pop(next(iter(self._keys)))
        self._keys[user] = (clock.monotonic(), key)
        return key

    def _cached(self, user: UserId) -> DataKey | None:
        if (found := self._keys.get(user)) is None:
            return None
        read_at, key = found
        now = clock.monotonic()
        trusted = now - max(read_at, self._checked_at) < TRUSTED_SECONDS
        return key if trusted and now - read_at < KEY_CACHE_SECONDS else None

    def drop(self, user: UserId) -> None:
        """They were forgotten, here or elsewhere: nothing of theirs opens in this process."""
        self._keys.pop(user, None)

    def checked(self, at: float) -> None:
        """Whoever was forgotten before this moment, by the monotonic clock, has been dropped."""
        self._checked_at = max(self._checked_at, at)

    async def forgotten_at(self, user: UserId) -> datetime | None:
        """Raises UnknownUser."""
        row = await self._pool.fetchrow(_STANDING, user)
        if row is None:
            raise UnknownUser(f"no user {user}")
        return row["forgotten_at"]

    async def forget_in(self, connection: Connection, user: UserId) -> tuple[int, int]:
        """Destroys key and addresses in the caller's transaction; how many of each there were.

        Every process is told by the commit.
        """
        addresses = deleted(await connection.execute(_FORGET_ADDRESSES, user))
        keys = deleted(await connection.execute(_FORGET_KEY, user))
        await connection.execute(_TELL, FORGOTTEN_CHANNEL, str(user))
        return keys, addresses


def deleted(done: str) -> int:
    """How many rows a statement changed, by its tag: `DELETE 3`."""
    return int(done.rpartition(" ")[2])
