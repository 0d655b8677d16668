"""A recorded turn as a golden conversation (docs/evaluation.md), with personal text replaced. Pure.

What it says is what happened, which need not be what should have: a person reads it first.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts import slots
from contracts.conversation import MessageReceived, ModelAnswered, ReplyReady
from contracts.event import Json
from contracts.profile import ProfileLearned
from contracts.recorded import Recorded
from contracts.reminders import ReminderSet
from contracts.tools import NOBODY, ToolFinished, ToolRequested
from taskflow.time_travel.replacing import STAND_INS, Replacing
from taskflow.time_travel.turns import CallStory, TurnStory, turns

NUMBER = "+15550100000"
"""Nobody's."""
WORLD, AGENT = "tools", "agent"
"""Services whose tools look into the world, and into the conversation's past."""
MOST_FOUND = 2_000
"""Characters of what a look-up found."""


class NoSuchTurn(Exception):
    """The events hold no turn of that id."""


def golden_case(turn: UUID, events: Sequence[Recorded[Any]], language: str | None = None) -> Json:
    """From all that the log holds of the turn's user, opened. Raises NoSuchTurn."""
    found = turns(events).get(turn)
    if found is None:
        raise NoSuchTurn(str(turn))
    messages = found.messages
    replacing = Replacing(_known(events, messages))
    zone = _zone(found, messages)
    return {
        "language": language or _language(found),
        "number": NUMBER,
        "zone": zone,
        "conversations": [
            {
                "id": f"recorded-{str(turn)[:8]}",
                "about": ["recorded"],
                "now": _wall_time(messages, found, zone).isoformat(),
                "turns": [_turn(found, messages, events, replacing)],
            }
        ],
    }


def _turn(
    turn: TurnStory,
    messages: Sequence[Recorded[MessageReceived]],
    events: Sequence[Recorded[Any]],
    replacing: Replacing,
) -> Json:
    local_times = {
        recorded.event.reminder: recorded.event.local_time
        for recorded in events
        if isinstance(recorded.event, ReminderSet)
    }
    calls = [_call(call, local_times, replacing) for call in _calls(turn)]
    reply = turn.ended.event if turn.ended else None
    fields: Json = {"user": [replacing.text(message.event.text) for message in messages]}
    if calls:
        fields["calls"] = calls
    if isinstance(reply, ReplyReady):
        fields["reply"] = replacing.text(reply.text)
    fields["model_calls"] = sum(step.answer is not None for step in turn.steps.values())
    return fields


def _call(call: CallStory, local_times: Mapping[UUID, str], replacing: Replacing) -> Json:
    request = call.request.event
    arguments = {key: value for key, value in request.arguments.items() if key != "said"}
    fields: Json = {"tool": request.tool, "with": replacing.value(arguments)}
    if said := request.arguments.get("said"):
        fields["said"] = replacing.value(said)
    if local := local_times.get(slots.reminder_set(call.request.event_id)):
        fields["due"] = local
    outcome = call.outcome.event if call.outcome else None
    if _looks_outside(request) and isinstance(outcome, ToolFinished):
        found = json.dumps(replacing.value(outcome.result), ensure_ascii=False)
        fields["finds"] = found[:MOST_FOUND]
    return fields


def _looks_outside(request: ToolRequested) -> bool:
    """What it finds is part of the case: the world's, or what was said long ago."""
    return request.owner == WORLD or (request.owner == AGENT and request.untrusted)


def _calls(turn: TurnStory) -> Iterator[CallStory]:
    steps = (turn.steps[number] for number in sorted(turn.steps))
    those = chain.from_iterable(step.calls for step in steps)
    return (call for call in those if call.request.event.owner != NOBODY)


def _known(
    events: Sequence[Recorded[Any]], messages: Sequence[Recorded[MessageReceived]]
) -> dict[str, str]:
    """Whatever the user ever told of themselves, also what they took back."""
    known = {
        recorded.event.value: STAND_INS[recorded.event.kind]
        for recorded in events
        if isinstance(recorded.event, ProfileLearned) and recorded.event.kind in STAND_INS
    }
    names = {name for message in messages if (name := message.event.profile_name)}
    return known | dict.fromkeys(names, STAND_INS["name"])


def _zone(turn: TurnStory, messages: Sequence[Recorded[MessageReceived]]) -> str:
    call_zones = [call.request.event.zone for step in turn.steps.values() for call in step.calls]
    guessed = [message.event.zone for message in messages if message.event.zone]
    return next(iter([*call_zones, *guessed]), "UTC")


def _wall_time(messages: Sequence[Recorded[Any]], turn: TurnStory, zone: str) -> datetime:
    first = messages[0].recorded_at if messages else turn.started_at
    local = first.astimezone(ZoneInfo(zone))
    return local.replace(tzinfo=None, microsecond=0)


def _language(turn: TurnStory) -> str:
    """As the model said it, if it answered by a call that says so."""
    answers = [step.answer.event for step in turn.steps.values() if step.answer]
    spoken = [language for answer in answers if (language := _spoken(answer))]
    return spoken[-1] if spoken else "en"


def _spoken(answer: ModelAnswered) -> str | None:
    parts = cast("list[Json]", (answer.content or {}).get("parts", []))
    calls = [cast("Json", part.get("functionCall") or {}) for part in parts]
    replies = [cast("Json", call.get("args", {})) for call in calls if call.get("name") == "reply"]
    return next((str(reply["language"]) for reply in replies if reply.get("language")), None)
