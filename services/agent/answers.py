"""What follows from the model's answer, or from its absence. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from contracts import slots
from contracts.conversation import ModelAnswered, ModelFailed, ReplyReady
from contracts.event import Event, Json
from contracts.tools import ToolFailed, ToolOffered, ToolRequested

MAX_CALLS = 8
"""In one answer; more is a malformed one."""
DEADLINE_MARGIN = timedelta(seconds=15)
"""Beyond a tool's own timeout: its delivery, its retries, and a restart of its service."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
NOBODY = "agent"
"""Owner of a call that no service can do: it fails in the answer's own batch."""
MALFORMED = frozenset(
    {
        "MALFORMED_FUNCTION_CALL",
        "UNEXPECTED_TOOL_CALL",
        "TOO_MANY_TOOL_CALLS",
        "MISSING_THOUGHT_SIGNATURE",
        "MALFORMED_RESPONSE",
    }
)
BLOCKED = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "LANGUAGE"}
)

Reason = Literal["unavailable", "refused", "blocked", "malformed", "steps", "time", "tokens"]
_APOLOGIES: Mapping[str, str] = {
    "unavailable": "the language model I think with does not answer at the moment. "
    "Please try again in a few minutes.",
    "refused": "the language model refused my request. The people who run me can see why.",
    "blocked": "I am not able to answer that one. Please put it another way.",
    "malformed": "I got tangled up in my own answer. Please ask again, perhaps in other words.",
    "steps": "it took more steps than I am allowed. Please ask for a smaller piece of it.",
    "time": "it took longer than I am allowed. Please try again, or ask for less at once.",
    "tokens": "it grew too large for me. Please ask for a smaller piece of it.",
    "parked": "something went wrong on my side. It is noted, and people will look at it.",
}
MAX_QUOTED = 1_000
"""Characters of a reply that is told again."""
CUT_SHORT = "\n\n(My answer was cut short here.)"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision needs to know besides the answer."""

    offered: Mapping[str, ToolOffered]
    zone: str
    zone_known: bool
    now: datetime
    in_reply_to: str | None
    may_repair: bool


@dataclass(frozen=True, slots=True)
class _Call:
    name: str
    arguments: Any
    """An object, if the model keeps to its word."""
    vendor_id: str | None


def apology(reason: str) -> str:
    return f"I could not do that: {_APOLOGIES[reason]}"


def given_up(
    turn: UUID,
    step: int,
    reason: Reason,
    *,
    detail: str = "",
    attempts: int = 0,
    in_reply_to: str | None = None,
) -> list[Event]:
    """The step ends its turn without the model."""
    failed = ModelFailed(turn=turn, step=step, reason=reason, detail=detail, attempts=attempts)
    return [failed, _sorry(turn, reason, in_reply_to)]


def answered(answer: ModelAnswered, given: Circumstances) -> list[Event]:
    """The answer, and with it what it decides; alone, it asks for a repair."""
    if answer.finish_reason in BLOCKED or answer.finish_reason.startswith("BLOCKED_"):
        return [answer, _sorry(answer.turn, "blocked", given.in_reply_to)]
    calls = list(_calls(answer.content))
    well_formed = answer.finish_reason not in MALFORMED and len(calls) <= MAX_CALLS
    if calls and well_formed and all(map(_usable, calls)):
        return [answer, *_requests(answer, calls, given)]
    text = _text(answer.content)
    if text and well_formed and not calls:
        cut = CUT_SHORT if answer.finish_reason == "MAX_TOKENS" else ""
        reply = ReplyReady(
            turn=answer.turn, kind="answer", text=text + cut, in_reply_to=given.in_reply_to
        )
        return [answer, reply]
    if given.may_repair:
        return [answer]
    return [answer, _sorry(answer.turn, "malformed", given.in_reply_to)]


def telling_again(events: Sequence[Event], lost: Mapping[UUID, str]) -> list[Event]:
    """The same, with replies that may not have arrived quoted above the one that is ready."""
    quoted = "\n\n".join(map(_quoted, lost.values()))
    preface = f"My reply before this may not have reached you:\n{quoted}\n\n"
    return [
        event.model_copy(update={"text": preface + event.text, "tells_again": list(lost)})
        if lost and isinstance(event, ReplyReady)
        else event
        for event in events
    ]


def _quoted(text: str) -> str:
    short = text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"
    return "\n".join(f"> {line}" for line in short.splitlines())


def _sorry(turn: UUID, reason: Reason, in_reply_to: str | None) -> ReplyReady:
    return ReplyReady(turn=turn, kind="apology", text=apology(reason), in_reply_to=in_reply_to)


def _requests(answer: ModelAnswered, calls: list[_Call], given: Circumstances) -> Iterator[Event]:
    """Requests first, so that a call that fails at once never looks like the last one open."""
    slot = slots.step(answer.turn, answer.step)
    for call in calls:
        offer = given.offered.get(call.name)
        lasts = timedelta(seconds=offer.timeout_s) if offer else timedelta()
        yield ToolRequested(
            turn=answer.turn,
            step=answer.step,
            tool=call.name,
            owner=offer.owner if offer else NOBODY,
            vendor_call_id=call.vendor_id,
            arguments=call.arguments,
            zone=given.zone,
            zone_known=given.zone_known,
            deadline=given.now + lasts + DEADLINE_MARGIN,
        )
    there_are = ", ".join(sorted(given.offered)) or "none"
    for place, call in enumerate(calls, start=1):
        if call.name not in given.offered:
            yield ToolFailed(
                call=slots.event_id(slot, place),
                tool=call.name,
                code="refused",
                error=f"There is no tool {call.name}. There are: {there_are}.",
            )


def _parts(content: Json | None) -> list[Json]:
    parts: list[Json] = (content or {}).get("parts") or []
    return parts


def _calls(content: Json | None) -> Iterator[_Call]:
    for part in _parts(content):
        call: Any = part.get("functionCall") or part.get("function_call")
        if call is not None:
            yield _Call(str(call.get("name", "")), call.get("args") or {}, call.get("id"))


def _usable(call: _Call) -> bool:
    return NAME.fullmatch(call.name) is not None and isinstance(call.arguments, dict)


def _text(content: Json | None) -> str:
    told = [str(part.get("text") or "") for part in _parts(content) if not part.get("thought")]
    return "".join(told).strip()
