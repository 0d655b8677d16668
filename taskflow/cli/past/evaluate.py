"""`taskflow evaluate`: cases for docs/evaluation.md out of the log."""

import asyncio
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Cases for `make evaluate` out of the log.")


@app.callback()
def _family() -> None:
    """Keeps `record` a command of its own while it is the only one."""


@app.command()
def record(
    turn: Annotated[str, typer.Argument(help="Its id, its reply's, or a user for their last one.")],
    language: Annotated[
        str | None, typer.Option(help="BCP 47, where the model did not say which it answered in.")
    ] = None,
) -> None:
    """Print a turn as a golden conversation, with personal text replaced.

    Example: taskflow evaluate record 4cc4479c > mine.yaml
    """
    from taskflow.cli.past.evaluating import print_case

    asyncio.run(print_case(turn, language))
