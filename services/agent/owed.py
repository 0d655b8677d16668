"""Reads from the log which changes a conversation's replies tell: the next one, and an earlier."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from contracts import slots
from contracts.conversation import ChangesUndone, ReplyReady
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.recorded import Recorded
from contracts.tools import ToolFailed, ToolFinished, ToolOffered
from services.agent.judging import receipts
from services.agent.judging.receipts import Receipt
from services.agent.memory.profile.changing import in_words
from services.agent.state import Conversation
from services.agent.undo import ToldChange
from taskflow.log.event_log import Log


class Owed:
    def __init__(self, event_log: Log) -> None:
        self._log = event_log

    async def of(self, state: Conversation, offered: Mapping[str, ToolOffered]) -> list[Receipt]:
        """In the order of the changes. Raises SealedForEver once the user is forgotten."""
        owed_receipts = [
            receipt
            for turn in state.owed_turns
            for receipt in await self._of_profile(turn, state.language)
        ]
        calls: list[tuple[ToolFinished | ToolFailed, Receipt]] = []
        changes = await self._changes(state.owed)
        undone = {
            change.outcome.event.turn: change.outcome.event_id
            for change in changes
            if isinstance(change.outcome.event, ChangesUndone)
        }
        for change in changes:
            fact, asked = change.outcome, change.request
            if isinstance(fact.event, ChangesUndone):
                owed_receipts += await self._of_undo(fact, offered, state.language)
            elif asked is not None:
                offer = offered.get(asked.tool)
                receipt = receipts.of_call(asked, fact, offer, state.language)
                if undo := undone.get(asked.turn):  # Its call's receipt tells it as well.
                    receipt = replace(receipt, facts=(undo, *receipt.facts), can_be_undone=False)
                calls.append((fact.event, receipt))
        return [*owed_receipts, *receipts.of_one_thing(calls)]

    async def told_in(self, reply: UUID) -> list[ToldChange]:
        """The changes that a reply told of. Raises SealedForEver once the user is forgotten."""
        recorded = await self._found(reply)
        is_reply = recorded is not None and isinstance(recorded.event, ReplyReady)
        return await self._changes(recorded.event.receipts if recorded and is_reply else ())

    async def _changes(self, outcomes: Sequence[UUID]) -> list[ToldChange]:
        changes: list[ToldChange] = []
        for outcome in outcomes:
            if (fact := await self._found(outcome)) is None:
                continue
            is_of_call = isinstance(fact.event, ToolFinished | ToolFailed)
            request = await self._found(fact.event.call) if is_of_call else None
            changes.append(ToldChange(fact, request.event if request is not None else None))
        return changes

    async def _of_undo(
        self, undone: Recorded[ChangesUndone], offered: Mapping[str, ToolOffered], language: str
    ) -> list[Receipt]:
        """Calls that took something back have receipts of their own.

        Those that failed have none: what they were to take back is told as it stands.
        """
        fact = undone.event
        slot = slots.step(fact.turn, fact.step)
        left = list(fact.left)
        for place, change in enumerate(fact.asked, start=1):
            call = slots.event_id(slot, place)
            outcome = await self._found(slots.event_id(slots.outcome(call), 0))
            if outcome and isinstance(outcome.event, ToolFailed):
                left.append(change)
        taken = await self._in_words(fact.facts, language)
        restored = await self._in_words(fact.restored, language)
        stays = [_stays(change, offered, language) for change in await self._changes(left)]
        return receipts.of_undo(undone.event_id, taken, restored, stays, language)

    async def _in_words(self, facts: Sequence[UUID], language: str) -> list[str]:
        return [in_words(change.outcome.event, language) for change in await self._changes(facts)]

    async def _of_profile(self, turn: UUID, language: str) -> list[Receipt]:
        """The changes of a turn lie in one slot; mostly there are none."""
        slot = slots.learned(turn)
        changes: list[Recorded[Any]] = []
        while (change := await self._found(slots.event_id(slot, len(changes)))) is not None:
            changes.append(change)
        gone: dict[UUID, ProfileLearned] = {}
        for change in changes:
            if isinstance(change.event, ProfileForgotten):
                for fact in change.event.facts:
                    if (old := await self._found(fact)) is not None:
                        gone[fact] = old.event
        return receipts.of_profile(changes, gone, language)

    async def _found(self, event_id: UUID) -> Recorded[Any] | None:
        recorded = await self._log.find(event_id)
        return await self._log.opened(recorded) if recorded is not None else None


def _stays(change: ToldChange, offered: Mapping[str, ToolOffered], language: str) -> str:
    """A change that was not taken back."""
    fact = change.outcome.event
    if isinstance(fact, ProfileLearned):
        return in_words(fact, language)
    asked = change.request
    if asked is None:
        return fact.type
    return receipts.in_words(asked, fact, offered.get(asked.tool), language)
