"""Short ways to say an event."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from contracts.conversation import MessageReceived, ModelAnswered, ReplyReady, TurnStarted, Usage
from contracts.tools import ToolFailed, ToolFinished, ToolOffered, ToolRequested
from services.agent.judging.evidence.own_words import OwnWords
from tests.support.memory_log import START
from tests.support.story import Story


def own_words(*texts: str) -> OwnWords:
    """As if these were the open turn's messages."""
    heard = Story().tell(*(message(text) for text in texts)) if texts else []
    return OwnWords(heard, heard)


def message(text: str = "hello", kind: str = "text", sid: str = "SM1") -> MessageReceived:
    return MessageReceived(message_ref=sid, channel="whatsapp", kind=kind, text=text)


def answer(
    turn: UUID,
    step: int,
    *,
    text: str | None = None,
    calls: tuple[tuple[str, dict], ...] = (),
    finish: str = "STOP",
    tokens: int = 10,
    took_ms: int = 5,
) -> ModelAnswered:
    parts: list[dict] = [{"text": text}] if text is not None else []
    parts += [
        {"functionCall": {"id": f"c{n}", "name": name, "args": args}}
        for n, (name, args) in enumerate(calls)
    ]
    return ModelAnswered(
        turn=turn,
        step=step,
        model="gemini-3.8-flash",
        prompt_version="v1",
        content={"role": "model", "parts": parts} if parts else None,
        finish_reason=finish,
        usage=Usage(total=tokens),
        request_hash="0" * 64,
        took_ms=took_ms,
    )


def replying(
    turn: UUID,
    step: int,
    text: str,
    *,
    language: str = "en",
    says_done: Sequence[str] = (),
    beside: tuple[tuple[str, dict], ...] = (),
) -> ModelAnswered:
    """An answer by a call of `reply`, behind other calls."""
    told = {"text": text, "language": language, "says_done": [*says_done]}
    return answer(turn, step, calls=(*beside, ("reply", told)))


def reply(turn: UUID | None, text: str = "hi", kind: str = "answer") -> ReplyReady:
    return ReplyReady(turn=turn, kind=kind, text=text)


def offer(name: str = "search_web", owner: str = "tools", timeout_s: float = 30) -> ToolOffered:
    return ToolOffered(
        tool=name,
        owner=owner,
        description="",
        parameters={"type": "object"},
        effect="read",
        timeout_s=timeout_s,
    )


def requested(turn: UUID, step: int = 1, lasts: float = 45) -> ToolRequested:
    return ToolRequested(
        turn=turn,
        step=step,
        tool="search_web",
        owner="tools",
        vendor_call_id=None,
        arguments={},
        zone="UTC",
        zone_known=False,
        deadline=START + timedelta(seconds=lasts),
    )


def finished(call: UUID, took_ms: int = 3) -> ToolFinished:
    return ToolFinished(call=call, tool="search_web", result={}, took_ms=took_ms)


def failed(call: UUID) -> ToolFailed:
    return ToolFailed(call=call, tool="search_web", code="refused", error="no")


def opened(story: Story) -> UUID:
    """A message, and the turn that took it up."""
    story.tell(message())
    return story.tell(TurnStarted(number=0))[0].event_id
