"""`taskflow trace`: the waterfall of a turn, from Jaeger where there is one, else from the log."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import typer

from contracts import slots
from contracts.conversation import MessageReceived, ReplyReady
from contracts.recorded import Recorded
from contracts.streams import UserId
from taskflow.cli.operator import MESSAGE_REF, Operator, reader
from taskflow.cli.output import echo_json, warn
from taskflow.cli.past.trace_drawing import as_json, draw
from taskflow.cli.past.why import SCAN_SECONDS, by_prefix, sent_as
from taskflow.errors import Configuration, VendorUnavailable
from taskflow.time_travel import gathering
from taskflow.time_travel.why import trace_id
from taskflow.waterfall import of_jaeger, of_log, tries
from taskflow.waterfall.bars import Bar, Waterfall

WANTED = (
    "give a reply's id or the first 8 characters of it, a MessageSid, an event's id, a trace's "
    "id (32 hexadecimal digits), or a user's id or number for their last turn"
)
_TRACE = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_PREFIX = re.compile(r"[0-9a-f]{8}[0-9a-f-]{0,27}", re.IGNORECASE)
# No index leads to a trace: the log is read through, newest partition or not.
_BY_TRACE = "select event_id from events where trace like $1 limit 1"
_TRIES = "select service, slot, count from attempts where slot = any($1::uuid[])"
_PARKED = """
select event_id, service, attempts, error_code from dead_letters
 where event_id = any($1::uuid[]) order by id
"""
_OPEN = "select driver, service, nudged from moves where driver = any($1::uuid[]) order by service"


@dataclass(frozen=True, slots=True)
class Subject:
    trace: str
    event: Recorded[Any] | None
    """One of its events; None where only Jaeger can know of it."""


async def tell_trace(name: str, *, from_log: bool, json: bool) -> None:
    async with reader() as me:
        jaeger = "" if from_log else me.settings.taskflow_jaeger_url.rstrip("/")
        subject = await _subject(me, name)
        bars = await _spans(jaeger, subject.trace) if jaeger else []
        source = "Jaeger" if bars else "log"
        event = subject.event or await _event(me, subject.trace, bars)
        events = await _events(me, event) if event else []
        if not bars:
            troubles = await _troubles(me, events, subject.trace)
            bars = of_log.bars(subject.trace, events, troubles)
    if not bars:
        where = f"the log, nor Jaeger at {jaeger}, knows" if jaeger else "the log knows"
        raise Configuration(f"{where} no trace {subject.trace}")
    found = Waterfall(
        subject.trace, source, bars, elsewhere=of_log.elsewhere(subject.trace, events)
    )
    if json:
        link = {"link": f"{jaeger}/trace/{subject.trace}"} if source == "Jaeger" else {}
        echo_json({**as_json(found), **link})
    else:
        at = f"Jaeger at {jaeger}" if source == "Jaeger" else "the log"
        draw(found, at)


async def _spans(jaeger: str, trace: str) -> list[Bar]:
    """None where there are none, and why, for people: then the log has to do."""
    try:
        bars = await asyncio.to_thread(of_jaeger.fetch, jaeger, trace)
    except VendorUnavailable as error:
        warn(f"{error}: told by the log", typer.colors.YELLOW)
        return []
    if not bars:
        unknown = f"Jaeger at {jaeger} does not have it, or no longer: told by the log"
        warn(unknown, typer.colors.YELLOW)
    return bars


async def _subject(me: Operator, name: str) -> Subject:
    if MESSAGE_REF.fullmatch(name):
        received = await me.log.find(slots.event_id(slots.message(name), 0))
        return _of(received or await sent_as(me, name))
    if (id_ := _uuid(name)) and (event := await me.log.find(id_)):
        return _of(event)
    if _TRACE.fullmatch(name):
        return Subject(name.lower(), None)
    if id_ is None and _PREFIX.fullmatch(name) and (reply := await by_prefix(me, name)):
        return _of(reply)
    try:
        stream = await me.stream_of(name)
    except Configuration:
        raise Configuration(f"nothing is known as {name!r}; {WANTED}") from None
    spoken = [
        recorded
        for recorded in await me.log.read(stream)
        if isinstance(recorded.event, MessageReceived | ReplyReady)
    ]
    if not spoken:
        raise Configuration(f"{stream} holds no message and no reply; {WANTED}")
    return _of(spoken[-1])


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


def _of(event: Recorded[Any]) -> Subject:
    if (trace := trace_id(event)) is None:
        raise Configuration(f"{event.event.type} {event.event_id} was recorded without a trace")
    return Subject(trace, event)


async def _event(me: Operator, trace: str, bars: Sequence[Bar]) -> Recorded[Any] | None:
    """An event of a trace: one that a span delivered, else what the log itself knows of it."""
    for bar in bars:
        id_ = _uuid(str(bar.attributes.get("messaging.message.id")))
        if id_ and (event := await me.log.find(id_)) and trace_id(event) == trace:
            return event
    if bars:
        return None
    try:
        row = await me.pool.fetchrow(_BY_TRACE, f"00-{trace}-%", timeout=SCAN_SECONDS)
    except (TimeoutError, asyncpg.QueryCanceledError):
        raise Configuration(
            f"the log is too long to look for trace {trace} in it; {WANTED}"
        ) from None
    return await me.log.find(row["event_id"]) if row else None


async def _events(me: Operator, event: Recorded[Any]) -> list[Recorded[Any]]:
    """All of its user's, for a trace crosses streams."""
    if event.user_id is None:
        return await me.log.read(event.stream)
    found = await gathering.of_user(me.log, UserId(event.user_id))
    return [recorded for events in found.values() for recorded in events]


async def _troubles(
    me: Operator, events: Sequence[Recorded[Any]], trace: str
) -> dict[UUID, list[str]]:
    mine = [recorded for recorded in events if trace_id(recorded) == trace]
    ids, places = [recorded.event_id for recorded in mine], tries.places(mine)
    counts = {
        (row["service"], row["slot"]): row["count"]
        for row in await me.pool.fetch(_TRIES, list(places))
    }
    troubles = tries.counted(counts, places)
    for row in await me.pool.fetch(_PARKED, ids):
        said = f"given up by {row['service']} after {row['attempts']} tries: {row['error_code']}"
        troubles.append(tries.Trouble(row["event_id"], said))
    for row in await me.pool.fetch(_OPEN, ids):
        nudged = f", woken {row['nudged']} times" if row["nudged"] else ""
        troubles.append(tries.Trouble(row["driver"], f"{row['service']} is to move next{nudged}"))
    return tries.by_event(troubles)
