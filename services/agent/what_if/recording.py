"""What the log holds of one user, opened, and the turns in it that can be gone through again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts import streams
from contracts.conversation import (
    MessageReceived,
    ModelAnswered,
    ModelFailed,
    ReplyReady,
    TurnParked,
    TurnStopped,
    TurnSuperseded,
)
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.takeover import ConversationTakenOver
from services.agent.asking import attachments
from services.agent.asking.messages import words
from services.agent.decider import FOLD, Conversation
from taskflow.log.event_log import Log

DECISIONS = (ModelAnswered, ModelFailed, ReplyReady, TurnParked, TurnStopped, TurnSuperseded)
"""The first of these in a turn is where a new run begins."""
ENDS = (ReplyReady, TurnParked, TurnStopped, TurnSuperseded, ConversationTakenOver)


@dataclass(frozen=True, slots=True)
class Start:
    """A turn whose model was asked and which has ended, as of just before the first answer."""

    state: Conversation
    """By today's fold."""
    before: Sequence[Recorded[Any]]
    """The conversation so far."""
    recorded: Sequence[Recorded[Any]]
    """From the first answer to the end of the turn, both included."""
    began: Recorded[Any]

    @property
    def turn(self) -> UUID:
        return self.began.event_id

    @property
    def messages(self) -> list[str]:
        """What the turn answers, as the model reads it."""
        covered = {cover.message for cover in self.state.covers}
        return [
            words(medium.event)
            for medium in attachments.with_media(self.before)
            if isinstance(medium.event, MessageReceived) and medium.event_id in covered
        ]


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything that a turn of this user's may read, opened."""

    user: UserId
    conversation: Sequence[Recorded[Any]]
    profile: Sequence[Recorded[Any]]
    tools: Sequence[Recorded[Any]]

    def starts(self) -> Iterator[Start]:
        """Turns that are open still, or whose model was never asked, are passed over."""
        state = FOLD.state()
        opened: dict[UUID, Recorded[Any]] = {}
        ends = self._ends()
        for at, recorded in enumerate(self.conversation):
            turn = state.turn
            if (
                turn is not None
                and state.step == 1
                and isinstance(recorded.event, DECISIONS)
                and recorded.event.turn == turn
                and turn in opened
            ):
                began = opened.pop(turn)
                asked = isinstance(recorded.event, ModelAnswered | ModelFailed)
                if asked and (end := ends.get(turn)) is not None:
                    turn_events = self.conversation[at : end + 1]
                    yield Start(state, self.conversation[:at], turn_events, began)
            state = FOLD.over([recorded], state)
            if state.turn == recorded.event_id:
                opened[recorded.event_id] = recorded

    def _ends(self) -> dict[UUID, int]:
        """Where each turn's last word stands."""
        ends: dict[UUID, int] = {}
        for at, recorded in enumerate(self.conversation):
            turn = recorded.event.turn if isinstance(recorded.event, ENDS) else None
            if turn is not None:
                ends.setdefault(turn, at)
        return ends


async def load(log: Log, user: UserId, tools: Sequence[Recorded[Any]]) -> Recording:
    """Raises SealedForEver once the user is forgotten, UnknownEvent for a newer release's."""
    talk = await log.read(streams.conversation(user))
    profile = await log.read(streams.profile(user))
    return Recording(
        user,
        [await log.opened(recorded) for recorded in talk],
        [await log.opened(recorded) for recorded in profile],
        tools,
    )
