"""The log: one append-only table that everything else can be rebuilt from."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID

import asyncpg
import orjson
from opentelemetry.trace import Span, SpanKind

from contracts import slots
from contracts.event import Event, UnknownEventType
from contracts.recorded import Message, Recorded
from contracts.streams import UserId
from taskflow.errors import ConcurrentAppend, UnknownEvent
from taskflow.log.appending import FRESH, MAX_EVENTS, Appended, Because, Exists, Outcome, Write
from taskflow.log.archive.archive import LAST, Archive
from taskflow.log.following import REPLAY_PAGE, START, Cursor, EventPage, decoded, pages
from taskflow.log.group_commit import AppendedRow, EventRow, GroupCommit, append_now
from taskflow.postgres.database import UNAVAILABLE, Connection, DatabaseUnavailable
from taskflow.privacy import sealing
from taskflow.privacy.vault import Vault
from taskflow.telemetry.tracing import current_traceparent, span

E = TypeVar("E", bound=Event)

_COLUMNS = """position, transaction_id, event_id, stream, version, type, schema_version, user_id,
       payload, cause, correlation, trace, recorded_at"""
_STREAM = f"""
select {_COLUMNS} from events where stream = $1 and version > $2 order by version limit $3
"""
_STREAM_END = f"""
select {_COLUMNS} from events where stream = $1 and version <= $2 order by version desc limit $3
"""
# Generic plans walk (stream, version) once for each stream asked for.
_STREAMS = f"""
select e.* from unnest($1::text[], $2::int[]) as asked(stream, after)
 cross join lateral (select {_COLUMNS} from events
                      where stream = asked.stream and version > asked.after
                      order by version limit $3) e
"""
_FIRSTS = f"select {_COLUMNS} from events where stream = any($1::text[]) and version = 1"
_BY_ID = f"select {_COLUMNS} from events where event_id = any($1::uuid[]) order by version"
# A follower must not pass rows of transactions still open: sequences commit out of order.
_FOLLOW = f"""
select {_COLUMNS} from events
 where (transaction_id, position) > ($1::xid8, $2::bigint)
   and transaction_id < pg_snapshot_xmin(pg_current_snapshot())
 order by transaction_id, position
 limit $3
"""
PAGE = 500


class Log(Protocol):
    """What handlers need of a log; the one in memory that tests use keeps to it too."""

    async def append(
        self, writes: Sequence[Write], slot: UUID, because: Because = FRESH
    ) -> Outcome: ...

    async def read(self, stream: str, after: int = 0) -> list[Recorded[Any]]: ...

    async def read_all(self, after: Mapping[str, int]) -> dict[str, list[Recorded[Any]]]: ...

    async def read_end(self, stream: str, upto: int, count: int) -> list[Recorded[Any]]: ...

    async def firsts(self, streams: Sequence[str]) -> dict[str, Recorded[Any]]: ...

    async def find(self, event_id: UUID) -> Recorded[Any] | None: ...

    async def opened(self, recorded: Recorded[E]) -> Recorded[E]: ...


class EventLog:
    def __init__(
        self,
        pool: asyncpg.Pool,
        vault: Vault,
        group: GroupCommit,
        archive_folder: Path | None = None,
    ) -> None:
        self._pool, self._vault, self._group = pool, vault, group
        self._archive = Archive(pool, archive_folder)

    async def append(
        self, writes: Sequence[Write], slot: UUID, because: Because = FRESH
    ) -> Outcome:
        """All of the writes or none, in one transaction; the slot's first append wins.

        Raises ConcurrentAppend where an expected version is no longer true (or, with gates, where
        one of their types stands behind it), DatabaseUnavailable
        when the commit did not answer in time (its outcome is then unknown: ask again by slot).
        """
        with _appending(writes) as appending:
            rows, events = await self._rows(writes, slot, because)
            stored = await self._group.submit(rows)
            outcome = await self._outcome(writes, slot, rows, events, stored)
            appending.set_attribute("taskflow.outcome", type(outcome).__name__)
            return outcome

    async def append_in(
        self,
        connection: Connection,
        writes: Sequence[Write],
        slot: UUID,
        because: Because = FRESH,
    ) -> Outcome:
        """As `append`, inside the caller's transaction, of which it must be the first statement."""
        with _appending(writes):
            rows, events = await self._rows(writes, slot, because)
            stored = await append_now(connection, [rows])
            return await self._outcome(writes, slot, rows, events, stored)

    async def _rows(
        self, writes: Sequence[Write], slot: UUID, because: Because
    ) -> tuple[list[EventRow], list[Event]]:
        events = [event for write in writes for event in write.events]
        if not 0 < len(events) <= MAX_EVENTS:
            raise ValueError(f"an append holds 1 to {MAX_EVENTS} events, not {len(events)}")
        rows: list[EventRow] = []
        trace = current_traceparent()
        for write in writes:
            for place, event in enumerate(write.events, start=1):
                event_id = slots.event_id(slot, len(rows))
                key = None
                if write.user and sealing.has_personal_fields(type(event)):
                    key = await self._vault.key(write.user)
                payload = sealing.sealed_payload(event, event_id, key)
                rows.append(
                    EventRow(
                        event_id=event_id,
                        stream=write.stream,
                        place=place,
                        expected_version=write.expected_version,
                        gates=write.gates,
                        type=event.type,
                        schema_version=event.version,
                        user_id=write.user,
                        payload=orjson.dumps(payload).decode(),
                        cause=because.cause,
                        correlation=because.correlation or slots.event_id(slot, 0),
                        trace=trace,
                    )
                )
        return rows, events

    async def _outcome(
        self,
        writes: Sequence[Write],
        slot: UUID,
        rows: Sequence[EventRow],
        events: Sequence[Event],
        stored: Mapping[UUID, AppendedRow],
    ) -> Outcome:
        if rows[0].event_id in stored:
            return Appended(
                [
                    stored[row.event_id].as_recorded(row, event)
                    for row, event in zip(rows, events, strict=True)
                ]
            )
        ids = [slots.event_id(slot, n) for n in range(MAX_EVENTS)]
        if standing := await self._by_ids(ids):
            order = {id_: n for n, id_ in enumerate(ids)}
            return Exists(sorted(standing, key=lambda recorded: order[recorded.event_id]))
        write = next(write for write in writes if write.expected_version is not None)
        raise ConcurrentAppend(write.stream, write.expected_version or 0)

    async def read(self, stream: str, after: int = 0) -> list[Recorded[Any]]:
        """A stream's events past a version, oldest first, sealed."""
        found: list[Recorded[Any]] = []
        start = after
        while page := await self._fetch(_STREAM, stream, after, PAGE):
            found += page
            after = page[-1].version
            if len(page) < PAGE:
                break
        return (await self._with_archived({stream: (start, LAST)}, {stream: found}))[stream]

    async def read_all(self, after: Mapping[str, int]) -> dict[str, list[Recorded[Any]]]:
        """As `read`, of many streams in one query; nothing of those that have no such events."""
        found: dict[str, list[Recorded[Any]]] = {}
        for recorded in await self._fetch(_STREAMS, list(after), list(after.values()), PAGE):
            found.setdefault(recorded.stream, []).append(recorded)
        for stream, events in found.items():
            if len(events) == PAGE:
                events.extend(await self.read(stream, events[-1].version))
        return await self._with_archived({name: (at, LAST) for name, at in after.items()}, found)

    async def firsts(self, streams: Sequence[str]) -> dict[str, Recorded[Any]]:
        """The events that began these streams."""
        live = {
            recorded.stream: [recorded] for recorded in await self._fetch(_FIRSTS, list(streams))
        }
        found = await self._with_archived(dict.fromkeys(streams, (0, 1)), live)
        return {stream: events[0] for stream, events in found.items()}

    async def read_end(self, stream: str, upto: int, count: int) -> list[Recorded[Any]]:
        """The last `count` events up to a version that the stream has, oldest first, sealed."""
        found = (await self._fetch(_STREAM_END, stream, upto, count))[::-1]
        if len(found) < count:
            after = max((found[-1].version if found else upto) - count, 0)
            found = (await self._with_archived({stream: (after, upto)}, {stream: found}))[stream]
        return found[-count:]

    async def find(self, event_id: UUID) -> Recorded[Any] | None:
        found = await self._by_ids([event_id])
        return found[0] if found else None

    async def opened(self, recorded: Recorded[E]) -> Recorded[E]:
        """With personal fields readable. Raises SealedForEver when the user was forgotten."""
        if recorded.user_id is None or not sealing.has_personal_fields(type(recorded.event)):
            return recorded
        return sealing.opened(recorded, await self._vault.key(UserId(recorded.user_id)))

    async def page(self, cursor: Cursor, limit: int = PAGE) -> EventPage:
        """As `follow`, decoded; it ends before an event that this release does not know."""
        return decoded(await self._behind(cursor, limit))

    def pages(self, cursor: Cursor = START, limit: int = REPLAY_PAGE) -> AsyncGenerator[EventPage]:
        """From the cursor to the log's present end, decoded, as fast as it goes."""
        return pages(self._behind, cursor, limit)

    async def follow(self, cursor: Cursor, limit: int = PAGE) -> list[Message]:
        """The next events in commit order; none of a transaction that may still be overtaken."""
        return [message_of(record) for record in await self._behind(cursor, limit)]

    async def _behind(self, cursor: Cursor, limit: int) -> list[asyncpg.Record]:
        at = (cursor.transaction_id, cursor.position)
        try:
            rows = await self._pool.fetch(_FOLLOW, *at, limit)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the log did not answer") from error
        if await self._archive.reaches(at):
            return await self._archive.merged(rows, at, limit)
        return rows

    async def follow_all(self, cursor: Cursor = START) -> AsyncIterator[Message]:
        """From the cursor to the log's present end."""
        while page := await self.follow(cursor):
            for message in page:
                yield message
            cursor = Cursor(page[-1].transaction_id, page[-1].position)

    async def _by_ids(self, ids: Sequence[UUID]) -> list[Recorded[Any]]:
        found = await self._fetch(_BY_ID, ids)
        if len(found) < len(ids) and await self._archive.any():
            live = {recorded.event_id for recorded in found}
            archived = [
                row for row in await self._archive.events(ids) if row["event_id"] not in live
            ]
            found = [*self._recorded(archived), *found]
        return found

    async def _with_archived(
        self, asked: Mapping[str, tuple[int, int]], live: dict[str, list[Recorded[Any]]]
    ) -> dict[str, list[Recorded[Any]]]:
        """With what left the database in front: a stream's versions have no gaps of their own."""
        lacking: dict[str, tuple[int, int]] = {}
        for stream, (after, upto) in asked.items():
            events = live.get(stream)
            if not events:
                lacking[stream] = (after, upto)
            elif events[0].version > after + 1:
                lacking[stream] = (after, events[0].version - 1)
        if lacking and await self._archive.any():
            for stream, rows in (await self._archive.streams(lacking)).items():
                live[stream] = [*self._recorded(rows), *live.get(stream, [])]
        return live

    async def _fetch(self, query: str, *arguments: object) -> list[Recorded[Any]]:
        try:
            records = await self._pool.fetch(query, *arguments)
        except UNAVAILABLE as error:
            raise DatabaseUnavailable("the log did not answer") from error
        return self._recorded(records)

    def _recorded(self, records: Sequence[Any]) -> list[Recorded[Any]]:
        page = decoded(records)
        if page.unknown:
            raise page.unknown
        return page.events


def _appending(writes: Sequence[Write]) -> AbstractContextManager[Span]:
    types = [event.type for write in writes for event in write.events]
    attributes = {
        "db.system.name": "postgresql",
        "db.stored_procedure.name": "append_events",
        "db.operation.batch.size": len(types),
        "taskflow.event.types": types[:8],
    }
    return span("append_events", SpanKind.CLIENT, attributes=attributes)


def recorded_of(message: Message) -> Recorded[Any]:
    """Raises UnknownEvent for what only newer code knows: hand it back, never give it up."""
    try:
        return message.recorded()
    except UnknownEventType as error:
        raise UnknownEvent(f"this release does not know {error}") from error


def message_of(record: asyncpg.Record) -> Message:
    values: dict[str, Any] = dict(record.items())
    return Message.model_construct(**{**values, "payload": orjson.loads(values["payload"])})
