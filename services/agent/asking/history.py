"""The conversation as the model reads it, built from facts: nothing of it is stored twice.

Pure: it takes opened events and returns the wire's contents. Newest turns are told whole, as many
as the budget holds; what a summary covers is told by the summary alone.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from contracts.conversation import HistorySummarized, MessageReceived
from contracts.event import Json
from contracts.recorded import Recorded
from services.agent.asking import attachments, bounds, messages
from services.agent.asking.results import MAX_OLD_RESULT, as_read
from services.agent.judging import truth
from services.agent.judging.answer_parts import REPLY, calls, taken_apart
from services.agent.judging.answer_size import portion
from services.agent.judging.hygiene import unrepeated
from services.agent.turns import WalkedTurns, walked
from taskflow import zones
from taskflow.time_travel.turns import CallStory, StepStory, TurnStory

SHORTER = (8_000, MAX_OLD_RESULT, 400)
"""Characters of each result in the open turn, where all of them together are too long."""
HISTORY_TOKENS = 24_000
"""Of turns that have ended: an eighth of what a turn may spend in its eight steps."""
CHARACTERS_A_TOKEN = 4
"""Of JSON, about; the vendor counts for itself."""

FROM_US = "(from TaskFlow, not from the user)"
REPAIR = (
    f"{FROM_US} Your last answer could not be used: it was empty, a malformed call, or a call or "
    "instructions written out as text. Answer again, with calls that fit their declarations."
)
CALLED = f"{FROM_US} Called for this, with what it came to:"
MEANWHILE = (
    f"{FROM_US} While you worked the user wrote what follows. Call give_way if it changes what is "
    "to be done: everything is then answered at once. Else go on; it is answered afterwards."
)
HELD_BACK = f"{FROM_US} Held back of the reply until the user asks for more:"
DROPPED = "Not sent: it stood beside calls whose outcome it could not know. Reply now that it can."
BY_PERSON = "(said by a person of the team, not by you)"
BESIDE_PERSON = "(sent automatically while a person of the team had the word)"
CUT = "(a person of the team took over before all of this was sent)"
SUMMARY = "(summary of earlier conversation, information only)"
SUMMARY_READ = "(noted)"


def contents(
    events: Sequence[Recorded[Any]],
    turn: UUID,
    zone: str,
    *,
    zone_known: bool,
    about: Sequence[str] = (),
    arrived: Sequence[MessageReceived] = (),
    summary: HistorySummarized | None = None,
) -> list[Json]:
    """The request's contents for the open turn's next step, older turns first.

    `about` are lines that follow the time; `arrived` are messages that came while it worked.
    """
    turns = walked(events)
    upto = summary.covers_upto if summary else 0
    older: list[list[Json]] = []
    open_: list[Json] = []
    for story in turns.turns:
        if story.turn == turn:
            begun = _called(story.begun)
            first = "\n".join([now_line(story.started_at, zone, known=zone_known), *about])
            open_ = [*_within_bounds(story, turns, events, first, begun), *_arrived(arrived)]
            break
        if story.version > upto:
            older.append(ended(story, turns))
    older_contents = [content for past in within(older, HISTORY_TOKENS) for content in past]
    if summary:
        return [*_summarized(summary), *older_contents, *open_]
    while older_contents and older_contents[0]["role"] == "model":
        older_contents.pop(0)
    return [*older_contents, *open_]


def within(turns: Sequence[list[Json]], budget: int) -> Sequence[list[Json]]:
    """The newest of them that the budget holds."""
    start = len(turns)
    while start and (budget := budget - tokens(turns[start - 1])) >= 0:
        start -= 1
    return turns[start:]


def tokens(turn_contents: Sequence[Json]) -> int:
    """Rounded up."""
    return -(-sum(len(orjson.dumps(content)) for content in turn_contents) // CHARACTERS_A_TOKEN)


def ended(turn: TurnStory, turns: WalkedTurns) -> list[Json]:
    """A turn that is over, as plain text: what was said, and in short what tools found."""
    turn_contents = _said_by_user(turn, turns)
    notes = _called([*turn.begun, *turn.steps.values()])
    if rest := _held_back(turn):
        notes.append(f"{HELD_BACK}\n{rest}")
    if notes:
        turn_contents = [_user(*_texts(turn_contents), *notes)]
    if turn.said:
        turn_contents.append({"role": "model", "parts": [{"text": _said(turn)}]})
    return turn_contents


def _said(turn: TurnStory) -> str:
    """With who said it, where that was not the model's answer as a whole."""
    text = turn.said or ""
    if turn.by_person:
        return f"{BY_PERSON}\n{text}"
    if turn.beside_person:
        return f"{BESIDE_PERSON}\n{text}"
    return f"{text}\n{CUT}" if turn.is_cut else text


def _called(steps: Sequence[StepStory]) -> list[str]:
    """A note of the calls that have an outcome, if there are any."""
    made = [call for step in steps if step.answer for call in step.calls]
    lines = [
        _line(call, as_read(came, untrusted=call.request.event.untrusted, most=MAX_OLD_RESULT))
        for call in made
        if (came := call.came_to()) is not None
    ]
    return ["\n".join([CALLED, *lines])] if lines else []


def _arrived(arrived: Sequence[MessageReceived]) -> list[Json]:
    wrote = bounds.condensed([messages.words(message) for message in arrived])
    return [_user("\n".join([MEANWHILE, *wrote]))] if wrote else []


def _held_back(turn: TurnStory) -> str:
    """What the last reply had no room for."""
    last = max(turn.answered(), key=lambda answered: answered[0].number, default=None)
    words = taken_apart(last[1].content).words if last is not None else None
    return portion(unrepeated(words.text))[1] if words is not None and turn.said else ""


def _line(call: CallStory, outcome: Json) -> str:
    """JSON has no line breaks of its own: nobody's text begins a line here."""
    request = call.request.event
    asked, came = (orjson.dumps(json_value).decode() for json_value in (request.arguments, outcome))
    return f"- {request.tool} {asked}: {came}"


def _texts(contents: Sequence[Json]) -> list[str]:
    return [part["text"] for content in contents for part in content["parts"]]


def _within_bounds(
    turn: TurnStory,
    turns: WalkedTurns,
    events: Sequence[Recorded[Any]],
    first: str,
    notes: Sequence[str],
) -> list[Json]:
    """Results whole where there is room, else ever shorter."""
    turn_contents = _open(turn, turns, events, first, notes)
    for most in SHORTER:
        if bounds.size(turn_contents) <= bounds.OPEN_BYTES:
            break
        turn_contents = _open(turn, turns, events, first, notes, most=most)
    return turn_contents


def _open(
    turn: TurnStory,
    turns: WalkedTurns,
    events: Sequence[Recorded[Any]],
    first: str,
    notes: Sequence[str] = (),
    *,
    most: int | None = None,
) -> list[Json]:
    """The turn's answers stand verbatim, signatures too; what was not sent is sent back."""
    media = attachments.showing([message.event for message in turn.messages])
    shown = attachments.refs([{"parts": media}])
    turn_contents = _said_by_user(turn, turns, first, shown)
    if notes:
        turn_contents = [_user(*_texts(turn_contents), *notes)]
    if media:
        turn_contents = [{"role": "user", "parts": [*turn_contents[0]["parts"], *media]}]
    for step, answer in turn.answered():
        content = answer.content
        if content is None or not (step.calls or step.sent_back()):
            turn_contents.append(_user(REPAIR))
            continue
        if not _is_settled(step):
            break
        why = _why_not_sent(step, turn, events)
        turn_contents += [content, _answered(step, content, why, most)]
    return turn_contents


def _said_by_user(
    turn: TurnStory,
    turns: WalkedTurns,
    first: str | None = None,
    shown: Collection[str] | None = None,
) -> list[Json]:
    if not turn.messages:
        return []
    said = [first] if first else []
    wrote = [
        messages.words(message.event, turns.quoted(message.event), shown)
        for message in turn.messages
    ]
    return [_user(*said, *bounds.condensed(wrote))]


def _answered(
    step: StepStory,
    content: Json,
    why: str,
    most: int | None,
) -> Json:
    """What came of each call, in the answer's order; of a reply that was not sent, why."""
    made = iter(step.calls)
    parts: list[Json] = []
    for call in calls(content):
        if call.name == REPLY:
            parts.append(_response(REPLY, call.vendor_id, {"error": why}))
        elif (story := next(made, None)) is not None:
            asked = story.request.event
            came = as_read(story.came_to() or {}, untrusted=asked.untrusted, most=most)
            parts.append(_response(asked.tool, asked.vendor_call_id, came))
    return {"role": "user", "parts": parts} if parts else _user(f"{FROM_US} {why}")


def _why_not_sent(step: StepStory, turn: TurnStory, events: Sequence[Recorded[Any]]) -> str:
    caught = step.sent_back()
    if caught is None or turn.turn is None:
        return DROPPED
    before = [recorded for recorded in events if recorded.version < caught.version]
    turns = {turn.turn, *truth.gave_way(before, turn.turn)}
    return truth.note(caught.event.claims, truth.finished(before, turns))


def _summarized(summary: HistorySummarized) -> list[Json]:
    """In the user's role, since the wire has no other; answered, so that roles alternate."""
    return [
        _user(f"{SUMMARY}\n{summary.text}"),
        {"role": "model", "parts": [{"text": SUMMARY_READ}]},
    ]


def _is_settled(step: StepStory) -> bool:
    return all(call.outcome is not None for call in step.calls)


def _response(tool: str, vendor_call_id: str | None, outcome: Json) -> Json:
    response: Json = {"name": tool, "response": outcome}
    if vendor_call_id:
        response["id"] = vendor_call_id
    return {"functionResponse": response}


def _user(*texts: str) -> Json:
    return {"role": "user", "parts": [{"text": text} for text in texts]}


def now_line(at: datetime, zone: str, *, known: bool) -> str:
    """The turn's time on the user's clock: the same in every step, and in every replay."""
    local = at.astimezone(zones.of(zone))
    guessed = "" if known else " (guessed from the number's country)"
    return f"Now: {local:%Y-%m-%dT%H:%M:%S} {local:%A}, {zone}{guessed}"
