"""What leaves a process as spans: bounded, counted, and nothing that is not on the list."""

import threading
from collections.abc import Sequence

import pytest
from opentelemetry.propagate import extract
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import set_span_in_context

from taskflow.telemetry import exporting
from taskflow.telemetry.exporting import WAITING_AT_MOST, Batches, cleaned


class Counted:
    def __init__(self) -> None:
        self.sum = 0

    def add(self, count: int) -> None:
        self.sum += count


@pytest.fixture
def dropped(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted()
    monkeypatch.setattr(exporting, "SPANS_DROPPED", counted)
    return counted


class Stuck(SpanExporter):
    """A collector that takes a request and does not answer."""

    def __init__(self) -> None:
        self.asked, self.answer = threading.Event(), threading.Event()
        self.result = SpanExportResult.SUCCESS
        self.got = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.asked.set()
        assert self.answer.wait(30)
        self.got += len(spans)
        return self.result


def test_a_stuck_collector_costs_bounded_memory_and_every_loss_is_counted(
    dropped: Counted,
) -> None:
    stuck = Stuck()
    batches = Batches(stuck)
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(batches)
    tracer = provider.get_tracer("tests")
    ended = 0
    while not stuck.asked.is_set():
        tracer.start_span("one").end()
        ended += 1
    for _ in range(3 * WAITING_AT_MOST):
        tracer.start_span("more").end()
        ended += 1

    assert 2 * WAITING_AT_MOST <= dropped.sum < ended
    stuck.answer.set()
    provider.shutdown()
    assert stuck.got + dropped.sum == ended


def test_what_the_collector_refuses_is_counted(dropped: Counted) -> None:
    refusing = Stuck()
    refusing.result = SpanExportResult.FAILURE
    refusing.answer.set()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(Batches(refusing))
    for _ in range(5):
        provider.get_tracer("tests").start_span("one").end()
    provider.shutdown()

    assert dropped.sum == 5


def span(**attributes: str) -> ReadableSpan:
    kept = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    provider.get_tracer("tests").start_span("one", attributes=attributes).end()
    return kept.get_finished_spans()[0]


def test_only_what_is_allowed_leaves() -> None:
    told = span(**{"error.type": "TimeoutError", "user.text": "zebrafinch"})
    left = cleaned(told)

    assert dict(left.attributes or {}) == {"error.type": "TimeoutError"}
    assert (left.name, left.context, left.resource) == (told.name, told.context, told.resource)


def test_a_long_value_does_not_leave_under_an_allowed_name() -> None:
    assert dict(cleaned(span(**{"error.type": "x" * 201})).attributes or {}) == {}


def test_what_is_all_allowed_is_not_copied() -> None:
    told = span(**{"error.type": "TimeoutError"})
    assert cleaned(told) is told


def test_what_a_process_began_leaves_it_whole_or_not_at_all() -> None:
    """A span of a process that dies before its work is done would have no parent."""
    kept = InMemorySpanExporter()
    batches = Batches(kept)
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(batches)
    tracer = provider.get_tracer("tests")
    remote = extract({"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})

    root = tracer.start_span("root", remote)
    child = tracer.start_span("child", set_span_in_context(root))
    grandchild = tracer.start_span("grandchild", set_span_in_context(child))
    straggler = tracer.start_span("straggler", set_span_in_context(child))
    for one in (grandchild, child):
        one.end()
    batches.force_flush()
    assert kept.get_finished_spans() == ()

    root.end()
    batches.force_flush()
    assert [one.name for one in kept.get_finished_spans()] == ["grandchild", "child", "root"]
    straggler.end()
    provider.shutdown()
    assert kept.get_finished_spans()[-1].name == "straggler"
