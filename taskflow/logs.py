"""Logs: console INFO for people, a rotating file with everything as JSON.

A line is a constant event name with facts as fields. Personal text and secrets never belong here;
what looks like a phone number is masked all the same, and exceptions of strangers lose their text.
"""

import logging
import logging.handlers
import re
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import structlog
from opentelemetry import trace
from structlog.typing import EventDict

from taskflow.errors import TaskFlowError

FILE_BYTES = 10 * 1024 * 1024
FILES = 5
_NUMBER = re.compile(r"\+\d{7,15}")
OURS = ("taskflow", "services", "simulators")
"""Of strangers only warnings: their debug lines hold addresses with keys and people's words."""


def start(service: str, home: Path, level: str) -> None:
    """Sets up the process's logging; the file is `<home>/logs/<service>.jsonl`."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        _tell_exceptions,
        _mask_numbers,
    ]
    console = logging.StreamHandler(sys.stderr)
    console.setLevel(level)
    console.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _for_people,
                structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=24),
            ],
        )
    )
    folder = home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    file = logging.handlers.RotatingFileHandler(
        folder / f"{service}.jsonl", maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8"
    )
    file.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _name(service),
                structlog.processors.JSONRenderer(serializer=_json),
            ],
        )
    )
    # Nobody prints the caller's line, and finding it walks the stack (logging's own advice).
    logging._srcfile = None  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    root = logging.getLogger()
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    root.addHandler(console)
    root.addHandler(file)
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)  # warns with whole URLs
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _add_trace(_logger: Any, _method: str, line: EventDict) -> EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        line["trace_id"] = format(context.trace_id, "032x")
    return line


def _tell_exceptions(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """Where and which class; the text only of our own errors, which say nothing personal."""
    info = line.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error: object = info[1] if isinstance(info, tuple) else info  # pyright: ignore[reportUnknownVariableType]
    if isinstance(error, BaseException):
        line["exception"] = told(error)
    return line


def told(error: BaseException) -> dict[str, Any]:
    """An exception in facts: class, our own text, frames, and what it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    facts: dict[str, Any] = {
        "class": type(error).__name__,
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, TaskFlowError):
        facts["text"] = str(error)
    before = error.__cause__ or error.__context__
    if before is not None:
        facts["from"] = told(before)
    return facts


def _mask_numbers(_logger: Any, _method: str, line: EventDict) -> EventDict:
    return {key: _masked(value) for key, value in line.items()}


def _masked(value: Any) -> Any:
    match value:
        case str():
            return _NUMBER.sub("+…", value)
        case Mapping():
            return {key: _masked(inner) for key, inner in value.items()}  # pyright: ignore[reportUnknownVariableType]
        case list():
            return [_masked(inner) for inner in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return value


def _for_people(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """The console is for reading along: ids and frames are in the file."""
    facts = line.pop("exception", None)
    if isinstance(facts, dict):
        line["error"] = facts.get("text") or facts["class"]
    for key in ("trace_id", "event_id", "correlation", "stream", "logger"):
        line.pop(key, None)
    return line


def _json(line: Any, **_: Any) -> str:
    return orjson.dumps(line, default=str).decode()


def _name(service: str) -> Any:
    def add(_logger: Any, _method: str, line: EventDict) -> EventDict:
        return {"service": service, **line}

    return add
