"""What a turn's facts say, for its next step: whose words, what was done, what came in. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.conversation import MessageReceived, ReplyReady
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
from services.agent.judging.addresses import Known
from services.agent.judging.policy import INSIDE, OWN_MESSAGES_BEFORE, Standing


@dataclass(frozen=True, slots=True)
class Facts:
    said: Sequence[str]
    """The user's own words: this turn's messages, after the last few before them."""
    untrusted: bool
    written: Sequence[str]
    proposed: Sequence[ActionProposed]
    happened: frozenset[str]
    picture: UUID | None
    now: Sequence[str] = ()
    """This turn's messages alone."""
    known: Known = field(default_factory=Known)
    """Addresses that stand in what the model was shown."""
    searches: int = 0
    began: datetime | None = None
    """When the turn was opened."""

    def standing(self, confirmed: frozenset[str]) -> Standing:
        return Standing(
            now=self.now,
            known=self.known,
            searches=self.searches,
            said=self.said,
            untrusted=self.untrusted,
            confirmed=confirmed - frozenset(self.written),
            written=self.written,
            proposed=frozenset(one.fingerprint for one in self.proposed),
        )


def of(
    events: Sequence[Recorded[Any]],
    turn: UUID,
    covered: Sequence[Recorded[MessageReceived]],
    offered: Mapping[str, ToolOffered],
    learned: Iterable[str] = (),
) -> Facts:
    """Of opened events; `covered` are the messages that the turn answers."""
    calls = {
        one.event_id: one.event
        for one in events
        if isinstance(one.event, ToolRequested) and one.event.turn == turn
    }
    finished = [
        one.event
        for one in events
        if isinstance(one.event, ToolFinished) and one.event.call in calls
    ]
    failed = [
        one.event for one in events if isinstance(one.event, ToolFailed) and one.event.call in calls
    ]
    done = [calls[one.call] for one in (*finished, *failed)]
    pictures = [one.picture for one in finished if one.picture]
    return Facts(
        said=_said(events, covered),
        untrusted=any(_is_untrusted(one, offered) for one in done),
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
        happened=truth.happened(
            events, turn, learned, {name for name in offered if _changes(name, offered)}
        ),
        picture=pictures[-1] if pictures else None,
        now=[one.event.text for one in covered],
        known=_known(events, covered),
        searches=sum(_leaves_the_house(one, offered) for one in calls.values()),
        began=next((one.recorded_at for one in events if one.event_id == turn), None),
    )


def _known(events: Sequence[Recorded[Any]], covered: Sequence[Recorded[MessageReceived]]) -> Known:
    """Read only when a reply or a call holds an address."""
    calls = {one.event_id: one.event for one in events if isinstance(one.event, ToolRequested)}
    words = [
        one.event.text
        for one in events
        if isinstance(one.event, MessageReceived)
        or (isinstance(one.event, ReplyReady) and one.event.turn is None)
    ]
    return Known(
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
            and calls[one.event.call].owner not in INSIDE
        ],
    )


def confirms(covered: Sequence[Recorded[MessageReceived]], shown_at: int | None) -> bool:
    """Whether all that was written, after the question went out, is a yes."""
    return (
        shown_at is not None
        and all(one.version > shown_at for one in covered)
        and all(one.event.kind in {"text", "button"} for one in covered)
        and proposals.all_affirmative([one.event.text for one in covered])
    )


def _said(
    events: Sequence[Recorded[Any]], covered: Sequence[Recorded[MessageReceived]]
) -> list[str]:
    own = {one.event_id for one in covered}
    first = min((one.version for one in covered), default=0)
    before = [
        one.event.text
        for one in events
        if isinstance(one.event, MessageReceived)
        and one.event_id not in own
        and one.version < first
    ]
    return [*before[-OWN_MESSAGES_BEFORE:], *(one.event.text for one in covered)]


def _is_untrusted(call: ToolRequested, offered: Mapping[str, ToolOffered]) -> bool:
    """A tool that is no longer offered may have been. What nobody did brought nothing."""
    offer = offered.get(call.tool)
    return call.owner != NOBODY and (offer is None or offer.untrusted)


def _leaves_the_house(call: ToolRequested, offered: Mapping[str, ToolOffered]) -> bool:
    return call.owner != NOBODY and call.owner not in INSIDE and not _changes(call.tool, offered)


def _changes(tool: str, offered: Mapping[str, ToolOffered]) -> bool:
    offer = offered.get(tool)
    return offer is None or offer.effect != "read"
