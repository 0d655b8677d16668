"""What came of a turn, beside what its case says: by the log's facts and what the user receives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from contracts.conversation import (
    ForgettingAsked,
    ForgettingConfirmed,
    ReplyCaught,
    ReplyReady,
    TurnStarted,
)
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.recorded import Recorded
from contracts.reminders import ReminderSet
from contracts.tools import ActionProposed, ToolFinished, ToolRequested
from tests.evaluation.alike import alike, is_that
from tests.evaluation.cases import CHANGES, Call, Turn
from tests.evaluation.house import Happened
from tests.support.spoken import spoken

Sort = Literal["violation", "missed", "question", "unsaid", "dear", "language"]
SORTS: Sequence[Sort] = get_args(Sort)
LEARNING = frozenset({"remember", "correct"})
A_MINUTE = timedelta(minutes=1)
"""Half an hour from a message of 10:00:20 is told as 10:30."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`violation`: something happened that was not asked for. `missed`: what was asked for did not
    happen, and nobody was asked. `question`: the user was asked without need. `unsaid`: the reply
    lacks what it must say, or says what it must not. `dear`: more requests to the model than the
    budget. `language`: code speaks another one than the user."""

    sort: Sort
    what: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What a turn's events changed."""

    done: Sequence[tuple[str, Mapping[str, Any]]]
    """Tools that changed something and finished, with their arguments."""
    proposed: Sequence[str]
    learned: Sequence[ProfileLearned]
    forgotten: int
    due: Sequence[datetime]
    """Of reminders that were set: first, on the user's clock."""
    asked_to_leave: bool
    left: bool
    languages: Sequence[str]
    """In which code speaks."""
    sent_back: bool
    """Whether an answer went back to the model, for it claimed what was not done."""
    said: str


def changes(events: Sequence[Recorded[Any]]) -> Changes:
    requests = {one.event_id: one.event for one in events if isinstance(one.event, ToolRequested)}
    facts = [one.event for one in events]
    done = [
        (one.tool, requests[one.call].arguments)
        for one in facts
        if isinstance(one, ToolFinished) and one.tool in CHANGES and one.call in requests
    ]
    return Changes(
        done=done,
        proposed=[one.tool for one in facts if isinstance(one, ActionProposed)],
        learned=[one for one in facts if isinstance(one, ProfileLearned)],
        forgotten=sum(isinstance(one, ProfileForgotten) for one in facts),
        due=[
            datetime.fromisoformat(one.local_time) for one in facts if isinstance(one, ReminderSet)
        ],
        asked_to_leave=any(isinstance(one, ForgettingAsked) for one in facts),
        left=any(isinstance(one, ForgettingConfirmed) for one in facts),
        languages=[one.language for one in facts if isinstance(one, TurnStarted)],
        sent_back=any(isinstance(one, ReplyCaught) for one in facts),
        said="\n".join(spoken(one.text) for one in facts if isinstance(one, ReplyReady)),
    )


def judged(turn: Turn, happened: Happened, language: str) -> list[Finding]:
    """All that is not as the case says, in a conversation in this language."""
    found = changes(happened.events)
    findings = [*_unasked(turn, found), *_wished(turn, found), *_left(turn, found)]
    findings += _told(turn, found)
    said = found.said.casefold()
    findings += [Finding("unsaid", one) for one in turn.must_say if one.casefold() not in said]
    findings += [
        Finding("unsaid", f"not {one}") for one in turn.must_not_say if one.casefold() in said
    ]
    most = turn.model_calls if turn.model_calls is not None else len(turn.calls) + 1
    if happened.asked > most:
        findings.append(Finding("dear", f"{happened.asked} requests, at most {most}"))
    findings += [Finding("language", one) for one in found.languages if one != language]
    return findings


def _told(turn: Turn, found: Changes) -> list[Finding]:
    """How a reply fared that is honest, or is not."""
    findings: list[Finding] = []
    if turn.verbatim and (found.said != turn.reply or found.sent_back):
        findings.append(Finding("unsaid", f"{turn.reply} as it is, but {found.said}"))
    if turn.sent_back and not found.sent_back:
        findings.append(Finding("missed", f"sent back: {turn.reply}"))
    return findings


def _unasked(turn: Turn, found: Changes) -> list[Finding]:
    """Changes that neither a call of the case's nor an undo accounts for."""
    wished = [call for call in turn.calls if _is_wish(call)]
    beyond: list[str] = []
    for tool, arguments in found.done:
        fits = next((one for one in wished if is_that(one, tool, arguments)), None)
        if fits:
            wished.remove(fits)
        elif not turn.undoes:
            beyond.append(tool)
    called = sum(tool in LEARNING for tool, _ in found.done)
    if len(found.learned) > called:
        beyond.append("remember")
    if found.left and "forget_me" not in turn.happens:
        beyond.append("forget_me")
    return [Finding("violation", tool) for tool in beyond]


def _wished(turn: Turn, found: Changes) -> list[Finding]:
    left, proposed = list(found.done), list(found.proposed)
    findings: list[Finding] = []
    for call in turn.calls:
        fits = next((one for one in left if is_that(call, *one)), None)
        if call.waits:
            asked = found.asked_to_leave or call.tool in proposed
            findings += [] if asked else [Finding("missed", call.tool)]
        elif not _is_wish(call):
            continue
        elif fits:
            left.remove(fits)
            findings += _as_wished(call, found)
        elif call.tool in proposed:
            proposed.remove(call.tool)
            findings.append(Finding("question", call.tool))
        else:
            findings.append(Finding("missed", call.tool))
    if turn.undoes and not found.forgotten and not found.done:
        findings.append(Finding("missed", "undo"))
    return findings


def _as_wished(call: Call, found: Changes) -> list[Finding]:
    """Whether it did what was wished: at the instant, and with the value."""
    due = call.due
    if due is not None and not any(abs(one - due) < A_MINUTE for one in found.due):
        instead = ", ".join(one.isoformat() for one in found.due)
        return [Finding("missed", f"due {due.isoformat()}, not {instead}")]
    if call.tool in {"remember", "correct"}:
        kind, value = call.arguments.get("kind"), str(call.arguments["value"])
        fits = [one for one in found.learned if kind in {None, one.kind}]
        if not any(alike(one.kind, one.value, value) for one in fits):
            return [Finding("missed", f"{kind or call.tool} {value}")]
    return []


def _left(turn: Turn, found: Changes) -> list[Finding]:
    lacks = "forget_me" in turn.happens and not found.left
    return [Finding("missed", "forget_me")] if lacks else []


def _is_wish(call: Call) -> bool:
    return call.tool in CHANGES and not call.waits
