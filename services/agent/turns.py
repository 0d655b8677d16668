"""A conversation's turns, walked in order as the decider does, but for the texts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contracts.conversation import (
    ChangesUndone,
    Choices,
    MessageReceived,
    ModelAnswered,
    ModelFailed,
    ReplyCaught,
    ReplyReady,
    TurnParked,
    TurnRetried,
    TurnStarted,
    TurnStopped,
    TurnSuperseded,
    UserForgotten,
    WishJudged,
)
from contracts.media import MediaKept, MediaRefused, VoiceTranscribed
from contracts.places import Location
from contracts.recorded import Recorded
from contracts.replies import ReplySent
from contracts.takeover import ConversationTakenOver, OperatorSaid
from contracts.tools import ActionProposed, ToolFailed, ToolFinished, ToolRequested
from services.agent.state import Conversation, Pending
from services.agent.withdrawing import followed
from taskflow.time_travel.turns import CallStory, StepStory, TurnStory
from taskflow.words import pins
from taskflow.words.labels import written_out


@dataclass(slots=True)
class WalkedTurns:
    turns: list[TurnStory] = field(default_factory=list[TurnStory])
    """Those that stand, also what we said of our own accord."""
    gave_way: list[TurnStory] = field(default_factory=list[TurnStory])
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
    _begun: list[StepStory] = field(default_factory=list[StepStory])
    _messages: dict[UUID, Recorded[MessageReceived]] = field(
        default_factory=dict[UUID, Recorded[MessageReceived]]
    )
    _calls: dict[UUID, CallStory] = field(default_factory=dict[UUID, CallStory])
    _media: dict[UUID, list[Recorded[Any]]] = field(default_factory=dict[UUID, list[Recorded[Any]]])

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
                self._open(recorded)
            case ReplyReady() as reply:
                self._say(recorded, reply)
            case TurnStopped(turn=turn) | ConversationTakenOver(turn=turn):
                self._end(turn, recorded)
            case TurnSuperseded(turn=turn):
                self._end(turn, recorded)
                self._give_way(turn)
            case MediaKept(message=id_) | MediaRefused(message=id_) | VoiceTranscribed(message=id_):
                self._media.setdefault(id_, []).append(recorded)
            case UserForgotten():
                self.pending = []
            case _:
                self._work(recorded)

    def _follow(self, recorded: Recorded[Any]) -> None:
        """What a takeover brings back waits again, and what a line settles no longer does."""
        open_ = next((turn for turn in reversed(self.turns) if turn.is_open), None)
        given = self._state.but(
            turn=open_.turn if open_ else None,
            covers=_waiting(open_.messages if open_ else ()),
            pending=_waiting(self.pending),
        )
        self._state = followed(given, recorded)
        left = {waiting.message for waiting in self._state.pending}
        if isinstance(recorded.event, OperatorSaid):
            self._settled = [message for message in self.pending if message.event_id not in left]
            self.pending = [message for message in self.pending if message.event_id in left]
        elif back := left - {waiting.message for waiting in given.pending}:
            for turn in [turn for turn in self.turns if turn.started is not None]:
                if back & {message.event_id for message in turn.messages}:
                    self._give_way(turn.turn)
            self.pending.sort(key=lambda message: message.version)
        cut = {
            reply.reply for reply in self._state.answers if reply.withdrawn and not reply.is_whole
        }
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

    def _open(self, recorded: Recorded[TurnStarted]) -> None:
        at, version = recorded.recorded_at, recorded.version
        opened = TurnStory(recorded, version, at, self.pending, media=self._media)
        opened.begun, self._begun = self._begun, []
        self.turns.append(opened)
        self.pending = []

    def _work(self, recorded: Recorded[Any]) -> None:
        """What a turn's steps came to, and whatever else was decided in it."""
        event = recorded.event
        if isinstance(event, ToolFinished | ToolFailed):
            if call := self._calls.get(event.call):
                call.outcome = call.outcome or recorded
        elif turn := self._turn(getattr(event, "turn", None)):
            self._learn(turn, recorded)

    def _learn(self, turn: TurnStory, recorded: Recorded[Any]) -> None:
        match recorded.event:
            case ModelAnswered(step=number):
                turn.step(number).answer = recorded
            case ModelFailed(step=number):
                turn.step(number).failed = recorded
            case ReplyCaught(step=number):
                turn.step(number).caught.append(recorded)
            case ActionProposed(step=number):
                turn.step(number).proposed.append(recorded)
            case WishJudged(step=number, call=id_):
                turn.step(number).wishes[id_] = recorded
            case ToolRequested(step=number):
                call = self._calls[recorded.event_id] = CallStory(recorded)
                turn.step(number).calls.append(call)
            case event:
                turn.undoes = turn.undoes or isinstance(event, ChangesUndone)
                turn.beside.append(recorded)

    def _queue(self, recorded: Recorded[Any]) -> None:
        """Parked messages wait no longer; retried ones wait again, first."""
        match recorded.event:
            case TurnParked(turn=turn, messages=given):
                self.pending = [
                    waiting for waiting in self.pending if waiting.event_id not in given
                ]
                self._end(turn, recorded)
            case TurnRetried(messages=given):
                again = [self._messages[id_] for id_ in given if id_ in self._messages]
                self.pending = [*again, *self.pending]
            case _:
                self.pending.append(recorded)
                self._messages[recorded.event_id] = recorded

    def _say(self, recorded: Recorded[Any], reply: ReplyReady) -> None:
        if reply.turn is None:
            said = self._of_our_own(recorded, [])
            said.said = _reply_text(reply)
            if reply.kind == "operator":
                said.by_person, said.messages, self._settled = True, self._settled, []
                if not self.pending:
                    said.begun, self._begun = self._begun, []
            said.beside_person = self._state.taken is not None and not said.by_person
        elif turn := self._turn(reply.turn):
            turn.said, turn.reply = _reply_text(reply), recorded.event_id
            turn.ended = turn.ended or recorded

    def _answered_at_the_door(self, recorded: Recorded[MessageReceived]) -> None:
        """What was said to it is a turn of its own, as whatever nobody asked the model for."""
        self._of_our_own(recorded, [recorded])

    def _of_our_own(
        self, recorded: Recorded[Any], messages: list[Recorded[MessageReceived]]
    ) -> TurnStory:
        at, version = recorded.recorded_at, recorded.version
        said = TurnStory(None, version, at, messages, ended=recorded)
        self.turns.append(said)
        return said

    def _give_way(self, turn_id: UUID | None) -> None:
        """Its messages wait again; what it had begun belongs to the turn that takes them up."""
        if turn := self._turn(turn_id):
            turn.gave_way = True
            self.turns.remove(turn)
            self.gave_way.append(turn)
            self.pending = [*turn.messages, *self.pending]
            self._begun = [*turn.begun, *turn.steps.values()]

    def _end(self, turn_id: UUID | None, recorded: Recorded[Any]) -> None:
        """Also one that has just given way, to whoever took over."""
        for turn in (*self.turns, *self.gave_way):
            if turn_id is not None and turn.turn == turn_id:
                turn.ended = turn.ended or recorded

    def _turn(self, turn_id: UUID | None) -> TurnStory | None:
        """One that stands."""
        if turn_id is None:
            return None
        return next((turn for turn in reversed(self.turns) if turn.turn == turn_id), None)


def _waiting(messages: Sequence[Recorded[MessageReceived]]) -> tuple[Pending, ...]:
    return tuple(
        Pending(message=message.event_id, at=message.recorded_at, version=message.version)
        for message in messages
    )


def walked(events: Sequence[Recorded[Any]]) -> WalkedTurns:
    """Of events of one conversation, in its order; opened, where texts are asked for."""
    turns = WalkedTurns(
        follows=any(isinstance(recorded.event, ConversationTakenOver) for recorded in events)
    )
    for recorded in events:
        turns.read(recorded)
    return turns


def every_turn(events: Sequence[Recorded[Any]]) -> list[TurnStory]:
    """In the order in which they began."""
    turns = walked(events)
    return sorted([*turns.turns, *turns.gave_way], key=lambda turn: turn.version)


def _reply_text(reply: ReplyReady) -> str:
    """With what there was to choose from and its place, as whoever sees no list or map reads it."""
    choices, location = reply.choices, reply.location
    text = written_out(reply.text, choices) if isinstance(choices, Choices) else reply.text
    return f"{text}\n\n{pins.in_words(location)}" if isinstance(location, Location) else text
