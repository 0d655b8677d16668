"""Recorded logs as files: one event a line, and beside it what opens it. Test data only."""

import base64
import itertools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from contracts.recorded import Message
from taskflow.log.event_log import message_of

_EVENTS = "select * from events order by transaction_id, position"
_STORED = [name for name in Message.model_fields if name not in {"position", "transaction_id"}]
_NEW = (
    f"insert into events ({', '.join(_STORED)})"
    f" values ({', '.join(f'${n + 1}' for n in range(len(_STORED)))})"
)
_NEW_USER = """
insert into vault_users (user_id, wrapped_key, forgotten_at)
values ($1, $2::bytea, case when $2::bytea is null then now() end)
"""
_USERS = "select user_id, wrapped_key from vault_users order by user_id"


def write(
    path: Path, messages: Iterable[Message], master: bytes, users: Mapping[UUID, bytes | None]
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(one.model_dump(mode="json"), ensure_ascii=False) for one in messages]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    keys = {
        "master_key": base64.b64encode(master).decode(),
        "users": {
            str(user): base64.b64encode(wrapped).decode() if wrapped else None
            for user, wrapped in users.items()
        },
    }
    path.with_name(path.stem + ".keys.json").write_text(json.dumps(keys, indent=1) + "\n")


async def load(dsn: str, path: Path) -> list[Message]:
    """A recorded file into an empty database, one transaction after the other; its keys too."""
    messages = [Message.model_validate_json(line) for line in path.read_bytes().splitlines()]
    keys = json.loads(path.with_name(path.stem + ".keys.json").read_text())
    users = [
        (UUID(user), base64.b64decode(wrapped) if wrapped else None)
        for user, wrapped in keys["users"].items()
    ]
    connection = await asyncpg.connect(dsn)
    try:
        await connection.executemany(_NEW_USER, users)
        for _, alike in itertools.groupby(messages, key=lambda one: one.transaction_id):
            await connection.executemany(_NEW, [_row(one) for one in alike])
    finally:
        await connection.close()
    return messages


def _row(one: Message) -> list[Any]:
    return [
        json.dumps(getattr(one, name)) if name == "payload" else getattr(one, name)
        for name in _STORED
    ]


async def dump(dsn: str, master: bytes, path: Path) -> int:
    """A database's whole log; how many events."""
    connection = await asyncpg.connect(dsn)
    try:
        names = list(Message.model_fields)
        rows = await connection.fetch(_EVENTS.replace("*", ", ".join(names)))
        users = await connection.fetch(_USERS)
    finally:
        await connection.close()
    messages = [message_of(row) for row in rows]
    write(path, messages, master, {row["user_id"]: row["wrapped_key"] for row in users})
    return len(messages)
