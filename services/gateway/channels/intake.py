"""Puts messages into the log: those that a channel brings, and those found at it later."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts import slots, streams
from contracts.conversation import MessageReceived
from taskflow.log.appending import Appended, Write
from taskflow.log.event_log import Log
from taskflow.privacy.vault import Vault


@dataclass(frozen=True, slots=True)
class Intake:
    log: Log
    vault: Vault

    async def take(self, received: MessageReceived, addresses: Sequence[str]) -> bool:
        """Whether it is new. `addresses` are its sender's, the one that was written from first.

        Raises Retryable when the log is away.
        """
        slot = slots.message(received.message_ref)
        user = await self.vault.user_for(addresses, slots.event_id(slot, 0))
        write = Write(streams.conversation(user), [received], user)
        outcome = await self.log.append([write], slot)
        return isinstance(outcome, Appended)


def clean(text: str) -> str:
    """PostgreSQL's JSON has no NUL, UTF-8 no lone surrogates; invisible tags hide instructions."""
    text = text.replace("\x00", "").encode("utf-8", errors="replace").decode()
    return "".join(character for character in text if not 0xE0000 <= ord(character) <= 0xE007F)
