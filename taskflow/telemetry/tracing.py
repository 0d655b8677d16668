"""OpenTelemetry: one trace through a turn, carried in events' metadata and NATS headers.

Spans hold ids, counts and codes; never text, numbers or secrets: what is not in ALLOWED does not
leave the process (taskflow/telemetry/exporting.py).
"""

import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.metadata import version as package_version
from threading import Thread
from typing import Any

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, Sampler
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased as Ratio
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from taskflow import clock
from taskflow.telemetry import metrics
from taskflow.telemetry.exporting import Batches

EXPORT_SECONDS = 5.0
"""For one request to the collector, its retries included."""
STOP_SECONDS = 3.0
LATE = timedelta(minutes=10)
"""What comes later than this begins a trace of its own, linked: traces of days help nobody."""
FAN = 32
"""Traces that a span of each tells of one publish; of more, one span links to all."""

ALWAYS = ParentBased(ALWAYS_ON)

_propagator = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("taskflow")


def start(
    service: str, instance: str, *, endpoint: str | None, sampler: Sampler = ALWAYS
) -> TracerProvider:
    """Installs the process's tracer and meter; nothing leaves it unless an OTLP endpoint is set.

    Without one, spans are only ids: they join the logs of a turn, and cost next to nothing.
    """
    os.environ.setdefault("OTEL_BSP_SCHEDULE_DELAY", "1000")
    resource = Resource.create(
        {
            "service.name": service,
            "service.namespace": "taskflow",
            "service.version": package_version("taskflow"),
            "service.instance.id": instance,
        }
    )
    provider = TracerProvider(sampler if endpoint else ALWAYS_OFF, resource, shutdown_on_exit=False)
    if endpoint:
        base = endpoint.rstrip("/")
        exporter = OTLPSpanExporter(f"{base}/v1/traces", timeout=EXPORT_SECONDS)
        provider.add_span_processor(Batches(exporter))
    trace.set_tracer_provider(provider)
    metrics.start(resource, endpoint)
    return provider


def stop(provider: TracerProvider) -> None:
    """Sends what is left, for as long as STOP_SECONDS: a dead collector holds nobody up."""
    ends = [Thread(target=end, daemon=True) for end in (provider.shutdown, metrics.stop)]
    for end in ends:
        end.start()
    for end in ends:
        end.join(STOP_SECONDS)


def sampler(name: str, share: float) -> Sampler:
    """By its name in OTEL_TRACES_SAMPLER; `share` from 0 to 1 is for the ratio."""
    root = {"always_on": ALWAYS_ON, "always_off": ALWAYS_OFF, "traceidratio": Ratio(share)}
    bare = root[name.removeprefix("parentbased_")]
    return ParentBased(bare) if name.startswith("parentbased_") else bare


def current_traceparent() -> str | None:
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def span(
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    *,
    parent: str | None = None,
    since: datetime | None = None,
    links: Sequence[str] = (),
    attributes: Mapping[str, AttributeValue] | None = None,
) -> Generator[Span]:
    """A span under `parent` (a traceparent) or the current one; errors by their class only.

    `since` is when the parent was: one that is LATE becomes a link, of a new trace.
    """
    if parent and since and clock.utc_now() - since > LATE:
        parent, links = None, (parent, *links)
    above = _propagator.extract({"traceparent": parent}) if parent else None
    linked = [link for carrier in links if (link := _link(carrier))]
    opened = _tracer.start_span(name, above, kind, attributes, linked)
    token = context.attach(trace.set_span_in_context(opened))
    try:
        yield opened
    except BaseException as error:
        failed(opened, type(error).__name__)
        raise
    finally:
        context.detach(token)
        opened.end()


def failed(opened: Span, error: str) -> None:
    """Marks a span as failed, by the error's class or code."""
    opened.set_attribute("error.type", error)
    opened.set_status(Status(StatusCode.ERROR))


def link(opened: Span, traces: Sequence[str | None]) -> None:
    """Links an open span to what else it answers, but for what is of its own trace."""
    own = opened.get_span_context().trace_id
    for carrier in traces:
        if carrier and (other := _link(carrier)) and other.context.trace_id != own:
            opened.add_link(other.context)


@contextmanager
def sending(what: Sequence[tuple[str, str | None]], system: str) -> Generator[None]:
    """A publish of many (destination, traceparent): a span in each trace that it serves."""
    by_trace: dict[str, list[str]] = {}
    for destination, traceparent in what:
        by_trace.setdefault(traceparent or "", []).append(destination)
    if len(by_trace) > FAN:
        about = _batch(system, len(what))
        links = [*by_trace][: 4 * FAN]
        with span("send taskflow", SpanKind.PRODUCER, links=links, attributes=about):
            yield
        return
    opened: list[Span] = []
    for traceparent, destinations in by_trace.items():
        if not traceparent:
            continue
        attributes = _batch(system, len(destinations))
        name = f"send {destinations[0]}"
        if len(destinations) == 1:
            attributes["messaging.destination.name"] = destinations[0]
        above = _propagator.extract({"traceparent": traceparent})
        opened.append(_tracer.start_span(name, above, SpanKind.PRODUCER, attributes))
    try:
        yield
    except BaseException as error:
        for opened_span in opened:
            failed(opened_span, type(error).__name__)
        raise
    finally:
        for opened_span in opened:
            opened_span.end()


def _batch(system: str, count: int) -> dict[str, Any]:
    return {
        "messaging.system": system,
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.batch.message_count": count,
    }


def _link(traceparent: str) -> trace.Link | None:
    there = trace.get_current_span(_propagator.extract({"traceparent": traceparent}))
    spans_context = there.get_span_context()
    return trace.Link(spans_context) if spans_context.is_valid else None
