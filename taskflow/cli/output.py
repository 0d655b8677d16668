"""The one way from a command to its reader: all that is printed is made safe for a terminal."""

from json import dumps
from typing import Any

import typer

from taskflow.foreign_text import for_json, for_terminal


def echo(text: str = "", *, err: bool = False, nl: bool = True) -> None:
    typer.echo(for_terminal(text, lines=True), err=err, nl=nl)


def warn(text: str, colour: str | None = None) -> None:
    """On standard error, in one of typer's colours."""
    typer.secho(for_terminal(text, lines=True), fg=colour, err=True)


def echo_json(json_value: Any, *, indent: int | None = None) -> None:
    """A line of JSON; what acts in a terminal stands in JSON's own escapes."""
    document = dumps(json_value, ensure_ascii=False, default=str, indent=indent)
    typer.echo(for_json(document))


def echo_document(document: str) -> None:
    """JSON that is written already."""
    typer.echo(for_json(document))
