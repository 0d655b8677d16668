"""An explanation as one JSON object; what is sealed reads `cover`."""

from typing import Any

from contracts.conversation import WishJudged
from contracts.recorded import Recorded
from contracts.tools import ToolFailed, ToolFinished
from taskflow.time_travel.covering import COVERED, plain
from taskflow.time_travel.sending import ReplyStory
from taskflow.time_travel.turns import CallStory, StepStory, TurnStory
from taskflow.time_travel.why import Explanation, trace_id

Json = dict[str, Any]


def as_json(found: Explanation, cover: str = COVERED) -> Json:
    return {
        "reply": reply(found.reply, found.sending, cover),
        "origin": found.origin,
        "traces_back": found.traces_back(),
        "missing_cause": str(found.missing) if found.missing else None,
        "causes": [event(one, cover) for one in found.causes],
        "told_with": [event(one, cover) for one in found.told_with],
        "turns": [turn(one, cover) for one in found.turns],
        "times_ms": {
            name: int(span.total_seconds() * 1000) for name, span in found.times().items()
        },
        "traces": found.traces,
    }


def event(one: Recorded[Any], cover: str) -> Json:
    return {
        "event_id": str(one.event_id),
        "type": one.event.type,
        "stream": one.stream,
        "version": one.version,
        "at": one.recorded_at.isoformat(),
        "trace": trace_id(one),
        **plain(one.event, cover),
    }


def reply(one: Recorded[Any], sending: ReplyStory, cover: str) -> Json:
    return {
        **event(one, cover),
        "delivery": sending.state(),
        "parts": sending.parts,
        "attempts": plain(sending.attempts),
        "deliveries": plain(sending.deliveries),
        "parked": sending.parked,
    }


def turn(one: TurnStory, cover: str = COVERED) -> Json:
    return {
        "turn": str(one.turn),
        "number": one.started.event.number if one.started else None,
        "started_at": one.started_at.isoformat(),
        "messages": [event(message, cover) for message in one.messages],
        "media": [
            event(told, cover)
            for message in one.messages
            for told in one.media.get(message.event_id, ())
        ],
        "steps": [step(told, cover) for told in one.steps.values()],
        "beside": [event(told, cover) for told in one.beside],
        "ended": one.ended.event.type if one.ended else None,
        "ended_at": one.ended.recorded_at.isoformat() if one.ended else None,
    }


def step(one: StepStory, cover: str) -> Json:
    return {
        "step": one.number,
        "model_answered": event(one.answer, cover) if one.answer else None,
        "model_failed": event(one.failed, cover) if one.failed else None,
        "caught": [event(told, cover) for told in one.caught],
        "proposed": [event(told, cover) for told in one.proposed],
        "calls": [
            {**call(told, cover), "allowed_by": wish(one.wishes.get(told.request.event_id), cover)}
            for told in one.calls
        ],
    }


def wish(one: Recorded[WishJudged] | None, cover: str) -> Json | None:
    """The user's words that a change rests on, and who found that they ask for it."""
    return event(one, cover) if one else None


def call(one: CallStory, cover: str) -> Json:
    asked = one.request
    told: Json = {
        "call": str(asked.event_id),
        "tool": asked.event.tool,
        "owner": asked.event.owner,
        "asked_at": asked.recorded_at.isoformat(),
        "arguments": plain(asked.event.arguments, cover),
        "outcome": "open",
    }
    if one.outcome is None:
        return told
    told["ended_at"] = one.outcome.recorded_at.isoformat()
    match one.outcome.event:
        case ToolFinished() as done:
            told |= {"outcome": "finished", **plain(done, cover)}
        case ToolFailed() as failed:
            told |= {"outcome": "failed", **plain(failed, cover)}
        case _:
            pass
    return told
