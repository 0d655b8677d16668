"""Streams and consumers of the bus, declared in one place and applied by `taskflow provision`."""

from dataclasses import dataclass
from functools import cache

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from contracts.consent import ConsentGiven
from contracts.conversation import (
    MessageReceived,
    ReplyReady,
    TurnParked,
    TurnRetried,
    TurnStopped,
    UserForgotten,
)
from contracts.event import Event
from contracts.media import MediaKept
from contracts.replies import ReplyParked, ReplyUndelivered
from contracts.takeover import ConversationHandedBack
from contracts.tools import ToolFailed, ToolFinished, ToolRequested

STREAM = "TASKFLOW"
ROOT = "taskflow.events"
KEPT_SECONDS = 7 * 24 * 3600.0
"""The bus only wakes; the log keeps for ever."""
DUPLICATE_WINDOW_SECONDS = 120.0
ACK_WAIT_SECONDS = 30.0
MAX_ACK_PENDING = 5_000
UNLIMITED = -1


def subject(type_: str, key: str | None = None) -> str:
    return f"{ROOT}.{type_}.{key}" if key else f"{ROOT}.{type_}"


@dataclass(frozen=True, slots=True)
class Consumer:
    """What wakes a service: a durable of the service's name."""

    service: str
    subjects: tuple[str, ...]

    def subjects_of(self, type_: str) -> tuple[str, ...]:
        """Those by which it is given events of this type."""
        own = subject(type_)
        return tuple(name for name in self.subjects if name == own or name.startswith(f"{own}."))

    def config(self) -> ConsumerConfig:
        return ConsumerConfig(
            durable_name=self.service,
            filter_subjects=list(self.subjects),
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_SECONDS,
            max_deliver=-1,  # attempts are counted in Postgres: the server would stop in silence
            max_ack_pending=MAX_ACK_PENDING,
            deliver_policy=DeliverPolicy.ALL,
        )


@cache
def wakes(type_: str) -> bool:
    """Whether any service is given events of this type."""
    return any(consumer.subjects_of(type_) for consumer in CONSUMERS)


def _all(*events: type[Event]) -> tuple[str, ...]:
    return tuple(subject(event.type) for event in events)


def _tools_of(owner: str) -> tuple[str, ...]:
    return (subject(ToolRequested.type, f"{owner}.>"),)


CONSUMERS = (
    # A late refusal may bring messages back that an answer of before a takeover had answered.
    Consumer(
        "agent",
        _all(
            MessageReceived,
            ConsentGiven,
            MediaKept,  # a voice note is put in words
            ToolFinished,
            ToolFailed,
            TurnParked,
            TurnStopped,
            TurnRetried,
            ConversationHandedBack,
            ReplyUndelivered,
        )
        + _tools_of("agent"),
    ),
    # A message and a START bring back what is held, a message its media; a late refusal what
    # counted as said.
    Consumer(
        "gateway",
        _all(
            ReplyReady,
            ReplyParked,
            MessageReceived,
            ConsentGiven,
            ReplyUndelivered,
            UserForgotten,
        ),
    ),
    Consumer("tools", _tools_of("tools")),
    Consumer("scheduler", _tools_of("scheduler")),
)


def stream_config(replicas: int = 1, most_bytes: int | None = None) -> StreamConfig:
    """`most_bytes`: what it may take of each server's disk; None: without a limit."""
    return StreamConfig(
        name=STREAM,
        subjects=[f"{ROOT}.>"],
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.OLD,
        storage=StorageType.FILE,
        max_age=KEPT_SECONDS,
        max_bytes=UNLIMITED if most_bytes is None else most_bytes,
        duplicate_window=DUPLICATE_WINDOW_SECONDS,
        num_replicas=replicas,
        allow_direct=True,
        allow_atomic=True,
    )


async def provision(
    client: Client, replicas: int | None = None, most_bytes: int | None = None
) -> None:
    """Creates or updates everything declared here; running it again changes nothing.

    `replicas`: on how many servers of a cluster; `most_bytes`: what the stream may take of each
    one's disk, before it discards its oldest. None leaves either as it is: one at first, and no
    limit.
    """
    jetstream = client.jetstream()
    await _apply_stream(jetstream, replicas, most_bytes)
    for consumer in CONSUMERS:
        await jetstream.add_consumer(STREAM, consumer.config())


async def _apply_stream(
    jetstream: JetStreamContext, replicas: int | None, most_bytes: int | None
) -> None:
    try:
        standing = (await jetstream.stream_info(STREAM)).config
    except NotFoundError:
        await jetstream.add_stream(stream_config(replicas or 1, most_bytes))
    else:
        kept = standing.max_bytes if most_bytes is None else most_bytes
        await jetstream.update_stream(stream_config(replicas or standing.num_replicas or 1, kept))


async def is_limited(client: Client) -> bool:
    """Whether the stream discards its oldest before it fills the store."""
    standing = (await client.jetstream().stream_info(STREAM)).config
    return (standing.max_bytes or UNLIMITED) > 0


async def missing(client: Client, *services: str) -> list[str]:
    """Names of declared parts that the server does not have; of these services' only, if given."""
    jetstream = client.jetstream()
    lacking: list[str] = []
    for consumer in CONSUMERS:
        if services and consumer.service not in services:
            continue
        try:
            standing = (await jetstream.consumer_info(STREAM, consumer.service)).config
        except NotFoundError:
            lacking.append(f"consumer {consumer.service}")
            continue
        given = {*(standing.filter_subjects or ()), standing.filter_subject}
        if not given >= set(consumer.subjects):
            lacking.append(f"subjects of consumer {consumer.service}")
    return lacking
