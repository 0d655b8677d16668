"""The machine is worth something: each rule of the protocol, switched off alone, is found out."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from contracts.conversation import MessageReceived, ReplyReady, TurnParked, TurnStarted
from contracts.recorded import Recorded
from services.agent.decider import Conversation, Decide, evolve
from taskflow.folding import Fold
from tests.unit.protocol.test_turns import Turns

SEEDS = 400
STEPS = 40


def walk(machine: type[Turns], seed: int) -> None:
    """A seeded random walk over the machine's rules; what a seed finds, it finds again."""
    chance = random.Random(seed)
    turns = machine()
    for _ in range(STEPS):
        state, n = turns._state(), chance.randrange(60)
        may: list[Callable[[], None]] = [
            turns.a_message_comes,
            turns.a_reminder_speaks,
            lambda n=n: turns.the_bus_delivers_again(n),
        ]
        if state.waiting:
            may.append(lambda n=n: turns.a_tool_ends(n))
        if turns._undelivered():
            may += [turns.the_bus_delivers] * 3 + [turns.the_bus_loses_a_delivery]
        if turns.handlers:
            may += [lambda n=n: turns.a_handler_goes_on(n)] * 4
            may.append(lambda n=n: turns.a_handler_dies(n))
        if state.driver:
            may.append(turns.the_driver_is_parked)
        if state.turn:
            may.append(turns.the_user_stops)
        chance.choice(may)()
        turns.check()
    turns.teardown()


def test_the_real_decider_walks_without_a_fault() -> None:
    for seed in range(SEEDS):
        walk(Turns, seed)


def is_found_out(machine: type[Turns]) -> bool:
    for seed in range(SEEDS):
        try:
            walk(machine, seed)
        except AssertionError:
            return True
    return False


def _the_reply_forgets_who_waits(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = evolve(state, one)
    return after.but(driver=None) if isinstance(one.event, ReplyReady) else after


def _a_newer_message_takes_the_turn(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = evolve(state, one)
    return after.but(driver=one.event_id) if isinstance(one.event, MessageReceived) else after


def _a_reminder_closes_the_turn(state: Conversation, one: Recorded[Any]) -> Conversation:
    if isinstance(one.event, ReplyReady) and one.event.turn is None and state.turn:
        return evolve(state, replace(one, event=one.event.model_copy(update={"turn": state.turn})))
    return evolve(state, one)


def _the_reply_covers_all_before_it(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = evolve(state, one)
    closes = isinstance(one.event, ReplyReady) and one.event.turn is not None
    return after.but(pending=(), driver=None) if closes and after.turn is None else after


def _parking_wakes_nobody(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = evolve(state, one)
    return after.but(driver=None) if isinstance(one.event, TurnParked) else after


def _a_turn_forgets_its_messages(state: Conversation, one: Recorded[Any]) -> Conversation:
    after = evolve(state, one)
    if isinstance(one.event, TurnStarted) and after.turn == one.event_id:
        return after.but(covers=after.covers[:1])
    return after


@pytest.mark.parametrize(
    "broken",
    [
        _the_reply_forgets_who_waits,
        _a_newer_message_takes_the_turn,
        _a_reminder_closes_the_turn,
        _the_reply_covers_all_before_it,
        _parking_wakes_nobody,
        _a_turn_forgets_its_messages,
    ],
    ids=lambda broken: broken.__name__,
)
def test_a_broken_fold_is_found_out(broken: Any) -> None:
    class Broken(Turns):
        fold = Fold("broken", 1, Conversation, broken)

    assert is_found_out(Broken)


def test_a_decision_without_its_states_slot_is_found_out() -> None:
    class WithoutSlots(Turns):
        def _move(self, state: Conversation, kind: str) -> Decide:
            decision = super()._move(state, kind)
            made_up = UUID(int=2**64 + len(self.log.all()) * 100 + sum(self.asked.values()))
            return Decide(made_up, decision.events)

    assert is_found_out(WithoutSlots)
