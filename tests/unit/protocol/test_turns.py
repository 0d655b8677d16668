"""The invariants of the turn protocol, on the real decider, under every interleaving.

Handlers are taken apart into their steps (fold, ask, append); a machine runs them in any order,
kills them, repeats and loses deliveries. Nothing but the log is shared between them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contracts import slots
from contracts.conversation import (
    MessageReceived,
    ModelAnswered,
    ReplyReady,
    TurnParked,
    TurnRetried,
    TurnStarted,
    TurnStopped,
)
from contracts.recorded import Recorded
from contracts.tools import ToolFailed, ToolFinished
from services.agent import decider
from services.agent.answers import Circumstances, answered
from services.agent.decider import FOLD, AskModel, Conversation, Decide
from taskflow.appending import Write
from tests.support.events import STREAM, USER, answer, message, offer
from tests.support.memory_log import MemoryLog

DRIVES = (MessageReceived, ToolFinished, ToolFailed, TurnParked, TurnStopped, TurnRetried)
WEB = ("search_web", {"query": "x"})


NUMBER = st.integers(0, 59)
T = TypeVar("T")


def _one(choices: Sequence[T], n: int) -> T:
    return choices[n % len(choices)]


@dataclass(eq=False)
class Handler:
    """One delivery being worked on: what it holds may be stale at any moment."""

    event: Recorded[Any]
    state: Conversation | None = None
    holding: Decide | None = None


class Turns(RuleBasedStateMachine):
    """Everything that may happen to one conversation."""

    fold = FOLD

    def check(self) -> None:
        """Every invariant, for those who walk without hypothesis."""
        self.at_most_one_turn_is_open_and_each_ends_once()
        self.each_step_has_one_answer_and_each_call_one_outcome()
        self.each_message_is_covered_by_one_turn_in_order()
        self.what_waits_has_a_driver_or_a_tool()

    def __init__(self) -> None:
        super().__init__()
        self.log = MemoryLog()
        self.delivered = 0
        self.queue: list[Recorded[Any]] = []
        self.handlers: list[Handler] = []
        self.was_driver: set[UUID] = set()
        self.asked: Counter[tuple[UUID, int]] = Counter()

    # -- what the world does ----------------------------------------------------------------

    @rule()
    def a_message_comes(self) -> None:
        sid = f"SM{len(self.log.all())}"
        self._append([message(sid=sid)], slots.message(sid))

    @rule()
    def a_reminder_speaks(self) -> None:
        slot = UUID(int=len(self.log.all()))
        self._append([ReplyReady(turn=None, kind="reminder", text="x")], slot)

    @precondition(lambda self: self._state().waiting)
    @rule(n=NUMBER)
    def a_tool_ends(self, n: int) -> None:
        call = _one(sorted(self._state().waiting), n)
        good = ToolFinished(call=call, tool="search_web", result={}, took_ms=1)
        bad = ToolFailed(call=call, tool="search_web", code="timeout", error="")
        self._append([_one([good, bad], n)], slots.outcome(call))

    @precondition(lambda self: self._undelivered())
    @rule()
    def the_bus_delivers(self) -> None:
        self.handlers.append(Handler(self.queue.pop(0)))

    @rule(n=NUMBER)
    def the_bus_delivers_again(self, n: int) -> None:
        drives = [e for e in self._events() if isinstance(e.event, DRIVES)]
        if drives and len(self.handlers) < 6:
            self.handlers.append(Handler(_one(drives, n)))

    @precondition(lambda self: self._undelivered())
    @rule()
    def the_bus_loses_a_delivery(self) -> None:
        self.queue.pop()

    @precondition(lambda self: self.handlers)
    @rule(n=NUMBER)
    def a_handler_dies(self, n: int) -> None:
        self.handlers.remove(_one(self.handlers, n))

    # -- what a handler does ----------------------------------------------------------------

    @precondition(lambda self: self.handlers)
    @rule(n=NUMBER)
    def a_handler_goes_on(self, n: int) -> None:
        handler = _one(self.handlers, n)
        for _ in range(1 + n % 6):
            if handler in self.handlers:
                self._go_on(handler, n)

    def _go_on(self, handler: Handler, n: int) -> None:
        if handler.holding is not None:
            self._append(handler.holding.events, handler.holding.slot)
            handler.holding = handler.state = None
        elif handler.state is None:
            handler.state = self._state()
            if handler.state.driver != handler.event.event_id:
                self.handlers.remove(handler)
        else:
            kind = _one(["text", "call", "text", "calls", "nothing"], n)
            handler.holding = self._move(handler.state, kind)

    @precondition(lambda self: self._state().driver)
    @rule()
    def the_driver_is_parked(self) -> None:
        decision = decider.parked(self._state(), "boom")
        self._append(decision.events, decision.slot)

    @precondition(lambda self: self._state().turn)
    @rule()
    def the_user_stops(self) -> None:
        turn = self._state().turn
        assert turn is not None
        self.a_message_comes()
        decision = decider.stopped(self._state(), turn)
        self._append(decision.events, decision.slot)

    @precondition(lambda self: any(isinstance(e.event, TurnParked) for e in self._events()))
    @rule(n=NUMBER)
    def an_operator_retries(self, n: int) -> None:
        one = _one([e for e in self._events() if isinstance(e.event, TurnParked)], n)
        retried = TurnRetried(parked=one.event_id, messages=one.event.messages)
        self._append([retried], slots.retry(one.event_id))

    # -- how it works underneath ------------------------------------------------------------

    def _move(self, state: Conversation, kind: str) -> Decide:
        move = decider.next_move(state, self.log.now, timedelta())
        if isinstance(move, Decide):
            return move
        assert isinstance(move, AskModel)
        assert not state.waiting, "the model is asked while tools are at work"
        self.asked[move.turn, move.step] += 1
        calls = {"call": (WEB,), "calls": (WEB, ("nobody", {}), WEB)}.get(kind, ())
        said = answer(move.turn, move.step, text="hi" if kind == "text" else None, calls=calls)
        given = Circumstances(
            {"search_web": offer()}, "UTC", False, self.log.now, None, state.repairs < 1
        )
        return Decide(move.slot, answered(said, given))

    def _append(self, events: Any, slot: UUID) -> None:
        before = self._state().driver
        self.log.put([Write(STREAM, events, USER)], slot)
        self._note_driver(before)

    def _note_driver(self, before: UUID | None) -> None:
        now = self._state().driver
        if now != before:
            if before is not None:
                self.was_driver.add(before)
            assert now not in self.was_driver, "an event became driver for a second time"

    def _state(self) -> Conversation:
        return self.fold.over(self._events())

    def _events(self) -> list[Recorded[Any]]:
        return self.log.all()

    def _undelivered(self) -> bool:
        new = self.log.all()[self.delivered :]
        self.queue += [e for e in new if isinstance(e.event, DRIVES)]
        self.delivered += len(new)
        return bool(self.queue)

    # -- what must hold ---------------------------------------------------------------------

    @invariant()
    def at_most_one_turn_is_open_and_each_ends_once(self) -> None:
        open_: UUID | None = None
        for one in self._events():
            match one.event:
                case TurnStarted():
                    assert open_ is None, "two turns are open"
                    open_ = one.event_id
                case TurnParked(turn=turn) | TurnStopped(turn=turn) if turn is not None:
                    assert turn == open_, "a turn ended twice, or before it began"
                    open_ = None
                case ReplyReady(turn=turn, kind="answer"):
                    assert turn == open_, "a turn was answered that was not open"
                    open_ = None
                case ReplyReady(turn=turn) if turn == open_:
                    open_ = None

    @invariant()
    def each_step_has_one_answer_and_each_call_one_outcome(self) -> None:
        answers = Counter(
            (e.event.turn, e.event.step)
            for e in self._events()
            if isinstance(e.event, ModelAnswered)
        )
        calls = Counter(
            e.event.call for e in self._events() if isinstance(e.event, ToolFinished | ToolFailed)
        )
        assert all(count == 1 for count in [*answers.values(), *calls.values()])

    @invariant()
    def each_message_is_covered_by_one_turn_in_order(self) -> None:
        covered: list[UUID] = []
        state = Conversation()
        for one in self._events():
            state = self.fold.evolve(state, one)
            if isinstance(one.event, TurnStarted) and state.turn == one.event_id:
                covered += [pending.message for pending in state.covers]
        retried = [
            m for e in self._events() if isinstance(e.event, TurnRetried) for m in e.event.messages
        ]
        extra = Counter(covered) - Counter(set(covered)) - Counter(retried)
        assert not extra, "a message was covered twice"

    @invariant()
    def what_waits_has_a_driver_or_a_tool(self) -> None:
        state = self._state()
        if state.pending and state.turn is None:
            assert state.driver is not None, "messages wait for nobody"
        if state.turn is not None and state.driver is None:
            assert state.waiting, "an open turn waits for nobody"

    def teardown(self) -> None:
        """From anywhere, without another fault, everything settles."""
        self.handlers.clear()
        for _ in range(400):
            state = self._state()
            if state.driver is None and not state.waiting:
                break
            if state.driver is None:
                call = sorted(state.waiting)[0]
                finished = ToolFinished(call=call, tool="search_web", result={}, took_ms=1)
                self._append([finished], slots.outcome(call))
            else:
                move = self._move(state, "text")
                self._append(move.events, move.slot)
        state = self._state()
        assert (state.turn, state.driver, state.pending) == (None, None, ()), "it never settles"
        self._all_messages_are_answered_or_parked()

    def _all_messages_are_answered_or_parked(self) -> None:
        state, done = Conversation(), set()
        for one in self._events():
            before, state = state, self.fold.evolve(state, one)
            if before.turn is not None and state.turn is None:
                done |= {pending.message for pending in before.covers}
            if isinstance(one.event, TurnParked):
                done |= set(one.event.messages)
        messages = {e.event_id for e in self._events() if isinstance(e.event, MessageReceived)}
        assert messages <= done, "a message was neither answered nor parked"


QUICK = settings(
    max_examples=120,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)

TestTurns = Turns.TestCase
TestTurns.settings = QUICK
