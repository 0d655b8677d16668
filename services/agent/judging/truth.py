"""What a reply says was done, held against what was. Pure.

The model names the tools whose effect its text states (`says_done`); the text is not read for it,
and never rewritten: it goes back once, and the second time what is true is added below it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from contracts.conversation import (
    ReplyReady,
    TurnParked,
    TurnStarted,
    TurnStopped,
    TurnSuperseded,
)
from contracts.recorded import Recorded
from contracts.replies import ReplyAssumed, ReplySent
from contracts.takeover import ConversationTakenOver
from contracts.tools import NOBODY, ToolFinished, ToolOffered, ToolRequested
from taskflow.words.message import Message, said

NOTHING = Message("Nothing was changed just now.")
"""Where a tool does not say what it left undone."""


def finished(events: Sequence[Recorded[Any]], turns: Collection[UUID]) -> frozenset[str]:
    """Names of the tools that finished in these turns."""
    calls = {
        recorded.event_id
        for recorded in events
        if isinstance(recorded.event, ToolRequested)
        and recorded.event.turn in turns
        and recorded.event.owner != NOBODY
    }
    return frozenset(
        recorded.event.tool
        for recorded in events
        if isinstance(recorded.event, ToolFinished) and recorded.event.call in calls
    )


def gave_way(events: Sequence[Recorded[Any]], turn: UUID) -> frozenset[UUID]:
    """The turns that this one goes on for: they gave way to messages that it answers.

    So did one that an operator ended, or whose answer they withdrew.
    """
    before: set[UUID] = set()
    unsaid: dict[UUID, UUID] = {}
    for recorded in events:
        match recorded.event:
            case ConversationTakenOver(turn=gone):
                before.update(unsaid.values(), [gone] if gone else [])
            case ReplyReady(turn=UUID() as ended):
                before.clear()
                unsaid = {recorded.event_id: ended}
            case ReplySent(reply=reply) | ReplyAssumed(reply=reply, assumed="gone"):
                before.discard(unsaid.pop(reply, turn))
            case TurnSuperseded(turn=gone):
                before.add(gone)
            case TurnStopped() | TurnParked():
                before.clear()
            case TurnStarted() if recorded.event_id == turn:
                return frozenset(before)
            case _:
                pass
    return frozenset()


def false_claims(says_done: Iterable[str], done: Collection[str]) -> list[str]:
    """What is said to be done and was not."""
    return sorted({tool for tool in says_done if tool not in done})


def note(false: Sequence[str], done: Iterable[str]) -> str:
    """What the model reads when its reply is sent back to it."""
    finished = ", ".join(sorted(done)) or "nothing"
    return (
        f"Your reply was not sent: it says that {', '.join(false)} was done, and that did not "
        f"finish in this turn. What finished: {finished}. If it is to be done, call the tool now. "
        "Else reply again, and state only what was done."
    )


def below(
    text: str, false: Sequence[str], offered: Mapping[str, ToolOffered], language: str
) -> str:
    """The text as it is, and under it what is true."""
    corrections = dict.fromkeys(_not_done(offered.get(tool), language) for tool in false)
    return "\n\n".join([text, " ".join(corrections)])


def _not_done(offer: ToolOffered | None, language: str) -> str:
    sentence = offer.not_done if offer else None
    return said(sentence, language) if sentence else NOTHING.said(language)
