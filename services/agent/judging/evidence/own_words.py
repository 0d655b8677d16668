"""What a user typed, as far as a change may rest on it. Pure.

OwnWords are the open turn's messages, and those of the turn just before it if that changed nothing.
A message that was forwarded is somebody else's; so is a place that was shared, and the label of a
button that our own model wrote. Words that led to a change once lead to none in a later turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from contracts.conversation import MessageReceived
from contracts.recorded import Recorded
from contracts.tools import NOBODY, ToolFailed
from services.agent.judging.evidence import words as reading
from services.agent.judging.evidence.words import Word
from services.agent.turns import walked
from taskflow.time_travel.turns import CallStory, TurnStory

OWN_MESSAGES_BEFORE = 3
"""Of the user's, beside this turn's own, that addresses, names and figures may come from: "tell me
when it drops below 70" goes with a link that they sent a moment ago."""
MOST_TYPED = 12_000
"""Characters of all that is read, the newest messages first."""
TYPED = frozenset({"text", "media"})
"""Kinds of messages whose text a person typed: a caption, too."""


@dataclass(frozen=True, slots=True)
class TypedSentence:
    message: UUID
    text: str
    words: tuple[Word, ...]
    now: bool
    """Whether it is of the open turn."""


@dataclass(frozen=True)
class OwnWords:
    events: Sequence[Recorded[Any]] = ()
    """Opened, the conversation's newest."""
    covered: Sequence[Recorded[MessageReceived]] = ()
    """The messages that the open turn answers."""
    turn: UUID | None = None

    @property
    def now(self) -> list[UUID]:
        """The open turn's messages."""
        return [recorded.event_id for recorded in self.covered]

    @cached_property
    def messages(self) -> list[Recorded[MessageReceived]]:
        """Those that a wish may stand in, oldest first."""
        turns = [turn for turn in walked(self.events).turns if turn.turn is not None]
        before = [turn for turn in turns if turn.turn != self.turn]
        spent = {
            message.event_id
            for turn_story in before
            if _changed(turn_story)
            for message in turn_story.messages
        }
        last = before[-1].messages if before else []
        own = {recorded.event_id for recorded in self.covered}
        wished = [*(recorded for recorded in last if recorded.event_id not in own), *self.covered]
        return [
            recorded
            for recorded in wished
            if recorded.event_id not in spent and self._is_typed(recorded)
        ]

    @cached_property
    def sentences(self) -> list[TypedSentence]:
        now = {recorded.event_id for recorded in self.covered}
        return [
            TypedSentence(message.event_id, sentence.text, sentence.words, message.event_id in now)
            for message, text in _newest(self.messages)
            for sentence in reading.read(text)
        ]

    @property
    def texts(self) -> list[str]:
        """Message by message, what a wish may stand in, as far as it is read."""
        texts_by_message: dict[UUID, list[str]] = {}
        for sentence in self.sentences:
            texts_by_message.setdefault(sentence.message, []).append(sentence.text)
        return [" ".join(sentences) for sentences in texts_by_message.values()]

    @cached_property
    def figures(self) -> list[str]:
        """Messages that addresses, names and figures may come from, oldest first."""
        own = {recorded.event_id for recorded in self.covered}
        first = min((recorded.version for recorded in self.covered), default=0)
        before = [
            recorded
            for recorded in self.events
            if isinstance(recorded.event, MessageReceived)
            and recorded.event_id not in own
            and recorded.version < first
        ]
        recent = [*before[-OWN_MESSAGES_BEFORE:], *self.covered]
        return [text for message, text in _newest(recent) if self._is_typed(message)]

    @cached_property
    def quotes(self) -> bool:
        """Whether somebody else's words stand in what they sent: forwarded, or between marks."""
        sent = [
            recorded.event
            for recorded in self.events
            if isinstance(recorded.event, MessageReceived)
        ]
        return any(
            message_received.forwarded or reading.quotes(message_received.text)
            for message_received in sent
        )

    def _is_typed(self, message: Recorded[MessageReceived]) -> bool:
        return message.event.kind in TYPED and not message.event.forwarded


def _newest(
    messages: Sequence[Recorded[MessageReceived]],
) -> list[tuple[Recorded[MessageReceived], str]]:
    """With what of each is read; the newest where there is too much."""
    room, kept = MOST_TYPED, list[tuple[Recorded[MessageReceived], str]]()
    for message in reversed(messages):
        if room <= 0:
            break
        text = message.event.text[: min(reading.MOST_OF_A_TEXT, room)]
        kept.append((message, text))
        room -= len(text)
    return kept[::-1]


def _changed(turn: TurnStory) -> bool:
    """Whether a call of it changed something, or may have: one without an outcome may yet."""
    return turn.undoes or any(
        _may_have_changed(call) for step, _ in turn.answered() for call in step.calls
    )


def _may_have_changed(call: CallStory) -> bool:
    request, outcome = call.request.event, call.outcome.event if call.outcome else None
    if request.effect == "read" or request.owner == NOBODY:
        return False
    return not isinstance(outcome, ToolFailed) or outcome.code == "unknown"
