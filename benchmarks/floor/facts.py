"""The floor of equal facts: the same events, appends, seals and history, by raw clients alone."""

import asyncio
import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from taskflow.clock import new_id

NONCE_BYTES = 12
HISTORY_TURNS = 20
"""Told to the model: TaskFlow tells the newest 10 to 30, older ones in a summary."""
TABLES = """
create table if not exists facts_users (
  address text primary key, user_id uuid not null unique, key bytea not null);
create table if not exists facts (
  position bigint generated always as identity primary key,
  id uuid not null unique,
  user_id uuid not null,
  version int not null,
  type text not null,
  payload jsonb not null,
  recorded_at timestamptz not null default clock_timestamp(),
  unique (user_id, version));
"""
_NEW_USER = """
insert into facts_users values ($1, $2, $3) on conflict (address) do nothing
"""
_USER = "select user_id, key from facts_users where address = $1"
_KEY = "select key from facts_users where user_id = $1"
_APPEND = """
insert into facts (id, user_id, version, type, payload)
select e.id, $1, h.head + e.o, e.type, e.payload
  from unnest($2::uuid[], $3::text[], $4::jsonb[]) with ordinality as e (id, type, payload, o),
       (select coalesce(max(version), 0) as head from facts where user_id = $1) h
"""
_HISTORY = """
select id, type, payload from facts
 where user_id = $1 and type in ('message.received', 'reply.ready')
 order by version desc limit $2
"""


async def pool() -> asyncpg.Pool:
    """Whose connections carry no state from one user to the next, and need no reset."""

    async def nothing(_connection: object) -> None: ...

    return await asyncpg.create_pool(os.environ["FLOOR_DSN"], min_size=8, max_size=8, reset=nothing)


class Facts:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._users: dict[str, UUID] = {}
        self._keys: dict[UUID, AESGCM] = {}

    async def user(self, address: str) -> UUID:
        """Whose key is then at hand; remembered, as are all keys."""
        if address not in self._users:
            await self._pool.execute(_NEW_USER, address, new_id(), AESGCM.generate_key(256))
            row = await self._pool.fetchrow(_USER, address)
            self._users[address] = row["user_id"]
            self._keys[row["user_id"]] = AESGCM(row["key"])
        return self._users[address]

    async def append(self, user: UUID, *events: tuple[str, dict[str, Any], Mapping[str, Any]]):
        """One commit; each event has its type, its plain fields and those to be sealed."""
        key = await self._key(user)
        ids = [new_id() for _ in events]
        payloads = [
            orjson.dumps({**plain, **_sealed(key, own, secret)}).decode()
            for own, (_, plain, secret) in zip(ids, events, strict=True)
        ]
        types = [type_ for type_, _, _ in events]
        while True:
            try:
                await self._pool.execute(_APPEND, user, ids, types, payloads)
            except asyncpg.UniqueViolationError:  # another appended to the same conversation
                await asyncio.sleep(0)
            else:
                return ids

    async def history(self, user: UUID) -> list[dict[str, Any]]:
        """The model's contents, opened, oldest first."""
        key = await self._key(user)
        rows = await self._pool.fetch(_HISTORY, user, 2 * HISTORY_TURNS + 1)
        return [_content(key, row) for row in reversed(rows)]

    async def _key(self, user: UUID) -> AESGCM:
        if user not in self._keys:
            self._keys[user] = AESGCM(await self._pool.fetchval(_KEY, user))
        return self._keys[user]


def mac(*fields: object) -> str:
    """Binds a status callback to the reply that it was made for."""
    key = os.environ["TASKFLOW_MASTER_KEY"].encode()
    message = "\x1f".join(map(str, fields)).encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:32]


def _sealed(key: AESGCM, event: UUID, secret: Mapping[str, Any]) -> dict[str, Any]:
    sealed: dict[str, Any] = {}
    for name, value in secret.items():
        nonce = os.urandom(NONCE_BYTES)
        about = event.bytes + name.encode()
        sealed[name] = {"sealed": (nonce + key.encrypt(nonce, orjson.dumps(value), about)).hex()}
    return sealed


def _content(key: AESGCM, row: asyncpg.Record) -> dict[str, Any]:
    sealed = bytes.fromhex(orjson.loads(row["payload"])["text"]["sealed"])
    about = row["id"].bytes + b"text"
    text = orjson.loads(key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about))
    role = "user" if row["type"] == "message.received" else "model"
    return {"role": role, "parts": [{"text": text}]}
