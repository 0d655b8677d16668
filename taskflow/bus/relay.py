"""The follower whose read model is JetStream: every event once, in log order.

Every scheduler runs one; an advisory lock picks who publishes.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import nats.errors
import structlog
from nats.aio.client import Client
from nats.js.api import StreamInfo
from nats.js.errors import APIError, NoStreamResponseError, NotFoundError

from taskflow import clock, failpoints
from taskflow.bus import publishing, topology
from taskflow.errors import Retryable
from taskflow.log.event_log import Cursor, EventLog
from taskflow.postgres.database import UNAVAILABLE, connect
from taskflow.postgres.wakeups import Wakeup, Wakeups, lead
from taskflow.telemetry import metrics
from taskflow.telemetry.tracing import sending

LOCK = 7_215_002
RETRY_SECONDS = 0.5
FULL = 0.9
"""Of the stream's bytes: one that discards its oldest stays within a message of them."""
CHECK_SECONDS = 2.0
"""Between looks at whether the bus is still the one that the cursor speaks of."""

_CURSOR = """
select transaction_id, position, stream_created, last_sequence, missing from relay_cursor
"""
# Compare-and-set: a relay that lost its lock while it slept moves nothing.
_MOVE = """
update relay_cursor
   set transaction_id = $1, position = $2, stream_created = $3, last_sequence = $4, missing = $5
 where transaction_id = $6 and position = $7
"""
# The first event that the bus would still hold; what is older and open, the watchdog wakes.
_REWIND_TO = """
select transaction_id, position from events where recorded_at < $1
 order by transaction_id desc, position desc limit 1
"""
BUS_AWAY = (nats.errors.Error, APIError, NoStreamResponseError, OSError, TimeoutError)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RelayPlace:
    """How far was published, and into which incarnation of the stream."""

    cursor: Cursor
    stream_created: str
    last_sequence: int
    missing: int
    """Messages that the bus had once and has no more, though it should."""


class LostLeadership(Retryable):
    """Somebody else moved the cursor: stop publishing."""

    code = "lost_leadership"


class NotProvisioned(Retryable):
    """The bus lacks its stream: it is new, or lost its store. `taskflow provision` makes it."""

    code = "bus_not_provisioned"


class Relay:
    def __init__(self, dsn: str, event_log: EventLog, client: Client, wakeups: Wakeups) -> None:
        self._dsn, self._log, self._client, self._wakeups = dsn, event_log, client, wakeups
        self._checked_at = 0.0

    async def run(self) -> None:
        """Leads whenever it may, for ever."""
        while True:
            try:
                connection = await connect(self._dsn, "taskflow-relay", durable=False)
            except UNAVAILABLE:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            try:
                await lead(connection, LOCK)
                log.debug("relay.leading")
                await self._lead(connection)
            except (*UNAVAILABLE, *BUS_AWAY, Retryable) as error:
                log.warning("relay.interrupted", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                connection.terminate()

    async def _lead(self, connection: asyncpg.Connection) -> None:
        with self._wakeups.subscribed() as bell:
            place = await self._checked(connection, await _place(connection))
            while True:
                place = await self._publish_page(connection, place, bell)

    async def _publish_page(
        self, connection: asyncpg.Connection, place: RelayPlace, bell: Wakeup
    ) -> RelayPlace:
        page = await self._log.follow(place.cursor, publishing.ATOMIC_MAX)
        if not page:
            await bell.wait()
            if clock.monotonic() - self._checked_at < CHECK_SECONDS:
                return place
            return await self._checked(connection, place)
        what = [
            (topology.subject(message.type), message.trace)
            for message in page
            if topology.wakes(message.type)
        ]
        with sending(what, "nats"):
            async with failpoints.RELAY_PUBLISH:
                sequence = await publishing.publish(self._client, page)
        moved = RelayPlace(
            Cursor(page[-1].transaction_id, page[-1].position),
            place.stream_created,
            max(sequence, place.last_sequence),
            place.missing,
        )
        await _move(connection, place, moved)
        metrics.RELAY_PUBLISHED.add(len(page))
        return moved

    async def _checked(self, connection: asyncpg.Connection, place: RelayPlace) -> RelayPlace:
        """The same place, or a rewound one when the bus lost what had been published."""
        self._checked_at = clock.monotonic()
        jetstream = self._client.jetstream()
        try:
            info = await jetstream.stream_info(topology.STREAM)
        except NotFoundError:
            raise NotProvisioned(f"NATS has no stream {topology.STREAM}") from None
        created = info.created.isoformat() if info.created else ""
        missing = _missing(info)
        same = place.stream_created == created and info.state.last_seq >= place.last_sequence
        if same and missing <= place.missing:
            return place
        since = clock.utc_now() - timedelta(seconds=topology.KEPT_SECONDS)
        row = await connection.fetchrow(_REWIND_TO, since)
        start = Cursor(row["transaction_id"], row["position"]) if row else Cursor()
        rewound = RelayPlace(min(start, place.cursor), created, info.state.last_seq, missing)
        await _move(connection, place, rewound)
        if rewound.cursor < place.cursor:
            log.warning(
                "relay.rewound",
                position=rewound.cursor.position,
                was=place.cursor.position,
                missing=missing - place.missing if same else None,
            )
        else:
            # A first start, or a new bus before anything was published: nothing goes out again.
            log.info("relay.stream_met", position=rewound.cursor.position)
        return rewound


async def _place(connection: asyncpg.Connection) -> RelayPlace:
    row = await connection.fetchrow(_CURSOR)
    assert row is not None
    cursor = Cursor(row["transaction_id"], row["position"])
    return RelayPlace(cursor, row["stream_created"], row["last_sequence"], row["missing"])


def _missing(info: StreamInfo) -> int:
    """Holes, which only corruption makes; and what is gone from the start before its time."""
    state = info.state
    since = clock.utc_now() - timedelta(seconds=topology.KEPT_SECONDS)
    if info.created is not None and info.created > since and not _discards(info):
        return state.last_seq - state.messages
    return state.last_seq - state.first_seq + 1 - state.messages if state.messages else 0


def _discards(info: StreamInfo) -> bool:
    """Whether what it may take is used up, so that its oldest go: that is no loss."""
    most = info.config.max_bytes or topology.UNLIMITED
    return most > 0 and info.state.bytes > most * FULL


async def _move(connection: asyncpg.Connection, place: RelayPlace, to: RelayPlace) -> None:
    async with failpoints.RELAY_COMMIT:
        done = await connection.execute(
            _MOVE,
            to.cursor.transaction_id,
            to.cursor.position,
            to.stream_created,
            to.last_sequence,
            to.missing,
            place.cursor.transaction_id,
            place.cursor.position,
        )
    if done != "UPDATE 1":
        raise LostLeadership("the relay's cursor was moved by somebody else")
