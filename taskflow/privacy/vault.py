"""Who is who: the only place that knows addresses. Everything else knows a user id."""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from typing import Literal

import asyncpg

from contracts.streams import UserId
from taskflow import clock, failpoints
from taskflow.errors import Permanent, SealedForEver
from taskflow.postgres.database import UNAVAILABLE, Connection, DatabaseUnavailable
from taskflow.privacy.sealing import DataKey, MasterKey

KEY_CACHE_SECONDS = 300
KEY_CACHE_SIZE = 10_000
TRUSTED_SECONDS = 12.0
"""A cached key opens things for so long after it was read, or after it was last known that nobody
cached here was forgotten (see forgotten.py, which asks every 5 s)."""

_USER_OF = """
select address_hash, user_id from vault_addresses where address_hash = any($1::bytea[])
 order by kind = 'phone' desc
"""
# Two webhooks of a new user race, each perhaps with another one's master key first: they wait for
# each other by every hash of the address, in one order.
_ALONE = """
select pg_advisory_xact_lock(hashtextextended(encode(hash, 'hex'), 7215013))
  from unnest($1::bytea[]) hash
"""
_IS_TAKEN = "select exists (select from vault_addresses where address_hash = any($1::bytea[]))"
_NEW_USER = """
with somebody as (insert into vault_people (user_id) values ($1))
insert into vault_keys (user_id, wrapped_key) values ($1, $2)
"""
_NEW_ADDRESS = """
insert into vault_addresses (address_hash, user_id, kind, sealed_address) values ($1, $2, $3, $4)
"""
_WRAPPED_KEY = """
select wrapped_key from vault_people left join vault_keys using (user_id) where user_id = $1
"""
_ADDRESSES = """
select address_hash, sealed_address from vault_addresses where user_id = $1
 order by kind = 'phone' desc, created_at
"""
_FORGET_PERSON = """
update vault_people set forgotten_at = clock_timestamp()
 where user_id = $1 and forgotten_at is null
"""
# A deleted row stays in its page and in the write-ahead log; privacy/shredding.py is told where.
_FORGET = """
with gone as (delete from {0} where user_id = $1 returning tableoid)
insert into vault_shreds (part) select tableoid::regclass::text from gone
"""
_FORGET_KEY, _FORGET_ADDRESSES = _FORGET.format("vault_keys"), _FORGET.format("vault_addresses")
_TELL = "select pg_notify($1, $2)"
_STANDING = "select forgotten_at from vault_people where user_id = $1"

FORGOTTEN_CHANNEL = "taskflow_forgotten"
"""PostgreSQL's notifications of users' ids, committed with the destruction of their keys."""

Kind = Literal["phone", "business_scoped"]


class UnknownUser(Permanent):
    """No address leads to this user, or they were forgotten."""

    code = "unknown_user"


def sealed_address(key: DataKey, address: str, hash_: bytes) -> bytes:
    return key.seal(address.encode(), b"address" + hash_)


def opened_address(key: DataKey, sealed: bytes, hash_: bytes) -> str:
    """Raises UnopenableSeal."""
    return key.open(sealed, b"address" + hash_).decode()


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
        try:
            while True:
                user, unknown = await self._find(addresses)
                if user and not unknown:
                    return user
                if user:
                    is_first = await self._introduced(user, await self.key(user), None, unknown)
                else:
                    user = UserId(clock.new_id())
                    key, wrapped = self._master.new_data_key(user)
                    is_first = await self._introduced(user, key, wrapped, unknown)
                if is_first:
                    return user
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the vault did not answer") from error

    async def _find(self, addresses: Iterable[str]) -> tuple[UserId | None, list[str]]:
        """Whose they are (the phone's, should they differ), and which of them nobody knows."""
        hashes = {one: self._master.address_hashes(one) for one in addresses}
        rows = await self._pool.fetch(_USER_OF, list(chain.from_iterable(hashes.values())))
        known = {row["address_hash"] for row in rows}
        user = UserId(rows[0]["user_id"]) if rows else None
        return user, [one for one, its in hashes.items() if known.isdisjoint(its)]

    async def _introduced(
        self, user: UserId, key: DataKey, wrapped: bytes | None, addresses: list[str]
    ) -> bool:
        """They lead to this user, a new one with a wrapped key; False: somebody was faster."""
        hashes = [self._master.address_hashes(one) for one in addresses]
        together = list(chain.from_iterable(hashes))
        async with (
            failpoints.VAULT_COMMIT,
            self._pool.acquire() as connection,
            connection.transaction(),
        ):
            await connection.execute(_ALONE, sorted(together))
            if await connection.fetchval(_IS_TAKEN, together):
                return False
            if wrapped:
                await connection.execute(_NEW_USER, user, wrapped)
            for address, (hash_, *_) in zip(addresses, hashes, strict=True):
                sealed = sealed_address(key, address, hash_)
                await connection.execute(_NEW_ADDRESS, hash_, user, kind_of(address), sealed)
        return True

    async def known(self, address: str) -> UserId | None:
        return (await self._find([address]))[0]

    async def address_of(self, user: UserId) -> str:
        """Where to write to them: the phone if it is known. Raises UnknownUser."""
        try:
            row = await self._pool.fetchrow(_ADDRESSES, user)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the vault did not answer") from error
        if row is None:
            raise UnknownUser(f"no address is known for user {user}")
        key = await self.key(user)
        return opened_address(key, row["sealed_address"], row["address_hash"])

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
        await connection.execute(_FORGET_PERSON, user)
        # The key first: a rewrapping that is at this user has then left the addresses as they are.
        keys = deleted(await connection.execute(_FORGET_KEY, user))
        addresses = deleted(await connection.execute(_FORGET_ADDRESSES, user))
        await connection.execute(_TELL, FORGOTTEN_CHANNEL, str(user))
        return keys, addresses


def deleted(done: str) -> int:
    """How many rows a statement changed, by its tag: `DELETE 3`."""
    return int(done.rpartition(" ")[2])
