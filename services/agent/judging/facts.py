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
            proposed=frozenset(one.fingerprint for one in self.proposed),
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
        one.event_id: one.event
        for one in events
        if isinstance(one.event, ToolRequested) and one.event.turn in own
    }
    finished = [
        one.event
        for one in events
        if isinstance(one.event, ToolFinished) and one.event.call in calls
    ]
    failed = [
        one.event for one in events if isinstance(one.event, ToolFailed) and one.event.call in calls
    ]
    pictures = [one.picture for one in finished if one.picture]
    return Facts(
        typed=OwnWords(events, covered, turn),
        written=[
            proposals.fingerprint(one.tool, one.arguments)
            for one in calls.values()
            if one.owner != NOBODY and _changes(one.tool, offered)
        ],
        proposed=[
            one.event
            for one in events
            if isinstance(one.event, ActionProposed) and one.event.turn == turn
        ],
        done=truth.finished(events, own),
        picture=pictures[-1] if pictures else None,
        results=[one.event.result for one in events if isinstance(one.event, ToolFinished)],
        now=[one.event.text for one in covered],
        known=_known(events, covered, offered),
        searches=sum(_leaves_the_house(one, offered) for one in calls.values()),
        sent_back=frozenset(
            one.tool
            for one in failed
            if one.code == "refused"
            and calls[one.call].owner == NOBODY
            and _changes(one.tool, offered)
        ),
        began=next((one.recorded_at for one in events if one.event_id == turn), None),
    )


def _known(
    events: Sequence[Recorded[Any]],
    covered: Sequence[Recorded[MessageReceived]],
    offered: Mapping[str, ToolOffered],
) -> KnownAddresses:
    """Read only when a reply or a call holds an address."""
    calls = {one.event_id: one.event for one in events if isinstance(one.event, ToolRequested)}
    words = [
        one.event.text
        for one in events
        if isinstance(one.event, MessageReceived)
        or (isinstance(one.event, ReplyReady) and one.event.turn is None)
    ]
    return KnownAddresses(
        [*words, *(one.event.text for one in covered)],
        [
            (calls[one.event.call].arguments if one.event.call in calls else {}, one.event.result)
            for one in events
            if isinstance(one.event, ToolFinished)
        ],
        [
            one.event.result
            for one in events
            if isinstance(one.event, ToolFinished)
            and one.event.call in calls
            and not _is_inside(calls[one.event.call], offered)
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
                [one.event.text for one in typed], _spoken(covered, languages)
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
    pressed = [read(one.event.pressed) for one in covered if one.event.pressed is not None]
    return bool(covered) and all(
        one is not None and one.means == means and one.names in asked for one in pressed
    )


def _typed(covered: Sequence[Recorded[MessageReceived]]) -> list[Recorded[MessageReceived]]:
    """What a button says is for its reader alone: it stands for its payload."""
    return [one for one in covered if one.event.pressed is None]


def answers(covered: Sequence[Recorded[MessageReceived]], shown_at: int | None) -> bool:
    """Whether all of it was typed, or pressed, after that version; not what was only forwarded."""
    return (
        shown_at is not None
        and all(one.version > shown_at for one in covered)
        and all(one.event.kind in {"text", "button"} for one in covered)
        and not any(one.event.forwarded for one in covered)
    )


def is_all(
    covered: Sequence[Recorded[MessageReceived]], languages: Sequence[str], *words: Typed
) -> bool:
    """Whether each message was typed, and is one of these words, whole."""
    spoken = _spoken(covered, languages)
    return bool(covered) and all(
        one.event.pressed is None
        and not one.event.forwarded
        and any(typed.is_said(one.event.text, spoken) for typed in words)
        for one in covered
    )


def _spoken(
    covered: Sequence[Recorded[MessageReceived]], languages: Sequence[str]
) -> Sequence[str]:
    return [*languages, *(of_zone(one.event.zone) for one in covered)]


def _leaves_the_house(call: ToolRequested, offered: Mapping[str, ToolOffered]) -> bool:
    is_done = call.owner != NOBODY
    return is_done and not _is_inside(call, offered) and not _changes(call.tool, offered)


def _is_inside(call: ToolRequested, offered: Mapping[str, ToolOffered]) -> bool:
    offer = offered.get(call.tool)
    return offer is not None and offer.inside


def _changes(tool: str, offered: Mapping[str, ToolOffered]) -> bool:
    offer = offered.get(tool)
    return offer is None or offer.effect != "read"
