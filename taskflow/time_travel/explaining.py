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
        "causes": [event(cause, cover) for cause in found.causes],
        "told_with": [event(recorded, cover) for recorded in found.told_with],
        "turns": [turn(story, cover) for story in found.turns],
        "times_ms": {
            name: int(span.total_seconds() * 1000) for name, span in found.times().items()
        },
        "traces": found.traces,
    }


def event(recorded: Recorded[Any], cover: str) -> Json:
    return {
        "event_id": str(recorded.event_id),
        "type": recorded.event.type,
        "stream": recorded.stream,
        "version": recorded.version,
        "at": recorded.recorded_at.isoformat(),
        "trace": trace_id(recorded),
        **plain(recorded.event, cover),
    }


def reply(recorded: Recorded[Any], sending: ReplyStory, cover: str) -> Json:
    return {
        **event(recorded, cover),
        "delivery": sending.state(),
        "parts": sending.parts,
        "attempts": plain(sending.attempts),
        "deliveries": plain(sending.deliveries),
        "parked": sending.parked,
    }


def turn(turn_story: TurnStory, cover: str = COVERED) -> Json:
    return {
        "turn": str(turn_story.turn),
        "number": turn_story.started.event.number if turn_story.started else None,
        "started_at": turn_story.started_at.isoformat(),
        "messages": [event(message, cover) for message in turn_story.messages],
        "media": [
            event(medium, cover)
            for message in turn_story.messages
            for medium in turn_story.media.get(message.event_id, ())
        ],
        "steps": [step(step_story, cover) for step_story in turn_story.steps.values()],
        "beside": [event(recorded, cover) for recorded in turn_story.beside],
        "ended": turn_story.ended.event.type if turn_story.ended else None,
        "ended_at": turn_story.ended.recorded_at.isoformat() if turn_story.ended else None,
    }


def step(step_story: StepStory, cover: str) -> Json:
    return {
        "step": step_story.number,
        "model_answered": event(step_story.answer, cover) if step_story.answer else None,
        "model_failed": event(step_story.failed, cover) if step_story.failed else None,
        "caught": [event(recorded, cover) for recorded in step_story.caught],
        "proposed": [event(recorded, cover) for recorded in step_story.proposed],
        "calls": [
            {
                **call(call_story, cover),
                "allowed_by": wish(step_story.wishes.get(call_story.request.event_id), cover),
            }
            for call_story in step_story.calls
        ],
    }


def wish(recorded: Recorded[WishJudged] | None, cover: str) -> Json | None:
    """The user's words that a change rests on, and who found that they ask for it."""
    return event(recorded, cover) if recorded else None


def call(call_story: CallStory, cover: str) -> Json:
    asked = call_story.request
    fields: Json = {
        "call": str(asked.event_id),
        "tool": asked.event.tool,
        "owner": asked.event.owner,
        "asked_at": asked.recorded_at.isoformat(),
        "arguments": plain(asked.event.arguments, cover),
        "outcome": "open",
    }
    if call_story.outcome is None:
        return fields
    fields["ended_at"] = call_story.outcome.recorded_at.isoformat()
    match call_story.outcome.event:
        case ToolFinished() as done:
            fields |= {"outcome": "finished", **plain(done, cover)}
        case ToolFailed() as failed:
            fields |= {"outcome": "failed", **plain(failed, cover)}
        case _:
            pass
    return fields
