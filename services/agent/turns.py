"""A conversation's turns, walked in order as the decider does, but for the texts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.conversation import (
    ChangesUndone,
    MessageReceived,
    ModelAnswered,
    ReplyCaught,
    ReplyReady,
    TurnParked,
    TurnRetried,
    TurnStarted,
    TurnStopped,
    TurnSuperseded,
)
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.replies import ReplySent
from contracts.tools import ToolFailed, ToolFinished, ToolRequested


@dataclass(slots=True)
class Step:
    answer: ModelAnswered
    calls: list[Recorded[ToolRequested]] = field(default_factory=list[Recorded[ToolRequested]])
    caught: Recorded[ReplyCaught] | None = None
    """Set where the answer was sent back to the model."""


@dataclass(slots=True)
class Turn:
    turn: UUID | None
    """None: something we said of our own accord, a reminder."""
    version: int
    """Of the event that began it."""
    messages: list[Recorded[MessageReceived]]
    started_at: datetime
    steps: dict[int, Step] = field(default_factory=dict[int, Step])
    begun: list[Step] = field(default_factory=list[Step])
    """Of turns that gave way to it, for the same messages."""
    undoes: bool = False
    """Whether code took changes back in it, at the user's word."""
    said: str | None = None
    ended: int | None = None
    """Version of the event that closed it."""

    def first(self) -> int:
        """The version of the oldest event in it."""
        return min([self.version, *(message.version for message in self.messages)])


@dataclass(slots=True)
class Turns:
    turns: list[Turn] = field(default_factory=list[Turn])
    outcomes: dict[UUID, Json] = field(default_factory=dict[UUID, Json])
    pending: list[Recorded[MessageReceived]] = field(
        default_factory=list[Recorded[MessageReceived]]
    )
    """Messages that no turn has taken up."""
    _texts: dict[str | UUID, str] = field(default_factory=dict[str | UUID, str])
    """Of messages by their references, and of replies by their ids."""
    _begun: list[Step] = field(default_factory=list[Step])
    _messages: dict[UUID, Recorded[MessageReceived]] = field(
        default_factory=dict[UUID, Recorded[MessageReceived]]
    )

    def quoted(self, message: MessageReceived) -> str | None:
        """What a message answers; None where it quotes nothing that stands here."""
        return self._texts.get(message.quotes) if message.quotes else None

    def read(self, recorded: Recorded[Any]) -> None:
        self._keep_text(recorded)
        match recorded.event:
            case MessageReceived(word=str()):
                self._answered_at_the_door(recorded)
            case MessageReceived() | TurnRetried() | TurnParked():
                self._queue(recorded)
            case TurnStarted():
                at = recorded.recorded_at
                opened = Turn(recorded.event_id, recorded.version, self.pending, at)
                opened.begun, self._begun = self._begun, []
                self.turns.append(opened)
                self.pending = []
            case ReplyReady() as reply:
                self._say(recorded, reply)
            case TurnStopped(turn=turn):
                self._end(turn, recorded)
            case TurnSuperseded(turn=turn):
                self._give_way(turn)
            case ChangesUndone(turn=turn):
                self._undo(turn)
            case _:
                self._work(recorded)

    def _keep_text(self, recorded: Recorded[Any]) -> None:
        match recorded.event:
            case MessageReceived(message_ref=ref, text=str() as text):
                self._texts[ref] = text
            case ReplyReady(text=str() as text):
                self._texts[recorded.event_id] = text
            case ReplySent(message_ref=ref, reply=reply) if reply in self._texts:
                self._texts[ref] = self._texts[reply]
            case _:
                pass

    def _work(self, recorded: Recorded[Any]) -> None:
        """What a turn's steps came to."""
        match recorded.event:
            case ModelAnswered() as answer:
                if turn := self._turn(answer.turn):
                    turn.steps[answer.step] = Step(answer)
            case ReplyCaught(corrected="by_model") as caught:
                turn = self._turn(caught.turn)
                if turn and caught.step in turn.steps:
                    turn.steps[caught.step].caught = recorded
            case ToolRequested() as request:
                turn = self._turn(request.turn)
                if turn and request.step in turn.steps:
                    turn.steps[request.step].calls.append(recorded)
            case ToolFinished() as finished:
                self.outcomes[finished.call] = {"result": finished.result}
            case ToolFailed() as failed:
                self.outcomes[failed.call] = {"error": failed.error, "code": failed.code}
            case _:
                pass

    def _queue(self, recorded: Recorded[Any]) -> None:
        """Parked messages wait no longer; retried ones wait again, first."""
        match recorded.event:
            case TurnParked(turn=turn, messages=given):
                self.pending = [one for one in self.pending if one.event_id not in given]
                self._end(turn, recorded)
            case TurnRetried(messages=given):
                again = [self._messages[one] for one in given if one in self._messages]
                self.pending = [*again, *self.pending]
            case _:
                self.pending.append(recorded)
                self._messages[recorded.event_id] = recorded

    def _say(self, recorded: Recorded[Any], reply: ReplyReady) -> None:
        at, version = recorded.recorded_at, recorded.version
        if reply.turn is None:
            self.turns.append(Turn(None, version, [], at, said=reply.text, ended=version))
        elif turn := self._turn(reply.turn):
            turn.said = reply.text
            turn.ended = turn.ended or version

    def _answered_at_the_door(self, recorded: Recorded[MessageReceived]) -> None:
        """What was said to it is a turn of its own, as whatever nobody asked the model for."""
        at, version = recorded.recorded_at, recorded.version
        self.turns.append(Turn(None, version, [recorded], at, ended=version))

    def _give_way(self, turn_id: UUID) -> None:
        """Its messages wait again; what it had begun belongs to the turn that takes them up."""
        if turn := self._turn(turn_id):
            self.turns.remove(turn)
            self.pending = [*turn.messages, *self.pending]
            self._begun = [*turn.begun, *turn.steps.values()]

    def _undo(self, turn_id: UUID) -> None:
        if turn := self._turn(turn_id):
            turn.undoes = True

    def _end(self, turn_id: UUID | None, recorded: Recorded[Any]) -> None:
        if turn_id and (turn := self._turn(turn_id)):
            turn.ended = turn.ended or recorded.version

    def _turn(self, turn_id: UUID) -> Turn | None:
        return next((turn for turn in reversed(self.turns) if turn.turn == turn_id), None)


def walked(events: Sequence[Recorded[Any]]) -> Turns:
    """Of opened events, in the order of their stream."""
    turns = Turns()
    for recorded in events:
        turns.read(recorded)
    return turns
