"""`taskflow show` and `taskflow tail`: the log for people."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text

from contracts.recorded import Message, Recorded
from contracts.streams import UserId
from taskflow import clock
from taskflow.cli.console import SafeConsole
from taskflow.cli.operator import Operator, reader
from taskflow.cli.output import echo_json
from taskflow.cli.rendering import as_object, change_lines, line, state_lines
from taskflow.cli.seeing import Sight, all_seen, seen, sight
from taskflow.cli.times import moment
from taskflow.errors import Configuration
from taskflow.log.event_log import Cursor
from taskflow.postgres.wakeups import Wakeups
from taskflow.time_travel import past, states
from taskflow.time_travel.unknown import SAYS, decoded

_LATEST = """
select transaction_id, position from events order by transaction_id desc, position desc limit 1
"""


async def show_stream(
    name: str,
    *,
    at: str | None = None,
    version: int | None = None,
    diff: bool = False,
    open_: bool = False,
    json: bool = False,
) -> None:
    """A stream's history up to a moment, and what its owners held then."""
    then = moment(at) if at else None
    async with reader() as me:
        stream = await me.stream_of(name)
        history = await me.log.read(stream)
        if not history:
            raise Configuration(f"no stream is named {stream!r}")
        events = past.upto(history, clock.utc_now(), at=then, version=version)
        user = UserId(events[0].user_id) if events[0].user_id else None
        sight_ = await sight(me, user, open_=open_)
        readable = await all_seen(me, events, sight_)
    tell = _tell_machines if json else _tell_people
    tell(readable, len(history), sight_, diff=diff)


def _steps(events: Sequence[Recorded[Any]], *, diff: bool) -> Iterator[states.StateStep]:
    return states.steps(events) if diff else (states.StateStep(recorded, {}) for recorded in events)


def _tell_machines(
    events: Sequence[Recorded[Any]], _in_all: int, sight_: Sight, *, diff: bool
) -> None:
    for step in _steps(events, diff=diff):
        event_object = as_object(step.recorded, sight_.cover)
        if diff:
            event_object["changes"] = {
                owner: [{"path": path, "before": old, "after": new} for path, old, new in changes]
                for owner, changes in step.changes.items()
            }
        _echo(event_object)
    last = states.known(events)
    _echo(
        {
            "stream": events[0].stream,
            "version": last[-1].version if last else 0,
            "states": states.states(events),
        }
    )


def _tell_people(
    events: Sequence[Recorded[Any]], in_all: int, sight_: Sight, *, diff: bool
) -> None:
    console = SafeConsole(soft_wrap=True)
    count = f"{in_all} events" if len(events) == in_all else f"{len(events)} of {in_all} events"
    last = events[-1]
    since = past.local_text(events[0].recorded_at)
    console.print(Text(last.stream, "bold").append(f"  {count}, from {since}", "not bold"))
    for step in _steps(events, diff=diff):
        console.print(line(step.recorded, with_stream=False, cover=sight_.cover))
        for row in change_lines(step.changes):
            console.print(row)
    foldable = states.known(events)
    at = foldable[-1].version if foldable else 0
    console.print(Text("state", "bold").append(f" at version {at}", "not bold"))
    if len(foldable) < len(events):
        console.print(f"  no further: {events[len(foldable)].event.type}, {SAYS}", style="yellow")
    for row in state_lines(states.states(events)):
        console.print(row)


async def tail_log(
    *, types: list[str], user: str | None, open_: bool, json: bool, count: int | None
) -> None:
    """Events as they are committed, until Ctrl-C or `count` of them."""
    async with reader() as me:
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
                    await _tell(me, message, open_=open_, json=json)
                    left = None if left is None else left - 1
                if not page:
                    await bell.wait()


def _matches(message: Message, types: list[str]) -> bool:
    """`message.received`, or a whole family as `message` or `message.*`."""
    return not types or any(
        message.type == wanted or message.type.startswith(f"{wanted.removesuffix('.*')}.")
        for wanted in types
    )


async def _tell(me: Operator, message: Message, *, open_: bool, json: bool) -> None:
    user = UserId(message.user_id) if message.user_id else None
    sight_ = await sight(me, user, open_=open_)
    recorded = await seen(me, decoded(message), sight_)
    if json:
        _echo(as_object(recorded, sight_.cover))
    else:
        SafeConsole(soft_wrap=True).print(line(recorded, cover=sight_.cover))


def _echo(json_object: dict[str, Any]) -> None:
    echo_json(json_object)
