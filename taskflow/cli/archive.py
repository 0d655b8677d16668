"""`taskflow archive`: old partitions of the log leave the database for files."""

import json as jsonlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from taskflow import failpoints
from taskflow.archive import partitions
from taskflow.archive.manifest import Manifest
from taskflow.archive.partitions import Partition
from taskflow.archive.storing import Archiver
from taskflow.cli.operator import OperatorSettings
from taskflow.cli.times import moment
from taskflow.database import CONNECT_TIMEOUT, UNAVAILABLE
from taskflow.errors import Configuration

_LOCK = "select pg_try_advisory_lock(7215012)"
_STEPS = 3
"""Each event is written, read back and indexed."""


def before(text: str) -> int | None:
    """A position where the text is a number."""
    return int(text) if text.isdecimal() else None


@asynccontextmanager
async def owner(*, read_only: bool) -> AsyncGenerator[tuple[asyncpg.Connection, OperatorSettings]]:
    """A connection as the log's owner, whom no timeout ends. Raises Configuration."""
    settings = OperatorSettings.load()
    server_settings = {
        "application_name": "taskflow-archive",
        "default_transaction_read_only": "on" if read_only else "off",
        "enable_seqscan": "off",
        "enable_bitmapscan": "off",
        "jit": "off",
    }
    try:
        connection = await asyncpg.connect(
            settings.dsn, timeout=CONNECT_TIMEOUT, server_settings=server_settings
        )
    except UNAVAILABLE as error:
        raise Configuration(
            f"PostgreSQL does not answer ({type(error).__name__}); is `make run` running?"
        ) from error
    try:
        yield connection, settings
    except asyncpg.UndefinedTableError as error:
        raise Configuration("the database lacks migrations: run `taskflow migrate`") from error
    except asyncpg.InsufficientPrivilegeError as error:
        raise Configuration(
            f"DATABASE_URL's user does not own the log ({error}): run this as its owner"
        ) from error
    except UNAVAILABLE as error:
        raise Configuration(
            f"PostgreSQL went away ({type(error).__name__}): run this again, it goes on"
        ) from error
    finally:
        await connection.close()


async def archive(
    before_: str, into: Path | None, *, close: bool, json: bool, grace: float
) -> None:
    failpoints.arm_from_environment()
    position = before(before_)
    bound = moment(before_, "--before") if position is None else position
    async with owner(read_only=False) as (connection, settings):
        if not await connection.fetchval(_LOCK):
            raise Configuration("another `taskflow archive` is running")
        if close:
            await partitions.close_newest(connection)
        old = await partitions.older(connection, bound)
        if not old and not json:
            typer.echo(await _nothing(connection, before_))
        events = sum(one.events for one in old) * _STEPS
        with progress_bar() as progress:
            bar = progress.add_task("archiving", total=events, visible=bool(old))
            for one in old:

                def told(what: str, count: int, name: str = one.name) -> None:
                    progress.update(bar, advance=count, description=f"{name}: {what}")

                folder = into or settings.archive_folder
                archiver = Archiver(connection, folder, told, grace=grace)
                _tell(one, await archiver.archive(one), folder, json=json)


def progress_bar() -> Progress:
    """On standard error, where somebody looks at it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


async def _nothing(connection: asyncpg.Connection, before_: str) -> str:
    closed = await partitions.closed(connection)
    if closed:
        one = closed[0]
        return (
            f"no partition lies wholly before {before_}; the oldest, {one.name}, ends at position "
            f"{one.end_position - 1} ({one.ended_at:%Y-%m-%d %H:%M} UTC)"
        )
    return (
        "no partition is closed yet: the log is still in its first one; "
        "--close ends it at the log's present end"
    )


def _tell(one: Partition, told: Manifest, folder: Path, *, json: bool) -> None:
    if json:
        line = {
            "archive": one.name,
            "folder": str(folder / one.name),
            **told.model_dump(mode="json", exclude={"row_groups", "name"}),
        }
        typer.echo(jsonlib.dumps(line))
        return
    typer.echo(
        f"{one.name}: {told.events:,} events of {told.streams:,} streams, positions "
        f"{told.from_position} to {told.to_position - 1}, {told.bytes:,} bytes in "
        f"{folder / one.name / told.file}; dropped from the database"
    )
