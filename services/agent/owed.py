"""Reads from the log what a conversation's next reply owes its user: receipts of every change."""

from typing import Any
from uuid import UUID

from contracts import slots
from contracts.profile import ProfileForgotten, ProfileLearned
from contracts.recorded import Recorded
from services.agent.judging import receipts
from services.agent.judging.receipts import Receipt
from services.agent.state import Conversation
from taskflow.log.event_log import Log


class Owed:
    def __init__(self, event_log: Log) -> None:
        self._log = event_log

    async def of(self, state: Conversation) -> list[Receipt]:
        """In the order of the changes. Raises SealedForEver once the user is forgotten."""
        told = [one for turn in state.owed_turns for one in await self._of_profile(turn)]
        for outcome in state.owed:
            fact = await self._found(outcome)
            request = await self._found(fact.event.call) if fact is not None else None
            if fact is not None and request is not None:
                told.append(receipts.of_call(request.event, fact))
        return told

    async def _of_profile(self, turn: UUID) -> list[Receipt]:
        """The changes of a turn lie in one slot; mostly there are none."""
        slot = slots.learned(turn)
        changes: list[Recorded[Any]] = []
        while (one := await self._found(slots.event_id(slot, len(changes)))) is not None:
            changes.append(one)
        gone: dict[UUID, ProfileLearned] = {}
        for change in changes:
            if isinstance(change.event, ProfileForgotten):
                for fact in change.event.facts:
                    if (old := await self._found(fact)) is not None:
                        gone[fact] = old.event
        return receipts.of_profile(changes, gone)

    async def _found(self, event_id: UUID) -> Recorded[Any] | None:
        recorded = await self._log.find(event_id)
        return await self._log.opened(recorded) if recorded is not None else None
