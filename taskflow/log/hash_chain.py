"""Each event's hash covers itself and the hash before it in its stream: changed rows show.

`append_events` computes it (migration 0012); this is the same in Python, to check it.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

What = Literal["changed", "removed", "inserted", "unhashed"]

FORMAT = "taskflow.event.1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_REMEMBERED = 16
"""Hashes of rows that did not fit: of two rows that changed places, the successor fits one."""
_BITS = 2048
"""A sum over so many bits cannot be steered; 256 could be, by a generalized birthday attack."""


class StoredRow(Protocol):
    """An event as the database holds it: payload is jsonb's own text, hash may be None."""

    def __getitem__(self, key: Any, /) -> Any: ...


def canonical(row: StoredRow) -> bytes:
    """Numbers and ids a line each, then texts with their lengths: no two rows read the same."""
    trace: str | None = row["trace"]
    stream, type_ = row["stream"], row["type"]
    lines = (
        FORMAT,
        row["event_id"],
        row["version"],
        row["schema_version"],
        row["user_id"] or "",
        row["cause"] or "",
        row["correlation"],
        (row["recorded_at"] - _EPOCH) // _MICROSECOND,
        len(stream),
        len(type_),
        -1 if trace is None else len(trace),
        f"{stream}{type_}{trace or ''}{row['payload']}",
    )
    return "\n".join(map(str, lines)).encode()


def linked(before: bytes | None, row: StoredRow) -> bytes:
    return hashlib.sha256((before or b"") + canonical(row)).digest()


@dataclass(frozen=True, slots=True)
class ChainFinding:
    """A row that is not what was appended."""

    what: What
    stream: str
    version: int
    position: int | None
    event_id: UUID | None
    says: str


@dataclass(slots=True)
class Chain:
    """One stream, as far as it was looked at; rows come in version order."""

    version: int = 0
    hash: bytes | None = None
    """Of the last row, as stored."""
    _astray: list[bytes] = field(default_factory=list[bytes])
    _lost: bool = False
    """The row before is gone: the next one's hash has nothing to be checked against."""

    def take(self, row: StoredRow, chain_start: int) -> list[ChainFinding]:
        """What is wrong up to this row; `chain_start`: the first position that must have a hash."""
        findings = self._place(row)
        if row["version"] > self.version:
            findings += self._content(row, chain_start)
            self.version, self.hash = row["version"], row["hash"]
        return findings

    def _place(self, row: StoredRow) -> list[ChainFinding]:
        version, stream = row["version"], row["stream"]
        if version <= self.version:
            says = f"a second row stands at version {version}"
            return [
                ChainFinding("inserted", stream, version, row["position"], row["event_id"], says)
            ]
        self._lost = version > self.version + 1
        if not self._lost:
            return []
        first, last = self.version + 1, version - 1
        says = (
            f"version {first} is missing"
            if first == last
            else f"versions {first} to {last} are missing"
        )
        return [ChainFinding("removed", stream, first, None, None, f"{says}: removed")]

    def _content(self, row: StoredRow, chain_start: int) -> list[ChainFinding]:
        stored: bytes | None = row["hash"]
        place = (row["stream"], row["version"], row["position"], row["event_id"])
        if stored is None:
            if row["position"] < chain_start and self.hash is None:
                return []
            says = "it has no hash: inserted past append_events, or its hash was removed"
            return [ChainFinding("unhashed", *place, says)]
        if self._lost or any(
            linked(before, row) == stored for before in (self.hash, *self._astray)
        ):
            return []
        self._astray = [*self._astray, stored][-_REMEMBERED:]
        says = "its hash does not follow from it and the row before it: changed, moved or inserted"
        return [ChainFinding("changed", *place, says)]


def share(stream: str, version: int, head: bytes | None) -> int:
    """What one stream's head adds to the log's."""
    text = f"{len(stream)}\n{stream}\n{version}\n{(head or b'').hex()}"
    return int.from_bytes(hashlib.shake_256(text.encode()).digest(_BITS // 8), "big")


@dataclass(slots=True)
class Heads:
    """One hash over the heads of all streams, in whatever order they come."""

    _sum: int = 0

    def add(self, stream: str, version: int, head: bytes | None) -> None:
        self._sum = (self._sum + share(stream, version, head)) % (1 << _BITS)

    def drop(self, stream: str, version: int, head: bytes | None) -> None:
        self._sum = (self._sum - share(stream, version, head)) % (1 << _BITS)

    def digest(self) -> str:
        return hashlib.sha256(self._sum.to_bytes(_BITS // 8, "big")).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """The log's heads as of a place in it: kept elsewhere, it shows what was changed since."""

    transaction_id: int
    position: int
    digest: str

    def __str__(self) -> str:
        return f"{self.transaction_id}-{self.position}-{self.digest}"
