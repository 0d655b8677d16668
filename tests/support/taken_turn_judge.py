"""Judges a conversation that operators take over: each message is answered once, by a turn or a
line that saw it, and by nobody else."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contracts.conversation import (
    MessageReceived,
    ReplyReady,
    TurnParked,
    TurnRetried,
    TurnStarted,
    TurnStopped,
)
from contracts.recorded import Recorded
from contracts.replies import (
    WINDOW_SHUT,
    ReplyAssumed,
    ReplyFailed,
    ReplyParked,
    ReplyRefused,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from contracts.takeover import ConversationHandedBack, ConversationTakenOver, OperatorSaid
from services.agent.decider import Conversation
from tests.support.turn_judge import TurnJudge

OnItsWay = (
    ReplySending
    | ReplySent
    | ReplyAssumed
    | ReplyRefused
    | ReplyFailed
    | ReplyParked
    | ReplyUndelivered
)


@dataclass(slots=True)
class Said:
    """An answer, as far as it went."""

    messages: list[UUID]
    done: dict[int, int] = field(default_factory=dict[int, int])
    """By part, the attempt that counts as sent."""
    went: bool = False
    """Whether some of it did before it was given back."""
    flying: bool = False
    over: bool = False
    """Failed, or parked."""
    withdrawn: bool = False
    overtaken: bool = False
    """Whether it is of before a takeover, wherever it stood then."""


class TakenTurnJudge(TurnJudge):
    def __init__(self) -> None:
        super().__init__()
        self.said: dict[UUID, Said] = {}
        self._since: dict[UUID, int] = {}
        """By message, the version since which it waits."""
        self._seen = 0
        self._by_line: set[UUID] = set()
        self._given_up: set[UUID] = set()
        """Parked, or their turn was stopped."""
        self._parkings: dict[UUID, UUID] = {}

    def see(self, one: Recorded[Any], state: Conversation) -> None:
        super().see(one, state)
        assert (state.taken is not None) == self.taken, "the decider errs about who has the word"
        flying = any(each.flying and each.withdrawn for each in self.said.values())
        assert state.is_answering == flying, "it errs about what is on its way"
        if isinstance(one.event, ConversationHandedBack) and not self._consents:
            assert state.driver is None, "handing back wakes who said STOP"

    def at_the_end(self) -> None:
        super().at_the_end()
        for message in self._since:
            told = [one for one in self.said.values() if message in one.messages]
            known = any(not one.withdrawn or one.done or one.went for one in told)
            waits = message in self.waiting
            somebody = known or waits or message in self._by_line | self._given_up
            assert somebody, "a message is answered by nobody"

    def _enter(self, one: Recorded[Any]) -> None:
        match one.event:
            case ConversationTakenOver():
                self._takes()
            case ConversationHandedBack():
                flying = any(each.flying and each.withdrawn for each in self.said.values())
                assert not flying, "handed back while an answer was on its way"
                self.taken = False
            case OperatorSaid(seen=seen):
                assert self.taken, "a line of somebody who has not the word"
                self._seen = max(self._seen, seen)
                settled = {each for each, since in self._since.items() if since <= seen}
                self._by_line |= settled
                self.settled |= settled & set(self.waiting)
                self.waiting = [each for each in self.waiting if each not in settled]
            case ReplyReady(kind="operator"):
                pass
            case ReplyReady(turn=None, kind="answer" | "apology"):
                self._given_back(one)
            case event if isinstance(event, OnItsWay):
                self._moves(event, one)
            case _:
                self._of_turns(one)

    def _of_turns(self, one: Recorded[Any]) -> None:
        covered = list(self.covers.get(self.open, [])) if self.open else []
        closes = isinstance(one.event, ReplyReady) and one.event.turn == self.open is not None
        super()._enter(one)
        match one.event:
            case MessageReceived(word=None):
                self._since[one.event_id] = one.version
            case TurnRetried(messages=messages):
                self._since |= dict.fromkeys(messages, one.version)
                self._given_up -= set(messages)
                self._by_line -= set(messages)
            case TurnStarted():
                assert not self.taken, "a turn is opened beside an operator"
                late = [each for each in self.covers[one.event_id] if each in self._by_line]
                assert not late, "a line settled a message, and then a turn took it up"
            case TurnParked(messages=messages):
                self._given_up |= set(messages)
            case TurnStopped():
                self._given_up |= set(covered)
            case ReplyReady(turn=UUID()):
                self.said[one.event_id] = Said(covered if closes else [])
            case _:
                pass

    def _takes(self) -> None:
        assert not self.taken, "taken over twice"
        self.taken = True
        if self.open is not None:
            self._wait_again(self.covers.pop(self.open))
            self.open = None
        for answer in self.said.values():
            answer.overtaken = True
            answer.withdrawn = answer.withdrawn or not answer.over
            self._is_left(answer)

    def _wait_again(self, messages: Iterable[UUID]) -> None:
        given = list(messages)
        back = [one for one in given if self._since[one] > self._seen]
        self.settled |= set(given)
        self.settled -= set(back)
        self._returned |= set(back)
        if back:
            together = dict.fromkeys([*back, *self.waiting])
            self.waiting = sorted(together, key=lambda one: self._since[one])

    def _is_left(self, answer: Said) -> None:
        """Of a withdrawn one nothing went, and nothing is on its way."""
        if answer.withdrawn and not answer.flying and not answer.done and not answer.went:
            self._wait_again(answer.messages)
            answer.messages = []

    def _given_back(self, one: Recorded[Any]) -> None:
        first = self.said.get(self._parkings.get(one.cause or UUID(int=0), UUID(int=0)))
        if first is not None and first.over and not first.overtaken:
            went = first.went or bool(first.done)
            self.said[one.event_id] = Said(first.messages, went=went)
            first.messages = []

    def _moves(self, event: OnItsWay, one: Recorded[Any]) -> None:
        answer = self.said.get(event.reply)
        if isinstance(event, ReplyParked):
            self._parkings[one.event_id] = event.reply
        if answer is None:
            return
        match event:
            case ReplySending():
                assert not answer.withdrawn, "an answer of before a takeover was claimed"
                answer.flying = True
            case ReplySent(part=part, attempt=attempt) | ReplyAssumed(part=part, attempt=attempt):
                answer.flying = False
                answer.done[part] = attempt
                self._is_answered_once(answer)
            case ReplyRefused():
                answer.flying = False
                self._is_left(answer)
            case ReplyFailed() | ReplyParked():
                answer.flying = False
                self._is_left(answer)
                answer.over = True
                self._given_up |= set(answer.messages)
            case ReplyUndelivered(part=part, attempt=attempt, code=code):
                if code == WINDOW_SHUT and answer.done.get(part) == attempt:
                    answer.done.pop(part)
                    self._is_left(answer)

    def _is_answered_once(self, answer: Said) -> None:
        for message in answer.messages:
            told = [one for one in self.said.values() if message in one.messages and one.done]
            assert told == [answer], "a message is answered twice"
