"""What a turn came to, read from its events: the recorded run and the new one alike. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contracts.conversation import (
    HistorySummarized,
    ModelAnswered,
    ModelFailed,
    ReplyCaught,
    ReplyLooked,
    ReplyReady,
    TurnParked,
    TurnStopped,
    TurnSuperseded,
    Usage,
    WishJudged,
)
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.takeover import ConversationTakenOver
from contracts.tools import (
    ActionProposed,
    ToolFailed,
    ToolFinished,
    ToolOffered,
    ToolRequested,
)
from services.agent.judging import proposals

UNREACHED = frozenset({"unavailable", "refused"})
"""Reasons of a ModelFailed that tell of the vendor, not of the answer."""


End = ReplyReady | TurnStopped | TurnParked | TurnSuperseded | ConversationTakenOver


@dataclass(frozen=True, slots=True)
class Made:
    """A call of the model's, and what came of it."""

    call: UUID
    tool: str
    arguments: Json
    outcome: str
    """"done", the code of its failure, or "open"."""
    changes: bool
    """Whether the tool does more than read."""

    @property
    def fingerprint(self) -> str:
        return proposals.fingerprint(self.tool, self.arguments)


@dataclass(slots=True)
class Run:
    outcome: str = "open"
    """"answer", "asks first" (a proposal waits for the user's yes), "apology: REASON",
    "stopped" or "parked"."""
    reply: str | None = None
    calls: list[Made] = field(default_factory=list[Made])
    proposed: list[str] = field(default_factory=list[str])
    usage: dict[str, Usage] = field(default_factory=lambda: defaultdict[str, Usage](Usage))
    """By the model that spent it."""
    model_ms: int = 0
    steps: int = 0
    caught: int = 0
    """Answers that claimed what was not so."""
    asked: str | None = None
    """The hash of its first question to the model."""
    prompt: str | None = None
    unreached: str | None = None
    """Why the model could not be had."""

    @property
    def tokens(self) -> int:
        return sum(usage.total for usage in self.usage.values())

    @property
    def changed(self) -> list[str]:
        """Fingerprints of the calls that changed something."""
        return sorted(
            call.fingerprint for call in self.calls if call.changes and call.outcome == "done"
        )


def run_of(turn: UUID, events: Sequence[Recorded[Any]], offered: Mapping[str, ToolOffered]) -> Run:
    """Of opened events."""
    run = Run()
    for recorded in events:
        match recorded.event:
            case ModelAnswered(turn=of) as answer if of == turn:
                run.steps += 1
                run.model_ms += answer.took_ms
                run.asked = run.asked or answer.request_hash
                run.prompt = answer.prompt_version
                _spend(run, answer.model, answer.usage)
            case HistorySummarized(model=str() as model, usage=usage):
                _spend(run, model, usage)
            case (
                ReplyLooked(turn=of, model=str() as model, usage=usage)
                | WishJudged(turn=of, model=str() as model, usage=usage)
            ) if of == turn:
                _spend(run, model, usage)
            case ModelFailed(turn=of) as failed if of == turn:
                run.outcome = f"apology: {failed.reason}"
                run.unreached = failed.detail if failed.reason in UNREACHED else None
            case ReplyCaught(turn=of) if of == turn:
                run.caught += 1
            case ActionProposed(turn=of) as action if of == turn:
                run.proposed.append(action.fingerprint)
            case ToolRequested(turn=of) as request if of == turn:
                run.calls.append(_made(recorded, request, events, offered))
            case event if isinstance(event, End) and event.turn == turn:
                _end(run, event)
            case _:
                pass
    return run


def _end(run: Run, event: End) -> None:
    match event:
        case ConversationTakenOver():
            run.outcome = "taken over"
        case TurnStopped():
            run.outcome = "stopped"
        case TurnSuperseded():
            run.outcome = "gave way"
        case TurnParked():
            run.outcome = "parked"
        case _:
            run.reply = event.text
            run.outcome = _outcome(run, event)


def _outcome(run: Run, reply: ReplyReady) -> str:
    if reply.kind == "answer":
        return "asks first" if run.proposed else "answer"
    return "apology" if run.outcome == "open" else run.outcome


def _made(
    recorded: Recorded[Any],
    request: ToolRequested,
    events: Sequence[Recorded[Any]],
    offered: Mapping[str, ToolOffered],
) -> Made:
    call, outcome = recorded.event_id, "open"
    for fact in events:
        match fact.event:
            case ToolFinished(call=of) if of == call:
                outcome = "done"
            case ToolFailed(call=of, code=code) if of == call:
                outcome = code
            case _:
                pass
    offer = offered.get(request.tool)
    changes = offer is None or offer.effect != "read"
    return Made(call, request.tool, request.arguments, outcome, changes)


def _spend(run: Run, model: str, usage: Usage) -> None:
    known = run.usage[model]
    run.usage[model] = Usage(
        **{name: getattr(known, name) + getattr(usage, name) for name in Usage.model_fields}
    )
