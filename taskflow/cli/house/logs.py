"""`taskflow logs`: one message's lines, gathered from the files of all services."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

from taskflow import clock
from taskflow.cli.console import SafeConsole
from taskflow.cli.house.lines_wanted import TRACE, WantedLines, named, wanted
from taskflow.cli.operator import reader
from taskflow.cli.output import echo_document, warn
from taskflow.cli.rendering import brief, cut
from taskflow.errors import Configuration
from taskflow.process.settings import Settings
from taskflow.telemetry.log_files import LogFiles, LogLine

RANKS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}
LOOK_SECONDS = 0.3
ASK_SECONDS = 2.0
"""Between questions to the log about what became of it meanwhile."""
HELD = timedelta(seconds=10)
"""A line may come before the log tells that it is about this."""
_COLOURS = {"debug": "dim", "info": "green", "warning": "yellow", "error": "red"}
_IN_COLUMNS = {"timestamp", "service", "level", "event", "exception"}
_IDS = {"instance", "trace_id", "event_id", "correlation", "stream", "message_ref", "logger"}
_FRAMES = 3


class LogsSettings(Settings):
    taskflow_home: Path = Path(".taskflow")


async def tell_logs(name: str, *, level: str, follow: bool, json: bool) -> None:
    """Raises Configuration where there is no line, which names what was looked for, and where."""
    rank = _rank(level)
    files = LogFiles(LogsSettings.load().taskflow_home / "logs")
    if not files.files:
        raise Configuration(
            f"no logs in {files.folder}; is TASKFLOW_HOME that of the services? In a cluster they "
            "stand on the pods' stdout: kubectl -n taskflow logs "
            "-l app.kubernetes.io/part-of=taskflow --prefix --tail=-1 | grep <an id of it>"
        )
    found = await _found(name)
    which = found or named(name)
    lines = files.new(which)
    if found is None:
        # The log does not answer: on from where the lines themselves lead.
        which = which.along(line.facts for line in lines)
        files.again()
        lines = files.new(which)
    if not lines and not follow:
        raise Configuration(
            f"no line about {which.what}: read {files.read} lines of {len(files.files)} files "
            f"in {files.folder}; give a MessageSid, the id of an event, of a reply or its first "
            "8 characters, of a trace or a user, or a user's number"
        )
    if not _tell(lines, rank, json=json) and lines:
        warn(f"{len(lines)} lines, none of them {level.upper()} or graver")
    if follow:
        await _follow(name, files, which, rank, json=json)


def _rank(level: str) -> int:
    if (rank := RANKS.get(level.upper())) is None:
        raise Configuration(f"--level wants one of {', '.join(RANKS)}, not {level!r}")
    return rank


async def _found(name: str) -> WantedLines | None:
    """What the log knows of it; None, and said, where the log cannot be asked."""
    if TRACE.fullmatch(name):
        return named(name)
    async with contextlib.AsyncExitStack() as stack:
        try:
            me = await stack.enter_async_context(reader())
        except Configuration as error:
            warn(f"by the lines alone: {error}", typer.colors.YELLOW)
            return None
        return await wanted(me, name)


async def _follow(name: str, files: LogFiles, which: WantedLines, rank: int, *, json: bool) -> None:
    asked = clock.monotonic()
    passed: list[LogLine] = []
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if clock.monotonic() - asked > ASK_SECONDS:
            with contextlib.suppress(Configuration):
                async with reader() as me:
                    which = await wanted(me, name)
            asked = clock.monotonic()
        lines = [*passed, *files.new(lambda _: True)]
        _tell([line for line in lines if which(line.facts)], rank, json=json)
        since = clock.utc_now() - HELD
        passed = [line for line in lines if line.at > since and not which(line.facts)]


def _tell(lines: Sequence[LogLine], rank: int, *, json: bool) -> int:
    """How many were grave enough."""
    console = SafeConsole()
    grave = [line for line in lines if RANKS.get(str(line.facts.get("level")).upper(), 0) >= rank]
    for line in grave:
        if json:
            echo_document(line.raw.decode(errors="replace"))
        else:
            console.print(_readable(line.facts, line.at), soft_wrap=True)
    return len(grave)


def _readable(facts: Mapping[str, Any], at: datetime) -> Text:
    level = str(facts.get("level"))
    rendered = Text()
    rendered.append(f"{at.astimezone():%H:%M:%S.%f}"[:-3] + " ", "dim")
    rendered.append(f"{facts.get('service', '?'):<10} ", "cyan")
    rendered.append(f"{level:<8} ", _COLOURS.get(level, "bold red"))
    rendered.append(f"{facts.get('event', ''):<22} ", "bold")
    for name, value in facts.items():
        if name not in _IN_COLUMNS | _IDS:
            rendered.append(f"{name}=", "dim")
            rendered.append(f"{cut(brief(value))} ")
    error: Any = facts.get("exception")
    while isinstance(error, Mapping):
        rendered.append_text(_raised(error))  # pyright: ignore[reportUnknownArgumentType]
        error = error.get("from")  # pyright: ignore[reportUnknownVariableType]
    return rendered


def _raised(error: Mapping[str, Any]) -> Text:
    """Its class, our own text, and the innermost frames."""
    rendered = Text(f"\n{'':<13}{error.get('class')}", "red")
    rendered.append(f": {text}" if (text := error.get("text")) else "")
    for frame in error.get("frames", [])[-_FRAMES:]:
        rendered.append(f"\n{'':<15}{frame}", "dim")
    return rendered
