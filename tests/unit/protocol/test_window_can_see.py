"""The simulation is worth something: each rule of the window, off alone, is found out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.conversation import MessageReceived
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.replies import ReplyHeld, ReplyParked, ReplySending, ReplyUndelivered
from services.gateway.lane import GATES, Lane, evolve
from taskflow.log.appending import Outcome
from taskflow.log.deciding import Decide
from taskflow.log.folding import Fold
from tests.support.lane_world import CONSUMED
from tests.support.lanes import CONSENT, WORK, Lanes
from tests.support.walks import violation, walk

pytestmark = pytest.mark.long

Folding = Callable[[Lane, Recorded[Any]], Lane]
NOT_FIRST = "claimed before an earlier reply that waits"
NOBODY = "a lane without its driver, or the reverse"
REFUTED = "claimed, though WhatsApp refused one behind the last message"


def found(machine: type[Lanes]) -> str | None:
    return violation(lambda seed: walk(machine, seed, without=CONSENT, often=WORK))


class Begun(Lanes):
    """Begins with a reminder whose first part WhatsApp refused, and nobody was told of it yet."""

    parts = 1

    def __init__(self) -> None:
        super().__init__()
        self.a_reply_is_ready(2 * self.parts - 1)
        self.the_bus_delivers(1)
        (self.sender,) = self.senders
        self.to("wait")
        self.is_accepted()
        self.whatsapp_closes_the_window()
        self.whatsapp_takes_the_next(0)
        self.and_then()

    def to(self, at: str) -> None:
        while self.sender.at != at:
            self.go_on(self.sender)

    def is_accepted(self) -> None:
        self.twilio_accepts(0)
        self.to("fold")

    def and_then(self) -> None:
        """Everything else at random."""


class SentAgain(Begun):
    """The channel's list is broken, the attempt was assumed to be missing, and the user wrote."""

    def is_accepted(self) -> None:
        self.twilios_list_breaks()
        self.twilio_accepts_and_the_answer_is_lost(0)

    def and_then(self) -> None:
        self.time_passes(3)
        self.to("append")
        self.the_user_writes(1)


class PartlyFailed(Begun):
    """Twilio refused the second part for good, and another reply waits."""

    parts = 2

    def and_then(self) -> None:
        self.a_reply_is_ready(0)
        self.to("wait")
        self.twilio_refuses(2)


class PartlyParked(Begun):
    """A sender is about to give up the second part, and then the refusal is told."""

    parts = 2

    def and_then(self) -> None:
        self.sender.parks = True
        self.to("park")
        while self.webhooks:
            self.a_webhook_goes_on(0)
        self.the_user_writes(1)
        self.the_bus_delivers_again(1)
        while self.bus.queue:
            self.the_bus_delivers(0)


def _a_message_releases_nothing(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    if not isinstance(one.event, MessageReceived):
        return after
    return after.but(queue=lane.queue, held=lane.held, driver=lane.driver)


def _a_message_wakes_nobody(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    return after.but(driver=lane.driver) if isinstance(one.event, MessageReceived) else after


def _what_is_released_goes_last(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    if not isinstance(one.event, MessageReceived):
        return after
    return after.but(queue=(*lane.queue, *lane.held))


def _what_comes_back_goes_before_a_claimed_head(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    return after.but(queue=tuple(sorted(after.queue, key=lambda each: each.ready)))


def _a_head_is_for_ever(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    head = next(
        (each for each in after.queue if lane.queue and each.reply == lane.queue[0].reply), None
    )
    if head is None:
        return after
    return after.but(queue=(head, *(each for each in after.queue if each is not head)))


def _a_refusal_shuts_nothing(lane: Lane, one: Recorded[Any]) -> Lane:
    return evolve(lane, one).but(shut=0)


def _a_refusal_speaks_of_when_it_is_heard(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    return after.but(shut=one.version) if after.shut != lane.shut else after


def _refusals_of_what_was_given_up_are_nothing(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    return after.but(gone=tuple(each for each in after.gone if not each.given_up))


def _nothing_is_repaired(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    if not isinstance(one.event, ReplyUndelivered):
        return after
    return after.but(queue=lane.queue, held=lane.held, gone=lane.gone, driver=lane.driver)


def _a_repair_wakes_nobody(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    return after.but(driver=lane.driver) if isinstance(one.event, ReplyUndelivered) else after


def _any_attempt_is_repaired(lane: Lane, one: Recorded[Any]) -> Lane:
    fact = one.event
    if isinstance(fact, ReplyUndelivered):
        for each in (*lane.queue, *lane.held, *lane.gone):
            if each.reply == fact.reply and fact.part < len(each.pieces):
                latest = len(each.pieces[fact.part].attempts)
                one = replace(one, event=fact.model_copy(update={"attempt": latest}))
    return evolve(lane, one)


def _what_is_held_stays_the_head(lane: Lane, one: Recorded[Any]) -> Lane:
    after = evolve(lane, one)
    if not isinstance(one.event, ReplyHeld):
        return after
    return after.but(queue=(*after.held, *after.queue), held=(), driver=lane.driver)


def found_with(fold: Folding, world: type[Lanes] = Lanes) -> str | None:
    broken = Fold("broken", 1, Lane, fold)
    return found(type("Broken", (world,), {"fold": broken}))


@pytest.mark.parametrize(
    ("fold", "finding"),
    [
        (_a_message_releases_nothing, NOT_FIRST),
        (_a_message_wakes_nobody, NOBODY),
        (_what_is_released_goes_last, NOT_FIRST),
        (_what_comes_back_goes_before_a_claimed_head, "claimed beside an open attempt"),
        (_a_head_is_for_ever, NOT_FIRST),
        (_a_refusal_shuts_nothing, REFUTED),
        (_a_refusal_speaks_of_when_it_is_heard, "held, though the window is open"),
        (_nothing_is_repaired, "a part counts as sent that WhatsApp refused"),
        (_a_repair_wakes_nobody, NOBODY),
        (_what_is_held_stays_the_head, "held, though nothing of it waits"),
    ],
)
def test_a_fold_that_breaks_a_rule_is_found_out(fold: Folding, finding: str) -> None:
    assert found_with(fold) == finding


def test_what_stays_held_though_its_user_wrote_is_found_out() -> None:
    class Alone(Lanes):
        """No reply comes that would pass it."""

        def __init__(self) -> None:
            super().__init__()
            self.a_reply_is_ready(0)

        fold = Fold("broken", 1, Lane, _a_message_releases_nothing)

    def walks(seed: int) -> None:
        walk(Alone, seed, without=["a_reply_is_ready", *CONSENT], often=WORK)

    assert violation(walks) == "a reply is held though its user wrote since"


def test_a_repair_of_any_attempt_is_found_out() -> None:
    assert found_with(_any_attempt_is_repaired, SentAgain) == "claimed, though the part is done"


def test_forgetting_the_claims_of_what_was_given_up_is_found_out() -> None:
    assert found_with(_refusals_of_what_was_given_up_are_nothing, PartlyFailed) == REFUTED


@pytest.mark.parametrize(
    ("kind", "world", "finding"),
    [
        (ReplySending, Lanes, NOT_FIRST),
        (ReplyHeld, Lanes, "it never settles"),
        (ReplyParked, PartlyParked, "claimed beside an open attempt"),
    ],
)
def test_what_passes_the_gates_is_found_out(
    kind: type[Event], world: type[Lanes], finding: str
) -> None:
    class Ungated(world):
        def at_gate(self, decision: Decide) -> Outcome | None:
            if isinstance(decision.events[0], kind):
                return self.append(decision.events, decision.slot)
            return super().at_gate(decision)

    assert found(Ungated) == finding


@pytest.mark.parametrize(
    ("fact", "finding"),
    [(MessageReceived, "held, though the window is open"), (ReplyUndelivered, NOT_FIRST)],
)
def test_a_fact_that_is_no_gate_is_found_out(fact: type[Event], finding: str) -> None:
    class Open(Lanes):
        gates = tuple(gate for gate in GATES if gate != fact.type)

    assert found(Open) == finding


@pytest.mark.parametrize("fact", [MessageReceived, ReplyUndelivered])
def test_a_fact_that_is_not_delivered_is_found_out(fact: type[Event]) -> None:
    class Deaf(Lanes):
        consumed = tuple(kind for kind in CONSUMED if kind is not fact)

    assert found(Deaf) == "the driver was acked"


@pytest.mark.parametrize("world", [SentAgain, PartlyFailed, PartlyParked])
def test_nothing_is_found_where_no_rule_is_broken(world: type[Lanes]) -> None:
    assert found(world) is None
