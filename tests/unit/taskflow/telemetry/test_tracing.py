"""Parents, links, and what comes too late to be a child."""

from collections.abc import Generator
from datetime import timedelta

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from taskflow import clock
from taskflow.telemetry import tracing
from taskflow.telemetry.tracing import FAN, LATE, current_traceparent, link, sending, span

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OTHER = "00-1af7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01"
TRACE = int("0af7651916cd43dd8448eb211c80319c", 16)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Generator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("tests"))
    yield exporter
    provider.shutdown()


def test_a_child_of_what_was_just_now(kept: InMemorySpanExporter) -> None:
    with span("process", parent=PARENT, since=clock.utc_now()):
        assert (current_traceparent() or "").split("-")[1] == f"{TRACE:032x}"

    (one,) = kept.get_finished_spans()
    assert one.context and one.context.trace_id == TRACE
    assert not one.links


def test_what_comes_late_is_a_trace_of_its_own_with_a_link(kept: InMemorySpanExporter) -> None:
    with span("process", parent=PARENT, since=clock.utc_now() - LATE - timedelta(seconds=1)):
        pass

    (one,) = kept.get_finished_spans()
    assert one.parent is None
    assert one.context and one.context.trace_id != TRACE
    assert [linked.context.trace_id for linked in one.links] == [TRACE]


def test_an_error_is_its_class_and_no_text(kept: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="zebrafinch"), span("work"):
        raise ValueError("zebrafinch")

    (one,) = kept.get_finished_spans()
    assert dict(one.attributes or {}) == {"error.type": "ValueError"}
    assert not one.status.is_ok
    assert "zebrafinch" not in one.to_json()


def test_links_are_to_others(kept: InMemorySpanExporter) -> None:
    with span("answer", parent=PARENT) as opened:
        link(opened, [PARENT, OTHER, None, "no traceparent"])

    (one,) = kept.get_finished_spans()
    assert [f"{linked.context.trace_id:032x}" for linked in one.links] == [OTHER.split("-")[1]]


def test_a_publish_is_seen_in_each_trace_that_it_serves(kept: InMemorySpanExporter) -> None:
    with sending([("a", PARENT), ("b", PARENT), ("c", OTHER), ("d", None)], "nats"):
        pass

    told = {one.name: one for one in kept.get_finished_spans()}
    assert set(told) == {"send a", "send c"}
    assert all(one.kind is SpanKind.PRODUCER for one in told.values())
    attributes = told["send a"].attributes or {}
    assert attributes["messaging.batch.message_count"] == 2
    assert "messaging.destination.name" not in attributes
    assert (told["send c"].attributes or {})["messaging.destination.name"] == "c"


def test_a_publish_for_many_is_one_span_with_links(kept: InMemorySpanExporter) -> None:
    many = [f"00-{n:032x}-b7ad6b7169203331-01" for n in range(1, FAN + 2)]
    with sending([("a", one) for one in many], "nats"):
        pass

    (one,) = kept.get_finished_spans()
    assert (one.parent, len(one.links)) == (None, FAN + 1)


def test_a_publish_that_failed_says_so(kept: InMemorySpanExporter) -> None:
    with pytest.raises(TimeoutError), sending([("a", PARENT)], "nats"):
        raise TimeoutError

    (one,) = kept.get_finished_spans()
    assert (one.attributes or {})["error.type"] == "TimeoutError"


@pytest.mark.parametrize(
    ("name", "share", "kept_of_a_thousand"),
    [("always_on", 1.0, 1000), ("always_off", 1.0, 0), ("parentbased_traceidratio", 0.1, 100)],
)
def test_samplers(name: str, share: float, kept_of_a_thousand: int) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(tracing.sampler(name, share), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    for _ in range(1000):
        provider.get_tracer("tests").start_span("one").end()

    assert abs(len(exporter.get_finished_spans()) - kept_of_a_thousand) <= 60
