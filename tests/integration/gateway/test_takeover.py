"""An operator's line and a reminder through the real gateway, and the commands beside it."""

import asyncio

import pytest

from contracts import slots, streams
from contracts.conversation import RULES, TurnStarted
from contracts.replies import ReplyParked
from contracts.takeover import ConversationTakenOver
from services.agent.decider import FOLD as AGENT
from services.agent.takeover.desk import desk
from services.gateway.lane import FOLD
from services.gateway.saying.parts import mark
from taskflow import clock
from taskflow.cli.house import dlq
from taskflow.cli.operator import operator
from taskflow.cli.people.takeover import hand_back, take_over
from taskflow.errors import Configuration
from taskflow.log.appending import Write
from taskflow.process.service import Runtime
from tests.contract.simulators.twilio.world import NUMBER
from tests.integration.gateway.conftest import House
from tests.support.eventually import eventually

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("as_operator")]


async def rests(house: House, runtime: Runtime) -> bool:
    folded = await runtime.folds.fold(streams.conversation(await house.user()), FOLD)
    return folded.state.driver is None and folded.version > 1


async def bodies(house: House) -> list[str]:
    return [one["body"] for one in await house.accepted()]


async def test_lines_go_as_they_are_and_reminders_marked(house: House, runtime: Runtime) -> None:
    await take_over(NUMBER, "Grace", "I am here.")
    await house.say("⏰ call Ada", kind="reminder", language="de")
    await take_over(NUMBER, "Grace", "Still here.")
    assert await eventually(lambda: rests(house, runtime))
    assert await bodies(house) == ["I am here.", f"{mark('de')}\n⏰ call Ada", "Still here."]

    await hand_back(NUMBER)
    await house.say("⏰ tea", kind="reminder", language="de")
    await eventually(lambda: _has(house, "⏰ tea"))


async def test_a_marked_reminder_whose_answer_is_lost_is_found_by_its_text(
    house: House, runtime: Runtime
) -> None:
    await take_over(NUMBER, "Grace", "One moment.")
    await eventually(lambda: _has(house, "One moment."))
    await house.fault("twilio", status=500, after_accept=True)
    await house.say("⏰ call Ada", kind="reminder")
    assert await eventually(lambda: rests(house, runtime), 20)
    assert await bodies(house) == ["One moment.", f"{mark('en')}\n⏰ call Ada"]


async def test_an_answer_that_waits_is_never_said(house: House, runtime: Runtime) -> None:
    await house.fault("twilio", status=429, code=20429, retry_after=2)
    await house.say("Too late.")
    await eventually(lambda: house.events("reply.refused"))
    await take_over(NUMBER, "Grace", "Here.")
    await eventually(lambda: _has(house, "Here."))
    assert await eventually(lambda: rests(house, runtime))
    assert await bodies(house) == ["Here."]


async def test_what_can_not_be_done_is_said(house: House, runtime: Runtime) -> None:
    assert runtime
    with pytest.raises(Configuration, match="nobody has taken"):
        await hand_back(NUMBER)
    with pytest.raises(Configuration, match="nothing to say"):
        await take_over(NUMBER, "Grace", "  ")
    with pytest.raises(Configuration, match="1 to 80 characters"):
        await take_over(NUMBER, "", "Hi")
    await take_over(NUMBER, "Grace", "Hi")
    with pytest.raises(Configuration, match="'Grace' has the word since"):
        await take_over(NUMBER, "Alan", "Hi")
    with pytest.raises(Configuration, match="1 to 4,000 characters"):
        await take_over(NUMBER, "Grace", "x" * 4_001)


async def test_a_line_that_meets_the_hand_back_is_not_said(house: House, runtime: Runtime) -> None:
    assert runtime
    async with desk(NUMBER) as ours, desk(NUMBER) as theirs:
        await ours.take("Grace")
        _, seen = await ours.look(0)
        await theirs.hand_back()
        with pytest.raises(Configuration):
            await ours.say("Grace", "Hello?", seen=seen, command=clock.new_id())
    assert not await house.events("operator.said")


async def test_of_a_turn_and_a_takeover_at_once_one_comes_first(
    house: House, runtime: Runtime
) -> None:
    user = await house.user()
    stream = streams.conversation(user)
    state = (await runtime.folds.fold(stream, AGENT)).state
    started = TurnStarted(number=0, rules=RULES)

    async def opens() -> None:
        await runtime.log.append([Write(stream, [started], user)], slots.turn(stream, state.ended))

    async with desk(NUMBER) as one:
        await asyncio.gather(opens(), one.take("Grace"))
    (taken,) = await house.events(ConversationTakenOver.type)
    turns = await house.events("turn.started")
    assert taken.event.turn == (turns[0].event_id if turns else None)
    folded = (await runtime.folds.fold(stream, AGENT)).state
    assert (folded.turn, folded.taken) == (None, taken.event_id)


async def _has(house: House, body: str) -> bool:
    return body in await bodies(house)


async def test_an_answer_of_before_is_not_given_back_from_its_dead_letter(
    house: House, runtime: Runtime
) -> None:
    assert runtime
    user = await house.user()
    stream = streams.conversation(user)
    reply = await house.say("Never said.", kind="apology")
    parked = ReplyParked(reply=reply.event_id, error="boom")
    given_up = await runtime.log.append([Write(stream, [parked], user)], reply.event_id)
    async with operator() as me:
        assert (await dlq._decided_anew(me, given_up.events[0])).type == "reply.ready"
        await take_over(NUMBER, "Grace", "Here.")
        with pytest.raises(Configuration, match="what they said stands in its place"):
            await dlq._decided_anew(me, given_up.events[0])
