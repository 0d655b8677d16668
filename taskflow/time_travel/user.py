"""A whole user as of a moment, folded from the log alone. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts import streams
from contracts.conversation import MessageReceived, ReplyReady, UserForgotten
from contracts.profile import ProfileLearned
from contracts.recorded import Recorded
from contracts.reminders import ReminderCancelled, ReminderChanged, ReminderFired, ReminderSet
from contracts.streams import UserId
from contracts.tools import ToolFailed, ToolFinished, ToolRequested
from contracts.watches import WatchAlerted, WatchSeen, WatchSet
from taskflow.time_travel import facts, states
from taskflow.time_travel.covering import COVERED, plain
from taskflow.time_travel.sending import ReplyStory, sendings
from taskflow.time_travel.unknown import OpaqueEvent

WINDOW = timedelta(hours=24)
"""WhatsApp takes free text for so long after the user's last message."""

Json = dict[str, Any]
Streams = Mapping[str, Sequence[Recorded[Any]]]


def as_of(everything: Streams, at: datetime | None) -> dict[str, list[Recorded[Any]]]:
    """What had been recorded by then; streams that had not begun are left out."""
    found = {
        stream: [recorded for recorded in events if at is None or recorded.recorded_at <= at]
        for stream, events in everything.items()
    }
    return {stream: events for stream, events in found.items() if events}


def describe(user: UserId, then: Streams, now: datetime, cover: str = COVERED) -> Json:
    """`now` is the moment described; texts that are sealed read `cover`."""
    conversation = then.get(streams.conversation(user), ())
    messages = [
        recorded for recorded in conversation if isinstance(recorded.event, MessageReceived)
    ]
    every = [recorded for events in then.values() for recorded in events]
    sent = sendings(conversation)
    return {
        "user": str(user),
        "at": now.isoformat(),
        "forgotten": any(isinstance(recorded.event, UserForgotten) for recorded in conversation),
        "first_seen": _iso(messages[0].recorded_at if messages else None),
        "last_seen": _iso(messages[-1].recorded_at if messages else None),
        "window": _window(messages, now),
        "profile": _profile(then.get(streams.profile(user), ()), cover),
        "quiet_hours": _quiet(then.get(streams.profile(user), ())),
        "conversation": lines(conversation, cover),
        "states": states.states(conversation),
        "reminders": [
            _reminder(events, sent, cover) for events in _of_kind(then, streams.REMINDER)
        ],
        "watches": [_watch(events, sent, cover) for events in _of_kind(then, streams.WATCH)],
        "open_calls": _open_calls(conversation, cover),
        "unknown_events": [
            {"stream": recorded.stream, "version": recorded.version, "type": recorded.event.type}
            for recorded in every
            if isinstance(recorded.event, OpaqueEvent)
        ],
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _of_kind(then: Streams, kind: str) -> list[Sequence[Recorded[Any]]]:
    return [events for stream, events in then.items() if stream.startswith(kind)]


def _window(messages: Sequence[Recorded[MessageReceived]], now: datetime) -> Json:
    if not messages:
        return {"open": False, "until": None}
    until = messages[-1].recorded_at + WINDOW
    return {"open": now < until, "until": until.isoformat()}


def _profile(events: Sequence[Recorded[Any]], cover: str) -> list[Json]:
    standing = {fact.fact for fact in facts.FOLD.over(events).standing}
    return [
        {
            "fact": str(recorded.event_id),
            "at": recorded.recorded_at.isoformat(),
            **plain(recorded.event, cover),
        }
        for recorded in events
        if isinstance(recorded.event, ProfileLearned) and recorded.event_id in standing
    ]


def _quiet(events: Sequence[Recorded[Any]]) -> Json | None:
    quiet = facts.FOLD.over(events).quiet
    return quiet.model_dump(mode="json") if quiet else None


def lines(conversation: Sequence[Recorded[Any]], cover: str) -> list[Json]:
    """Who said what, and what became of it."""
    sent = sendings(conversation)
    entries: list[Json] = []
    for recorded in conversation:
        match recorded.event:
            case MessageReceived() as message:
                entries.append(_line(recorded, "user", message.kind, cover))
            case ReplyReady() as reply:
                delivery = sent[recorded.event_id].state()
                entries.append({**_line(recorded, "us", reply.kind, cover), "delivery": delivery})
            case _:
                pass
    return entries


def _line(
    recorded: Recorded[MessageReceived] | Recorded[ReplyReady], who: str, kind: str, cover: str
) -> Json:
    text = plain(recorded.event.text, cover)
    return {
        "at": recorded.recorded_at.isoformat(),
        "who": who,
        "kind": kind,
        "text": text,
        "event_id": str(recorded.event_id),
    }


def _reminder(events: Sequence[Recorded[Any]], sent: Mapping[UUID, ReplyStory], cover: str) -> Json:
    state = _state_of(events, "reminder")
    fired = [recorded.event for recorded in events if isinstance(recorded.event, ReminderFired)]
    changes = [recorded for recorded in events if isinstance(recorded.event, ReminderChanged)]
    cancelled = any(isinstance(recorded.event, ReminderCancelled) for recorded in events)
    done = bool(fired) and state.get("next_due") is None
    return {
        **_first(events, ReminderSet, cover),
        **(plain(changes[-1].event, cover) if changes else {}),
        "status": "cancelled" if cancelled else "done" if done else "standing",
        "fired": [reminder_fired.due.isoformat() for reminder_fired in fired],
        "last_delivery": _delivery(fired[-1].reply, sent) if fired else None,
        "next_due": state.get("next_due"),
    }


def _delivery(reply: UUID | None, sent: Mapping[UUID, ReplyStory]) -> Json | None:
    """What became of the reply by which something was said unasked."""
    if reply is None or reply not in sent:
        return None
    sending = sent[reply]
    return {
        "reply": str(reply),
        "state": sending.state(),
        "by_template": sending.by_template(),
        "at": _iso(sending.reached_at()),
    }


def _watch(events: Sequence[Recorded[Any]], sent: Mapping[UUID, ReplyStory], cover: str) -> Json:
    state = _state_of(events, "watch")
    alerts = [recorded for recorded in events if isinstance(recorded.event, WatchAlerted)]
    seen = [recorded for recorded in events if isinstance(recorded.event, WatchSeen)]
    return {
        **_first(events, WatchSet, cover),
        "status": "stopped"
        if state.get("stopped")
        else "lost"
        if state.get("lost")
        else "standing",
        "last_reading": plain(seen[-1].event, cover) if seen else None,
        "readings": len(seen),
        "alerts": len(alerts),
        "last_delivery": _delivery(alerts[-1].event.reply, sent) if alerts else None,
        "ends_at": state.get("ends_at"),
    }


def _state_of(events: Sequence[Recorded[Any]], owner: str) -> Json:
    return states.states(events).get(owner, {})


def _first(events: Sequence[Recorded[Any]], cls: type[Any], cover: str) -> Json:
    """What was promised, in the words of the event that began the stream."""
    begun = next((recorded for recorded in events if isinstance(recorded.event, cls)), None)
    if begun is None:
        return {"stream": events[0].stream}
    return {"set_at": begun.recorded_at.isoformat(), **plain(begun.event, cover)}


def _open_calls(conversation: Sequence[Recorded[Any]], cover: str) -> list[Json]:
    calls: dict[UUID, Recorded[ToolRequested]] = {}
    for recorded in conversation:
        match recorded.event:
            case ToolRequested():
                calls[recorded.event_id] = recorded
            case ToolFinished(call=call) | ToolFailed(call=call):
                calls.pop(call, None)
            case UserForgotten():
                calls.clear()
            case _:
                pass
    return [
        {
            "call": str(id_),
            "at": request.recorded_at.isoformat(),
            "tool": request.event.key(),
            "arguments": plain(request.event.arguments, cover),
            "deadline": request.event.deadline.isoformat(),
        }
        for id_, request in calls.items()
    ]
