"""`taskflow logs` and `taskflow log-level`, as `main` offers them."""

import asyncio
import contextlib
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")]


def logs(
    message: Annotated[
        str, typer.Option(help="A MessageSid, event, reply, trace id, user's id or number.")
    ],
    *,
    level: Annotated[str, typer.Option(help="This, and what is graver.")] = "DEBUG",
    follow: Annotated[bool, typer.Option("--follow", help="Go on as lines come.")] = False,
    json: Json = False,
) -> None:
    """One message's log lines, from all services' files, in order of time.

    Example: taskflow logs --message +15551230001 --level INFO
    """
    from taskflow.cli.house.logs import tell_logs

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(tell_logs(message, level=level, follow=follow, json=json))


def log_level(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVICE] [LEVEL]", show_default=False)
    ] = None,
    lasts: Annotated[
        str | None, typer.Option("--for", help="Back after so long: 90s, 10m, 2h.")
    ] = None,
    json: Json = False,
) -> None:
    """Change what running services say on their consoles; without a level: tell it.

    Example: taskflow log-level agent DEBUG --for 10m
    """
    from taskflow.cli.house.log_level import change_level

    asyncio.run(change_level(words or [], lasts, json=json))


def offer(app: typer.Typer) -> None:
    app.command()(logs)
    app.command()(log_level)
