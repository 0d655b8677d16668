"""What a real Jaeger answered is read, checked and drawn; what is no answer is told."""

import json
from typing import Any

import pytest
from rich.console import Console

from taskflow.cli.past.trace_drawing import as_json, drawing
from taskflow.errors import VendorUnavailable
from taskflow.waterfall import of_jaeger
from taskflow.waterfall.bars import Bar, Link, Waterfall
from tests.jaeger import expected
from tests.jaeger.verify import Told, of_a_trace
from tests.support.jaeger import ANSWER, query_server

RECORDED: dict[str, Any] = json.loads(ANSWER.read_bytes())
SPANS = of_jaeger.bars(RECORDED)
TRACE = RECORDED["result"]["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"]


def found(spans: list[Bar]) -> Waterfall:
    return Waterfall(TRACE, "Jaeger", spans)


def shown(waterfall: Waterfall, columns: int = 200) -> str:
    console = Console(width=columns)
    with console.capture() as caught:
        console.print(drawing(waterfall, "Jaeger", columns))
    return caught.get()


def faults(spans: list[Bar]) -> list[str]:
    """The answer was recorded before the gateway was given messages as well."""
    later = "gateway consumer process taskflow.events.message.received"
    wanted = [line for line in expected.flight() if line.strip() != later]
    return list(of_a_trace(Told("it", TRACE, spans, wanted)))


def test_a_real_answer_is_the_tree_that_verify_jaeger_wants() -> None:
    assert faults(SPANS) == []
    (model, _) = [bar for bar in SPANS if bar.name.startswith("generate_content")]
    assert model.kind == "client"
    assert model.notes[0] == "STOP"
    assert model.attributes["gen_ai.usage.input_tokens"] > 0
    assert model.attributes["service.name"] == model.service == "agent"


def test_verify_jaeger_sees_what_is_missing_wrong_or_too_much() -> None:
    broken = json.loads(json.dumps(RECORDED))
    spans = [
        span
        for group in broken["result"]["resourceSpans"]
        for scope in group["scopeSpans"]
        for span in scope["spans"]
    ]
    by_name = {span["name"]: span for span in spans}
    by_name["GET /search"]["parentSpanId"] = "f" * 16
    by_name["wait for burst"]["kind"] = 3
    by_name["execute_tool search_flights"]["status"] = {"code": 2}
    by_name["invoke_agent taskflow"]["attributes"] = [
        {"key": "gen_ai.prompt", "value": {"stringValue": "hello"}}
    ]
    told = {" ".join(fault.split()) for fault in faults(of_jaeger.bars(broken))}
    for fault in (
        "GET /search names a parent that is not there",
        "- agent internal wait for burst",
        "+ agent client wait for burst",
        "execute_tool search_flights: failed with error",
        "invoke_agent taskflow: gen_ai.agent.name is None",
        "invoke_agent taskflow: has ['gen_ai.prompt'], which is not on the list",
    ):
        assert fault in told


def test_retries_links_errors_and_orphans_are_shown() -> None:
    span = {
        "traceId": TRACE,
        "spanId": "1" * 16,
        "parentSpanId": "2" * 16,
        "name": "process taskflow.events.tool.requested",
        "kind": "SPAN_KIND_CONSUMER",
        "startTimeUnixNano": "1764144000000000000",
        "endTimeUnixNano": "1764144001500000000",
        "status": {"code": "STATUS_CODE_ERROR"},
        "links": [{"traceId": "a" * 32, "spanId": "b" * 16}],
        "attributes": [
            {"key": "taskflow.delivery", "value": {"intValue": "3"}},
            {"key": "taskflow.outcome", "value": {"stringValue": "retry"}},
            {"key": "error.type", "value": {"stringValue": "vendor_unavailable"}},
            {"key": "@jaeger@warnings", "value": {"arrayValue": {"values": []}}},
        ],
    }
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "tools"}}]}
    group = {"resource": resource, "scopeSpans": [{"scope": {}, "spans": [span]}]}
    (bar,) = of_jaeger.bars({"result": {"resourceSpans": [group]}})

    assert (bar.kind, bar.error, bar.took.total_seconds()) == (
        "consumer",
        "vendor_unavailable",
        1.5,
    )
    assert list(bar.notes) == ["retry", "delivery 3"]
    assert list(bar.links) == [Link("a" * 32, "b" * 16, "follows")]
    text = shown(found([bar]))
    assert "vendor_unavailable, retry, delivery 3" in " ".join(text.split())
    assert "1 failed" in text
    assert "is not here" in text
    assert "process tool.requested: vendor_unavailable, retry, delivery 3" in shown(
        found([bar]), 80
    )
    assert as_json(found([bar]))["bars"][0]["orphan"]


@pytest.mark.parametrize("columns", [80, 100, 149, 169, 200])
def test_every_terminal_sees_each_span_its_service_and_its_times(columns: int) -> None:
    lines = shown(found(SPANS), columns).splitlines()
    rows = [line for line in lines if "POST /webhook" in line or "POST /20" in line]
    assert max(map(len, lines)) <= columns
    assert len(rows) == 4
    assert all("gateway" in line and " ms " in line for line in rows)


def test_it_is_fetched_by_its_id() -> None:
    with query_server() as url:
        assert of_jaeger.fetch(f"{url}/", TRACE) == SPANS
        assert of_jaeger.fetch(url, "1" * 32) == []


@pytest.mark.parametrize("answer", [b"<html>not Jaeger</html>", b"{}", b"[]", b'{"result": []}'])
def test_what_is_no_answer_of_jaeger_is_told(answer: bytes) -> None:
    with (
        query_server(answer) as url,
        pytest.raises(VendorUnavailable, match="no Jaeger v2 answers"),
    ):
        of_jaeger.fetch(url, "0" * 32)


def test_nobody_there_is_told() -> None:
    with pytest.raises(VendorUnavailable, match=r"no Jaeger v2 answers at http://127.0.0.1:1 \("):
        of_jaeger.fetch("http://127.0.0.1:1", TRACE)
