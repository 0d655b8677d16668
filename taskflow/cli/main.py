"""The `taskflow` command; each subcommand imports what it needs only when it runs."""

import asyncio
import contextlib
import sys
from importlib.metadata import entry_points
from importlib.metadata import version as package_version
from typing import Annotated

import typer

from taskflow.cli import dlq
from taskflow.errors import Configuration, TaskFlowError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="TaskFlow: a WhatsApp assistant that gets tasks done.",
)

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")]
Open = Annotated[bool, typer.Option("--open", help="Uncover personal text.")]


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"taskflow {package_version('taskflow')}")
        raise typer.Exit


app.add_typer(dlq.app, name="dlq")


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Tell it.")
    ] = False,
) -> None:
    """Runs before each subcommand."""


@app.command()
def up() -> None:
    """Start everything on this machine; Ctrl-C stops all of it."""
    from taskflow.cli.up import up as start

    start()


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
    from taskflow.cli.operate import migrate_database

    asyncio.run(migrate_database())


@app.command()
def failpoints() -> None:
    """List the places where TASKFLOW_FAILPOINTS can break a process."""
    from taskflow.failpoints import POINTS

    for point in POINTS:
        typer.echo(f"{point.name + '.before':<26} {point.name + '.after':<26} {point.what}")


@app.command()
def provision() -> None:
    """Create or update the bus's streams and consumers."""
    from taskflow.cli.operate import provision_bus

    asyncio.run(provision_bus())


@app.command()
def show(
    stream: Annotated[str, typer.Argument(help="A stream, a user's id, or their number.")],
    open_: Open = False,
    json: Json = False,
) -> None:
    """A stream's history, readable.

    Example: taskflow show +15551230001 --open
    """
    from taskflow.cli.reading import show_stream

    asyncio.run(show_stream(stream, open_=open_, json=json))


@app.command()
def tail(
    type_: Annotated[
        list[str] | None, typer.Option("--type", help="message.received, or a family: reply.*")
    ] = None,
    user: Annotated[str | None, typer.Option(help="A user's id or number.")] = None,
    count: Annotated[int | None, typer.Option(help="Stop after so many.")] = None,
    open_: Open = False,
    json: Json = False,
) -> None:
    """Events as they are committed.

    Example: taskflow tail --type "reply.*" --open
    """
    from taskflow.cli.reading import tail_log

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(tail_log(types=type_ or [], user=user, open_=open_, json=json, count=count))


@app.command()
def doctor(json: Json = False) -> None:
    """Check each dependency and say what to do."""
    from taskflow.cli.doctor import examine

    if not asyncio.run(examine(json=json)):
        raise typer.Exit(1)


@app.command()
def browser() -> None:
    """Set up a Chromium, for pages whose price is made by scripts."""
    from taskflow.up.chromium import main as set_up

    set_up()


@app.command()
def forget(
    user: Annotated[str, typer.Argument(help="A user's id or number.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Destroy a user's key: nothing of theirs can be read again."""
    from taskflow.cli.operate import forget_user

    if not yes:
        typer.confirm(f"Destroy the key of {user}? Nothing can undo it.", abort=True)
    asyncio.run(forget_user(user))


@app.command()
def asyncapi(
    check: Annotated[bool, typer.Option("--check", help="Fail when the file is stale.")] = False,
) -> None:
    """Write docs/asyncapi.yaml from the contracts."""
    from taskflow.cli.asyncapi import check_document, write_document

    (check_document if check else write_document)()


def main() -> None:
    """Expected faults are one clear line and exit code 1."""
    try:
        app()
    except TaskFlowError as error:
        typer.secho(f"taskflow: {error}", fg=typer.colors.RED, err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
