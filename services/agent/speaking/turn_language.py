"""Reads what the language of a turn depends on: its messages, and what its user asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts import streams
from contracts.conversation import MessageReceived, TurnStarted
from contracts.event import Event
from contracts.recorded import Recorded
from services.agent.asking import attachments
from services.agent.decider import Conversation
from services.agent.memory.memory import Memory
from services.agent.speaking.choosing import chosen
from services.agent.speaking.identifying import likelihoods
from taskflow.errors import SealedForEver
from taskflow.log.event_log import Log
from taskflow.words.languages import SOURCE, of_zone
from taskflow.words.typed import language_of


class TurnLanguage:
    def __init__(self, event_log: Log) -> None:
        self._log, self._memory = event_log, Memory(event_log)

    async def named(
        self, state: Conversation, events: Sequence[Event], cause: Recorded[Any]
    ) -> Sequence[Event]:
        """The same events; a turn that opens among them names the language of its user."""
        if not any(isinstance(event, TurnStarted) for event in events):
            return events
        language = await self._of(state, cause)
        return [
            event.model_copy(update={"language": language})
            if isinstance(event, TurnStarted)
            else event
            for event in events
        ]

    async def _of(self, state: Conversation, cause: Recorded[Any]) -> str:
        try:
            messages = await self._pending(state)
            profile = await self._memory.profile(streams.user_of(cause.stream))
        except SealedForEver:
            return SOURCE
        zones = [message.event.zone for message in messages if message.event.zone]
        typed = [
            message.event.text
            for message in messages
            if message.event.kind != "location" and message.event.pressed is None
        ]
        fixed = next((fact.value for fact in profile.facts if fact.kind == "language"), None)
        country = of_zone(zones[-1] if zones else None)
        likely = _likely(typed, [*reversed(state.languages), country])
        return chosen(fixed, likely, state.languages, country)

    async def _pending(self, state: Conversation) -> list[Recorded[MessageReceived]]:
        found = [await self._log.find(waiting.message) for waiting in state.pending]
        messages = [await self._log.opened(recorded) for recorded in found if recorded is not None]
        return [await attachments.read(self._log, message) for message in messages]


def _likely(typed: Sequence[str], around: Sequence[str]) -> Mapping[str, float]:
    """A single word such as "undo" is of the language that it was looked up in: newest first."""
    words = [language_of(text, around) for text in typed]
    common = words[0] if words else None
    if common is not None and all(word == common for word in words):
        return {common: 1.0}
    return likelihoods(" ".join(typed))
