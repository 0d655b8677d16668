"""Which log lines belong to a message, a reply, an event or a user: as the log knows it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from contracts.streams import UserId
from taskflow.cli.operator import MESSAGE_REF, Operator
from taskflow.cli.past.why import by_prefix, sent_as
from taskflow.errors import Configuration
from taskflow.time_travel import gathering
from taskflow.time_travel.turns import TurnStory, turns
from taskflow.time_travel.why import UNPROMPTED, trace_id

TRACE = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_NO_IDS = {"timestamp", "service", "level", "event"}
_PREFIX = re.compile(r"[0-9a-f]{8}[0-9a-f-]{0,27}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WantedLines:
    """A line that names one of these ids, in whichever field."""

    what: str
    ids: frozenset[str]

    def __call__(self, facts: Mapping[str, Any]) -> bool:
        named = (fact for field, fact in facts.items() if field not in _NO_IDS)
        return any(isinstance(fact, str) and fact in self.ids for fact in named)

    def along(self, lines: Iterable[Mapping[str, Any]]) -> "WantedLines":
        """With the traces that lines lead to: all that can be known without the log."""
        traces = {line["trace_id"] for line in lines if "trace_id" in line}
        return WantedLines(self.what, self.ids | traces)


def named(name: str) -> WantedLines:
    """As far as the name itself tells: an id that lines may hold."""
    ids = {name, name.lower()} - {""}
    if id_ := _uuid(name):
        ids |= {str(id_), streams.conversation(UserId(id_))}
    return WantedLines(f"what is called {name}", frozenset(ids))


async def wanted(me: Operator, name: str) -> WantedLines:
    """Raises Configuration where several replies' ids begin so."""
    if MESSAGE_REF.fullmatch(name):
        received = await me.log.find(slots.event_id(slots.message(name), 0))
        return await _of_event(me, received or await _sent_as(me, name), name)
    if TRACE.fullmatch(name):
        return WantedLines(f"trace {name}", frozenset({name.lower()}))
    if (id_ := _uuid(name)) and (event := await me.log.find(id_)):
        return await _of_event(me, event, name)
    if id_ is None and _PREFIX.fullmatch(name) and (reply := await by_prefix(me, name)):
        return await _of_event(me, reply, name)
    try:
        user = await me.user_of(name)
    except Configuration:
        return named(name)
    found = await gathering.of_user(me.log, user)
    events = [recorded for stream in found.values() for recorded in stream]
    about = _ids(events) | {str(user), *found}
    return WantedLines(f"user {user}", frozenset(about)) if events else named(name)


async def _sent_as(me: Operator, sid: str) -> Recorded[Any] | None:
    try:
        return await sent_as(me, sid)
    except Configuration:
        return None


async def _of_event(me: Operator, event: Recorded[Any] | None, name: str) -> WantedLines:
    """With the whole turn that it belongs to, and what became of the turn's replies."""
    if event is None:
        return named(name)
    events = await me.log.read(event.stream)
    if event.user_id and not event.stream.startswith(streams.CONVERSATION):
        events += await me.log.read(streams.conversation(UserId(event.user_id)))
    what = f"{event.event.type} {event.event_id}"
    return WantedLines(what, frozenset({name, *_ids(related(event, events))}))


def related(to: Recorded[Any], events: Sequence[Recorded[Any]]) -> list[Recorded[Any]]:
    """The whole turn, its messages, and what became of its replies.

    A reminder or an alert that tells by itself, later, is a story of its own.
    """
    by_id = {recorded.event_id: recorded for recorded in events}
    to = by_id.get(_reply(to) or to.event_id, to)
    found = {to.event_id}
    if not _is_unprompted(to):
        akin = (recorded for recorded in events if recorded.correlation == to.correlation)
        found |= {
            recorded.event_id
            for recorded in akin
            if not (_is_unprompted(recorded) or _reply(recorded))
        }
    for turn in turns(events).values():
        within = {message.event_id for message in (*turn.messages, *_within(turn))}
        if not found.isdisjoint(within):
            found |= within
    replies = {id_ for id_ in found & by_id.keys() if isinstance(by_id[id_].event, ReplyReady)}
    return [
        recorded for recorded in events if recorded.event_id in found or _reply(recorded) in replies
    ]


def _reply(recorded: Recorded[Any]) -> UUID | None:
    """Of which it tells what became."""
    return getattr(recorded.event, "reply", None)


def _is_unprompted(recorded: Recorded[Any]) -> bool:
    return isinstance(recorded.event, ReplyReady) and recorded.event.kind in UNPROMPTED


def _within(turn: TurnStory) -> list[Recorded[Any]]:
    found = [*([turn.started] if turn.started else []), *turn.beside]
    for step in turn.steps.values():
        found += [recorded for recorded in (step.answer, step.failed) if recorded]
        found += [*step.caught, *step.proposed]
        for call in step.calls:
            found += [recorded for recorded in (call.request, call.outcome) if recorded]
    return [*found, *([turn.ended] if turn.ended else [])]


def _ids(events: Iterable[Recorded[Any]]) -> set[str]:
    """What lines may name them by."""
    found: set[str] = set()
    for recorded in events:
        found.add(str(recorded.event_id))
        if trace := trace_id(recorded):
            found.add(trace)
        if sid := getattr(recorded.event, "message_ref", None):
            found.add(sid)
    return found


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
