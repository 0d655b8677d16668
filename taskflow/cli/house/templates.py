"""`taskflow templates`: the texts that may go to people who have not written for a day."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from importlib.metadata import entry_points
from typing import Annotated, Any, Protocol, cast

import typer
from rich.table import Table

from taskflow.cli.console import SafeConsole
from taskflow.cli.output import echo, echo_json
from taskflow.errors import Configuration

GROUP = "taskflow.templates"
"""Entry points: `desk`, a context manager of a Desk, and `preview`."""

app = typer.Typer(
    no_args_is_help=True,
    help="Texts for people who have not written for a day: list, sync, status, preview.",
)
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")]


@dataclass(frozen=True, slots=True)
class TemplateRow:
    purpose: str
    language: str
    name: str
    status: str
    """As WhatsApp says; `missing`: it was not handed in."""
    reason: str
    template: str
    """By which Twilio knows it."""


class TemplateDesk(Protocol):
    async def rows(self) -> list[TemplateRow]: ...

    async def sync(self) -> int: ...

    async def look(self) -> list[TemplateRow]: ...


@app.command("list")
def list_templates(json: Json = False) -> None:
    """Every template, and what is known of it."""
    asyncio.run(_list(json=json))


@app.command()
def sync() -> None:
    """Hand the missing ones in for WhatsApp's review. Run again, it goes on where it was.

    Example: taskflow templates sync
    """
    asyncio.run(_sync())


@app.command()
def status(json: Json = False) -> None:
    """Ask Twilio now what became of them."""
    asyncio.run(_status(json=json))


@app.command()
def preview(
    purpose: Annotated[str, typer.Argument(help="reminder or alert.")],
    language: Annotated[str, typer.Argument(help="As `taskflow templates list` names it.")] = "en",
    text: Annotated[str | None, typer.Option(help="What goes into it.")] = None,
) -> None:
    """See what a phone shows. Sends nothing.

    Example: taskflow templates preview reminder de --text "Zahnarzt anrufen"
    """
    said = cast("Callable[[str, str, str | None], str]", _offered("preview"))
    echo(said(purpose, language, text))


async def _list(*, json: bool) -> None:
    async with _desk() as desk:
        _show(await desk.rows(), json=json)


async def _sync() -> None:
    async with _desk() as desk:
        handed_in = await desk.sync()
    echo(
        f"{handed_in} handed in for review; `taskflow templates status` tells what becomes of them"
        if handed_in
        else "nothing is missing"
    )


async def _status(*, json: bool) -> None:
    async with _desk() as desk:
        _show(await desk.look(), json=json)


def _desk() -> AbstractAsyncContextManager[TemplateDesk]:
    return cast("Callable[[], AbstractAsyncContextManager[TemplateDesk]]", _offered("desk"))()


def _offered(name: str) -> Any:
    for entry in entry_points(group=GROUP, name=name):
        return entry.load()
    raise Configuration("no installed service has templates; install taskflow[gateway]")


def _show(rows: Sequence[TemplateRow], *, json: bool) -> None:
    if json:
        for row in rows:
            echo_json(asdict(row))
        return
    table = Table("for", "language", "status", "at Twilio", "why")
    for row in rows:
        table.add_row(row.purpose, row.language, row.status, row.template, row.reason)
    SafeConsole().print(table)
