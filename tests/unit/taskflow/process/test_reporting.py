"""What leaves for Sentry: errors by class, place and id; never a word, a number or a key."""

import gzip
import json
import logging
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from pydantic import SecretStr

from taskflow.embedded.ports import free_port
from taskflow.errors import Configuration, Permanent
from taskflow.process import reporting
from taskflow.process.reporting import Reporting, reported
from taskflow.process.settings import RuntimeSettings
from taskflow.telemetry import logs
from tests.conftest import runtime_settings

INSTANCE = str(uuid4())
WORDS = "my neighbour's cat is called Mephisto"
NUMBER = "+15551230001"
KEY = "sk-4f9c1f3a"
KINDS = [type(f"Kind{n}", (Exception,), {}) for n in range(50)]
CANARIES = (WORDS, "Mephisto", NUMBER, KEY)

log = structlog.get_logger("services.agent.handlers")
strangers = logging.getLogger("httpx")


@dataclass
class Sentry:
    """As far as a client sees it: an address that takes envelopes."""

    url: str
    status: int = 200
    bodies: list[bytes] = field(default_factory=list)
    answers: threading.Event = field(default_factory=threading.Event)

    @property
    def events(self) -> list[dict[str, Any]]:
        """Each envelope is a header, then an item's header and the item, a line each."""
        items = [body.split(b"\n") for body in self.bodies]
        assert all(json.loads(one[1])["type"] == "event" for one in items)
        return [json.loads(one[2]) for one in items]


@pytest.fixture
def sentry() -> Generator[Sentry]:
    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            zipped = self.headers.get("Content-Encoding") == "gzip"
            found.bodies.append(gzip.decompress(body) if zipped else body)
            found.answers.wait(60)
            self.send_response(found.status)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Take)
    found = Sentry(f"http://public@127.0.0.1:{server.server_port}/1")
    found.answers.set()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield found
    found.answers.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _logging(tmp_path: Path) -> Generator[None]:
    """As a service's, and afterwards as it was."""
    root = logging.getLogger()
    before, level, source = root.handlers[:], root.level, logging._srcfile
    root.handlers[:] = []
    logs.start("agent", tmp_path, "CRITICAL", INSTANCE)
    yield
    for one in root.handlers[:]:
        root.removeHandler(one)
        one.close()
    root.handlers[:], logging._srcfile = before, source
    root.setLevel(level)
    structlog.reset_defaults()


@contextmanager
def reporting_to(dsn: str) -> Generator[Reporting]:
    one = Reporting(SecretStr(dsn), "tests", "agent", INSTANCE)
    one.start()
    try:
        yield one
    finally:
        one.stop()


def fail(words: str) -> None:
    number, key = NUMBER, KEY  # in the frame, where a reporter might look
    try:
        raise ValueError(words, number, key)
    except ValueError as error:
        raise Permanent("the offer is gone") from error


def raised(words: str = WORDS) -> Permanent:
    try:
        fail(words)
    except Permanent as error:
        return error
    raise AssertionError


def test_an_error_arrives_with_its_class_its_frames_and_its_ids(sentry: Sentry) -> None:
    tracer = TracerProvider().get_tracer("tests")
    with (
        reporting_to(sentry.url),
        tracer.start_as_current_span("a turn") as span,
        structlog.contextvars.bound_contextvars(event_id="e1", correlation="c1", stream="s-1"),
    ):
        log.error("tool.broke", tool="search_web", took_ms=12, exc_info=raised())
    [event] = sentry.events
    assert event["message"] == event["transaction"] == "tool.broke"
    assert (event["level"], event["logger"]) == ("error", "services.agent.handlers")
    assert event["tags"] == {
        "service": "agent",
        "instance": INSTANCE,
        "event_id": "e1",
        "correlation": "c1",
        "trace_id": trace.format_trace_id(span.get_span_context().trace_id),
    }
    assert event["extra"] == {"tool": "search_web", "took_ms": 12}
    assert event["release"].startswith("taskflow@")
    assert (event["environment"], event["server_name"]) == ("tests", INSTANCE)

    first, last = event["exception"]["values"]
    assert (first["type"], first["value"]) == ("ValueError", "")
    assert (last["type"], last["value"]) == ("Permanent", "the offer is gone")
    assert [one["function"] for one in last["stacktrace"]["frames"]] == ["raised", "fail"]
    assert first["stacktrace"]["frames"][-1]["filename"] == Path(__file__).name
    assert "vars" not in first["stacktrace"]["frames"][-1]


def test_no_canary_leaves_whoever_sings(sentry: Sentry) -> None:
    with reporting_to(sentry.url):
        log.error("send.failed", to=f"whatsapp:{NUMBER}", deep={"to": [NUMBER]})
        log.error("tool.broke", exc_info=raised())
        strangers.error("GET https://x/?key=%s of %s said %s", KEY, NUMBER, WORDS)
        try:
            raise RuntimeError(WORDS + NUMBER + KEY)
        except RuntimeError:
            strangers.exception("with %s", WORDS)
        logging.getLogger("asyncio").error("Task <Task coro=<say('%s')>> failed", WORDS)
    assert len(sentry.events) == 5
    everything = b"".join(sentry.bodies).decode()
    assert [one for one in CANARIES if one in everything] == []
    assert socket.gethostname() not in everything
    assert str(Path(__file__).parents[1]) not in everything
    said = sorted(event["message"] for event in sentry.events)
    assert said == [
        "an error of asyncio",
        "an error of httpx",
        "an error of httpx",
        "send.failed",
        "tool.broke",
    ]
    assert "RuntimeError" in everything
    of_the_machine = {"breadcrumbs", "contexts", "modules", "request", "user"}
    assert [event.keys() & of_the_machine for event in sentry.events] == [set()] * 5


def test_what_is_less_than_an_error_stays_here(sentry: Sentry) -> None:
    with reporting_to(sentry.url):
        log.warning("send.later", exc_info=raised())
        log.info("turn.done")
        strangers.warning("slow")
    assert sentry.bodies == []


def test_of_one_kind_so_many_are_told_a_minute(
    sentry: Sentry, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(reporting.clock, "monotonic", lambda: now)
    with reporting_to(sentry.url):
        for _ in range(25):
            log.error("send.failed")
        log.error("send.failed", exc_info=raised())  # another kind
        now += 61
        log.error("send.failed")
    assert len(sentry.bodies) == reporting.PER_MINUTE + 2


def test_what_ends_a_service_is_its_last_report(
    sentry: Sentry, settings_alone: dict[str, Any], tmp_path: Path
) -> None:
    settings = RuntimeSettings(**settings_alone, sentry_dsn=sentry.url)
    with (
        pytest.raises(Configuration, match=r"^agent stopped: ValueError, see the log$"),
        reported(settings, "agent", INSTANCE),
    ):
        raise ValueError(WORDS)
    with pytest.raises(Permanent, match="gone"), reported(settings, "agent", INSTANCE):
        fail(WORDS)
    first, second = sentry.events
    assert first["level"] == second["level"] == "fatal"
    assert first["message"] == logs.LAST_WORDS
    assert first["exception"]["values"][-1]["type"] == "ValueError"
    assert second["exception"]["values"][-1]["value"] == "the offer is gone"
    assert WORDS.encode() not in b"".join(sentry.bodies)
    written = (tmp_path / "logs" / "agent.jsonl").read_text()
    assert written.count(logs.LAST_WORDS) == 2
    assert WORDS not in written


def test_who_has_no_dsn_reports_nowhere_and_still_says_what_ended_it(
    settings_alone: dict[str, Any], tmp_path: Path
) -> None:
    settings = RuntimeSettings(**settings_alone)
    handlers = logging.getLogger().handlers[:]
    with pytest.raises(Configuration), reported(settings, "agent", INSTANCE):
        assert logging.getLogger().handlers == handlers
        raise ValueError
    assert logs.LAST_WORDS in (tmp_path / "logs" / "agent.jsonl").read_text()


def test_a_dead_sentry_costs_nothing() -> None:
    began = time.monotonic()
    with reporting_to(f"http://public@127.0.0.1:{free_port()}/1"):
        for n in range(50):
            log.error("broken", exc_info=KINDS[n]())
    assert time.monotonic() - began < 15


def test_a_sentry_that_never_answers_blocks_nobody(
    sentry: Sentry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "QUEUE", 3)
    monkeypatch.setattr(reporting, "FLUSH_SECONDS", 0.2)
    sentry.answers.clear()
    began = time.monotonic()
    with reporting_to(sentry.url):
        for n in range(20):
            log.error("broken", exc_info=KINDS[n]())
        # The first one is on its way before the end cuts it off, also on a busy machine.
        while not sentry.bodies and time.monotonic() - began < 10:
            time.sleep(0.01)
    assert time.monotonic() - began < 15
    assert len(sentry.bodies) == 1, "the others wait for its answer, or were dropped"


def test_a_sentry_that_refuses_is_not_the_services_failure(sentry: Sentry) -> None:
    sentry.status = 403
    with reporting_to(sentry.url):
        log.error("send.failed")
        log.error("tool.broke")
    assert len(sentry.bodies) == 2


@pytest.mark.parametrize(
    "dsn", [f"{KEY}", "https://sentry.example/1", "https://public@sentry.example", "ftp://a@b/1"]
)
def test_a_malformed_dsn_is_named_and_not_shown(
    dsn: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in runtime_settings("postgresql://x/y", "nats://x", tmp_path).items():
        monkeypatch.setenv(name.upper(), str(value))
    monkeypatch.setenv("SENTRY_DSN", dsn)
    with pytest.raises(Configuration, match="SENTRY_DSN") as error:
        RuntimeSettings.load()
    assert dsn not in str(error.value)


@pytest.fixture
def settings_alone(tmp_path: Path) -> dict[str, Any]:
    return runtime_settings("postgresql://127.0.0.1:1/none", "nats://127.0.0.1:1", tmp_path)
