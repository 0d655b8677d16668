"""A claim or a hold that a gate overtook is a conflict; and what callbacks tell of the window."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.event import Event
from contracts.replies import (
    WINDOW_SHUT,
    ReplyDelivered,
    ReplyRefused,
    ReplyUndelivered,
)
from services.gateway.channels.channel import Accepted, TooLate, Unknown
from services.gateway.channels.heard import AnotherMessage, StatusNotes
from services.gateway.channels.statuses import Callback
from services.gateway.decider import Claim, Hold, Move, next_move
from services.gateway.lane import Lane
from taskflow.log.snapshots import Folds
from tests.support.events import message, reply
from tests.support.memory_log import START
from tests.support.story import USER
from tests.unit.gateway.test_effects import House

DAY = timedelta(hours=24)
OTHER = UUID(int=5)
LATE = TooLate(WINDOW_SHUT, "HTTP 400, 63016: too late")
TOLD: dict[str, Any] = {"reply": OTHER, "part": 0, "message_ref": "SM9"}
A_MESSAGE = message(sid="SM2")
REFUSED = ReplyRefused(reply=OTHER, part=0, attempt=1, reason="429", again_at=START)
UNDELIVERED = ReplyUndelivered(**TOLD, status="undelivered", code=WINDOW_SHUT, attempt=1)
DELIVERED = ReplyDelivered(**TOLD)
AN_ANSWER = reply(None)


@pytest.fixture
def house() -> House:
    return House()


async def make(house: House, move: Move, lane: Lane) -> None:
    if isinstance(move, Hold):
        await house.effects.hold(move, house.ready, lane)
    else:
        assert isinstance(move, Claim)
        await house.effects.send(move, house.ready, lane)


async def test_a_refusal_at_the_post_by_the_window_holds(house: House) -> None:
    house.vendor.outcomes = [LATE]
    await house.move()
    await house.move()
    assert house.types == ["reply.sending", "reply.refused", "reply.held"]
    assert house.lane.driver is None

    house.story.tell(A_MESSAGE)
    house.vendor.outcomes = [Accepted("SM1")]
    await make(house, next_move(house.lane, START), house.lane)
    assert house.types[3:] == ["message.received", "reply.sending", "reply.sent"]
    assert len(house.vendor.posted) == 2


@pytest.mark.parametrize("gate", [A_MESSAGE, REFUSED, UNDELIVERED])
async def test_a_claim_that_a_gate_overtook_is_none(house: House, gate: Event) -> None:
    lane = house.lane
    house.story.tell(gate)
    await make(house, next_move(lane, START), lane)
    assert (house.types, house.vendor.posted) == ([gate.type], [])
    assert house.effects._owed == {}

    house.vendor.outcomes = [Accepted("SM1")]
    now = house.lane
    assert (now.queue[0].attempt, now.queue[0].tries) == (1, 1)
    await make(house, next_move(now, START), now)
    assert house.types[1:] == ["reply.sending", "reply.sent"]


@pytest.mark.parametrize("fact", [DELIVERED, AN_ANSWER])
async def test_other_facts_are_no_gates(house: House, fact: Event) -> None:
    lane = house.lane
    house.story.tell(fact)
    house.vendor.outcomes = [Accepted("SM1")]
    await make(house, next_move(lane, START), lane)
    assert house.vendor.posted == ["hello"]


@pytest.mark.parametrize("gate", [A_MESSAGE, REFUSED, UNDELIVERED])
async def test_a_hold_that_a_gate_overtook_is_none(house: House, gate: Event) -> None:
    house.story.tell(message())
    lane = house.lane
    house.story.tell(gate)
    move = next_move(lane, START + DAY)
    assert isinstance(move, Hold)
    await make(house, move, lane)
    assert house.types == ["message.received", gate.type]

    await make(house, next_move(house.lane, START + DAY), house.lane)
    assert house.types[2:] == ["reply.held"]


async def test_a_hold_where_a_claim_stands_holds_nothing(house: House) -> None:
    house.story.tell(message())
    lane = house.lane
    house.vendor.outcomes = [Unknown("cut")]
    await make(house, next_move(lane, START), lane)
    await make(house, next_move(lane, START + DAY), lane)
    assert house.types == ["message.received", "reply.sending"]


def told(house: House, sid: str = "SM1", status: str = "undelivered") -> Callback:
    code = WINDOW_SHUT if status == "undelivered" else None
    return Callback(house.ready.event_id, 0, 1, sid, status, code)


def heard(house: House) -> StatusNotes:
    return StatusNotes(house.log, Folds(house.log, None))


async def test_a_refusal_that_is_told_before_the_post_was_answered_is_proof_and_fact_at_once(
    house: House,
) -> None:
    house.vendor.outcomes = [Unknown("cut")]
    await house.move()
    await heard(house).note(USER, told(house))
    await heard(house).note(USER, told(house))

    assert house.types == ["reply.sending", "reply.sent", "reply.undelivered"]
    proof, fact = house.story.events[-2:]
    assert proof.transaction_id == fact.transaction_id
    now = house.lane
    assert (now.queue[0].attempt, now.queue[0].token) == (2, None)
    assert isinstance(next_move(now, START), Hold)


async def test_a_refusal_of_what_was_assumed_to_be_gone_is_bound_to_its_attempt(
    house: House,
) -> None:
    house.vendor.outcomes, house.vendor.listed = [Unknown("cut")], None
    await house.move()
    house.now = START + timedelta(seconds=121)
    await house.move()
    await heard(house).note(USER, told(house))
    assert house.types == ["reply.sending", "reply.assumed", "reply.undelivered"]
    assert house.lane.queue[0].attempt == 2

    with pytest.raises(AnotherMessage):
        await heard(house).note(USER, told(house, "SM2", "delivered"))
