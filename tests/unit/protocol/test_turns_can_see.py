"""The simulation is worth something: each rule of the turn protocol, off alone, is found out."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from contracts import slots
from contracts.conversation import (
    MessageReceived,
    ReplyReady,
    TurnParked,
    TurnStarted,
    TurnStopped,
    TurnSuperseded,
)
from contracts.event import Event
from contracts.recorded import Recorded
from services.agent.decider import Conversation, current_slot, evolve
from taskflow.log.appending import Appended, Exists, Outcome, Write
from taskflow.log.deciding import Decide
from taskflow.log.folding import Fold
from tests.support.memory_log import MemoryLog
from tests.support.turns import CONSENT, Handler, Turns
from tests.support.walks import violation, walk

pytestmark = pytest.mark.long

WORK = ("a_handler_goes_on", "the_bus_delivers")
ENDED = "a step of a turn that is not open"


def found(machine: type[Turns]) -> str | None:
    return violation(lambda seed: walk(machine, seed, without=CONSENT, often=WORK))


def _a_reply_forgets_who_waits(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = evolve(state, one)
    return after.but(driver=None) if isinstance(one.event, ReplyReady) else after


def _a_newer_message_takes_the_turn(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = evolve(state, one)
    return after.but(driver=one.event_id) if isinstance(one.event, MessageReceived) else after


def _a_reminder_closes_the_turn(state: Conversation, one: Recorded[Any]) -> Conversation:
    if isinstance(one.event, ReplyReady) and one.event.turn is None and state.turn:
        closing = one.event.model_copy(update={"turn": state.turn})
        return evolve(state, replace(one, event=closing))
    return evolve(state, one)


def _a_reply_covers_all_before_it(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = evolve(state, one)
    closes = isinstance(one.event, ReplyReady) and one.event.turn is not None
    return after.but(pending=(), driver=None) if closes and after.turn is None else after


def _parking_wakes_nobody(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = evolve(state, one)
    return after.but(driver=None) if isinstance(one.event, TurnParked) else after


def _parking_gives_up_what_it_does_not_name(
    state: Conversation, one: Recorded[Any]
) -> Conversation:
    after = evolve(state, one)
    without_turn = isinstance(one.event, TurnParked) and one.event.turn is None
    return after.but(pending=(), driver=None) if without_turn else after


def _a_turn_forgets_its_messages(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = evolve(state, one)
    if isinstance(one.event, TurnStarted) and after.turn == one.event_id:
        return after.but(covers=after.covers[:1])
    return after


def _what_gave_way_is_forgotten(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = evolve(state, one)
    return after.but(pending=state.pending) if isinstance(one.event, TurnSuperseded) else after


def _what_gave_way_comes_last(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = evolve(state, one)
    back = (*state.pending, *state.covers)
    return after.but(pending=back) if isinstance(one.event, TurnSuperseded) else after


@pytest.mark.parametrize(
    ("broken", "finding"),
    [
        (_a_reply_forgets_who_waits, "an open turn waits for nobody"),
        (_a_newer_message_takes_the_turn, "the model is asked while tools are at work"),
        (_a_reminder_closes_the_turn, "the decider errs about the open turn"),
        (_a_reply_covers_all_before_it, "it errs about who waits"),
        (_parking_wakes_nobody, "messages wait for nobody"),
        (_parking_gives_up_what_it_does_not_name, "it errs about who waits"),
        (_what_gave_way_is_forgotten, "it errs about who waits"),
        (_what_gave_way_comes_last, "it errs about who waits"),
        (_a_turn_forgets_its_messages, "it errs about what is covered"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_broken_fold_is_found_out(broken: Any, finding: str) -> None:
    class Broken(Turns):
        fold = Fold("broken", 1, Conversation, broken)

    assert found(Broken) == finding


def test_decisions_without_slots_are_found_out() -> None:
    class WithoutSlots(Turns):
        def move(self, state: Conversation, kind: str) -> Decide:
            decision = super().move(state, kind)
            made_up = UUID(int=2**64 + len(self.log.all()) * 100 + sum(self.asked.values()))
            return Decide(made_up, decision.events)

    assert found(WithoutSlots) in {"a step has two answers", ENDED}


def test_a_slot_that_takes_single_events_is_found_out() -> None:
    class PieceByPiece(MemoryLog):
        def put(self, writes: Any, slot: UUID, because: Any = None) -> Outcome:
            outcome = super().put(writes, slot)
            (write,) = writes
            if isinstance(outcome, Exists) and len(outcome.events) < len(write.events):
                return self._rest(write, slot, len(outcome.events))
            return outcome

        def _rest(self, write: Write, slot: UUID, have: int) -> Outcome:
            late: list[Recorded[Any]] = []
            for n, event in list(enumerate(write.events))[have:]:
                hidden = super().put([Write(write.stream, [event], write.user)], UUID(int=n + 1))
                late += hidden.events
            return Appended(late)

    class Pieces(Turns):
        def new_log(self) -> MemoryLog:
            return PieceByPiece()

    assert found(Pieces) in {"a step holds pieces of two answers", "a reply without its answer"}


def test_a_turn_numbered_by_its_driver_is_found_out() -> None:
    class ByDriver(Turns):
        def move(self, state: Conversation, kind: str) -> Decide:
            decision = super().move(state, kind)
            if state.turn is None and state.driver is not None:
                return Decide(slots.step(state.driver, 0), decision.events)
            return decision

    assert found(ByDriver) == "it never settles"


def test_parking_by_a_row_alone_is_found_out() -> None:
    class RowOnly(Turns):
        def park(self, handler: Handler) -> Decide | None:
            self.rows += 1
            self.handlers.remove(handler)
            self.bus.ack(handler.event)
            return None

    assert found(RowOnly) == "a dead letter without its event, or the reverse"


def test_a_stop_outside_the_steps_slot_is_found_out() -> None:
    class Aside(Turns):
        def stop(self, state: Conversation, turn: UUID) -> Decide:
            return Decide(slots.retry(turn), super().stop(state, turn).events)

    assert found(Aside) in {"a turn ended that is not open", ENDED}


def test_a_stop_that_goes_on_after_its_turn_is_found_out() -> None:
    class Blind(Turns):
        def stop(self, state: Conversation, turn: UUID) -> Decide:
            stopped: Event = TurnStopped(turn=turn, reason="user")
            return Decide(current_slot(self.state), [stopped])

    assert found(Blind) in {"a turn ended that is not open", ENDED}


@pytest.mark.parametrize(
    ("helper", "finding"),
    [("watchdog", "it never settles"), ("deadline", "something was left behind")],
)
def test_without_its_helpers_a_conversation_hangs(helper: str, finding: str) -> None:
    helpless = type("Helpless", (Turns,), {helper: False})

    assert found(helpless) == finding
