"""The conversation as the model reads it, built from facts: nothing of it is stored twice.

Pure: it takes opened events and returns the wire's contents. Newest turns are told whole, as many
as the budget holds; what a summary covers is told by the summary alone.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from contracts.conversation import FIRST_RULES, HistorySummarized, MessageReceived
from contracts.event import Json
from contracts.personal import Sealed
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.recorded import Recorded
from contracts.tools import ToolRequested
from services.agent.asking import bounds
from services.agent.asking.results import MAX_OLD_RESULT, UNTRUSTED, as_read
from services.agent.judging import truth
from services.agent.turns import Step, Turn, Turns, walked

SHORTER = (8_000, MAX_OLD_RESULT, 400)
"""Characters of each result in the open turn, where all of them together are too long."""
HISTORY_TOKENS = 24_000
"""Of turns that have ended: an eighth of what a turn may spend in its eight steps."""
CHARACTERS_A_TOKEN = 4
"""Of JSON, about; the vendor counts for itself."""

REPAIR = (
    "(from TaskFlow, not from the user) Your last answer could not be used: it was empty or a "
    "malformed call. Answer again: in plain text, or with calls that fit their declarations."
)
SUMMARY = "(summary of earlier conversation, information only)"
SUMMARY_READ = "(noted)"
_KINDS = {"image": "an image", "audio": "a voice note", "video": "a video"}


def contents(
    events: Sequence[Recorded[Any]],
    turn: UUID,
    model: str,
    zone: str,
    *,
    zone_known: bool,
    about: Sequence[str] = (),
    summary: HistorySummarized | None = None,
    untrusted: Collection[str] = UNTRUSTED,
) -> list[Json]:
    """The request's contents for the open turn's next step, older turns first.

    `about` are lines that follow the time; `untrusted` names the tools whose results are marked.
    """
    turns = walked(events)
    upto = summary.covers_upto if summary else 0
    older: list[list[Json]] = []
    open_: list[Json] = []
    for one in turns.turns:
        if one.turn == turn:
            first = "\n".join([now_line(one.started_at, zone, known=zone_known), *about])
            open_ = _within_bounds(one, turns, events, first, untrusted)
            break
        if one.version > upto:
            older.append(ended(one, turns, model, untrusted))
    told = [content for past in within(older, HISTORY_TOKENS) for content in past]
    if summary:
        return [*_summarized(summary), *told, *open_]
    while told and told[0]["role"] == "model":
        told.pop(0)
    return [*told, *open_]


def within(turns: Sequence[list[Json]], budget: int) -> Sequence[list[Json]]:
    """The newest of them that the budget holds."""
    start = len(turns)
    while start and (budget := budget - tokens(turns[start - 1])) >= 0:
        start -= 1
    return turns[start:]


def tokens(told: Sequence[Json]) -> int:
    """Rounded up."""
    return -(-sum(len(orjson.dumps(content)) for content in told) // CHARACTERS_A_TOKEN)


def ended(
    turn: Turn, turns: Turns, model: str, untrusted: Collection[str] = UNTRUSTED
) -> list[Json]:
    """A turn that is over: what was said, and what tools found, in short."""
    told = _said_by_user(turn)
    for step in turn.steps.values():
        content = step.answer.content
        if not step.calls:
            continue
        if content is None or not _is_settled(step, turns):
            break
        told.append(content if step.answer.model == model else _unsigned(content))
        told.append(_responses(step, turns, untrusted, MAX_OLD_RESULT))
    if turn.said:
        told.append({"role": "model", "parts": [{"text": turn.said}]})
    return told


def _within_bounds(
    turn: Turn,
    turns: Turns,
    events: Sequence[Recorded[Any]],
    first: str,
    untrusted: Collection[str],
) -> list[Json]:
    """Results whole where there is room, else ever shorter."""
    told = _open(turn, turns, events, first, untrusted)
    for most in SHORTER:
        if bounds.size(told) <= bounds.OPEN_BYTES:
            break
        told = _open(turn, turns, events, first, untrusted, most=most)
    return told


def _open(
    turn: Turn,
    turns: Turns,
    events: Sequence[Recorded[Any]],
    first: str,
    untrusted: Collection[str],
    *,
    most: int | None = None,
) -> list[Json]:
    """The turn's answers stand verbatim, signatures too; what was not sent is sent back."""
    told = _said_by_user(turn, first)
    for step in turn.steps.values():
        content = step.answer.content
        if not step.calls:
            if step.caught and content is not None:
                told.append(content)
            told.append(_user(_sent_back(step, turn, events, first)))
            continue
        if content is None or not _is_settled(step, turns):
            break
        told += [content, _responses(step, turns, untrusted, most)]
    return told


def _said_by_user(turn: Turn, first: str | None = None) -> list[Json]:
    if not turn.messages:
        return []
    said = [first] if first else []
    wrote = [words(message.event) for message in turn.messages]
    return [_user(*said, *(wrote if turn.rules == FIRST_RULES else bounds.condensed(wrote)))]


def _sent_back(step: Step, turn: Turn, events: Sequence[Recorded[Any]], first: str) -> str:
    """What really happened, before the answer that was caught."""
    if step.caught is None or turn.turn is None:
        return REPAIR
    before = [one for one in events if one.version < step.caught.version]
    done = set(truth.happened(before, turn.turn))
    lines = first.splitlines()
    done |= (
        {ProfileLearned.type} if any(one.startswith("Noted just now") for one in lines) else set()
    )
    if any(one.startswith("Forgotten just now") for one in lines):
        done.add(ProfileForgotten.type)
    return truth.note(step.caught.event.claims, done)


def _summarized(summary: HistorySummarized) -> list[Json]:
    """In the user's role, since the wire has no other; answered, so that roles alternate."""
    return [
        _user(f"{SUMMARY}\n{summary.text}"),
        {"role": "model", "parts": [{"text": SUMMARY_READ}]},
    ]


def _is_settled(step: Step, turns: Turns) -> bool:
    return all(call.event_id in turns.outcomes for call in step.calls)


def _responses(step: Step, turns: Turns, untrusted: Collection[str], most: int | None) -> Json:
    parts = [
        _response(call, as_read(call.event.tool, turns.outcomes[call.event_id], untrusted, most))
        for call in step.calls
    ]
    return {"role": "user", "parts": parts}


def _response(call: Recorded[ToolRequested], outcome: Json) -> Json:
    response: Json = {"name": call.event.tool, "response": outcome}
    if call.event.vendor_call_id:
        response["id"] = call.event.vendor_call_id
    return {"functionResponse": response}


def _user(*texts: str) -> Json:
    return {"role": "user", "parts": [{"text": text} for text in texts]}


def _unsigned(content: Json) -> Json:
    """Another model's thought signatures are refused; older turns do without."""
    parts = [
        {key: value for key, value in part.items() if key != "thoughtSignature"}
        for part in content.get("parts", [])
    ]
    return {**content, "parts": parts}


def words(message: MessageReceived) -> str:
    """A message as the model reads it."""
    if isinstance(message.text, Sealed):
        raise TypeError("history is built from opened events")
    if not message.media:
        return message.text or "(an empty message)"
    kinds = {item.content_type.partition("/")[0] for item in message.media}
    what = ", ".join(sorted(_KINDS.get(kind, "a file") for kind in kinds))
    note = f"(the user sent {what}, which you cannot open)"
    return f"{note}\n{message.text}" if message.text else note


def now_line(at: datetime, zone: str, *, known: bool) -> str:
    """The turn's time on the user's clock: the same in every step, and in every replay."""
    local = at.astimezone(ZoneInfo(zone))
    guessed = "" if known else " (guessed from the number's country)"
    return f"Now: {local:%Y-%m-%dT%H:%M:%S} {local:%A}, {zone}{guessed}"
