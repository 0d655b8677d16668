"""OpenTelemetry: one trace through a turn, carried in events' metadata and NATS headers; counts.

Spans and counts hold ids, counts and codes; never text, numbers or secrets.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib.metadata import version as package_version

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import Counter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

_propagator = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("taskflow")
_meter = metrics.get_meter("taskflow")


def start(service: str, instance: str, *, endpoint: str | None) -> TracerProvider:
    """Installs the process's tracer and meter; nothing leaves it unless an OTLP endpoint is set."""
    resource = Resource.create(
        {
            "service.name": service,
            "service.namespace": "taskflow",
            "service.version": package_version("taskflow"),
            "service.instance.id": instance,
        }
    )
    provider = TracerProvider(resource=resource)
    if endpoint:
        base = endpoint.rstrip("/")
        provider.add_span_processor(
            BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{base}/v1/traces"))
        )
        reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{base}/v1/metrics"))
        # Flushed by the provider itself when the process ends.
        metrics.set_meter_provider(MeterProvider([reader], resource))
    trace.set_tracer_provider(provider)
    return provider


def counter(name: str, what: str) -> Counter:
    """Made once, at import; counts from when the meter is installed."""
    return _meter.create_counter(name, description=what)


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
    links: tuple[str, ...] = (),
    attributes: Mapping[str, AttributeValue] | None = None,
) -> Generator[Span]:
    """A span under `parent` (a traceparent) or the current one; errors by their class only."""
    context = _propagator.extract({"traceparent": parent}) if parent else None
    with _tracer.start_as_current_span(
        name,
        context=context,
        kind=kind,
        attributes=attributes,
        links=[link for carrier in links if (link := _link(carrier))],
        record_exception=False,
        set_status_on_exception=False,
    ) as opened:
        try:
            yield opened
        except BaseException as error:
            opened.set_attribute("error.type", type(error).__name__)
            opened.set_status(Status(StatusCode.ERROR))
            raise


def _link(traceparent: str) -> trace.Link | None:
    context = _propagator.extract({"traceparent": traceparent})
    spans_context = trace.get_current_span(context).get_span_context()
    return trace.Link(spans_context) if spans_context.is_valid else None
