"""The simulation is worth something: each rule of several senders, off alone, is found out."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts.conversation import MessageReceived
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.replies import ReplyRefused, ReplyUndelivered
from services.agent.state import Conversation
from services.gateway import lane as lanes
from services.gateway import senders
from services.gateway.lane import Lane, evolve
from services.gateway.queued import Queued
from services.gateway.senders import state_of
from services.gateway.withdrawing import is_withdrawn
from taskflow.log.appending import Outcome
from taskflow.log.deciding import Decide
from taskflow.log.folding import Fold
from tests.support.lanes import WORK
from tests.support.sender_lanes import OLD, RETIRING, SenderLanes
from tests.support.sender_turns import SenderTurns
from tests.support.walks import violation, walk

pytestmark = pytest.mark.long

Folding = Callable[[Lane, Recorded[Any]], Lane]
written_to = Conversation.written_to
ELSEWHERE = "the word on a STOP goes from another sender"
TWICE = "consent was withdrawn twice"
NOBODY = "told that START resumes, and nobody had to be"


def found(machine: type[SenderLanes], *without: str) -> str | None:
    return violation(lambda seed: walk(machine, seed, without=without, often=WORK))


def found_with(fold: Folding) -> str | None:
    broken = Fold("broken", 1, Lane, fold)
    return found(type("Broken", (SenderLanes,), {"fold": broken}), RETIRING)


def _all_senders_share_a_state(lane: Lane, one: Recorded[Any]) -> Lane:
    named = isinstance(one.event, MessageReceived) and lane.sender
    return evolve(lane.but(sender=one.event.sender) if named else lane, one)


def _nothing_is_put_by(lane: Lane, one: Recorded[Any]) -> Lane:
    return evolve(lane, one).but(others=())


def _a_refusal_speaks_of_the_sender_of_now(lane: Lane, one: Recorded[Any]) -> Lane:
    if not isinstance(one.event, ReplyRefused | ReplyUndelivered):
        return evolve(lane, one)
    return evolve(lane.but(**{kept: _from(lane, kept) for kept in ("queue", "held", "gone")}), one)


def _from(lane: Lane, kept: str) -> tuple[Queued, ...]:
    """As if all their attempts had gone from the sender of now."""
    return tuple(
        reply.but(
            pieces=tuple(
                piece.model_copy(update={"senders": (lane.sender,) * len(piece.senders)})
                for piece in reply.pieces
            )
        )
        for reply in getattr(lane, kept)
    )


@pytest.mark.parametrize(
    ("fold", "finding"),
    [
        (_all_senders_share_a_state, NOBODY),
        (_nothing_is_put_by, TWICE),
        (_a_refusal_speaks_of_the_sender_of_now, ELSEWHERE),
    ],
)
def test_a_fold_that_breaks_a_rule_is_found_out(fold: Folding, finding: str) -> None:
    assert found_with(fold) == finding


def test_a_word_that_waits_while_another_sender_is_written_to_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "written_to", senders.at)

    assert found(SenderLanes, RETIRING) == ELSEWHERE


def test_a_word_that_is_tried_again_from_another_sender_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def only_after_start(lane: Lane, reply: Queued, _sender: str | None) -> bool:
        return (reply.is_of_consent and lane.consent) or is_withdrawn(lane, reply)

    monkeypatch.setattr(lanes, "is_unsaid", only_after_start)

    assert found(SenderLanes, RETIRING) == ELSEWHERE


def test_a_notice_that_passes_the_gates_is_found_out() -> None:
    class Ungated(SenderLanes):
        def say(self, decision: Decide) -> Outcome | None:
            return self.append(decision.events, decision.slot)

    assert found(Ungated, RETIRING) == NOBODY


def test_going_from_the_default_alone_is_found_out() -> None:
    class FromTheDefault(SenderLanes):
        def seen(self, lane: Lane) -> Lane:
            return lane.but(sender=OLD)

    assert found(FromTheDefault, RETIRING) == "claimed from another than was written to"


def test_a_window_that_nobody_opened_is_found_out() -> None:
    class Trusting(SenderLanes):
        def seen(self, lane: Lane) -> Lane:
            seen = super().seen(lane)
            return seen if seen.heard else seen.but(shut=0)

    assert found(Trusting) == "claimed from a sender that was never written to"


def test_speaking_by_the_default_after_a_stop_is_found_out() -> None:
    class Loud(SenderLanes):
        def seen(self, lane: Lane) -> Lane:
            seen = super().seen(lane)
            return seen.but(consent=state_of(lane, seen.sender).consent)

    assert found(Loud) == "claimed after STOP"


@pytest.mark.parametrize(
    ("broken", "finding"),
    [
        (lambda state, _sender: state, "messages wait for nobody"),
        (
            lambda state, sender: written_to(state, sender).but(silenced=()),
            "a turn is to open for who said STOP",
        ),
    ],
    ids=["one consent for all", "a stop is forgotten"],
)
def test_an_agent_that_confuses_senders_is_found_out(
    monkeypatch: pytest.MonkeyPatch, broken: Callable[..., Any], finding: str
) -> None:
    monkeypatch.setattr(Conversation, "written_to", broken)

    assert violation(_turns) == finding


def _turns(seed: int) -> None:
    walk(SenderTurns, seed, often=("a_handler_goes_on", "the_bus_delivers"))


def test_a_door_that_asks_for_the_consent_of_now_is_found_out() -> None:
    class AtTheDoor(SenderLanes):
        def batch(self, told: MessageReceived, lane: Lane) -> list[Event]:
            events = super().batch(told.model_copy(update={"sender": lane.sender}), lane)
            named = events[0].model_copy(update={"sender": told.sender})
            return [named, *events[1:]]

    assert found(AtTheDoor, RETIRING) == TWICE
