"""Whether the bus holds the log: every event, whole, first occurrences in the log's order."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from uuid import UUID

import asyncpg
from nats.aio.client import Client
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from contracts.recorded import Message
from taskflow.bus import topology
from taskflow.log.event_log import Cursor, message_of
from tests.chaos.verdict import Finding

ANSWER_SECONDS = 10.0
_CURSOR = "select transaction_id, position from relay_cursor"
_IN_ORDER = """
select event_id, stream, version, transaction_id, position from events
 where (transaction_id, position) > ($1::xid8, $2::bigint) order by transaction_id, position
"""
_ROWS = "select * from events where event_id = any($1::uuid[])"


@dataclass(frozen=True, slots=True)
class Logged:
    event_id: UUID
    stream: str
    version: int
    cursor: Cursor

    def finding(self, what: str, cycle: int) -> Finding:
        return Finding(what, cycle, self.event_id, self.stream, self.version)


class Bus:
    """What was read of one incarnation of the stream; only its end is read anew."""

    def __init__(self) -> None:
        self._forget(None)

    @property
    def first_occurrences(self) -> list[UUID]:
        return list(dict.fromkeys(self._ids))

    async def read(self, client: Client, *, again: bool) -> list[Message]:
        """What is new, or with `again` everything; nothing where the stream is gone."""
        try:
            info = await client.jetstream().stream_info(topology.STREAM)
        except NotFoundError:
            self._forget(None)
            return []
        state = info.state
        whole = state.messages == state.last_seq and state.last_seq >= self._last
        if again or info.created != self._created or not whole:
            self._forget(info.created)
        new: list[Message] = []
        async for sequence, message in _messages(client, self._last, state.last_seq):
            new.append(message)
            self._last = sequence
        self._ids += [message.event_id for message in new]
        return new

    def _forget(self, created: object) -> None:
        self._created = created
        self._last = 0
        self._ids: list[UUID] = []


async def _messages(client: Client, after: int, upto: int) -> AsyncIterator[tuple[int, Message]]:
    """Ends early where JetStream has no more to give."""
    if after >= upto:
        return
    start = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=after + 1)
    subscription = await client.jetstream().subscribe(
        f"{topology.ROOT}.>", stream=topology.STREAM, ordered_consumer=True, config=start
    )
    try:
        left = True
        while left:
            message = await subscription.next_msg(timeout=ANSWER_SECONDS)
            left = message.metadata.num_pending > 0
            yield message.metadata.sequence.stream, Message.model_validate_json(message.data)
    except NatsTimeoutError:
        return
    finally:
        await subscription.unsubscribe()


class Log:
    """What was read of the log, in order; it is never cut here, so only its end is read anew."""

    def __init__(self) -> None:
        self.events: list[Logged] = []

    async def read(self, connection: asyncpg.Connection) -> list[Logged]:
        """All of it; while nobody appends."""
        end = self.events[-1].cursor if self.events else Cursor()
        rows = await connection.fetch(_IN_ORDER, end.transaction_id, end.position)
        self.events += [
            Logged(id_, stream, version, Cursor(transaction, position))
            for id_, stream, version, transaction, position in rows
        ]
        return self.events

    async def published(self, connection: asyncpg.Connection) -> list[Logged]:
        """What JetStream has acknowledged, says the relay's cursor."""
        row = await connection.fetchrow(_CURSOR)
        assert row is not None
        upto = Cursor(row["transaction_id"], row["position"])
        return [one for one in await self.read(connection) if one.cursor <= upto]


def missing(bus: Bus, log: Iterable[Logged]) -> list[Logged]:
    there = set(bus.first_occurrences)
    return [one for one in log if one.event_id not in there]


async def changed(connection: asyncpg.Connection, messages: Iterable[Message]) -> list[Message]:
    """Those that are not what the log says."""
    messages = list(messages)
    rows = await connection.fetch(_ROWS, [message.event_id for message in messages])
    said = {row["event_id"]: message_of(row) for row in rows}
    return [message for message in messages if said.get(message.event_id) != message]
