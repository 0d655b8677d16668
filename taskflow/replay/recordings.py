"""Where a recorded log is read from: the database, or a file with one event a line."""

import base64
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError

from contracts import streams
from contracts.event import Event, all_events
from contracts.recorded import Message, Recorded
from contracts.streams import UserId
from taskflow.errors import Configuration, SealedForEver
from taskflow.privacy import sealing
from taskflow.privacy.sealing import DataKey, MasterKey, UnopenableSeal
from taskflow.privacy.vault import UnknownUser, Vault
from taskflow.replay.history import History
from taskflow.time_travel.unknown import PastLog, decoded

KEYS = ".keys.json"
"""Beside a recorded file: the master key that it was sealed with, and its users' wrapped keys."""


@dataclass(slots=True)
class LogContents:
    """What a log holds, by user, up to one moment of it: ids and counts, no texts."""

    events: int = 0
    streams: dict[UserId | None, dict[str, int]] = field(
        default_factory=dict[UserId | None, dict[str, int]]
    )
    """Each stream's last version."""
    newest: dict[UserId | None, datetime] = field(default_factory=dict[UserId | None, datetime])
    old: dict[UUID, frozenset[str]] = field(default_factory=dict[UUID, frozenset[str]])
    """The fields of events that were written in an older version."""
    newer: dict[UserId | None, int] = field(default_factory=dict[UserId | None, int])
    """Where the first event stands that only a newer release knows."""

    def see(self, message: Message) -> None:
        user = UserId(message.user_id) if message.user_id else None
        self.events += 1
        self.newest[user] = message.recorded_at
        cls = all_events().get(message.type)
        if cls is None or message.schema_version > cls.version:
            self.newer.setdefault(user, message.position)
        elif message.schema_version < cls.version:
            self.old[message.event_id] = frozenset(message.payload)
        self.streams.setdefault(user, {})[message.stream] = message.version

    def users(self) -> list[UserId]:
        """Whose streams there are, in an order that does not depend on the run."""
        return sorted(user for user in self.streams if user is not None)


class Source(Protocol):
    def messages(self) -> AsyncIterator[Message]:
        """All of them, in the order of the log."""
        ...

    async def upto(self, stream: str, version: int) -> Sequence[Recorded[Any]]:
        """A stream from its beginning, sealed; what only newer releases know, as it stands."""
        ...

    async def key(self, user: UserId) -> DataKey | None:
        """None once it was destroyed, or where it is not at hand."""
        ...


@dataclass(frozen=True, slots=True)
class Damaged:
    """An event whose sealed text does not open with its user's key."""

    recorded: Recorded[Any]


async def history_of(
    source: Source, contents: LogContents, user: UserId, catalogue: Sequence[Recorded[Any]]
) -> tuple[History, list[Damaged], int]:
    """A user's events, opened as far as may be; how many were left to a newer release."""
    key = await source.key(user)
    end = contents.newer.get(user)
    payload_fields: dict[UUID, frozenset[str]] = {}
    damaged: list[Damaged] = []
    found: dict[str, list[Recorded[Any]]] = {}
    left = 0
    for stream, version in sorted(contents.streams[user].items()):
        events: list[Recorded[Any]] = []
        for recorded in await source.upto(stream, version):
            if end is not None and recorded.position >= end:
                left += 1
                continue
            event: Event = recorded.event
            payload_fields[recorded.event_id] = contents.old.get(
                recorded.event_id, frozenset(type(event).model_fields)
            )
            try:
                events.append(sealing.opened(recorded, key) if key else recorded)
            except UnopenableSeal:
                damaged.append(Damaged(recorded))
                events.append(recorded)
        if events:
            found[stream] = events
    found[streams.TOOLS] = list(catalogue)
    return History(user, found, payload_fields), damaged, left


async def catalogue_of(source: Source, contents: LogContents) -> list[Recorded[Any]]:
    """Every tool that was offered or withdrawn, as far as this release knows."""
    version = contents.streams.get(None, {}).get(streams.TOOLS, 0)
    end = contents.newer.get(None)
    found = await source.upto(streams.TOOLS, version) if version else ()
    return [recorded for recorded in found if end is None or recorded.position < end]


class LogSource:
    """The database's log, as far as it was committed when the reading began."""

    def __init__(self, log: PastLog, vault: Vault) -> None:
        self._log, self._vault = log, vault

    def messages(self) -> AsyncIterator[Message]:
        return self._log.follow_all()

    async def upto(self, stream: str, version: int) -> Sequence[Recorded[Any]]:
        return await self._log.read_end(stream, version, version)

    async def key(self, user: UserId) -> DataKey | None:
        try:
            return await self._vault.key(user)
        except (SealedForEver, UnknownUser):
            return None


class RecordingKeys(BaseModel):
    """What opens a recorded file: test data, or an export that was made on purpose."""

    master_key: str
    """Base64."""
    users: Mapping[UUID, str | None]
    """Wrapped keys in base64; None: forgotten."""


class FileSource:
    """A log in a file, all of it in memory."""

    def __init__(self, messages: Iterable[Message], keys: RecordingKeys | None) -> None:
        self._messages = list(messages)
        self._keys = keys
        self._master = MasterKey(base64.b64decode(keys.master_key)) if keys else None
        self._streams: dict[str, list[Message]] = {}
        for message in self._messages:
            self._streams.setdefault(message.stream, []).append(message)

    @classmethod
    def of(cls, path: Path) -> "FileSource":
        """Raises Configuration, naming the line that is no event."""
        try:
            lines = path.read_bytes().splitlines()
        except OSError as error:
            raise Configuration(f"{path} cannot be read: {error.strerror}") from error
        beside = path.with_name(path.name.removesuffix(".jsonl") + KEYS)
        return cls(
            [_parsed(path, n, line) for n, line in enumerate(lines, start=1) if line.strip()],
            RecordingKeys.model_validate_json(beside.read_bytes()) if beside.exists() else None,
        )

    async def messages(self) -> AsyncIterator[Message]:
        for message in self._messages:
            yield message

    async def upto(self, stream: str, version: int) -> Sequence[Recorded[Any]]:
        return [decoded(message) for message in self._streams.get(stream, [])[:version]]

    async def key(self, user: UserId) -> DataKey | None:
        wrapped = self._keys.users.get(user) if self._keys else None
        if wrapped is None or self._master is None:
            return None
        return self._master.unwrap(base64.b64decode(wrapped), user)


def _parsed(path: Path, number: int, line: bytes) -> Message:
    try:
        return Message.model_validate(orjson.loads(line))
    except (ValidationError, orjson.JSONDecodeError) as error:
        raise Configuration(
            f"{path} line {number} is no recorded event: one JSON object a line is wanted, "
            "as they lie on the bus"
        ) from error
