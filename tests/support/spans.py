"""Spans as an OTLP receiver was told them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.support.otlp import Receiver

KINDS = {
    Span.SPAN_KIND_INTERNAL: "INTERNAL",
    Span.SPAN_KIND_SERVER: "SERVER",
    Span.SPAN_KIND_CLIENT: "CLIENT",
    Span.SPAN_KIND_PRODUCER: "PRODUCER",
    Span.SPAN_KIND_CONSUMER: "CONSUMER",
}


@dataclass(frozen=True, slots=True)
class Told:
    service: str
    name: str
    kind: str
    trace: str
    id: str
    parent: str
    """Empty: a root."""
    links: Sequence[tuple[str, str]]
    """(trace, span)."""
    attributes: Mapping[str, Any]
    failed: bool
    began: int
    """Nanoseconds since 1970."""


def told(receiver: Receiver) -> list[Told]:
    """In the order of their beginnings; each once."""
    found: dict[str, Told] = {}
    for path, body in list(receiver.received):
        if not path.endswith("/v1/traces"):
            continue
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = _values(resource.resource.attributes)["service.name"]
            for scope in resource.scope_spans:
                found.update({one.span_id.hex(): _told(service, one) for one in scope.spans})
    return sorted(found.values(), key=lambda one: one.began)


def printed(spans: Iterable[Told]) -> str:
    """As a tree, for whoever looks at a failed test."""
    spans = list(spans)
    ids = {one.id for one in spans}
    lines: list[str] = []

    def walk(parent: str, depth: int) -> None:
        for one in spans:
            if one.parent == parent or (not depth and one.parent not in ids):
                orphan = " ORPHAN" if one.parent and one.parent not in ids else ""
                lines.append(f"{'  ' * depth}{one.service}: {one.name} {one.kind}{orphan}")
                walk(one.id, depth + 1)

    walk("", 0)
    return "\n".join(lines)


def _told(service: str, span: Span) -> Told:
    return Told(
        service=service,
        name=span.name,
        kind=KINDS[span.kind],
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        links=[(one.trace_id.hex(), one.span_id.hex()) for one in span.links],
        attributes=_values(span.attributes),
        failed=span.status.code == Status.STATUS_CODE_ERROR,
        began=span.start_time_unix_nano,
    )


def _values(attributes: Iterable[Any]) -> dict[str, Any]:
    return {one.key: _value(one.value) for one in attributes}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    return getattr(value, kind) if kind else None
