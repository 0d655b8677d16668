"""Judges a conversation by its recorded facts alone, with books of its own beside the decider's."""

from typing import Any
from uuid import UUID

from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.conversation import (
    MessageReceived,
    ModelAnswered,
    ModelFailed,
    ReplyCaught,
    ReplyLooked,
    ReplyReady,
    TurnParked,
    TurnRetried,
    TurnStarted,
    TurnStopped,
    TurnSuperseded,
)
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.tools import ActionProposed, ToolFailed, ToolFinished, ToolRequested
from services.agent.decider import Conversation


class TurnJudge:
    """Sees each event once, with the decider's state after it."""

    def __init__(self) -> None:
        self.open: UUID | None = None
        self.waiting: list[UUID] = []
        self.covers: dict[UUID, list[UUID]] = {}
        self.settled: set[UUID] = set()
        self.parked = 0
        self.version = 0
        self._versions: dict[UUID, int] = {}
        self._newest_covered = 0
        self._retried: set[UUID] = set()
        self._returned: set[UUID] = set()
        self._batches: dict[tuple[UUID, int], int] = {}
        self._answered: set[tuple[UUID, int]] = set()
        self._calling: set[int] = set()
        self._sent_back: set[UUID] = set()
        self._ended: dict[UUID, int] = {}
        self._outcomes: set[UUID] = set()
        self._driver: UUID | None = None
        self._sender: str | None = None
        self._silenced: set[str | None] = set()
        """Senders that they said STOP to."""
        self.taken = False
        """An operator has the word."""

    @property
    def _consents(self) -> bool:
        return self._sender not in self._silenced

    def see(self, one: Recorded[Any], state: Conversation) -> None:
        assert one.version == self.version + 1, "a version is missing or doubled"
        self.version = one.version
        self._enter(one)
        now = state.driver
        assert now in {None, self._driver, one.event_id}, "an old event became driver"
        self._driver = now
        asleep = not self._consents and self.open is None
        assert not (asleep and now == one.event_id), "a turn is to open for who said STOP"
        assert state.turn == self.open, "the decider errs about the open turn"
        assert [each.message for each in state.pending] == self.waiting, "it errs about who waits"
        covers = self.covers.get(self.open, []) if self.open else []
        assert [each.message for each in state.covers] == covers, "it errs about what is covered"

    def at_rest_between_appends(self, state: Conversation) -> None:
        if self.waiting and self.open is None and self._consents and not self.taken:
            assert state.driver is not None, "messages wait for nobody"
        if self.open is not None and state.driver is None:
            assert state.waiting, "an open turn waits for nobody"

    def at_the_end(self) -> None:
        assert self.open is None, "something was left behind"
        waits = self._consents and not self.taken
        assert not (self.waiting and waits), "something was left behind"
        unsettled = set(self._versions) - self.settled
        assert unsettled == set(self.waiting), "a message was neither answered nor parked"

    def _enter(self, one: Recorded[Any]) -> None:  # noqa: PLR0912 - one match over every event
        transaction = one.transaction_id
        match one.event:
            case MessageReceived(word=str(), sender=sender):
                self._sender = sender
            case ConsentWithdrawn():
                self._silenced.add(self._sender)
            case ConsentGiven():
                self._silenced.discard(self._sender)
            case MessageReceived(sender=sender):
                self._sender = sender
                self.waiting.append(one.event_id)
                self._versions[one.event_id] = one.version
            case TurnStarted():
                self._opens(one.event_id)
            case ModelAnswered(turn=turn, step=step):
                assert (turn, step) not in self._answered, "a step has two answers"
                self._answered.add((turn, step))
                self._belongs(turn, step, transaction)
            case TurnSuperseded() as told:
                self._belongs(told.turn, told.step, transaction)
                self._gives_way(told.turn)
            case ModelFailed() | ActionProposed() | ReplyCaught() | ReplyLooked() as told:
                self._belongs(told.turn, told.step, transaction)
                self._is_sent_back(told)
            case ToolRequested(turn=turn, step=step):
                self._calling.add(transaction)
                self._belongs(turn, step, transaction)
            case ToolFinished(call=call) | ToolFailed(call=call):
                assert call not in self._outcomes, "a call has two outcomes"
                self._outcomes.add(call)
            case ReplyReady(turn=turn) if turn is not None:
                self._replies(turn, transaction)
            case TurnParked(turn=None, messages=given):
                assert self.open is None, "messages are parked over an open turn"
                assert set(given) <= set(self.waiting), "what does not wait is parked"
                self.waiting = [one for one in self.waiting if one not in given]
                self.settled |= set(given)
                self.parked += 1
            case TurnParked(turn=turn, messages=given) if turn is not None:
                assert given == self.covers.get(turn), "a turn is parked without its messages"
                self._ends(turn, transaction)
                self.parked += 1
            case TurnStopped(turn=turn):
                self._ends(turn, transaction)
            case TurnRetried(messages=messages):
                self.waiting = [*messages, *self.waiting]
                self.settled -= set(messages)
                self._retried |= set(messages)
            case _:
                pass

    def _opens(self, turn: UUID) -> None:
        assert self.open is None, "two turns are open"
        assert self.waiting, "a turn covers nothing"
        plain = [self._versions[one] for one in self.waiting if one not in self._retried]
        assert plain == sorted(plain), "messages are covered out of order"
        if plain and not self._returned & set(self.waiting):
            assert plain[0] > self._newest_covered, "a message is covered twice or out of order"
            self._newest_covered = plain[-1]
        self.open, self.covers[turn], self.waiting = turn, self.waiting, []

    def _belongs(self, turn: UUID, step: int, transaction: int) -> None:
        assert turn == self.open, "a step of a turn that is not open"
        batch = self._batches.setdefault((turn, step), transaction)
        assert batch == transaction, "a step holds pieces of two answers"

    def _is_sent_back(self, told: Event) -> None:
        if isinstance(told, ReplyCaught) and told.corrected == "by_model":
            assert told.turn not in self._sent_back, "an answer is sent back twice"
            self._sent_back.add(told.turn)

    def _replies(self, turn: UUID, transaction: int) -> None:
        if self._ended.get(turn) == transaction:
            return  # the apology of a parked turn
        assert transaction in self._batches.values(), "a reply without its answer"
        assert transaction not in self._calling, "an answer both calls and replies"
        self._ends(turn, transaction)

    def _gives_way(self, turn: UUID) -> None:
        assert self.waiting, "a turn gave way to nothing"
        self.open = None
        back = self.covers.pop(turn)
        self.waiting = [*back, *self.waiting]
        self._returned |= set(back)

    def _ends(self, turn: UUID, transaction: int) -> None:
        assert turn == self.open, "a turn ended that is not open"
        self.open = None
        self._ended[turn] = transaction
        self.settled |= set(self.covers[turn])
