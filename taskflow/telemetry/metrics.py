"""Every metric there is, declared here and nowhere else; docs/metrics.md is made of it.

Labels hold names and codes from short lists; never text, numbers of people, ids or addresses.
"""

from collections.abc import Sequence
from typing import get_args

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from contracts.tools import ToolFailed
from taskflow.telemetry.instruments import (
    Counter,
    Gauge,
    Histogram,
    Instrument,
    MetricLabel,
    Source,
)

SERVICES = ("gateway", "agent", "tools", "scheduler")
EXPORT_SECONDS = 5.0
"""For one request to the collector, its retries included."""
LATENESS = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)

_CONSUMER = MetricLabel("messaging.consumer.group.name", SERVICES)
_MODEL = MetricLabel("model", most=10)
_TOOL = MetricLabel("tool", most=100)
_HTTP = (
    MetricLabel("http.request.method", ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")),
    MetricLabel("http.route", most=30),
    MetricLabel("http.response.status_code", most=30),
)
_ENDED = MetricLabel("taskflow.outcome", ("done", "retry", "handed_back", "parked", "unknown"))
_DELIVERY = (_CONSUMER, MetricLabel("messaging.destination.template"), _ENDED)
_ATTEMPT = (MetricLabel("gen_ai.request.model", most=10), MetricLabel("error.type", most=20))
_CACHED = (_TOOL, MetricLabel("outcome", ("run", "miss", "hit", "shared_flight")))
_STATE = (MetricLabel("state", ("idle", "used")),)
_OF_CONSUMER = (MetricLabel("consumer", SERVICES),)
_OF_SERVICE = (MetricLabel("service", SERVICES),)
_PROJECTION = (MetricLabel("projection"),)
_DEPENDENCY = (MetricLabel("dependency", ("postgres", "nats")),)
_WINDOW = (MetricLabel("window", ("day", "week")),)
_TURN = (MetricLabel("outcome", ("answered", "apology", "stopped", "parked", "taken_over")),)
_MODEL_TIME = (MetricLabel("model_time", ("with", "without")),)
_SEND = (
    MetricLabel("outcome", ("accepted", "refused", "later", "unknown")),
    MetricLabel("code", zero=("none",)),
)
_TOLD = ("held", "sent", "delivered", "read", "undelivered", "failed", "canceled")
_GIVEN_UP = ("unavailable", "refused", "blocked", "malformed", "steps", "time", "tokens")
_TOKENS = (_MODEL, MetricLabel("type", ("input", "output", "thoughts", "cached")))
_FAILURES = get_args(ToolFailed.model_fields["code"].annotation)

# What every process measures of itself.
_P: Source = "process"
HTTP_DURATION = Histogram(
    "http.server.request.duration",
    "s",
    "The gateway's requests: webhooks, pages, pictures",
    _P,
    _HTTP,
)
DELIVERY_DURATION = Histogram(
    "messaging.process.duration", "s", "Deliveries, by event and how they ended", _P, _DELIVERY
)
REDELIVERED = Counter(
    "taskflow.deliveries.redelivered",
    "{delivery}",
    "Deliveries after an event's first",
    _P,
    (_CONSUMER,),
)
MODEL_DURATION = Histogram(
    "gen_ai.client.operation.duration", "s", "Each attempt at the model", _P, _ATTEMPT
)
LOOP_LAG = Gauge(
    "taskflow.event_loop.lag", "s", "The longest that the event loop was blocked, of late", _P
)
LOOP_HELD = Counter(
    "taskflow.event_loop.held",
    "{hold}",
    "Times that the event loop was blocked for over 250 ms, by the function that ran",
    _P,
    (MetricLabel("code.function.name"),),
)
POOL = Gauge("taskflow.pool.connections", "{connection}", "In the pool to PostgreSQL", _P, _STATE)
POOL_LIMIT = Gauge("taskflow.pool.limit", "{connection}", "That the pool may have at most", _P)
TOOL_CACHE = Counter(
    "taskflow.tool.cache", "{call}", "Calls of cached tools, by how they were answered", _P, _CACHED
)
PAGE_READERS = Gauge(
    "taskflow.page_readers", "{process}", "Processes of the tools service that read pages", _P
)
PAGES_UNREAD = Counter(
    "taskflow.pages.unreadable",
    "{page}",
    "Pages that their reader did not survive, by what it exceeded",
    _P,
    (MetricLabel("reason", ("cpu", "deadline", "died")),),
)
SPANS_DROPPED = Counter("taskflow.spans.dropped", "{span}", "Spans that no collector got", _P)
RELAY_PUBLISHED = Counter(
    "taskflow.relay.published", "{event}", "Events that this process, as the relay, published", _P
)

# What the gateway measures of the whole house.
_W: Source = "whole"
RELAY_LAG = Gauge(
    "taskflow.relay.lag", "{event}", "Events in the log, not yet on the bus, up to 10,000", _W
)
RELAY_OLDEST = Gauge("taskflow.relay.oldest", "s", "Age of the oldest of them; 0: none", _W)
CONSUMER_LAG = Gauge(
    "taskflow.consumer.lag",
    "{message}",
    "On the bus, not yet given to the service",
    _W,
    _OF_CONSUMER,
)
CONSUMER_UNACKED = Gauge(
    "taskflow.consumer.unacked", "{message}", "Given to the service, not settled", _W, _OF_CONSUMER
)
PROJECTION_LAG = Gauge(
    "taskflow.projection.lag", "{event}", "Not yet read by it, up to 10,000", _W, _PROJECTION
)
DEAD_LETTERS = Gauge("taskflow.dead_letters", "{message}", "Open dead letters", _W, _OF_SERVICE)
MOVES_OLDEST = Gauge(
    "taskflow.moves.oldest", "s", "How long the oldest conversation waits for its next move", _W
)
SHREDS_OLDEST = Gauge(
    "taskflow.shreds.oldest",
    "s",
    "How long the key of somebody forgotten has stood in PostgreSQL's files; 0: none does",
    _W,
)
TAKEOVER_IDLE = Gauge(
    "taskflow.takeovers.idle",
    "s",
    "How long the quietest operator who has the word has said nothing; 0: nobody has it",
    _W,
)
INSTANCES = Gauge(
    "taskflow.service.instances", "{instance}", "Processes with a sign of life", _W, _OF_SERVICE
)
DEPENDENCY_UP = Gauge(
    "taskflow.dependency.up", "1", "The gateway reaches it: 1 or 0", _W, _DEPENDENCY
)
CONNECTIONS = Gauge(
    "taskflow.postgres.connections", "{connection}", "PostgreSQL's, of all who are connected", _W
)
CONNECTIONS_LIMIT = Gauge(
    "taskflow.postgres.connections.limit",
    "{connection}",
    "That PostgreSQL gives at most: max_connections without those of superusers",
    _W,
)
NATS_SYNCS = Gauge("taskflow.nats.syncs_always", "1", "NATS writes before it acks: 1 or 0", _W)
NATS_STORE = Gauge(
    "taskflow.nats.store.used", "1", "JetStream's store: bytes used of those it may have", _W
)
CERTIFICATE = Gauge(
    "taskflow.certificate.expires", "s", "Until PUBLIC_URL's certificate ends; below 0 after", _W
)
ACTIVE_USERS = Gauge("taskflow.users.active", "{user}", "Users who wrote lately", _W, _WINDOW)
TEMPLATE_PEOPLE = Gauge(
    "taskflow.templates.people", "{user}", "Users written to by template in the last 24 hours", _W
)
TEMPLATE_LIMIT = Gauge(
    "taskflow.templates.limit", "{user}", "As many as WhatsApp lets us write to so in 24 hours", _W
)

# What is counted from the log, once for the whole house (taskflow/usage/counting.py).
_L: Source = "log"
MESSAGES = Counter("taskflow.messages", "{message}", "New messages from users", _L)
TURNS = Counter("taskflow.turns", "{turn}", "Turns that ended, by how", _L, _TURN)
RESPONSE_DURATION = Histogram(
    "taskflow.response.duration",
    "s",
    "A turn's oldest message until Twilio took its reply's first part; also less the model's time",
    _L,
    _MODEL_TIME,
)
SENDS = Counter("taskflow.sends", "{attempt}", "Attempts, by outcome and Twilio's code", _L, _SEND)
SENDS_UNKNOWN = Gauge(
    "taskflow.sends.unknown", "{attempt}", "Attempts whose outcome nobody knows yet", _L
)
DELIVERED = Counter(
    "taskflow.replies.delivered",
    "{part}",
    "By what Twilio told; `held` ones wait here for their user's next message",
    _L,
    (MetricLabel("status", _TOLD),),
)
MODEL_CALLS = Counter(
    "taskflow.model.calls",
    "{call}",
    "Answers; finish_reason `summary` is one of older history",
    _L,
    (_MODEL, MetricLabel("finish_reason", most=20)),
)
MODEL_FAILURES = Counter(
    "taskflow.model.failures",
    "{turn}",
    "Turns without an answer",
    _L,
    (MetricLabel("reason", _GIVEN_UP),),
)
MODEL_TOKENS = Counter("taskflow.model.tokens", "{token}", "As the vendor counts", _L, _TOKENS)
MODEL_COST = Counter("taskflow.model.cost", "USD", "By taskflow/usage/prices.json", _L, (_MODEL,))
MODEL_UNPRICED = Counter(
    "taskflow.model.unpriced", "{call}", "Answers of a model that prices.json lacks", _L, (_MODEL,)
)
TOOL_CALLS = Counter(
    "taskflow.tool.calls",
    "{call}",
    "By how they ended",
    _L,
    (_TOOL, MetricLabel("outcome", ("finished", *_FAILURES))),
)
TOOL_DURATION = Histogram("taskflow.tool.duration", "s", "Of calls that finished", _L, (_TOOL,))
REMINDER_LATENESS = Histogram(
    "taskflow.reminder.lateness", "s", "From when it was due to its firing", _L, bounds=LATENESS
)
REMINDERS_FIRED = Counter("taskflow.reminders.fired", "{reminder}", "Reminders that fired", _L)
WATCH_ALERTS = Counter("taskflow.watch.alerts", "{alert}", "Watches that told their user", _L)

CATALOGUE: Sequence[Instrument] = tuple(
    global_ for global_ in list(globals().values()) if isinstance(global_, Instrument)
)


class _Running:
    """Of this process: what is measured into, and what /metrics reads."""

    provider: MeterProvider | None = None
    registry = CollectorRegistry()


def start(resource: Resource, endpoint: str | None) -> MeterProvider:
    """Binds the catalogue; at /metrics always, to OTLP only where an endpoint is set.

    It is this module's own provider: what libraries measure by the global one goes nowhere.
    """
    stop()
    _Running.registry = CollectorRegistry()
    ProcessCollector(registry=_Running.registry)
    readers: list[MetricReader] = [
        PrometheusMetricReader(scope_info_enabled=False, registry=_Running.registry)
    ]
    if endpoint:
        exporter = OTLPMetricExporter(f"{endpoint.rstrip('/')}/v1/metrics", timeout=EXPORT_SECONDS)
        readers.append(PeriodicExportingMetricReader(exporter))
    provider = MeterProvider(readers, resource, AlwaysOffExemplarFilter(), shutdown_on_exit=False)
    meter = provider.get_meter("taskflow")
    for instrument in CATALOGUE:
        instrument.bind(meter)
    _Running.provider = provider
    stand_at_zero("process")
    return provider


def stop() -> None:
    """Sends what is left, and ends."""
    provider, _Running.provider = _Running.provider, None
    if provider is not None:
        provider.shutdown()


def exposition() -> tuple[bytes, str]:
    """What /metrics answers in Prometheus' text format, and its content type."""
    return generate_latest(_Running.registry), CONTENT_TYPE_PLAIN_0_0_4


def stand_at_zero(source: Source) -> None:
    """Shows the series of these counters before they first count."""
    for instrument in CATALOGUE:
        if isinstance(instrument, Counter) and instrument.source == source:
            instrument.stand_at_zero()
