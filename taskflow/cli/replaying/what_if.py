"""`taskflow replay what-if`: what is wanted, and where its report goes.

The going through belongs to the agent, which offers it by an entry point.
"""

import asyncio
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from taskflow.cli.console import SafeConsole
from taskflow.cli.output import echo, echo_json
from taskflow.cli.private import write_private
from taskflow.cli.progress import progress
from taskflow.cli.times import moment
from taskflow.errors import Configuration

GROUP = "taskflow.what_if"
Tools = Literal["recorded", "live-read"]
SOME_NOT_ASKED = 3
"""The exit code when the model could not be had in some turns; 2 is typer's own."""


@dataclass(frozen=True, slots=True)
class WantedTurns:
    """Which turns, and what is to be otherwise."""

    user: str | None = None
    sample: int | None = None
    model: str | None = None
    prompt: Path | None = None
    tools: Tools = "recorded"
    since: datetime | None = None
    until: datetime | None = None


class ReportShown(Protocol):
    """What came of it."""

    @property
    def unreached(self) -> int:
        """Turns in which the model could not be had."""
        ...

    def show(self, console: Console, *, open_: bool) -> None: ...

    def lines(self, *, open_: bool) -> Iterator[dict[str, Any]]:
        """One object a turn, and a summary."""
        ...

    def page(self, *, open_: bool) -> str:
        """HTML."""
        ...


class Play(Protocol):
    def __call__(self, wanted: WantedTurns, progress: Progress) -> Awaitable[ReportShown]: ...


def what_if(  # noqa: PLR0917 - options, each by its name
    user: Annotated[str | None, typer.Option(help="A user's id or number.")] = None,
    sample: Annotated[
        int | None, typer.Option(help="So many users instead, the same ones each time.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Another model's name.")] = None,
    prompt: Annotated[Path | None, typer.Option(help="A file with another system prompt.")] = None,
    tools: Annotated[
        str, typer.Option(help="recorded, or live-read: unrecorded look-ups are made anew.")
    ] = "recorded",
    from_: Annotated[str | None, typer.Option("--from", help="Turns that began since.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Turns that began before.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report as a page, too.")] = None,
    open_: Annotated[bool, typer.Option("--open", help="Uncover personal text.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Ask the model anew, turn by turn, from recorded facts; compare. Sends and writes nothing.

    Exit code 3: in some turns the model could not be had.

    Example: taskflow replay what-if --user +15551230001 --prompt new.md --html report.html
    """
    wanted = WantedTurns(
        user=user,
        sample=sample,
        model=model,
        prompt=prompt,
        tools=_tools(tools),
        since=moment(from_, "--from") if from_ else None,
        until=moment(to, "--to") if to else None,
    )
    _check(wanted, html)
    report = asyncio.run(_played(wanted))
    if html:
        _write(html, report.page(open_=open_))
    if json:
        for line in report.lines(open_=open_):
            echo_json(line)
    else:
        report.show(SafeConsole(), open_=open_)
        if html:
            echo(f"the page: {html}")
    if report.unreached:
        raise typer.Exit(SOME_NOT_ASKED)


def _tools(name: str) -> Tools:
    match name:
        case "recorded" | "live-read":
            return name
        case _:
            raise Configuration(f"--tools wants recorded or live-read, not {name!r}")


def _check(wanted: WantedTurns, html: Path | None) -> None:
    """Before the model is paid for anything."""
    if (wanted.user is None) == (wanted.sample is None):
        raise Configuration("give either --user (an id or a number) or --sample (how many users)")
    if wanted.sample is not None and wanted.sample < 1:
        raise Configuration(f"--sample wants at least 1, not {wanted.sample}")
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        raise Configuration("--from must be before --to")
    if html and not html.absolute().parent.is_dir():
        raise Configuration(f"--html {str(html)!r}: there is no folder {str(html.parent)!r}")


async def _played(wanted: WantedTurns) -> ReportShown:
    offered = {entry.name: entry for entry in entry_points(group=GROUP)}
    if not offered:
        raise Configuration(
            "no installed service can go through turns again; install taskflow[agent]"
        )
    play: Play = next(iter(offered.values())).load()
    with progress(MofNCompleteColumn(), TimeElapsedColumn()) as bar:
        return await play(wanted, bar)


def _write(path: Path, page: str) -> None:
    try:
        write_private(path, page)
    except OSError as error:
        raise Configuration(
            f"--html {str(path)!r} cannot be written ({error.strerror or type(error).__name__})"
        ) from None
