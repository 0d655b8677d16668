"""`taskflow show` and `taskflow tail`: the log for people."""

from typing import Any

import typer
from rich.console import Console

from contracts.recorded import Message, Recorded
from taskflow.cli.operator import Operator, operator
from taskflow.cli.rendering import as_json, line
from taskflow.errors import Configuration, SealedForEver
from taskflow.event_log import Cursor, recorded_of
from taskflow.wakeups import Wakeups

_LATEST = """
select transaction_id, position from events order by transaction_id desc, position desc limit 1
"""


async def show_stream(name: str, *, open_: bool, json: bool) -> None:
    """A stream's whole history, oldest first."""
    async with operator() as me:
        stream = await me.stream_of(name)
        history = await me.log.read(stream)
        if not history:
            raise Configuration(f"no stream is named {stream!r}")
        if not json:
            Console().print(f"[bold]{stream}[/]  {len(history)} events")
        for recorded in history:
            _print(await _readable(me, recorded, open_=open_), json=json, with_stream=False)


async def tail_log(
    *, types: list[str], user: str | None, open_: bool, json: bool, count: int | None
) -> None:
    """Events as they are committed, until Ctrl-C or `count` of them."""
    async with operator() as me:
        wanted = await me.user_of(user) if user else None
        row = await me.pool.fetchrow(_LATEST)
        cursor = Cursor(row["transaction_id"], row["position"]) if row else Cursor()
        wakeups = Wakeups(me.settings.dsn, "taskflow-tail")
        left = count
        with wakeups.subscribed() as bell:
            while left is None or left > 0:
                page = await me.log.follow(cursor)
                for message in page:
                    cursor = Cursor(message.transaction_id, message.position)
                    if not _matches(message, types) or (wanted and message.user_id != wanted):
                        continue
                    recorded = await _readable(me, recorded_of(message), open_=open_)
                    _print(recorded, json=json)
                    left = None if left is None else left - 1
                if not page:
                    await bell.wait()


def _matches(message: Message, types: list[str]) -> bool:
    """`message.received`, or a whole family as `message` or `message.*`."""
    return not types or any(
        message.type == wanted or message.type.startswith(f"{wanted.removesuffix('.*')}.")
        for wanted in types
    )


async def _readable(me: Operator, recorded: Recorded[Any], *, open_: bool) -> Recorded[Any]:
    if not open_:
        return recorded
    try:
        return await me.log.opened(recorded)
    except SealedForEver:
        return recorded


def _print(recorded: Recorded[Any], *, json: bool, with_stream: bool = True) -> None:
    if json:
        typer.echo(as_json(recorded))
    else:
        Console(soft_wrap=True).print(line(recorded, with_stream=with_stream))
