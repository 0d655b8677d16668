"""An explanation as a tree, from what began it down to the phone."""

import json
from datetime import datetime
from typing import Any

from rich.text import Text
from rich.tree import Tree

from contracts.conversation import MessageReceived, WishJudged
from contracts.media import MediaKept, MediaRefused, VoiceTranscribed
from contracts.recorded import Recorded
from contracts.tools import ToolFailed, ToolFinished
from taskflow.cli.rendering import cut
from taskflow.foreign_text import for_terminal
from taskflow.time_travel.covering import plain
from taskflow.time_travel.sending import ReplyStory
from taskflow.time_travel.turns import CallStory, StepStory, TurnStory
from taskflow.time_travel.why import Explanation

LONGEST = 160


def tree(found: Explanation, cover: str, links: list[str]) -> Tree:
    reply = found.reply
    top = Tree(_row(f"{reply.event.kind} {reply.event_id}", _text(reply.event.text, cover)))
    for turn in found.turns:
        _turn(top, turn, cover)
    if not found.turns and isinstance(found.root.event, MessageReceived):
        _webhook(top, found.root, cover)
    for recorded in found.told_with:
        began = found.causes[0].recorded_at if found.causes else recorded.recorded_at
        fields = {
            name: value for name, value in plain(recorded.event, cover).items() if value is not None
        }
        branch = top.add(_row(f"{recorded.event.type} {_since(began, recorded.recorded_at)}", ""))
        for name, value in fields.items():
            branch.add(_row(name, _text(value, cover)))
    _sending(top, found.sending, reply)
    _times(top, found)
    for place, trace in enumerate(found.traces):
        top.add(_row("trace", links[place] if links else trace))
    if not found.traces_back():
        gap = (
            f"the log holds no event {found.missing}" if found.missing else "its origin is unknown"
        )
        top.add(Text(f"it does not trace back: {gap}", "red"))
    return top


def _webhook(top: Tree, message: Recorded[MessageReceived], cover: str) -> Tree:
    what = f"webhook {message.event.message_ref} at {_clock(message)}"
    return top.add(_row(what, _text(message.event.text, cover)))


def _turn(top: Tree, turn: TurnStory, cover: str) -> None:
    last = began = turn.started_at
    for message in turn.messages:
        last = message.recorded_at
        row = _webhook(top, message, cover)
        for medium in turn.media.get(message.event_id, ()):
            row.add(_medium(medium.event, cover))
    number = turn.started.event.number + 1 if turn.started else ""
    branch = top.add(_row(f"turn {number} {_since(last, began)}", ""))
    for step in turn.steps.values():
        began = _step(branch, step, began, cover)
    for recorded in (*turn.beside, *((turn.ended,) if turn.ended else ())):
        branch.add(_row(f"{recorded.event.type} {_since(began, recorded.recorded_at)}", ""))


def _medium(event: MediaKept | MediaRefused | VoiceTranscribed, cover: str) -> Text:
    match event:
        case MediaKept(content_type=content_type, size=size):
            return _row(event.type, f"{content_type}, {size} bytes")
        case MediaRefused(why=why):
            return _row(event.type, why)
        case VoiceTranscribed(model=model, took_ms=took_ms):
            return _row(f"{event.type} by {model}, took {took_ms} ms", _text(event.text, cover))


def _step(branch: Tree, step: StepStory, began: datetime, cover: str) -> datetime:
    """When it ended."""
    if (answered := step.answer) is not None:
        answer = answered.event
        usage = answer.usage
        answer_facts = (
            f"{answer.model}, prompt {answer.prompt_version}, {usage.input} tokens in, "
            f"{usage.output} out, {answer.finish_reason}, took {answer.took_ms} ms, "
            f"request {answer.request_hash[:12]}"
        )
        row = branch.add(
            _row(f"step {step.number} {_since(began, answered.recorded_at)}", answer_facts)
        )
        began = answered.recorded_at
    else:
        row = branch.add(_row(f"step {step.number}", "no answer of the model"))
    for caught in step.caught:
        row.add(_row("caught", f"{', '.join(caught.event.claims)}, {caught.event.corrected}"))
    for proposed in step.proposed:
        what = f"{proposed.event.tool} {_text(proposed.event.arguments, cover)}"
        row.add(_row(f"proposed, because {proposed.event.why}", what))
    for call in step.calls:
        began = max(began, _call(row, call, step.wishes.get(call.request.event_id), cover))
    if (failed := step.failed) is not None:
        why = f"{failed.event.reason} {failed.event.detail}, {failed.event.attempts} attempts"
        row.add(_row(f"model.failed {_since(began, failed.recorded_at)}", why))
        began = failed.recorded_at
    return began


def _call(row: Tree, call: CallStory, wish: Recorded[WishJudged] | None, cover: str) -> datetime:
    asked, outcome = call.request, call.outcome
    branch = row.add(_row(asked.event.key(), _text(asked.event.arguments, cover)))
    if wish is not None:
        branch.add(_row(_allowed_by(wish.event), _text(wish.event.words, cover)))
    if outcome is None:
        branch.add("no outcome yet")
        return asked.recorded_at
    since = _since(asked.recorded_at, outcome.recorded_at)
    match outcome.event:
        case ToolFinished(result=result, took_ms=took_ms, repeats=repeats):
            again = f", as call {str(repeats)[:8]} had found" if repeats else ""
            branch.add(_row(f"finished {since}, took {took_ms} ms{again}", _text(result, cover)))
        case ToolFailed(code=code, error=error):
            branch.add(_row(f"failed {since}, {code}", _text(error, cover)))
        case _:
            pass
    return outcome.recorded_at


def _allowed_by(wish: WishJudged) -> str:
    match wish.by, wish.asks:
        case "yes", _:
            return "allowed by the user's yes"
        case "words", _:
            return "allowed by the user's words"
        case _, True:
            return "allowed by the user's words, as the witness found"
        case _, False:
            return "the witness found no such wish in the user's words"
        case _:
            return "the witness gave no answer about the user's words"


def _sending(top: Tree, sending: ReplyStory, reply: Recorded[Any]) -> None:
    parts = f" in {sending.parts} parts" if sending.parts and sending.parts > 1 else ""
    branch = top.add(_row(f"sending{parts}", sending.state()))
    before = reply.recorded_at
    for attempt in sending.attempts:
        facts = [f"claimed {_since(before, attempt.claimed_at)}"]
        if attempt.at:
            facts.append(f"{attempt.outcome} {_since(attempt.claimed_at, attempt.at)}")
            before = attempt.at
        facts += [part for part in (attempt.message_ref, attempt.reason) if part]
        facts += [f"known by {attempt.known_by}"] if attempt.known_by else []
        branch.add(_row(f"part {attempt.part + 1}, attempt {attempt.attempt}", ", ".join(facts)))
    for delivery in sending.deliveries:
        code = f", error {delivery.code}" if delivery.code else ""
        branch.add(
            _row(
                f"part {delivery.part + 1}",
                f"{delivery.status} {_since(before, delivery.at)}{code}",
            )
        )
    if sending.parked:
        branch.add(_row("parked", sending.parked))


def _times(top: Tree, found: Explanation) -> None:
    if times := found.times():
        spans_text = "; ".join(
            f"{span.total_seconds():.3f} s {name}" for name, span in times.items()
        )
        top.add(_row("times", spans_text))


def _row(what: str, detail: str) -> Text:
    row = Text(for_terminal(what), "bold")
    row.append(f"  {for_terminal(detail)}" if detail else "", "not bold")
    return row


def _text(value: Any, cover: str) -> str:
    readable = plain(value, cover)
    written = readable if isinstance(readable, str) else json.dumps(readable, ensure_ascii=False)
    return cut(" ".join(written.split()), LONGEST)


def _since(before: datetime, at: datetime) -> str:
    return f"+{(at - before).total_seconds():.3f} s"


def _clock(recorded: Recorded[Any]) -> str:
    return f"{recorded.recorded_at.astimezone():%Y-%m-%d %H:%M:%S}"
