"""A conversation's turns, walked in order as the decider does, but for the texts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.conversation import (
    ChangesUndone,
    Choices,
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
from contracts.places import Location
from contracts.recorded import Recorded
from contracts.replies import ReplySent
from contracts.takeover import ConversationTakenOver, OperatorSaid
from contracts.tools import ToolFailed, ToolFinished, ToolRequested
from services.agent.state import Conversation, Pending
from services.agent.withdrawing import followed
from taskflow.words import pins
from taskflow.words.labels import written_out


@dataclass(slots=True)
class TurnStep:
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
    """That it answers."""
    started_at: datetime
    steps: dict[int, TurnStep] = field(default_factory=dict[int, TurnStep])
    begun: list[TurnStep] = field(default_factory=list[TurnStep])
    """Of turns that gave way to it, for the same messages."""
    undoes: bool = False
    """Whether code took changes back in it, at the user's word."""
    said: str | None = None
    by_person: bool = False
    """Whether an operator said it."""
    beside_person: bool = False
    """Whether it went out while an operator had the word."""
    is_cut: bool = False
    """Whether an operator took over before all of it went."""
    reply: UUID | None = None
    """The one that closed it."""
    ended: int | None = None
    """Version of the event that closed it."""

    @property
    def is_open(self) -> bool:
        return self.turn is not None and self.ended is None

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
    follows: bool = False
    """Whether an operator ever took over."""
    _state: Conversation = field(default_factory=Conversation)
    _settled: list[Recorded[MessageReceived]] = field(
        default_factory=list[Recorded[MessageReceived]]
    )
    """By the line that comes next."""
    _texts: dict[str | UUID, str] = field(default_factory=dict[str | UUID, str])
    """Of messages by their references, and of replies by their ids."""
    _begun: list[TurnStep] = field(default_factory=list[TurnStep])
    _messages: dict[UUID, Recorded[MessageReceived]] = field(
        default_factory=dict[UUID, Recorded[MessageReceived]]
    )

    def quoted(self, message: MessageReceived) -> str | None:
        """What a message answers; None where it quotes nothing that stands here."""
        return self._texts.get(message.quotes) if message.quotes else None

    def read(self, recorded: Recorded[Any]) -> None:
        if self.follows:
            self._follow(recorded)
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

    def _follow(self, recorded: Recorded[Any]) -> None:
        """What a takeover brings back waits again, and what a line settles no longer does."""
        open_ = next((one for one in reversed(self.turns) if one.is_open), None)
        given = self._state.but(
            turn=open_.turn if open_ else None,
            covers=_waiting(open_.messages if open_ else ()),
            pending=_waiting(self.pending),
        )
        self._state = followed(given, recorded)
        left = {one.message for one in self._state.pending}
        if isinstance(recorded.event, OperatorSaid):
            self._settled = [one for one in self.pending if one.event_id not in left]
            self.pending = [one for one in self.pending if one.event_id in left]
        elif back := left - {one.message for one in given.pending}:
            for turn in [one for one in self.turns if one.turn is not None]:
                if back & {one.event_id for one in turn.messages}:
                    self._give_way(turn.turn)
            self.pending.sort(key=lambda one: one.version)
        cut = {one.reply for one in self._state.answers if one.withdrawn and not one.is_whole}
        for turn in self.turns:
            turn.is_cut = turn.is_cut or turn.reply in cut

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
                    turn.steps[answer.step] = TurnStep(answer)
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
            said = Turn(None, version, [], at, said=reply.text, ended=version)
            if reply.kind == "operator":
                said.by_person, said.messages, self._settled = True, self._settled, []
                if not self.pending:
                    said.begun, self._begun = self._begun, []
            said.beside_person = self._state.taken is not None and not said.by_person
            self.turns.append(said)
        elif turn := self._turn(reply.turn):
            turn.said, turn.reply = _told(reply), recorded.event_id
            turn.ended = turn.ended or version

    def _answered_at_the_door(self, recorded: Recorded[MessageReceived]) -> None:
        """What was said to it is a turn of its own, as whatever nobody asked the model for."""
        at, version = recorded.recorded_at, recorded.version
        self.turns.append(Turn(None, version, [recorded], at, ended=version))

    def _give_way(self, turn_id: UUID | None) -> None:
        """Its messages wait again; what it had begun belongs to the turn that takes them up."""
        if turn_id and (turn := self._turn(turn_id)):
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


def _waiting(messages: Sequence[Recorded[MessageReceived]]) -> tuple[Pending, ...]:
    return tuple(
        Pending(message=one.event_id, at=one.recorded_at, version=one.version) for one in messages
    )


def walked(events: Sequence[Recorded[Any]]) -> Turns:
    """Of opened events, in the order of their stream."""
    turns = Turns(follows=any(isinstance(one.event, ConversationTakenOver) for one in events))
    for recorded in events:
        turns.read(recorded)
    return turns


def _told(reply: ReplyReady) -> str:
    """With what there was to choose from and its place, as whoever sees no list or map reads it."""
    choices, location = reply.choices, reply.location
    text = written_out(reply.text, choices) if isinstance(choices, Choices) else reply.text
    return f"{text}\n\n{pins.in_words(location)}" if isinstance(location, Location) else text
