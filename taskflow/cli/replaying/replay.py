"""`taskflow replay`: a recorded log decided again, or published again. Nothing here can send."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from taskflow.cli.replaying.what_if import what_if

app = typer.Typer(no_args_is_help=True, help="The recorded log, decided or published again.")

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")]

app.command("what-if")(what_if)


@app.command()
def verify(
    since: Annotated[str | None, typer.Option(help="Decisions recorded from then on.")] = None,
    user: Annotated[str | None, typer.Option(help="A user's id or number.")] = None,
    log: Annotated[
        Path | None, typer.Option(help="A recorded file in place of the database's log.")
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Uncover personal text.")] = False,
    json: Json = False,
) -> None:
    """Compare each recorded decision with what today's code decides; exit 1 where they differ.

    Example: taskflow replay verify --since "1d ago"
    """
    from taskflow.cli.replaying.replay_verify import verify_log

    if not asyncio.run(verify_log(since=since, user=user, file=log, open_=open_, json=json)):
        raise typer.Exit(1)


@app.command()
def publish(  # noqa: PLR0917 - its options
    run: Annotated[str, typer.Option(help="Names the run, and its subjects: a-z, 0-9, -.")],
    from_: Annotated[
        str | None, typer.Option("--from", help="Events recorded from then on.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="Events recorded before then.")] = None,
    type_: Annotated[
        list[str] | None, typer.Option("--type", help="message.received, or a family: reply.*")
    ] = None,
    user: Annotated[str | None, typer.Option(help="A user's id or number.")] = None,
    speed: Annotated[str, typer.Option(help="1x keeps the recorded gaps; 10x; max.")] = "max",
    json: Json = False,
) -> None:
    """Publish recorded events under taskflow.replay.<run>; a run that was stopped goes on.

    Example: taskflow replay publish --run demand-2 --type message.received --speed 10x
    """
    from taskflow.cli.replaying.replay_publish import publish_log

    asyncio.run(
        publish_log(
            run=run,
            since=from_,
            until=to,
            types=type_ or [],
            user=user,
            speed=speed,
            json=json,
        )
    )
