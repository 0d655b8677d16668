"""`taskflow archive`: old partitions of the log leave the database for files."""

from pathlib import Path

import asyncpg
from rich.progress import MofNCompleteColumn

from taskflow import failpoints
from taskflow.cli.operator import owner
from taskflow.cli.output import echo, echo_json
from taskflow.cli.progress import progress
from taskflow.cli.times import moment
from taskflow.errors import Configuration
from taskflow.log.archive import partitions
from taskflow.log.archive.manifest import Manifest
from taskflow.log.archive.partitions import Partition
from taskflow.log.archive.storing import Archiver

_LOCK = "select pg_try_advisory_lock(7215012)"
_STEPS = 3
"""Each event is written, read back and indexed."""


def before(text: str) -> int | None:
    """A position where the text is a number."""
    return int(text) if text.isdecimal() else None


async def archive(
    before_: str, into: Path | None, *, close: bool, json: bool, grace: float
) -> None:
    failpoints.arm_from_environment()
    position = before(before_)
    bound = moment(before_, "--before") if position is None else position
    async with owner() as (connection, settings):
        if not await connection.fetchval(_LOCK):
            raise Configuration("another `taskflow archive` is running")
        if close:
            await partitions.close_newest(connection)
        old = await partitions.older(connection, bound)
        if not old and not json:
            echo(await _nothing(connection, before_))
        events = sum(partition.events for partition in old) * _STEPS
        with progress(MofNCompleteColumn()) as shown:
            bar = shown.add_task("archiving", total=events, visible=bool(old))
            for partition in old:

                def show_progress(what: str, count: int, name: str = partition.name) -> None:
                    shown.update(bar, advance=count, description=f"{name}: {what}")

                folder = into or settings.archive_folder
                archiver = Archiver(connection, folder, show_progress, grace=grace)
                _tell(partition, await archiver.archive(partition), folder, json=json)


async def _nothing(connection: asyncpg.Connection, before_: str) -> str:
    closed = await partitions.closed(connection)
    if closed:
        oldest = closed[0]
        return (
            f"no partition lies wholly before {before_}; the oldest, {oldest.name}, ends at "
            f"position {oldest.end_position - 1} ({oldest.ended_at:%Y-%m-%d %H:%M} UTC)"
        )
    return (
        "no partition is closed yet: the log is still in its first one; "
        "--close ends it at the log's present end"
    )


def _tell(partition: Partition, manifest: Manifest, folder: Path, *, json: bool) -> None:
    if json:
        line = {
            "archive": partition.name,
            "folder": str(folder / partition.name),
            **manifest.model_dump(mode="json", exclude={"row_groups", "name"}),
        }
        echo_json(line)
        return
    echo(
        f"{partition.name}: {manifest.events:,} events of {manifest.streams:,} streams, positions "
        f"{manifest.from_position} to {manifest.to_position - 1}, {manifest.bytes:,} bytes in "
        f"{folder / partition.name / manifest.file}; dropped from the database"
    )
