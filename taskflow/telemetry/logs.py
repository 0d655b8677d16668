"""Logs: console INFO for people, a rotating file with everything as JSON.

A line is a constant event name with facts as fields. Personal text and secrets never belong here;
what looks like a phone number is masked all the same, and exceptions of strangers lose their text.
"""

import contextlib
import errno
import logging
import logging.handlers
import os
import re
import sys
import traceback
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TextIO, cast

import orjson
import structlog
from opentelemetry import trace
from structlog.typing import EventDict

from taskflow import clock
from taskflow.errors import TaskFlowError
from taskflow.foreign_text import for_log

FILE_BYTES = 10 * 1024 * 1024
FILES = 5
SHOWN = 10
SHOWN_SECONDS = 10.0
"""A loop that fails twice a second, as while PostgreSQL is away, is told and does not flood."""
NAMES = 1_000
LONGEST_NAME = 80
"""In characters: a stranger's line has its facts in its text."""
_NUMBER = re.compile(r"\+\d{7,15}")
OURS = ("taskflow", "services", "simulators")
"""Of strangers only warnings: their debug lines hold addresses with keys and people's words."""
CONSOLE = "console"
LAST_WORDS = "service.ended"
"""On the console the command says it, in its one line."""
_QUOTES = re.compile(r"[<({\[\n]")


class Console(logging.StreamHandler[TextIO]):
    """A terminal that went away, or a full disk behind it, has nobody to complain to."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


class Sparing:
    """Of warnings and errors of one name, a console shows so many in a while; the file has all."""

    def __init__(self) -> None:
        self._shown: dict[str, deque[float]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        name = _name_of(record)[:LONGEST_NAME]
        if name not in self._shown and len(self._shown) >= NAMES:
            self._shown.clear()
        shown = self._shown.setdefault(name, deque(maxlen=SHOWN))
        now = clock.monotonic()
        if len(shown) == SHOWN and now - shown[0] < SHOWN_SECONDS:
            return False
        shown.append(now)
        if len(shown) == SHOWN and now - shown[0] < SHOWN_SECONDS:
            _say(f"{name} comes often: for a while, more of it are in the log file only")
        return True


def _name_of(record: logging.LogRecord) -> str:
    line: object = record.msg
    if isinstance(line, Mapping):
        return str(cast("Mapping[str, object]", line).get("event"))
    return str(line)


class JsonLines(logging.handlers.RotatingFileHandler):
    """A disk that does not take lines is told once on the console, and once when it does again."""

    lost = 0

    def shouldRollover(self, record: logging.LogRecord) -> int:  # noqa: ARG002, N802 - logging's own
        """Whether the file is full. Logging's own renders each line twice, to know its length."""
        if self.stream is None:  # pyright: ignore[reportUnnecessaryComparison] - closed by a rollover
            self.stream = self._open()
        return 0 < self.maxBytes <= os.fstat(self.stream.fileno()).st_size

    def emit(self, record: logging.LogRecord) -> None:
        before = self.lost
        super().emit(record)
        if before and self.lost == before:
            self.lost = 0
            _say(f"log lines are written again, {before} were lost")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        if not self.lost:
            full = error.errno in {errno.ENOSPC, errno.EDQUOT}
            why = "no space left" if full else error.strerror or type(error).__name__
            _say(f"{why} at {self.baseFilename}: log lines are lost until that is mended")
        self.lost += 1

    def close(self) -> None:
        """What its stream could not write is lost, and has been told."""
        with contextlib.suppress(OSError):
            super().close()


def _say(what: str) -> None:
    """On the console, about the logs themselves."""
    with contextlib.suppress(OSError):
        print(what, file=sys.stderr, flush=True)  # noqa: T201


Form = Literal["console", "json"]


def start(service: str, home: Path, level: str, instance: str = "", form: Form = "console") -> None:
    """Sets up the process's logging; the file is `<home>/logs/<service>.jsonl`.

    `form`: what stands on the console is for people, on stderr; or it is the file's lines on
    stdout, for whoever gathers them from a pod, where the file dies with it.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        _tell_exceptions,
        _mask_numbers,
    ]
    foreign = [structlog.stdlib.add_logger_name, _quote_nobody, *shared]
    lines = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=foreign,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _name(service, instance),
            structlog.processors.JSONRenderer(serializer=_json),
        ],
    )
    console = _gathered(lines) if form == "json" else _read_along(foreign)
    console.set_name(CONSOLE)
    console.setLevel(level)
    folder = home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    file = JsonLines(
        folder / f"{service}.jsonl", maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8"
    )
    file.setFormatter(lines)
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


def _gathered(lines: logging.Formatter) -> Console:
    """Every line: whoever gathers them counts them, and sees nobody's screen flooded."""
    console = Console(sys.stdout)
    console.setFormatter(lines)
    return console


def _read_along(foreign: list[Any]) -> Console:
    console = Console(sys.stderr)
    console.addFilter(_is_for_people)
    console.addFilter(Sparing())
    console.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=foreign,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _for_people,
                structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=24),
            ],
        )
    )
    return console


def level() -> str:
    """The console's; what `start` was told."""
    console = _console()
    return logging.getLevelName(console.level if console else logging.NOTSET)


def set_level(name: str) -> None:
    """Of the console; the file has everything of ours at any level."""
    if console := _console():
        console.setLevel(name)


def _console() -> logging.Handler | None:
    """None in a process that has not started its logs, as tests' are."""
    return next(
        (handler for handler in logging.getLogger().handlers if handler.name == CONSOLE), None
    )


def _is_for_people(record: logging.LogRecord) -> bool:
    line: object = record.msg
    return not (isinstance(line, Mapping) and line.get("event") == LAST_WORDS)  # pyright: ignore[reportUnknownMemberType]


def _quote_nobody(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """Asyncio tells of tasks and callbacks with their arguments and their exceptions' texts."""
    if line["logger"] == "asyncio":
        line["event"] = _QUOTES.split(line["event"], maxsplit=1)[0].strip()
    return line


def _add_trace(_logger: Any, _method: str, line: EventDict) -> EventDict:
    line.update(trace_ids())
    return line


def trace_ids() -> dict[str, str]:
    """What leads from a line to its trace."""
    context = trace.get_current_span().get_span_context()
    return {"trace_id": format(context.trace_id, "032x")} if context.is_valid else {}


def _tell_exceptions(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """Where and which class; the text only of our own errors, which say nothing personal."""
    info = line.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error: object = info[1] if isinstance(info, tuple) else info  # pyright: ignore[reportUnknownVariableType]
    if isinstance(error, BaseException):
        line["exception"] = exception_facts(error)
    return line


def exception_facts(error: BaseException) -> dict[str, Any]:
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
        facts["from"] = exception_facts(before)
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
    for key, value in line.items():
        if isinstance(value, str):
            line[key] = for_log(value)
    for key in ("trace_id", "event_id", "delivered", "correlation", "stream", "logger"):
        line.pop(key, None)
    return line


def _json(line: Any, **_: Any) -> str:
    return orjson.dumps(line, default=str).decode()


def _name(service: str, instance: str) -> Any:
    whose = {"service": service, "instance": instance} if instance else {"service": service}

    def add(_logger: Any, _method: str, line: EventDict) -> EventDict:
        return {**whose, **line}

    return add
