"""Errors for Sentry, made from the log's own lines: what a line may not say, no report says.

No integration of the SDK runs and nothing is read from frames, requests or the machine. Reports
are sent by a thread of their own; when its queue is full, or Sentry away, they are dropped.
"""

import logging
import re
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version as package_version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import SecretStr

from taskflow import clock
from taskflow.errors import Configuration, TaskFlowError
from taskflow.process.settings import RuntimeSettings
from taskflow.telemetry import logs

if TYPE_CHECKING:
    from sentry_sdk.types import Event

FLUSH_SECONDS = 2.0
QUEUE = 100
PER_MINUTE = 10
"""Reports of one kind; the log has all of them."""
TAGS = ("trace_id", "event_id", "correlation", "message_ref", "delivered")
_UNSAID = {"event", "level", "timestamp", "exception", "logger", "stream", *TAGS}
_FRAME = re.compile(r"(?P<file>.*):(?P<line>\d+) (?P<function>\S+)")
_HOUSE = Path(__file__).parents[2]
_PACKAGES = {"contracts", *logs.OURS}
_LIBRARY = re.compile(r".*/(?:(?:site|dist)-packages|python3\.\d+)/")

log = structlog.get_logger()


class Reporting(logging.Handler):
    """Hears every error line of the process from `start` to `stop`."""

    def __init__(self, dsn: SecretStr, environment: str, service: str, instance: str) -> None:
        # A tenth of a second, which only they pay who report.
        from sentry_sdk import Client  # noqa: PLC0415

        super().__init__(logging.ERROR)
        self._tags = {"service": service, "instance": instance}
        self._minute, self._reported = 0.0, Counter[tuple[str, str]]()
        self._client = Client(
            dsn=dsn.get_secret_value(),
            environment=environment,
            release=f"taskflow@{package_version('taskflow')}",
            server_name=instance,  # else the machine's name
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            traces_sample_rate=0,
            send_client_reports=False,
            auto_session_tracking=False,
            enable_backpressure_handling=False,  # a thread that watches a queue
            spotlight=False,
            transport_queue_size=QUEUE,
            shutdown_timeout=FLUSH_SECONDS,
        )

    def start(self) -> None:
        logging.getLogger().addHandler(self)

    def stop(self) -> None:
        """Waits at most FLUSH_SECONDS for what is still to be sent."""
        logging.getLogger().removeHandler(self)
        self._client.close(timeout=FLUSH_SECONDS)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if self._takes_more():
                line = _line(record)
                if self._is_news(line):
                    self._client.capture_event(self._event(line))
        except Exception:  # noqa: BLE001 - nobody may fail because they told of a failure
            self.handleError(record)

    def _takes_more(self) -> bool:
        transport = self._client.transport
        return transport is not None and transport.is_healthy()

    def _is_news(self, line: Mapping[str, Any]) -> bool:
        if (now := clock.monotonic()) - self._minute >= 60:
            self._minute = now
            self._reported.clear()
        kind = (line["event"], line.get("exception", {}).get("class", ""))
        self._reported[kind] += 1
        return self._reported[kind] <= PER_MINUTE

    def _event(self, line: Mapping[str, Any]) -> "Event":
        tags = {name: str(line[name]) for name in TAGS if name in line}
        event: dict[str, Any] = {
            "level": "fatal" if line["level"] == "critical" else line["level"],
            "logger": line["logger"],
            "transaction": line["event"],
            "message": line["event"],
            "timestamp": line["timestamp"],
            "tags": {**self._tags, **tags},
            "extra": {name: value for name, value in line.items() if name not in _UNSAID},
        }
        if facts := line.get("exception"):
            # Sentry wants the first cause first.
            event["exception"] = {"values": list(_exceptions(facts))[::-1]}
        return event  # pyright: ignore[reportReturnType]


@contextmanager
def reported(settings: RuntimeSettings, service: str, instance: str) -> Generator[None]:
    """A service's whole life: its errors are reported, and what ends it is its log's last line.

    Raises Configuration for whatever was not foreseen: strangers' texts stay off the console.
    """
    dsn = settings.sentry_dsn
    reporting = Reporting(dsn, settings.sentry_environment, service, instance) if dsn else None
    if reporting:
        reporting.start()
    try:
        yield
    except Exception as error:
        log.critical(logs.LAST_WORDS, exc_info=error)
        if isinstance(error, TaskFlowError):
            raise
        raise Configuration(f"{service} stopped: {type(error).__name__}, see the log") from None
    finally:
        if reporting:
            reporting.stop()


def _line(record: logging.LogRecord) -> Mapping[str, Any]:
    """Ours as the file has it; of a stranger who speaks and what was raised, never their words."""
    ours: Any = record.msg
    if isinstance(ours, Mapping):
        return {"logger": record.name, **ours}
    error = record.exc_info[1] if record.exc_info else None
    return {
        "logger": record.name,
        "event": f"an error of {record.name}",
        "level": record.levelname.lower(),
        "timestamp": record.created,
        **({"exception": logs.exception_facts(error)} if error else {}),
        **logs.trace_ids(),
    }


def _exceptions(facts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    error_facts: Mapping[str, Any] | None = facts
    while error_facts:
        frames = [_frame(frame) for frame in error_facts["frames"]]
        value = error_facts.get("text", "")
        yield {"type": error_facts["class"], "value": value, "stacktrace": {"frames": frames}}
        error_facts = error_facts.get("from")


def _frame(frame_line: str) -> dict[str, Any]:
    """Without the path to us: it may hold the name of whoever runs this."""
    found = _FRAME.fullmatch(frame_line)
    if found is None:
        return {"function": "?"}
    name, in_app = _short(Path(found["file"]))
    return {
        "filename": name,
        "lineno": int(found["line"]),
        "function": found["function"],
        "in_app": in_app,
    }


def _short(file: Path) -> tuple[str, bool]:
    """From the package on, and whether it is one of ours."""
    if file.is_relative_to(_HOUSE) and (inside := file.relative_to(_HOUSE)).parts[0] in _PACKAGES:
        return str(inside), True
    library = _LIBRARY.match(str(file))
    return str(file)[library.end() :] if library else file.name, False
