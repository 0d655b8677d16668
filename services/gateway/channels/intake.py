"""Puts messages into the log: those that a channel brings, and those found at it later."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts import slots, streams
from contracts.conversation import MessageReceived
from contracts.streams import UserId
from services.gateway import consent, senders
from services.gateway.lane import FOLD, GATES
from taskflow.errors import ConcurrentAppend
from taskflow.log.appending import Appended, Outcome, Write
from taskflow.log.event_log import Log
from taskflow.log.snapshots import Folds
from taskflow.privacy.vault import Vault


@dataclass(frozen=True, slots=True)
class Intake:
    log: Log
    vault: Vault
    folds: Folds

    async def take(
        self,
        received: MessageReceived,
        addresses: Sequence[str],
        marked: consent.Word | None = None,
    ) -> bool:
        """Whether it is new. `addresses` are its sender's, the one that was written from first.

        `marked`: the word that its channel took it for. Raises Retryable when the log is away.
        """
        slot = slots.message(received.message_ref)
        user = await self.vault.user_for(addresses, slots.event_id(slot, 0))
        said = consent.read(received, marked)
        if said:
            outcome = await self._answered(received, said, user, is_marked=marked is not None)
        else:
            write = Write(streams.conversation(user), [received], user)
            outcome = await self.log.append([write], slot)
        return isinstance(outcome, Appended)

    async def _answered(
        self, received: MessageReceived, said: consent.Word, user: UserId, *, is_marked: bool
    ) -> Outcome:
        """With its answer beside it, which depends on what they said before to this sender."""
        stream = streams.conversation(user)
        while True:
            lane = (await self.folds.fold(stream, FOLD)).state
            events = consent.batch(
                received,
                said,
                is_marked=is_marked,
                consents=senders.at(lane, received.sender).consent,
                language=lane.language,
            )
            write = Write(stream, events, user, expected_version=lane.gate, gates=GATES)
            try:
                return await self.log.append([write], slots.message(received.message_ref))
            except ConcurrentAppend:
                continue
