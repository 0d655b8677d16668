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
        "upto": max(recorded.recorded_at for recorded in every).isoformat() if every else None,
        "forgotten": any(isinstance(recorded.event, UserForgotten) for recorded in conversation),
        "profile": _profile(everything.get(streams.profile(user), ()), cover),
        "quiet_hours": [
            explaining.event(recorded, cover)
            for recorded in everything.get(streams.profile(user), ())
            if isinstance(recorded.event, QuietHoursSet | QuietHoursEnded)
        ],
        "messages": _all(conversation, MessageReceived, cover),
        "replies": [
            explaining.reply(recorded, sent[recorded.event_id], cover)
            for recorded in conversation
            if isinstance(recorded.event, ReplyReady)
        ],
        "turns": [_turn(turn_story, cover) for turn_story in found],
        "tool_calls": [
            {"turn": str(turn_story.turn), **explaining.call(call, cover)}
            for turn_story in found
            for step in turn_story.steps.values()
            for call in step.calls
        ],
        "summaries": _all(conversation, HistorySummarized, cover),
        "reminders": _by_stream(everything, streams.REMINDER, cover),
        "watches": _by_stream(everything, streams.WATCH, cover),
        "model_usage": _usage(conversation),
        "log": [explaining.event(recorded, cover) for recorded in every],
    }


def _all(events: Sequence[Recorded[Any]], cls: type[Any], cover: str) -> list[Json]:
    return [
        explaining.event(recorded, cover) for recorded in events if isinstance(recorded.event, cls)
    ]


def _profile(events: Sequence[Recorded[Any]], cover: str) -> list[Json]:
    standing = {fact.fact for fact in facts.FOLD.over(events).standing}
    return [
        {**explaining.event(recorded, cover), "stands": recorded.event_id in standing}
        for recorded in events
        if isinstance(recorded.event, ProfileLearned)
    ]


def _turn(turn_story: TurnStory, cover: str) -> Json:
    """Without what stands elsewhere: messages and calls go by their ids."""
    story = explaining.turn(turn_story, cover)
    story["messages"] = [str(message.event_id) for message in turn_story.messages]
    for step in story["steps"]:
        step["calls"] = [call["call"] for call in step["calls"]]
    return story


def _by_stream(
    everything: Mapping[str, Sequence[Recorded[Any]]], kind: str, cover: str
) -> list[Json]:
    return [
        {"stream": stream, "events": [explaining.event(recorded, cover) for recorded in events]}
        for stream, events in everything.items()
        if stream.startswith(kind)
    ]


def _usage(conversation: Sequence[Recorded[Any]]) -> list[Json]:
    counts: dict[str, Counter[str]] = {}
    for recorded in conversation:
        if (
            isinstance(recorded.event, (ModelAnswered, HistorySummarized, WishJudged))
            and recorded.event.model
        ):
            counted = counts.setdefault(recorded.event.model, Counter())
            counted["answers"] += 1
            counted.update(recorded.event.usage.model_dump())
    return [{"model": model, **counts[model]} for model in sorted(counts)]
