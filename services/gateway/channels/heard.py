"""What a status callback may change: its MAC names an attempt, and the log names its message.

The callback's address is made before Twilio names the message, so the MAC cannot hold the
MessageSid. It is bound when it is first known: by `reply.sent`, or, where that attempt's outcome
was never known, by the first message that was heard of for it.
"""

from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.event import Event
from contracts.replies import ReplySent
from services.gateway.channels import statuses
from services.gateway.channels.channel import ListedMessage
from services.gateway.channels.statuses import Callback
from services.gateway.lane import FOLD, Lane
from services.gateway.state import RANKS
from taskflow.errors import SealedForEver
from taskflow.log.appending import Appended, Outcome
from taskflow.log.deciding import Decide
from taskflow.log.event_log import Log
from taskflow.log.snapshots import Folds


class AnotherMessage(Exception):
    """The callback names a message that is not this attempt's."""


class StatusNotes:
    """Notes what callbacks tell."""

    def __init__(self, log: Log, folds: Folds) -> None:
        self._log, self._folds = log, folds

    async def note(self, user: UUID, callback: Callback) -> None:
        """Raises AnotherMessage, or Retryable when the log is away."""
        lane = await self._lane(user)
        decision = statuses.called_back(lane, callback)
        known = any(
            (sent.message_ref, sent.reply, sent.part)
            == (callback.message_ref, callback.reply, callback.part)
            for sent in lane.sent
        )
        try:
            if decision and decision.slot == _outcome_slot(callback):
                outcome = await self._append(user, decision)
                if isinstance(outcome, Appended):
                    return
                known = _is_its(outcome, callback)
                decision = statuses.called_back(await self._lane(user), callback)
            if not known:
                known = await self._was_sent(callback)
            if decision:
                await (
                    self._append(user, decision) if known else self._bind(user, decision, callback)
                )
            elif not known:
                _must_be_its(await self._stands(slots.heard(*_attempt(callback))), callback)
        except SealedForEver:
            return

    async def found(self, user: UUID, listed: ListedMessage) -> bool:
        """Whether a listed status was news. Of what the lane does not remember none is."""
        for sent in (await self._lane(user)).sent:
            if sent.message_ref != listed.message_ref or RANKS.get(listed.status, 0) <= sent.rank:
                continue
            place = (sent.reply, sent.part, sent.attempt)
            await self.note(user, Callback(*place, listed.message_ref, listed.status, listed.code))
            return True
        return False

    async def _lane(self, user: UUID) -> Lane:
        return (await self._folds.fold(streams.conversation(user), FOLD)).state

    async def _append(self, user: UUID, decision: Decide) -> Outcome:
        stream = streams.conversation(user)
        write = decision.write(stream, streams.user_of(stream))
        return await self._log.append([write], decision.slot)

    async def _was_sent(self, callback: Callback) -> bool:
        """Whether `reply.sent` names the message; False where no such fact stands."""
        standing = await self._stands(_outcome_slot(callback))
        if not isinstance(standing, ReplySent):
            return False
        _must_be_its(standing, callback)
        return True

    async def _bind(self, user: UUID, fact: Decide, callback: Callback) -> None:
        """The attempt's first fact is its message's; others follow in places of their own."""
        slot = slots.heard(*_attempt(callback))
        standing = await self._stands(slot)
        if standing is None:
            outcome = await self._append(user, Decide(slot, fact.events))
            if isinstance(outcome, Appended):
                return
            standing = outcome.events[0].event
        _must_be_its(standing, callback)
        if standing.type != fact.events[0].type:
            await self._append(user, fact)

    async def _stands(self, slot: UUID) -> Event | None:
        found = await self._log.find(slots.event_id(slot, 0))
        return found.event if found else None


def _attempt(callback: Callback) -> tuple[UUID, int, int]:
    return callback.reply, callback.part, callback.attempt


def _outcome_slot(callback: Callback) -> UUID:
    return slots.send_outcome(*_attempt(callback))


def _is_its(outcome: Outcome, callback: Callback) -> bool:
    """By what stands in the outcome's place: ours, or what was recorded meanwhile."""
    standing = outcome.events[0].event
    if not isinstance(standing, ReplySent):
        return False
    _must_be_its(standing, callback)
    return True


def _must_be_its(standing: Any, callback: Callback) -> None:
    if standing is not None and standing.message_ref != callback.message_ref:
        raise AnotherMessage("parameter MessageSid is not the message of this attempt")
