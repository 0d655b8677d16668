"""How spans leave the process: in batches, bounded, and with nothing that is not on the list."""

from collections.abc import Sequence

import structlog
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.util.types import Attributes

from taskflow.telemetry.metrics import SPANS_DROPPED

WAITING_AT_MOST = 2_048
"""Spans; what ends while so many wait is dropped, and counted."""
LONGEST_TEXT = 200
ALLOWED = frozenset(
    {
        "db.operation.batch.size",
        "db.stored_procedure.name",
        "db.system.name",
        "error.type",
        "gen_ai.agent.name",
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "gen_ai.response.finish_reasons",
        "gen_ai.response.id",
        "gen_ai.response.model",
        "gen_ai.tool.call.id",
        "gen_ai.tool.name",
        "gen_ai.tool.type",
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.reasoning.output_tokens",
        "http.request.method",
        "http.request.resend_count",
        "http.response.status_code",
        "http.route",
        "messaging.batch.message_count",
        "messaging.consumer.group.name",
        "messaging.destination.name",
        "messaging.message.conversation_id",
        "messaging.message.id",
        "messaging.operation.name",
        "messaging.operation.type",
        "messaging.system",
        "server.address",
        "taskflow.attempt",
        "taskflow.cost.usd",
        "taskflow.delivery",
        "taskflow.event.types",
        "taskflow.for_watch",
        "taskflow.late_s",
        "taskflow.outcome",
        "taskflow.part",
        "taskflow.search.engine",
        "taskflow.step",
        "taskflow.tool.answered_by",
        "taskflow.turn",
        "url.template",
    }
)

log = structlog.get_logger()


class Batches(BatchSpanProcessor):
    """The SDK's, whose queue cannot overflow unseen. A collector that is away costs no memory.

    What a process did for one delivery or request leaves it together, once that is done: a process
    that is killed in the middle leaves no spans whose parents nobody will ever see.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._ended = 0
        self._clean = _Clean(exporter)
        self._roots: dict[int, int] = {}
        """Of each open span, the id of the open one that its process began with."""
        self._held: dict[int, list[ReadableSpan]] = {}
        super().__init__(self._clean, WAITING_AT_MOST)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        del parent_context  # the span knows its parent
        own = span.get_span_context().span_id
        above = span.parent.span_id if span.parent and not span.parent.is_remote else None
        self._roots[own] = root = self._roots.get(above, own) if above else own
        if root == own:
            self._held[own] = []

    def on_end(self, span: ReadableSpan) -> None:
        own = span.context.span_id if span.context else 0
        root = self._roots.pop(own, own)
        if self._ended - self._clean.taken >= WAITING_AT_MOST:
            SPANS_DROPPED.add(1)
        else:
            self._ended += 1
            # One whose root has ended, as a task that outlived it, goes by itself.
            self._held.setdefault(root, []).append(span)
        if root == own or root not in self._roots:
            for readable_span in self._held.pop(root, []):
                super().on_end(readable_span)


class _Clean(SpanExporter):
    """Takes away what must not leave, before it is exported; counts what could not be."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self.taken = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.taken += len(spans)
        result = self._exporter.export([cleaned(span) for span in spans])
        if result is not SpanExportResult.SUCCESS:
            SPANS_DROPPED.add(len(spans))
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def cleaned(span: ReadableSpan) -> ReadableSpan:
    """The same span, unless it holds what is not allowed: then a copy without that."""
    kept = {name: value for name, value in (span.attributes or {}).items() if _may(name, value)}
    if len(kept) == len(span.attributes or {}) and not span.events:
        return span
    lost = sorted(set(span.attributes or {}) - set(kept))
    log.error("span.attributes_not_allowed", span=span.name, attributes=lost)
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=kept,
        links=span.links,
        kind=span.kind,
        status=span.status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _may(name: str, value: Attributes | object) -> bool:
    return name in ALLOWED and not (isinstance(value, str) and len(value) > LONGEST_TEXT)
