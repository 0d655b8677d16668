"""`taskflow projections`: the read models, how far they are, and building them anew."""

import asyncio
import json as jsonlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.progress import MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from taskflow import clock
from taskflow.cli.console import SafeConsole
from taskflow.cli.operator import Operator, owner, owners_errors, reader
from taskflow.cli.output import echo, echo_document, echo_json
from taskflow.cli.progress import progress
from taskflow.log.following import at_full_speed
from taskflow.log.snapshots import Folds
from taskflow.postgres import database
from taskflow.projecting import projection, standing
from taskflow.projecting.dropping import drop as drop_projection
from taskflow.projecting.projection import Projection, ProjectionContext
from taskflow.projecting.rebuilding import rebuild as rebuild_projections

app = typer.Typer(no_args_is_help=True, help="Read models: list, lag, rebuild, drop.")
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")]
Name = Annotated[str, typer.Argument(help="A projection, from `taskflow projections list`.")]


@app.command("list")
def list_(json: Json = False) -> None:
    """Every projection: its version, rows and checkpoint, and whether somebody runs it.

    Example: taskflow projections list
    """
    asyncio.run(_list(json=json))


@app.command()
def lag(json: Json = False) -> None:
    """How far each projection is behind the log, and what it stopped at.

    Example: taskflow projections lag
    """
    asyncio.run(_lag(json=json))


@app.command()
def rebuild(
    names: Annotated[list[str], typer.Argument(help="Projections, or `all`.")],
    json: Json = False,
) -> None:
    """Build projections anew beside the live ones and swap; run it again to go on after a stop.

    Example: taskflow projections rebuild conversations users
    """
    with at_full_speed():
        asyncio.run(_rebuild(names, json=json))


@app.command()
def drop(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Empty a projection's tables and forget how far it was; its runner makes it anew.

    Example: taskflow projections drop usage --yes
    """
    asyncio.run(_drop(name, yes=yes, json=json))


@dataclass(frozen=True, slots=True)
class _Desk:
    me: Operator
    context: ProjectionContext
    connection: database.Connection

    def all(self) -> list[Projection]:
        return [self.named(name) for name in projection.names()]

    def named(self, name: str) -> Projection:
        return projection.registered(name, self.context)


@asynccontextmanager
async def _desk() -> AsyncGenerator[_Desk]:
    """All of it reads; what is written is written by the tables' owner, below."""
    async with reader() as me:
        # No pool of snapshots: a fold made here is made of the log alone.
        context = ProjectionContext(me.log, Folds(me.log, None), me.vault)
        async with me.pool.acquire() as connection:
            yield _Desk(me, context, connection)


async def _list(*, json: bool) -> None:
    async with _desk() as desk:
        found = await standing.standings(desk.connection, desk.all())
    if json:
        for read_model in found:
            echo_json(asdict(read_model))
        return
    table = Table("projection", "version", "rows", "checkpoint", "runner")
    for read_model in found:
        table.add_row(
            read_model.name,
            _version(read_model),
            "\n".join(f"{name} {count:,}" for name, count in read_model.rows.items()),
            f"{read_model.cursor.transaction_id}/{read_model.cursor.position}"
            if read_model.begun
            else "not begun",
            "alive" if read_model.running else Text("none", "red"),
        )
    SafeConsole().print(table)


def _version(read_model: standing.ProjectionStanding) -> str:
    building = f", building at {read_model.building}" if read_model.building is not None else ""
    if read_model.release is None or read_model.release == read_model.version:
        return f"{read_model.version}{building}"
    return f"{read_model.version} (this release: {read_model.release}){building}"


async def _lag(*, json: bool) -> None:
    async with _desk() as desk:
        found = await standing.standings(desk.connection, desk.all())
        lags = [
            await standing.lag(desk.connection, desk.me.log, read_model) for read_model in found
        ]
    if json:
        for model_lag in lags:
            echo_json(asdict(model_lag))
        return
    table = Table("projection", "events behind", "seconds behind", "")
    for model_lag in lags:
        table.add_row(
            model_lag.name,
            f"{model_lag.events:,}",
            f"{model_lag.seconds:,.1f}",
            model_lag.stopped or "",
        )
    SafeConsole().print(table)


async def _rebuild(names: Sequence[str], *, json: bool) -> None:
    began = clock.monotonic()
    async with _desk() as desk:
        what = desk.all() if list(names) == ["all"] else [desk.named(name) for name in names]
        with progress(
            MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn()
        ) as bar:
            task = bar.add_task(
                ", ".join(read_model.name for read_model in what), total=None, rate=""
            )

            def show_progress(done: int, total: int) -> None:
                rate = done / max(clock.monotonic() - began, 0.001)
                bar.update(task, completed=done, total=total, rate=f"{rate:,.0f} events/s")

            with owners_errors():
                read = await rebuild_projections(
                    desk.me.settings.dsn, desk.me.log, what, show_progress
                )
    seconds = round(clock.monotonic() - began, 1)
    for read_model in what:
        _said(
            {
                "projection": read_model.name,
                "version": read_model.version,
                "events": read,
                "seconds": seconds,
            },
            f"{read_model.name} is rebuilt: {read:,} events in {seconds} s",
            json=json,
        )


async def _drop(name: str, *, yes: bool, json: bool) -> None:
    async with _desk() as desk:
        what = desk.named(name)
        if not yes:
            question = (
                f"Empty {', '.join(what.tables)}? Readers find nothing until it is made anew."
            )
            typer.confirm(question, abort=True, err=True)
        async with owner() as (connection, _):
            await drop_projection(connection, what)
    _said({"projection": name, "dropped": True}, f"{name} is dropped", json=json)


def _said(facts: dict[str, Any], words: str, *, json: bool) -> None:
    (echo_document(jsonlib.dumps(facts)) if json else echo(words))
