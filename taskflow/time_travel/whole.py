"""All that the log knows of a user, in the words of their events. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from contracts import streams
from contracts.conversation import (
    HistorySummarized,
    MessageReceived,
    ModelAnswered,
    ReplyReady,
    UserForgotten,
    WishJudged,
)
from contracts.profile import ProfileLearned
from contracts.quiet_hours import QuietHoursEnded, QuietHoursSet
from contracts.recorded import Recorded
from contracts.streams import UserId
from taskflow.time_travel import explaining, facts
from taskflow.time_travel.sending import sendings
from taskflow.time_travel.turns import TurnStory, turns

FORMAT = "taskflow-export/1"

Json = dict[str, Any]


def whole(
    user: UserId, everything: Mapping[str, Sequence[Recorded[Any]]], cover: str
) -> dict[str, Any]:
    """`everything` by stream, opened; what could not be opened reads `cover`."""
    conversation = everything.get(streams.conversation(user), ())
    every = list(chain.from_iterable(everything.values()))
    found = list(turns(conversation).values())
    sent = sendings(conversation)
    return {
        "format": FORMAT,
        "user": str(user),
        "events": len(every),
        "upto": max(one.recorded_at for one in every).isoformat() if every else None,
        "forgotten": any(isinstance(one.event, UserForgotten) for one in conversation),
        "profile": _profile(everything.get(streams.profile(user), ()), cover),
        "quiet_hours": [
            explaining.event(one, cover)
            for one in everything.get(streams.profile(user), ())
            if isinstance(one.event, QuietHoursSet | QuietHoursEnded)
        ],
        "messages": _all(conversation, MessageReceived, cover),
        "replies": [
            explaining.reply(one, sent[one.event_id], cover)
            for one in conversation
            if isinstance(one.event, ReplyReady)
        ],
        "turns": [_turn(one, cover) for one in found],
        "tool_calls": [
            {"turn": str(one.turn), **explaining.call(call, cover)}
            for one in found
            for step in one.steps.values()
            for call in step.calls
        ],
        "summaries": _all(conversation, HistorySummarized, cover),
        "reminders": _by_stream(everything, streams.REMINDER, cover),
        "watches": _by_stream(everything, streams.WATCH, cover),
        "model_usage": _usage(conversation),
        "log": [explaining.event(one, cover) for one in every],
    }


def _all(events: Sequence[Recorded[Any]], cls: type[Any], cover: str) -> list[Json]:
    return [explaining.event(one, cover) for one in events if isinstance(one.event, cls)]


def _profile(events: Sequence[Recorded[Any]], cover: str) -> list[Json]:
    standing = {one.fact for one in facts.FOLD.over(events).standing}
    return [
        {**explaining.event(one, cover), "stands": one.event_id in standing}
        for one in events
        if isinstance(one.event, ProfileLearned)
    ]


def _turn(one: TurnStory, cover: str) -> Json:
    """Without what stands elsewhere: messages and calls go by their ids."""
    told = explaining.turn(one, cover)
    told["messages"] = [str(message.event_id) for message in one.messages]
    for step in told["steps"]:
        step["calls"] = [call["call"] for call in step["calls"]]
    return told


def _by_stream(
    everything: Mapping[str, Sequence[Recorded[Any]]], kind: str, cover: str
) -> list[Json]:
    return [
        {"stream": stream, "events": [explaining.event(one, cover) for one in events]}
        for stream, events in everything.items()
        if stream.startswith(kind)
    ]


def _usage(conversation: Sequence[Recorded[Any]]) -> list[Json]:
    counts: dict[str, Counter[str]] = {}
    for one in conversation:
        if (
            isinstance(one.event, (ModelAnswered, HistorySummarized, WishJudged))
            and one.event.model
        ):
            counted = counts.setdefault(one.event.model, Counter())
            counted["answers"] += 1
            counted.update(one.event.usage.model_dump())
    return [{"model": model, **counts[model]} for model in sorted(counts)]
