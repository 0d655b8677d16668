"""The `taskflow` command; each subcommand imports what it needs only when it runs."""

import asyncio
import sys
from importlib.metadata import entry_points
from importlib.metadata import version as package_version
from typing import Annotated

import typer

from taskflow.errors import Configuration

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="TaskFlow: a WhatsApp assistant that gets tasks done.",
)

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")]


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"taskflow {package_version('taskflow')}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Tell it.")
    ] = False,
) -> None:
    """Runs before each subcommand."""


@app.command()
def run(
    service: Annotated[str, typer.Argument(help="gateway, agent, tools, scheduler ...")],
) -> None:
    """Run one service until SIGTERM or Ctrl-C."""
    known = {entry.name: entry for entry in entry_points(group="taskflow.services")}
    if service not in known:
        raise Configuration(f"there is no service {service!r}; there are {', '.join(known)}")
    known[service].load()()


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    from taskflow.cli.operate import migrate_database  # noqa: PLC0415

    asyncio.run(migrate_database())


@app.command()
def provision() -> None:
    """Create or update the bus's streams and consumers."""
    from taskflow.cli.operate import provision_bus  # noqa: PLC0415

    asyncio.run(provision_bus())


def main() -> None:
    """Expected faults are one clear line and exit code 1."""
    try:
        app()
    except Configuration as error:
        typer.secho(f"taskflow: {error}", fg=typer.colors.RED, err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
