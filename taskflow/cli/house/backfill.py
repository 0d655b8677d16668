"""`taskflow backfill`: what Twilio has and the log has not, looked for once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from importlib.metadata import entry_points
from typing import Annotated, Protocol, cast

import typer

from taskflow.cli.output import echo
from taskflow.cli.times import moment
from taskflow.errors import Configuration

GROUP = "taskflow.backfill"
"""Entry points: a function of a moment."""


class BackfillResult(Protocol):
    @property
    def messages(self) -> int: ...

    @property
    def refusals(self) -> int: ...


def backfill(
    since: Annotated[str, typer.Option(help="How far back, such as '6h ago'.")] = "24h ago",
) -> None:
    """Take what people wrote while nobody answered, and what WhatsApp refused unheard.

    The gateway does so by itself, over 24 hours at its start and then every two minutes.

    Example: taskflow backfill --since "2d ago"
    """
    found = asyncio.run(_look_back(moment(since, "--since")))
    echo(f"{found.messages} messages taken, {found.refusals} refusals noted")


async def _look_back(since: datetime) -> BackfillResult:
    for entry in entry_points(group=GROUP):
        look = cast("Callable[[datetime], Awaitable[BackfillResult]]", entry.load())
        return await look(since)
    raise Configuration("no installed service takes messages; install taskflow[gateway]")
