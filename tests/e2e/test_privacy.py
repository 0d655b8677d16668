"""What people write, and who they are, stands nowhere in plain text; strangers are turned away."""

import asyncio
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Generator
from pathlib import Path

import asyncpg
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from taskflow.embedded import binaries
from tests.support.otlp import Receiver, receiver
from tests.support.servers import nats_server, postgres_server
from tests.support.stack import SERVICES, Stack, wait_until

pytestmark = pytest.mark.e2e

CANARY = "zebrafinch"
USER = "+15553334441"


@pytest.fixture(scope="module")
def collector() -> Generator[Receiver]:
    with receiver() as opened:
        yield opened


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, collector: Receiver) -> Generator[Stack]:
    """A stack that heard the canary, with every kind of fact about it."""
    with postgres_server() as postgres, nats_server() as bus:
        stack = Stack(tmp_path_factory.mktemp("private"), postgres, bus)
        try:
            stack.prepare()
            stack.start(
                "simulators",
                *SERVICES,
                OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
                OTEL_BSP_SCHEDULE_DELAY="200",
                TASKFLOW_LOG_LEVEL="DEBUG",
            )
            call = {"name": "set_reminder", "args": {"text": CANARY, "at": "2030-01-01T09:00"}}
            web = {"name": "search_web", "args": {"query": f"what is a {CANARY}"}}
            stack.script(USER, {"calls": [call, web]}, {"text": f"Done, {CANARY}."})
            stack.say(USER, f"remind me of the {CANARY}", profile_name=CANARY)
            stack.await_replies(USER, 1)
            yield stack
        finally:
            stack.stop()


def plain_in(blob: bytes) -> bool:
    text = blob.decode(errors="replace").lower()
    return CANARY in text or USER.lstrip("+") in text


def test_the_database_has_no_plain_text(told: Stack) -> None:
    dump = subprocess.run(
        [binaries.postgres_binary("pg_dump"), "--dbname", told.postgres.dsn],
        capture_output=True,
        check=True,
    ).stdout

    assert b"message.received" in dump
    assert not plain_in(dump)


def test_the_bus_has_no_plain_text(told: Stack) -> None:
    files = [path for path in told.bus.store.rglob("*") if path.is_file()]
    assert any(b"message.received" in path.read_bytes() for path in files)

    assert not [path for path in files if plain_in(path.read_bytes())]


def test_the_logs_have_no_plain_text(told: Stack) -> None:
    files = [*_logs(told.home / "logs"), *(told.home / f"{name}.out" for name in SERVICES)]
    assert any(b"message.taken" in path.read_bytes() for path in files)

    leaks = [line for path in files for line in path.read_bytes().splitlines() if plain_in(line)]
    assert not leaks


def _logs(folder: Path) -> list[Path]:
    return [folder / f"{name}.jsonl" for name in SERVICES]


def test_one_trace_leads_through_the_turn_and_has_no_plain_text(
    told: Stack, collector: Receiver
) -> None:
    wait_until(lambda: "send twilio" in _names(collector), 20)

    assert not any(plain_in(body) for body in collector.bodies)
    spans = _spans(collector)
    (sent, *_) = [span for span in spans if span.name == "send twilio"]
    ours = {span.name for span in spans if span.trace_id == sent.trace_id}
    assert {
        "POST /webhook",
        "process taskflow.events.message.received",
        "generate_content gemini-3.8-flash",
        "execute_tool search_web",
        "execute_tool set_reminder",
        "send twilio",
    } <= ours


def _spans(collector: Receiver):
    return [
        span
        for body in list(collector.bodies)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def _names(collector: Receiver) -> set[str]:
    return {span.name for span in _spans(collector)}


def test_a_bad_signature_is_403_and_leaves_no_row(told: Stack) -> None:
    before = asyncio.run(_count(told))
    form = {"MessageSid": "SM" + "b" * 32, "From": f"whatsapp:{USER}", "Body": "let me in"}
    request = urllib.request.Request(
        f"{told.gateway}/webhook",
        data=urllib.parse.urlencode(form).encode(),
        headers={"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)

    assert refused.value.code == 403
    assert asyncio.run(_count(told)) == before


async def _count(stack: Stack) -> int:
    connection = await asyncpg.connect(stack.postgres.dsn)
    count = await connection.fetchval("select count(*) from events where type = 'message.received'")
    await connection.close()
    return count
