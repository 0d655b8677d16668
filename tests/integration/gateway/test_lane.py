"""Replies on their way out: in order, once, and found again when nobody knows what happened."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts import slots, streams
from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from services.gateway.channels.links import PictureLinks
from services.gateway.channels.media import Pictures
from services.gateway.channels.pacing import Pacing, rate_of_sender
from services.gateway.channels.twilio.twilio import Twilio
from services.gateway.effects import Effects
from services.gateway.handlers import LaneDriving
from services.gateway.lane import FOLD
from services.gateway.templates.catalogue import Templates
from taskflow import clock
from taskflow.bus.driving import Driving
from taskflow.limits.buckets import Bucket
from taskflow.log.appending import Write
from taskflow.log.event_log import EventLog
from taskflow.log.snapshots import Folds
from taskflow.postgres import database as db
from taskflow.privacy.media import MediaStore
from taskflow.process.service import Runtime
from taskflow.process.service import runtime as runtime_without_bus
from tests.contract.simulators.twilio.world import SENDER
from tests.integration.gateway.conftest import ADA, House
from tests.support.eventually import eventually
from tests.support.servers import NatsServer

pytestmark = pytest.mark.integration


async def settled(house: House, runtime: Runtime) -> bool:
    folded = await runtime.folds.fold(streams.conversation(await house.user()), FOLD)
    return folded.state.driver is None and folded.version > 1


async def known_by(house: House) -> list[str]:
    return [one.event.known_by for one in await house.events("reply.sent")]


async def bodies(house: House) -> list[str]:
    return [one["body"] for one in await house.accepted()]


async def test_parts_and_replies_go_out_in_order(house: House, runtime: Runtime) -> None:
    long = "\n\n".join(f"{n} " + "word " * 150 for n in range(5))
    await house.say(long)
    await house.say("**second**")
    await house.say("third", kind="reminder")
    await eventually(lambda: settled(house, runtime))

    sent = await bodies(house)
    assert [body.split("\n")[0] for body in sent[:3]] == ["(1/3)", "(2/3)", "(3/3)"]
    assert sent[3:] == ["*second*", "third"]
    assert "".join("".join(sent[:3]).split()).count("word") == 750


@pytest.mark.parametrize("mode", ["normal", "off"])
async def test_accepted_and_then_500_is_found_and_not_sent_again(
    house: House, runtime: Runtime, mode: str
) -> None:
    await house.do("/_sim/twilio/callbacks", mode=mode)
    await house.fault("twilio", status=500, after_accept=True)
    await house.say("only once")
    await house.say("next")
    await eventually(lambda: settled(house, runtime), seconds=20)

    assert await bodies(house) == ["only once", "next"]
    # Where callbacks come, the listing may be quicker all the same.
    assert (await known_by(house))[0] in {"list", *(["callback"] if mode == "normal" else [])}


async def test_a_callback_that_is_faster_than_the_answer_settles_the_attempt(
    house: House, runtime: Runtime
) -> None:
    await house.fault("twilio", delay_ms=1_500, after_accept=True)
    await house.say("slow answer")
    await eventually(lambda: settled(house, runtime))

    assert await known_by(house) == ["callback"]
    assert len(await house.accepted()) == 1


async def test_a_429_is_waited_out_as_long_as_twilio_asks(house: House, runtime: Runtime) -> None:
    await house.fault("twilio", status=429, code=20429, retry_after=2)
    await house.say("patience")
    await eventually(lambda: settled(house, runtime), seconds=20)

    (refused,) = await house.events("reply.refused")
    (sent,) = await house.events("reply.sent")
    assert refused.event.reason == "HTTP 429, 20429: too many requests"
    assert sent.event.attempt == 2
    assert sent.recorded_at - refused.recorded_at > timedelta(seconds=1.5)
    assert await bodies(house) == ["patience"]


async def test_what_twilio_refuses_for_good_fails_and_makes_way(
    house: House, runtime: Runtime
) -> None:
    await house.fault("twilio", status=400, code=21614)
    await house.say("unwanted")
    await house.say("next")
    await eventually(lambda: settled(house, runtime))

    (failed,) = await house.events("reply.failed")
    assert (failed.event.code, "takes no messages" in failed.event.reason) == (21614, True)
    assert await bodies(house) == ["next"]


async def test_what_is_due_to_one_who_lost_their_number_is_held_and_told(
    house: House, runtime: Runtime
) -> None:
    former = await house.vault.user_for([ADA, "whatsapp:US.one"])
    newcomer = await house.vault.user_for([ADA, "whatsapp:US.another"])
    await runtime.pool.execute("delete from vault_addresses where user_id = $1", former)
    stream = streams.conversation(former)
    reply = ReplyReady(turn=None, kind="reminder", text="your former words")
    write = Write(stream, [reply], former)
    await house.log.append([write], slots.retry(slots.turn("nobody", 1)))

    async def parked() -> list[Any]:
        return [one for one in await house.log.read(stream) if one.event.type == "reply.parked"]

    assert await eventually(parked)
    (letter,) = await runtime.dead_letters.all()
    assert letter.error_code == "address_lost"
    assert newcomer != former
    assert [one for one in await house.accepted() if "former words" in one["body"]] == []


@pytest.fixture
async def effects(house: House, event_log: EventLog, database: str) -> AsyncGenerator[Effects]:
    """Of a replica that shares nothing with the gateway but the log."""
    twilio, key = Twilio(house.settings), house.settings.master_keys
    async with db.pool(database, "tests") as pool:
        links = PictureLinks(key, house.url)
        yield Effects(
            event_log,
            house.vault,
            twilio,
            pictures=Pictures(MediaStore(pool, house.vault), links),
            now=_in_two_minutes,
            templates=Templates(Folds(event_log, None)),
        )
    await twilio.close()


async def _in_two_minutes() -> datetime:
    return clock.utc_now() + timedelta(seconds=121)


async def _at_once() -> datetime:
    return clock.utc_now()


async def drive(effects: Effects, runtime: Runtime, recorded: Recorded[Any]) -> None:
    pacing = Pacing({SENDER: Bucket(runtime.pool, "tests", rate_of_sender(80))})
    folds = Folds(runtime.log, None)
    sending = LaneDriving(folds, effects, pacing, runtime.attempts, [SENDER])
    await Driving(sending, runtime.attempts, runtime.dead_letters).drive(recorded, 1)


async def test_deliveries_at_once_post_each_part_once(
    house: House, runtime: Runtime, effects: Effects
) -> None:
    effects._now = _at_once  # nothing is to be assumed while a POST is under way
    await house.fault("twilio", delay_ms=300, count=3)
    recorded = await house.say("\n\n".join("word " * 200 for _ in range(3)))
    await asyncio.gather(*(drive(effects, runtime, recorded) for _ in range(5)))
    await eventually(lambda: settled(house, runtime), seconds=20)

    assert [body.split("\n")[0] for body in await bodies(house)] == ["(1/3)", "(2/3)", "(3/3)"]
    assert (await house.types()).count("reply.sending") == 3


@pytest.mark.parametrize(("mode", "known"), [("normal", "callback"), ("off", "list")])
async def test_a_crash_between_accept_and_record_sends_nothing_twice(
    house: House, nats_server: NatsServer, effects: Effects, mode: str, known: str
) -> None:
    nats_server.stop()  # so that nobody but this test drives
    async with house.start() as runtime:
        await house.write("hello")
        await house.do("/_sim/twilio/callbacks", mode=mode)
        await house.fault("twilio", delay_ms=5_000, after_accept=True)
        recorded = await house.say("only once")
        sending = asyncio.create_task(drive(effects, runtime, recorded))
        await eventually(house.accepted)
        sending.cancel()
        await asyncio.wait([sending])
        nats_server.start()
        await eventually(lambda: settled(house, runtime), seconds=40)

    assert await bodies(house) == ["only once"]
    assert await known_by(house) == [known]


@pytest.mark.parametrize(
    ("kind", "assumed", "accepted"), [("answer", "gone", []), ("reminder", "again", ["reminded"])]
)
async def test_what_stays_unknown_is_assumed_by_its_class(
    house: House, effects: Effects, kind: str, assumed: str, accepted: list[str]
) -> None:
    async with runtime_without_bus("gateway", house.settings) as runtime:
        await house.fault("twilio", status=500)
        recorded = await house.say("reminded", kind=kind)
        await drive(effects, runtime, recorded)

    (assumption,) = await house.events("reply.assumed")
    assert assumption.event.assumed == assumed
    assert await bodies(house) == accepted


async def test_statuses_never_go_back(house: House, runtime: Runtime) -> None:
    await house.do("/_sim/twilio/callbacks", mode="off")
    await house.say("ticks")
    (sent,) = await eventually(house.accepted)
    await eventually(lambda: settled(house, runtime))
    url, sid = sent["status_callback"], sent["sid"]
    for status in ("read", "delivered", "sent", "read"):
        assert await house.call_back(url, sid, status) == 204

    assert await house.types("message.received", "reply.ready") == [
        "reply.sending",
        "reply.sent",
        "reply.read",
    ]


async def test_a_callback_of_another_attempt_or_without_a_message_is_refused(
    house: House, runtime: Runtime
) -> None:
    await house.do("/_sim/twilio/callbacks", mode="off")
    await house.say("ticks")
    (sent,) = await eventually(house.accepted)
    await eventually(lambda: settled(house, runtime))
    url, sid = sent["status_callback"], sent["sid"]
    before = await house.types()

    assert await house.call_back(url.replace("attempt=1", "attempt=2"), sid, "read") == 403
    assert await house.call_back(url.replace("part=0", "part=1"), sid, "read") == 403
    assert await house.call_back(url[:-1] + "%C3%A9", sid, "read") == 403
    assert await house.call_back(url.partition("&mac")[0], sid, "read") == 400
    assert await house.call_back(url, "", "read") == 400
    assert await house.types() == before
