"""`eventsourcing` with its PostgreSQL recorder: events of the same log appended and read back."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import orjson
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import (
    DatetimeAsISO,
    JSONTranscoder,
    Mapper,
    StoredEvent,
    UUIDAsHex,
)
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

SINGLE, BULK, PAGE = 500, 500, 2_000


@dataclass(frozen=True)
class Told(DomainEvent):
    """What a row of ours holds, as its mapper stores it."""

    type: str
    user_id: UUID
    payload: dict[str, Any]
    correlation: UUID


@dataclass(frozen=True, slots=True)
class Measured:
    """Events a second."""

    single: float
    bulk: float
    decoded: float


def measure(dsn: str, rows: Sequence[Any]) -> Measured:
    parts = urlsplit(dsn)
    asked = parse_qs(parts.query)
    datastore = PostgresDatastore(
        parts.path.lstrip("/"),
        asked.get("host", [parts.hostname or ""])[0],
        asked.get("port", [str(parts.port or 5432)])[0],
        parts.username or "",
        parts.password or "",
        pool_size=2,
    )
    transcoder = JSONTranscoder()
    transcoder.register(UUIDAsHex())
    transcoder.register(DatetimeAsISO())
    mapper = Mapper[UUID](transcoder)
    versions: dict[UUID, int] = {}
    told = [_told(row, versions) for row in rows]
    try:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="peer_events")
        recorder.create_table()
        single, rest = told[:SINGLE], told[SINGLE:]
        began = time.perf_counter()
        for one in single:
            recorder.insert_events([mapper.to_stored_event(one)])
        each = len(single) / (time.perf_counter() - began)
        began = time.perf_counter()
        for start in range(0, len(rest), BULK):
            recorder.insert_events(_stored(mapper, rest[start : start + BULK]))
        bulk = len(rest) / (time.perf_counter() - began)
        began, at, read = time.perf_counter(), 1, 0
        while page := recorder.select_notifications(at, PAGE):
            read += len([mapper.to_domain_event(one) for one in page])
            at = page[-1].id + 1
        assert read == len(told)
        return Measured(each, bulk, read / (time.perf_counter() - began))
    finally:
        datastore.close()


def _stored(mapper: Mapper[UUID], events: Sequence[Told]) -> list[StoredEvent]:
    return [mapper.to_stored_event(one) for one in events]


def _told(row: Any, versions: dict[UUID, int]) -> Told:
    user: UUID = UUID(bytes=row["user_id"].bytes)
    versions[user] = versions.get(user, 0) + 1
    at: datetime = row["recorded_at"]
    return Told(
        originator_id=user,
        originator_version=versions[user],
        timestamp=at,
        type=row["type"],
        user_id=user,
        payload=orjson.loads(row["payload"]),
        correlation=UUID(bytes=row["correlation"].bytes),
    )
