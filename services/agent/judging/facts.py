"""What a turn's facts say, for its next step: whose words, what was done, what came in. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.buttons import Meaning, read
from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.tools import (
    NOBODY,
    ActionProposed,
    ToolFailed,
    ToolFinished,
    ToolOffered,
    ToolRequested,
)
from services.agent.judging import proposals, truth
from services.agent.judging.addresses import KnownAddresses
from services.agent.judging.evidence.own_words import OwnWords
from services.agent.judging.verdicts import Standing
from taskflow.words.languages import of_zone
from taskflow.words.typed import NO, STOP, Typed


@dataclass(frozen=True, slots=True)
class Facts:
    typed: OwnWords
    written: Sequence[str]
    proposed: Sequence[ActionProposed]
    done: frozenset[str]
    """Names of the tools that finished in this turn."""
    picture: UUID | None
    results: Sequence[Json] = ()
    """Of what tools brought, as far as the model was shown it, newest last."""
    now: Sequence[str] = ()
    """This turn's messages alone."""
    known: KnownAddresses = field(default_factory=KnownAddresses)
    """Addresses that stand in what the model was shown."""
    searches: int = 0
    sent_back: frozenset[str] = frozenset()
    """Tools that change something, of which a call was refused in this turn."""
    began: datetime | None = None
    """When the turn was opened."""

    def standing(self, confirmed: frozenset[str]) -> Standing:
        return Standing(
            now=self.now,
            known=self.known,
            searches=self.searches,
            typed=self.typed,
            sent_back=self.sent_back,
            confirmed=confirmed - frozenset(self.written),
            written=self.written,
            proposed=frozenset(proposal.fingerprint for proposal in self.proposed),
        )


def of(
    events: Sequence[Recorded[Any]],
    turn: UUID,
    covered: Sequence[Recorded[MessageReceived]],
    offered: Mapping[str, ToolOffered],
) -> Facts:
    """Of opened events; `covered` are the messages that the turn answers."""
    own = {turn, *truth.gave_way(events, turn)}
    calls = {
        recorded.event_id: recorded.event
        for recorded in events
        if isinstance(recorded.event, ToolRequested) and recorded.event.turn in own
    }
    finished = [
        recorded.event
        for recorded in events
        if isinstance(recorded.event, ToolFinished) and recorded.event.call in calls
    ]
    failed = [
        recorded.event
        for recorded in events
        if isinstance(recorded.event, ToolFailed) and recorded.event.call in calls
    ]
    pictures = [tool_finished.picture for tool_finished in finished if tool_finished.picture]
    return Facts(
        typed=OwnWords(events, covered, turn),
        written=[
            proposals.fingerprint(call.tool, call.arguments)
            for call in calls.values()
            if call.owner != NOBODY and _changes(call.tool, offered)
        ],
        proposed=[
            recorded.event
            for recorded in events
            if isinstance(recorded.event, ActionProposed) and recorded.event.turn == turn
        ],
        done=truth.finished(events, own),
        picture=pictures[-1] if pictures else None,
        results=[
            recorded.event.result for recorded in events if isinstance(recorded.event, ToolFinished)
        ],
        now=[recorded.event.text for recorded in covered],
        known=_known(events, covered, offered),
        searches=sum(_leaves_the_house(call, offered) for call in calls.values()),
        sent_back=frozenset(
            tool_failed.tool
            for tool_failed in failed
            if tool_failed.code == "refused"
            and calls[tool_failed.call].owner == NOBODY
            and _changes(tool_failed.tool, offered)
        ),
        began=next(
            (recorded.recorded_at for recorded in events if recorded.event_id == turn), None
        ),
    )


def _known(
    events: Sequence[Recorded[Any]],
    covered: Sequence[Recorded[MessageReceived]],
    offered: Mapping[str, ToolOffered],
) -> KnownAddresses:
    """Read only when a reply or a call holds an address."""
    calls = {
        recorded.event_id: recorded.event
        for recorded in events
        if isinstance(recorded.event, ToolRequested)
    }
    words = [
        recorded.event.text
        for recorded in events
        if isinstance(recorded.event, MessageReceived)
        or (isinstance(recorded.event, ReplyReady) and recorded.event.turn is None)
    ]
    return KnownAddresses(
        [*words, *(recorded.event.text for recorded in covered)],
        [
            (
                calls[recorded.event.call].arguments if recorded.event.call in calls else {},
                recorded.event.result,
            )
            for recorded in events
            if isinstance(recorded.event, ToolFinished)
        ],
        [
            recorded.event.result
            for recorded in events
            if isinstance(recorded.event, ToolFinished)
            and recorded.event.call in calls
            and not _is_inside(calls[recorded.event.call], offered)
        ],
    )


def confirms(
    covered: Sequence[Recorded[MessageReceived]],
    shown_at: int | None,
    languages: Sequence[str],
    asked: Collection[UUID] = (),
) -> bool:
    """Whether all that was written, after the question went out, is a yes.

    In these languages, in English, or in that of the number's country; or by a button that names
    one of what is `asked`.
    """
    typed = _typed(covered)
    return _presses(covered, "yes", asked) and (
        not typed
        or (
            answers(typed, shown_at)
            and proposals.all_affirmative(
                [recorded.event.text for recorded in typed], _spoken(covered, languages)
            )
        )
    )


def refuses(
    covered: Sequence[Recorded[MessageReceived]],
    shown_at: int | None,
    languages: Sequence[str],
    asked: Collection[UUID] = (),
) -> bool:
    """Whether all of it is a no, or a stop; as `confirms`."""
    typed = _typed(covered)
    return _presses(covered, "no", asked) and (
        not typed or (answers(typed, shown_at) and is_all(typed, languages, NO, STOP))
    )


def _presses(
    covered: Sequence[Recorded[MessageReceived]], means: Meaning, asked: Collection[UUID]
) -> bool:
    """Whether every button that was pressed means it, and names what is asked."""
    pressed = [
        read(recorded.event.pressed) for recorded in covered if recorded.event.pressed is not None
    ]
    return bool(covered) and all(
        press is not None and press.means == means and press.names in asked for press in pressed
    )


def _typed(covered: Sequence[Recorded[MessageReceived]]) -> list[Recorded[MessageReceived]]:
    """What a button says is for its reader alone: it stands for its payload."""
    return [recorded for recorded in covered if recorded.event.pressed is None]


def answers(covered: Sequence[Recorded[MessageReceived]], shown_at: int | None) -> bool:
    """Whether all of it was typed, or pressed, after that version; not what was only forwarded."""
    return (
        shown_at is not None
        and all(recorded.version > shown_at for recorded in covered)
        and all(recorded.event.kind in {"text", "button"} for recorded in covered)
        and not any(recorded.event.forwarded for recorded in covered)
    )


def is_all(
    covered: Sequence[Recorded[MessageReceived]], languages: Sequence[str], *words: Typed
) -> bool:
    """Whether each message was typed, and is one of these words, whole."""
    spoken = _spoken(covered, languages)
    return bool(covered) and all(
        recorded.event.pressed is None
        and not recorded.event.forwarded
        and any(typed.is_said(recorded.event.text, spoken) for typed in words)
        for recorded in covered
    )


def _spoken(
    covered: Sequence[Recorded[MessageReceived]], languages: Sequence[str]
) -> Sequence[str]:
    return [*languages, *(of_zone(recorded.event.zone) for recorded in covered)]


def _leaves_the_house(call: ToolRequested, offered: Mapping[str, ToolOffered]) -> bool:
    is_done = call.owner != NOBODY
    return is_done and not _is_inside(call, offered) and not _changes(call.tool, offered)


def _is_inside(call: ToolRequested, offered: Mapping[str, ToolOffered]) -> bool:
    offer = offered.get(call.tool)
    return offer is not None and offer.inside


def _changes(tool: str, offered: Mapping[str, ToolOffered]) -> bool:
    offer = offered.get(tool)
    return offer is None or offer.effect != "read"
