"""`taskflow replay what-if`: chooses turns, goes through them again, tells what changed.

What a run is given can neither send nor write: a log in memory, the model, and a prompt.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

import structlog
from rich.console import Console
from rich.progress import Progress

from contracts import streams
from contracts.conversation import TurnStarted
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.streams import UserId
from services.agent.asking import prompt
from services.agent.asking.gemini import Gemini
from services.agent.asking.prompt import Prompt
from services.agent.settings import AgentSettings
from services.agent.what_if import page, terminal
from services.agent.what_if.recording import Recording, Start, load
from services.agent.what_if.report import Report, as_json
from services.agent.what_if.rerun import Player, Rerun
from taskflow import clock
from taskflow.cli.operator import RUN_ENV, Operator, reader
from taskflow.cli.replaying.what_if import WantedTurns
from taskflow.errors import Configuration, SealedForEver
from taskflow.tooling import Tool
from taskflow.usage.prices import prices

AT_ONCE = 4
"""Users gone through side by side; a user's turns one after the other."""
PAGE = 50
LIVE_READS = "taskflow.live_reads"
"""Entry points: each a context manager of tools that look up the outer world and keep nothing."""
# By a hash, so that the same sample is chosen again, and no order of arrival shows in it.
_USERS = """
select user_id, md5(user_id::text) as mark from vault_people
 where md5(user_id::text) > $1
 order by 2 limit $2
"""


class LiveReads(Protocol):
    def __call__(
        self, env_files: Sequence[Path]
    ) -> AbstractAsyncContextManager[Sequence[Tool[Any]]]: ...


async def run(wanted: WantedTurns, progress: Progress) -> "ToldReport":
    """Over a connection of which PostgreSQL takes no write."""
    async with reader() as me:
        return ToldReport(await played(me, wanted, progress))


@dataclass(frozen=True, slots=True)
class ToldReport:
    """A report for whoever reads it."""

    report: Report

    @property
    def unreached(self) -> int:
        return self.report.unreached

    def show(self, console: Console, *, open_: bool) -> None:
        terminal.show(console, self.report, open_=open_)

    def lines(self, *, open_: bool) -> Iterator[Json]:
        for turn in self.report.turns:
            yield as_json(turn, self.report.prices, open_=open_)
        yield {"summary": self.report.summary()}

    def page(self, *, open_: bool) -> str:
        return page.rendered(self.report, clock.utc_now(), open_=open_)


async def played(me: Operator, wanted: WantedTurns, progress: Progress) -> Report:
    """Raises Configuration for what cannot be gone through."""
    files = (Path(os.environ.get("TASKFLOW_HOME", ".taskflow")) / RUN_ENV, Path(".env"))
    given = {"gemini_model": wanted.model} if wanted.model else {}
    settings = AgentSettings.load(_env_file=files, nats_url="", **given)
    system = read_prompt(wanted.prompt)
    async with AsyncExitStack() as stack:
        stack.enter_context(_quiet())
        live = await _live(stack, files) if wanted.tools == "live-read" else []
        gemini = Gemini(settings)
        stack.push_async_callback(gemini.close)
        player = Player(gemini, system, live)
        report = Report(gemini.model, system.version, wanted.tools, prices())
        await _through(me, wanted, player, report, progress)
    if not report.turns and not report.erased:
        raise Configuration(_nothing(wanted))
    return report


def read_prompt(path: Path | None) -> Prompt:
    if path is None:
        return Prompt(prompt.CURRENT, prompt.text())
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Configuration(
            f"--prompt {str(path)!r} cannot be read ({type(error).__name__}); give a text file "
            "such as a copy of services/agent/asking/prompts/v3.md"
        ) from None
    if not text.strip():
        raise Configuration(f"--prompt {str(path)!r} is empty; give the system prompt to try")
    return Prompt(path.stem, text)


async def _live(stack: AsyncExitStack, files: Sequence[Path]) -> list[Tool[Any]]:
    tools: list[Tool[Any]] = []
    for entry in entry_points(group=LIVE_READS):
        opened: LiveReads = entry.load()
        tools += await stack.enter_async_context(opened(files))
    return [tool for tool in tools if tool.effect == "read"]


async def _through(
    me: Operator, wanted: WantedTurns, player: Player, report: Report, progress: Progress
) -> None:
    """Some users at once; told in the order in which they were chosen."""
    chosen: list[tuple[Recording, list[Start]]] = []
    async for recording in _recordings(me, wanted, report):
        starts = [start for start in recording.starts() if _is_within(start.began, wanted)]
        report.passed_over += _begun(recording, wanted) - len(starts)
        if starts:
            chosen.append((recording, starts))
        if len(chosen) == wanted.sample:
            break
    task = progress.add_task("turns", total=sum(len(starts) for _, starts in chosen))
    room = asyncio.Semaphore(AT_ONCE)

    async def again(recording: Recording, starts: Sequence[Start]) -> list[Rerun]:
        found: list[Rerun] = []
        async with room:
            for start in starts:
                found.append(await player.again(recording, start))
                progress.advance(task)
        return found

    runs = await asyncio.gather(*(again(recording, starts) for recording, starts in chosen))
    report.turns = [rerun for run in runs for rerun in run]


async def _recordings(
    me: Operator, wanted: WantedTurns, report: Report
) -> AsyncGenerator[Recording]:
    tools = await me.log.read(streams.TOOLS)
    async for user in _users(me, wanted):
        try:
            recording = await load(me.log, user, tools)
        except SealedForEver:
            report.erased += 1
            continue
        if wanted.user and not recording.conversation:
            raise Configuration(f"{wanted.user!r} has no conversation in this log")
        yield recording


async def _users(me: Operator, wanted: WantedTurns) -> AsyncGenerator[UserId]:
    if wanted.user:
        yield await me.user_of(wanted.user)
        return
    mark = ""
    while rows := await me.pool.fetch(_USERS, mark, PAGE):
        for row in rows:
            yield UserId(row["user_id"])
        mark = rows[-1]["mark"]


def _is_within(began: Recorded[Any], wanted: WantedTurns) -> bool:
    at: datetime = began.recorded_at
    return (wanted.since is None or at >= wanted.since) and (
        wanted.until is None or at < wanted.until
    )


def _begun(recording: Recording, wanted: WantedTurns) -> int:
    return sum(
        isinstance(recorded.event, TurnStarted) and _is_within(recorded, wanted)
        for recorded in recording.conversation
    )


def _nothing(wanted: WantedTurns) -> str:
    who = f"of {wanted.user!r} " if wanted.user else ""
    return (
        f"no turn {who}began in that time whose model was asked and which has ended; "
        "widen --from and --to"
    )


@contextlib.contextmanager
def _quiet() -> Generator[None]:
    """The agent's log lines are of a service's running; here the report tells."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)
