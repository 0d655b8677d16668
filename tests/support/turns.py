"""One conversation's world: handlers taken apart into fold, ask and append, in any order.

They are killed, paused, doubled and parked anywhere; nothing but the log is shared between them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from contracts import slots
from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.conversation import (
    MessageReceived,
    ReplyReady,
    TurnParked,
    TurnRetried,
    TurnStopped,
)
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.tools import ActionProposed, ToolFailed, ToolFinished, ToolRequested
from services.agent import decider
from services.agent.decider import FOLD, MAX_REPAIRS, AskModel, Conversation
from services.agent.judging.answers import Circumstances, answered
from taskflow.log.appending import FRESH, Appended, Because, Outcome, Write
from taskflow.log.deciding import Decide
from tests.support.events import answer, message, offer
from tests.support.memory_log import MemoryLog
from tests.support.simulated_bus import Bus
from tests.support.story import STREAM, USER
from tests.support.turn_judge import TurnJudge
from tests.support.walks import NUMBER, one_of

CONSUMED = (
    *(MessageReceived, ConsentGiven, ToolFinished, ToolFailed),
    *(TurnParked, TurnStopped, TurnRetried),
)
WEB = ("search_web", {"query": "x"})
PAY = ("pay_bill", {"sum": 70})
OFFERED = {
    "search_web": offer(),
    "pay_bill": offer("pay_bill").model_copy(update={"effect": "confirm"}),
}
MOST_HANDLERS = 6
CONSENT = ("the_user_withdraws_consent", "the_user_gives_consent")
"""Without these nobody says STOP."""
FAULTS = (
    "the_bus_delivers_again",
    "the_bus_loses_a_delivery",
    "a_handler_dies",
    "a_handler_is_told_to_park",
    "a_tools_service_is_gone",
    "a_tools_deadline_passes",
    "the_user_says_stop",
    *CONSENT,
)


@dataclass(eq=False)
class Handler:
    """One delivery being worked on: what it holds may be stale at any moment."""

    event: Recorded[Any]
    stopping: bool = False
    parks: bool = False
    state: Conversation | None = None
    holding: Decide | None = None

    def forget(self) -> None:
        self.state = self.holding = None


class Turns(RuleBasedStateMachine):
    """Everything that may happen to one conversation."""

    fold = FOLD
    watchdog = True
    deadline = True
    consumed: tuple[type[Event], ...] = CONSUMED
    judged_by = TurnJudge

    def __init__(self) -> None:
        super().__init__()
        self.log = self.new_log()
        self.bus = Bus(self.log, self.consumed)
        self.judge = self.judged_by()
        self.handlers: list[Handler] = []
        self.stop_words: set[UUID] = set()
        self.dead_calls: set[UUID] = set()
        self.rows = 0
        self.asked: Counter[tuple[UUID, int]] = Counter()
        self.state = Conversation()

    def new_log(self) -> MemoryLog:
        return MemoryLog()

    # -- what the world does ----------------------------------------------------------------

    @rule()
    def a_message_comes(self) -> None:
        self._message("hello")

    @precondition(lambda self: self.state.turn)
    @rule()
    def the_user_says_stop(self) -> None:
        self.stop_words.add(self._message("stop"))

    @rule()
    def the_user_withdraws_consent(self) -> None:
        self.stop_words.add(self._message("STOP", word="stop"))

    @precondition(lambda self: not self.state.consent)
    @rule()
    def the_user_gives_consent(self) -> None:
        self._message("START", word="start")

    @rule()
    def a_reminder_speaks(self) -> None:
        slot = UUID(int=2**100 + len(self.log.all()))
        self.append([ReplyReady(turn=None, kind="reminder", text="x")], slot)

    @precondition(lambda self: self._open_calls())
    @rule(n=NUMBER)
    def a_tool_ends(self, n: int) -> None:
        call = one_of(self._open_calls(), n)
        good = ToolFinished(call=call, tool="search_web", result={}, took_ms=1)
        bad = ToolFailed(call=call, tool="search_web", code="unavailable", error="")
        self.append([one_of([good, bad], n // 7)], slots.outcome(call))

    @precondition(lambda self: self._open_calls())
    @rule(n=NUMBER)
    def a_tools_service_is_gone(self, n: int) -> None:
        self.dead_calls.add(one_of(self._open_calls(), n))

    @precondition(lambda self: self.deadline and self.state.waiting)
    @rule(n=NUMBER)
    def a_tools_deadline_passes(self, n: int) -> None:
        self._fail_late(one_of(sorted(self.state.waiting), n))

    @precondition(lambda self: self.bus.queue and len(self.handlers) < MOST_HANDLERS)
    @rule(n=NUMBER)
    def the_bus_delivers(self, n: int) -> None:
        one = self.bus.deliver(n)
        self.handlers.append(Handler(one, stopping=one.event_id in self.stop_words))

    @precondition(lambda self: len(self.handlers) < MOST_HANDLERS)
    @rule(n=NUMBER)
    def the_bus_delivers_again(self, n: int) -> None:
        self.bus.publish_again(n)

    @precondition(lambda self: self.bus.queue)
    @rule(n=NUMBER)
    def the_bus_loses_a_delivery(self, n: int) -> None:
        self.bus.lose(n)

    @precondition(lambda self: self.handlers)
    @rule(n=NUMBER)
    def a_handler_dies(self, n: int) -> None:
        handler = one_of(self.handlers, n)
        self.handlers.remove(handler)
        self.bus.give_back(handler.event)

    @precondition(lambda self: self.handlers)
    @rule(n=NUMBER)
    def a_handler_is_told_to_park(self, n: int) -> None:
        handler = one_of(self.handlers, n)
        handler.parks = True
        handler.forget()

    @precondition(lambda self: self.judge.parked)
    @rule(n=NUMBER)
    def an_operator_retries(self, n: int) -> None:
        parked = [one for one in self.log.all() if isinstance(one.event, TurnParked)]
        one = one_of(parked, n)
        retried = TurnRetried(parked=one.event_id, messages=one.event.messages)
        self.append([retried], slots.retry(one.event_id))

    # -- what a handler does ----------------------------------------------------------------

    @precondition(lambda self: self.handlers)
    @rule(n=NUMBER)
    def a_handler_goes_on(self, n: int) -> None:
        handler = one_of(self.handlers, n)
        for _ in range(1 + n % 6):
            if handler in self.handlers:
                self.go_on(handler, n)

    def go_on(self, handler: Handler, n: int) -> None:
        if handler.holding is not None:
            outcome = self.append(handler.holding.events, handler.holding.slot)
            if handler.parks and not handler.stopping and isinstance(outcome, Appended):
                self.rows += 1
            handler.forget()
        elif handler.state is None:
            handler.state = self.state
        elif handler.stopping:
            handler.stopping = decider.stops(handler.state, handler.event.version)
            turn = handler.state.turn
            stops = handler.stopping and turn is not None
            handler.holding = self.stop(handler.state, turn) if stops and turn else None
        elif handler.state.driver != handler.event.event_id:
            self.handlers.remove(handler)
            self.bus.ack(handler.event)
        elif handler.parks:
            handler.holding = self.park(handler)
        else:
            kind = one_of(["text", "call", "text", "calls", "nothing", "way"], n)
            kind = "lie" if kind == "nothing" and n >= 30 else kind
            handler.holding = self.move(handler.state, kind)

    def stop(self, state: Conversation, turn: UUID) -> Decide:
        return decider.stopped(state, turn)

    def park(self, handler: Handler) -> Decide | None:
        assert handler.state is not None
        return decider.parked(handler.state, "boom")

    def move(self, state: Conversation, kind: str) -> Decide:
        move = decider.next_move(state, self.log.now, timedelta())
        if isinstance(move, Decide):
            return move
        assert isinstance(move, AskModel)
        assert not state.waiting, "the model is asked while tools are at work"
        self.asked[move.turn, move.step] += 1
        calls = {"call": (WEB,), "calls": (WEB, ("nobody", {}), PAY)}.get(kind, ())
        text = "hi" if kind == "text" else None
        may_give_way = move.step > 1 and bool(state.pending)
        if kind == "way":
            calls = (("give_way", {}),)
        if kind == "lie":
            told = {"text": "I've booked it.", "language": "en", "says_done": ["book_table"]}
            calls = (("reply", told),)
        said = answer(move.turn, move.step, text=text, calls=calls)
        given = Circumstances(
            offered=OFFERED,
            zone="UTC",
            zone_known=False,
            now=self.log.now,
            in_reply_to=None,
            may_repair=state.repairs < MAX_REPAIRS,
            may_catch=not state.caught and move.step < decider.MAX_STEPS,
            proposed=self._proposed(move.turn),
            may_give_way=may_give_way,
        )
        return Decide(move.slot, answered(said, given))

    def _proposed(self, turn: UUID) -> list[ActionProposed]:
        proposed = [one.event for one in self.log.all() if isinstance(one.event, ActionProposed)]
        return [one for one in proposed if one.turn == turn]

    # -- how it works underneath ------------------------------------------------------------

    def append(self, events: Sequence[Event], slot: UUID, because: Because = FRESH) -> Outcome:
        seen = self.judge.version
        outcome = self.log.put([Write(STREAM, events, USER)], slot, because)
        for one in self.log.after(seen):
            self.state = self.fold.evolve(self.state, one)
            self.judge.see(one, self.state)
        self.judge.at_rest_between_appends(self.state)
        self.bus.relay()
        driver = self.state.driver
        assert driver is None or self.bus.holds(driver), "the driver was acked"
        return outcome

    def _message(self, text: str, word: str | None = None, ours: str | None = None) -> UUID:
        sid = f"SM{len(self.log.all())}"
        told = message(text, sid=sid).model_copy(update={"word": word, "sender": ours})
        batch: list[Event] = [told]
        if word == "stop" and self.state.written_to(ours).consent:
            batch.append(ConsentWithdrawn())
        if word == "start":
            batch.append(ConsentGiven())
        return self.append(batch, slots.message(sid)).events[0].event_id

    def _open_calls(self) -> list[UUID]:
        """Of tools that still run, also of turns that ended meanwhile."""
        ended = {one.event.call for one in self.log.all() if isinstance(one.event, ToolFailed)}
        ended |= {one.event.call for one in self.log.all() if isinstance(one.event, ToolFinished)}
        calls = [one.event_id for one in self.log.all() if isinstance(one.event, ToolRequested)]
        return [call for call in calls if call not in ended | self.dead_calls]

    def _fail_late(self, call: UUID) -> None:
        late = ToolFailed(call=call, tool="search_web", code="timeout", error="")
        self.append([late], slots.outcome(call))

    def settle(self) -> None:
        """Without another fault everything comes to rest, from anywhere."""
        for _ in range(400):
            if self.watchdog:
                self.bus.nudge(self.state.driver)
            if self.handlers:
                self.go_on(self.handlers[0], 0)
            elif self.bus.queue:
                self.the_bus_delivers(0)
            elif self._open_calls():
                self.a_tool_ends(0)
            elif self.deadline and self.state.waiting:
                self._fail_late(min(self.state.waiting))
            else:
                break

    def teardown(self) -> None:
        self.settle()
        assert self.state.driver is None, "it never settles"
        self.judge.at_the_end()
        assert self.rows == self.judge.parked, "a dead letter without its event, or the reverse"
        assert self.fold.over(self.log.all()) == self.state, "the fold is not deterministic"
