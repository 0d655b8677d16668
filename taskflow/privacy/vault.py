"""Who is who: the only place that knows addresses. Everything else knows a user id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from uuid import UUID

import asyncpg
import structlog

from contracts import streams
from contracts.streams import UserId
from taskflow import clock, failpoints
from taskflow.errors import Permanent, SealedForEver
from taskflow.postgres.database import UNAVAILABLE, Connection, DatabaseUnavailable
from taskflow.privacy.addresses import as_indexed, kind_of
from taskflow.privacy.ownership import Owner, whose
from taskflow.privacy.sealing import DataKey, MasterKey

KEY_CACHE_SECONDS = 300
KEY_CACHE_SIZE = 10_000
TRUSTED_SECONDS = 12.0
"""A cached key opens things for so long after it was read, or after it was last known that nobody
cached here was forgotten (see forgetting/notices.py, which asks every 5 s)."""

HEARD_WITHIN_DAYS = 180
"""Mobile operators give a number away again after 45 to 180 days without use."""

# Whether a reply to its owner would go there: to the newest address that they wrote from.
_OWNERS = """
select a.address_hash, a.user_id, a.sealed_address,
       exists (select from vault_addresses o
                where o.user_id = a.user_id and o.kind = 'business_scoped') as has_id,
       a.address_hash = (select o.address_hash from vault_addresses o where o.user_id = a.user_id
                          order by o.written_at desc nulls last, o.kind = 'phone' desc, o.created_at
                          limit 1) as is_written_to,
       a.written_at > now() - interval '1 day' as is_fresh
  from vault_addresses a where a.address_hash = any($1::bytea[])
"""
# By the address that messages came from, to the day, since that is kept; else by the log.
_HEARD = """
select exists (select from vault_addresses where user_id = $1
                  and coalesce(written_at, created_at) > now() - make_interval(days => $3))
    or exists (select from events where stream = $2
                  and type in ('message.received', 'reply.read')
                  and recorded_at > now() - make_interval(days => $3))
"""
# Of a message that is in the log already: told again, it changes nobody's addresses.
_TAKEN_BEFORE = """
select user_id from events where event_id = $1
"""
# A forgetting waits until this commits, or has been before.
_HOLD = """
select from vault_people where user_id = $1 and forgotten_at is null for share
"""
_TAKE_FROM_OTHERS = """
delete from vault_addresses where address_hash = any($1::bytea[]) and user_id <> $2
"""
_ANOTHER_PHONE = """
delete from vault_addresses
 where user_id = $1 and kind = 'phone' and address_hash <> all($2::bytea[])
"""
_WRITTEN_FROM = """
update vault_addresses set written_at = clock_timestamp() where address_hash = any($1::bytea[])
"""
# Two webhooks of a new user race, each perhaps with another one's master key first: they wait for
# each other by every hash of the address, in one order.
_ALONE = """
select pg_advisory_xact_lock(hashtextextended(encode(hash, 'hex'), 7215013))
  from unnest($1::bytea[]) hash
"""
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
 order by written_at desc nulls last, kind = 'phone' desc, created_at
"""
_FORGET_PERSON = """
update vault_people set forgotten_at = clock_timestamp()
 where user_id = $1 and forgotten_at is null
"""
# A deleted row stays in its page and in the write-ahead log; forgetting/shredding.py is told where.
_FORGET = """
with gone as (delete from {0} where user_id = $1 returning tableoid)
insert into vault_shreds (part) select tableoid::regclass::text from gone
"""
_FORGET_KEY, _FORGET_ADDRESSES = _FORGET.format("vault_keys"), _FORGET.format("vault_addresses")
_TELL = "select pg_notify($1, $2)"
_STANDING = "select forgotten_at from vault_people where user_id = $1"

FORGOTTEN_CHANNEL = "taskflow_forgotten"
"""PostgreSQL's notifications of users' ids, committed with the destruction of their keys."""

log = structlog.get_logger()


class UnknownUser(Permanent):
    """No address leads to this user, or they were forgotten."""

    code = "unknown_user"


def sealed_address(key: DataKey, address: str, hash_: bytes) -> bytes:
    return key.seal(address.encode(), b"address" + hash_)


def opened_address(key: DataKey, sealed: bytes, hash_: bytes) -> str:
    """Raises UnopenableSeal."""
    return key.open(sealed, b"address" + hash_).decode()


class AddressLost(Permanent):
    """The number that a person wrote from is somebody else's now, and no other is known."""

    code = "address_lost"

    def __init__(self, user: UserId) -> None:
        super().__init__(
            f"user {user} has no address any more: their number belongs to somebody else; "
            "`taskflow dlq retry` delivers this once they have written again"
        )


@dataclass(frozen=True, slots=True)
class _Owners:
    """Rows of `_OWNERS`, by the address that led to them."""

    by_address: dict[str, asyncpg.Record]

    def known(self) -> dict[str, Owner]:
        return {
            address: Owner(UserId(row["user_id"]), has_id=row["has_id"])
            for address, row in self.by_address.items()
        }

    def settled(self, addresses: Sequence[str]) -> UserId | None:
        """Whose all of them are, where a message from there changes nothing."""
        rows = [self.by_address.get(address) for address in addresses]
        first = rows[0]
        if not first or not (first["is_written_to"] and first["is_fresh"]):
            return None
        one_person = all(row and row["user_id"] == first["user_id"] for row in rows)
        return UserId(first["user_id"]) if one_person else None


class Vault:
    def __init__(self, pool: asyncpg.Pool, master: MasterKey) -> None:
        self._pool, self._master = pool, master
        self._keys: dict[UserId, tuple[float, DataKey]] = {}
        self._checked_at = float("-inf")

    async def user_for(self, addresses: Sequence[str], message: UUID | None = None) -> UserId:
        """Who writes from these addresses (phone, business-scoped id, both), the sender's first.

        Somebody new if they lead to nobody. From then on replies go to the first of them, unless
        `message`, the id of its event, stands in the log already: a number may have changed hands
        since.
        """
        try:
            while True:
                owners = await self._owners(self._pool, addresses)
                if user := owners.settled(addresses):
                    return user
                try:
                    return await self._settle(addresses, message)
                except SealedForEver:
                    log.info("vault.forgotten_meanwhile")
                except asyncpg.DeadlockDetectedError:
                    # Two people who change their numbers at once, each for the other's: no hash is
                    # common to both webhooks, but each takes what the other stands on.
                    log.info("vault.number_changed_meanwhile")
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the vault did not answer") from error

    async def _owners(
        self, asked: asyncpg.Pool | Connection, addresses: Sequence[str]
    ) -> "_Owners":
        hashes = {address: self._master.address_hashes(address) for address in addresses}
        former = {address: self._master.former_hashes(address) for address in addresses}
        wanted = chain.from_iterable((*hashes.values(), *former.values()))
        by_hash = {row["address_hash"]: row for row in await asked.fetch(_OWNERS, list(wanted))}
        found: dict[str, asyncpg.Record] = {}
        for address in addresses:
            rows = [by_hash[hash_] for hash_ in hashes[address] if hash_ in by_hash]
            doubtful = [by_hash[hash_] for hash_ in former[address] if hash_ in by_hash]
            rows += [row for row in doubtful if await self._is_written(asked, address, row)]
            if rows:
                found[address] = rows[0]
        return _Owners(found)

    async def _is_written(
        self, asked: asyncpg.Pool | Connection, address: str, row: asyncpg.Record
    ) -> bool:
        """Whether it is this address in every letter."""
        try:
            key = await self._key_in(asked, row["user_id"])
            known = opened_address(key, row["sealed_address"], row["address_hash"])
        except (SealedForEver, UnknownUser):
            return False
        return as_indexed(known) == as_indexed(address)

    async def _settle(self, addresses: Sequence[str], message: UUID | None) -> UserId:
        """The addresses are this person's from now on, and nobody else's."""
        hashes = {address: self._master.address_hashes(address) for address in addresses}
        locked = {*chain.from_iterable(hashes.values())}
        locked |= {*chain.from_iterable(map(self._master.former_hashes, addresses))}
        async with (
            failpoints.VAULT_COMMIT,
            self._pool.acquire() as connection,
            connection.transaction(),
        ):
            await connection.execute(_ALONE, sorted(locked))
            if message and (before := await connection.fetchval(_TAKEN_BEFORE, message)):
                return UserId(before)
            owners = await self._owners(connection, addresses)
            for address, row in owners.by_address.items():
                hashes[address].append(row["address_hash"])
            together = list(chain.from_iterable(hashes.values()))
            user, key = await self._whose(connection, addresses, owners)
            await connection.execute(_TAKE_FROM_OTHERS, together, user)
            theirs = {
                address for address, owner in owners.by_address.items() if owner["user_id"] == user
            }
            for address in addresses:
                if address not in theirs:
                    if kind_of(address) == "phone":
                        await connection.execute(_ANOTHER_PHONE, user, hashes[address])
                    hash_ = hashes[address][0]
                    sealed = sealed_address(key, address, hash_)
                    await connection.execute(_NEW_ADDRESS, hash_, user, kind_of(address), sealed)
            await connection.execute(_WRITTEN_FROM, hashes[addresses[0]])
        return user

    async def _whose(
        self, connection: Connection, addresses: Sequence[str], owners: _Owners
    ) -> tuple[UserId, DataKey]:
        decided = whose(addresses, owners.known())
        user = decided.user
        if user and decided.if_heard:
            heard = (user, streams.conversation(user), HEARD_WITHIN_DAYS)
            user = user if await connection.fetchval(_HEARD, *heard) else None
        if user:
            if not await connection.fetch(_HOLD, user):
                raise SealedForEver(f"user {user} was forgotten")
            return user, await self._key_in(connection, user)
        user = UserId(clock.new_id())
        key, wrapped = self._master.new_data_key(user)
        await connection.execute(_NEW_USER, user, wrapped)
        return user, key

    async def known(self, address: str) -> UserId | None:
        """Whom an operator means by it."""
        owner = (await self._owners(self._pool, [address])).by_address.get(address)
        return UserId(owner["user_id"]) if owner else None

    async def address_of(self, user: UserId) -> str:
        """The newest address that they wrote from.

        Raises AddressLost, SealedForEver when the user was forgotten, UnknownUser.
        """
        try:
            row = await self._pool.fetchrow(_ADDRESSES, user)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the vault did not answer") from error
        key = await self.key(user)
        if row is None:
            raise AddressLost(user)
        return opened_address(key, row["sealed_address"], row["address_hash"])

    async def key(self, user: UserId) -> DataKey:
        """Raises SealedForEver when the user was forgotten, UnknownUser when there is none."""
        if cached := self._cached(user):
            return cached
        try:
            key = await self._key_in(self._pool, user)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the vault did not answer") from error
        if len(self._keys) >= KEY_CACHE_SIZE:
            self._keys.pop(next(iter(self._keys)))
        self._keys[user] = (clock.monotonic(), key)
        return key

    async def _key_in(self, asked: asyncpg.Pool | Connection, user: UserId) -> DataKey:
        row = await asked.fetchrow(_WRAPPED_KEY, user)
        if row is None:
            raise UnknownUser(f"no user {user}")
        if row["wrapped_key"] is None:
            raise SealedForEver(f"user {user} was forgotten")
        return self._master.unwrap(row["wrapped_key"], user)

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
