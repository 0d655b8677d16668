"""Sending when the log, the clock or Twilio misbehave between a claim and its outcome."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.recorded import Recorded
from services.gateway.counters import Counters
from services.gateway.decider import FOLD, Claim, Lane, Reconcile, next_move
from services.gateway.effects import CLAIM_HOLDS, Effects
from services.gateway.pacing import Pacing
from services.gateway.signature import Callbacks
from services.gateway.twilio import Accepted, Listed, NotNow, Outcome, Unknown
from taskflow import clock
from taskflow.appending import Outcome as Appending
from taskflow.database import DatabaseUnavailable
from taskflow.errors import VendorUnavailable
from tests.support.events import STREAM, Story, reply
from tests.support.memory_log import START, MemoryLog

ADDRESS = "whatsapp:+15551230001"


class Log(MemoryLog):
    """Stores, and then keeps silent about chosen types of events."""

    def __init__(self) -> None:
        super().__init__()
        self.silent_about: str | None = None
        self.stored = asyncio.Event()
        self.answering = asyncio.Event()
        self.answering.set()

    async def append(self, writes: Any, *args: Any) -> Appending:
        outcome = await super().append(writes, *args)
        if writes[0].events[0].type == self.silent_about:
            self.silent_about = None
            raise DatabaseUnavailable("no answer")
        self.stored.set()
        await self.answering.wait()
        return outcome


class Vendor:
    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.listed: list[Listed] | None = []
        self.posted: list[str] = []

    async def send(self, to: str, body: str, callback: str) -> Outcome:
        assert to == ADDRESS
        assert callback.startswith("https://t.example/webhook/status?")
        self.posted.append(body)
        return self.outcomes.pop(0)

    async def sent_to(self, _address: str, _since: datetime) -> list[Listed]:
        if self.listed is None:
            raise VendorUnavailable("away")
        return self.listed


class Vault:
    async def address_of(self, _user: object) -> str:
        return ADDRESS


class House:
    def __init__(self) -> None:
        self.story, self.vendor = Story(), Vendor()
        self.log = self.story.log = Log()
        self.now = START
        self.effects = Effects(
            self.log,
            Vault(),
            self.vendor,
            callbacks=Callbacks(b"k" * 32, "https://t.example"),
            pacing=Pacing(1000),
            now=self._now,
            counters=Counters(),
        )
        self.ready: Recorded[Any] = self.story.tell(reply(None, "hello"))[0]

    async def _now(self) -> datetime:
        return self.now

    @property
    def lane(self) -> Lane:
        return FOLD.over(self.story.events)

    @property
    def types(self) -> list[str]:
        return [one.event.type for one in self.log.all() if one.stream == STREAM][1:]

    async def move(self) -> None:
        """As the handler does, without its waiting."""
        lane = self.lane
        match next_move(lane, clock.utc_now() + timedelta(hours=2)):
            case Claim() as claim:
                await self.effects.send(claim, self.ready)
            case Reconcile() as unknown:
                await self.effects.reconcile(unknown, self.ready, lane)


@pytest.fixture
def house() -> House:
    return House()


def listed(sid: str, body: str = "hello", after: float = 0.0) -> Listed:
    return Listed(sid, body, ADDRESS, START + timedelta(seconds=after), None)


async def test_a_claim_whose_commit_is_never_answered_was_not_posted(house: House) -> None:
    house.vendor.outcomes = [Accepted("SM1")]
    house.log.silent_about = "reply.sending"
    with pytest.raises(DatabaseUnavailable):
        await house.move()
    assert house.vendor.posted == []

    await house.move()
    await house.move()
    assert house.types == ["reply.sending", "reply.refused", "reply.sending", "reply.sent"]
    assert house.vendor.posted == ["hello"]


async def test_a_claim_in_the_making_is_not_given_up_by_another_delivery(house: House) -> None:
    house.vendor.outcomes = [Accepted("SM1")]
    house.log.answering.clear()
    first = asyncio.create_task(house.move())
    await house.log.stored.wait()
    await house.move()  # another delivery finds the claim, and no outcome
    house.log.answering.set()
    await first

    assert house.types == ["reply.sending", "reply.sent"]


async def test_an_outcome_that_could_not_be_recorded_is_recorded_next_time(house: House) -> None:
    house.vendor.outcomes = [NotNow("HTTP 429", 5.0), Accepted("SM1")]
    house.vendor.listed = None
    house.log.silent_about = "reply.refused"
    with pytest.raises(DatabaseUnavailable):
        await house.move()
    await house.move()

    assert house.types == ["reply.sending", "reply.refused", "reply.sending", "reply.sent"]


async def test_a_sender_that_slept_after_its_claim_does_not_post(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once() -> None:
        times = iter([0.0, CLAIM_HOLDS + 0.1])
        monkeypatch.setattr(clock, "monotonic", lambda: next(times))

    monkeypatch.setattr(house.effects._pacing, "turn", at_once)
    await house.move()

    assert house.types == ["reply.sending", "reply.refused"]
    assert house.vendor.posted == []


async def test_waiting_for_a_turn_to_send_is_not_sleeping_after_a_claim(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def long_queue() -> None:
        monkeypatch.setattr(clock, "monotonic", lambda: 1e9)

    house.vendor.outcomes = [Accepted("SM1")]
    monkeypatch.setattr(house.effects._pacing, "turn", long_queue)
    await house.move()

    assert house.types == ["reply.sending", "reply.sent"]


async def test_an_older_message_of_the_same_text_is_not_taken_for_this_one(house: House) -> None:
    house.vendor.outcomes = [Accepted("SM1"), Unknown("cut")]
    await house.move()
    second = house.story.tell(reply(None, "hello"))[0]
    house.ready = second
    await house.move()
    house.vendor.listed = [listed("SM1"), listed("SM0", after=-5), listed("SM2", "other")]
    await house.move()
    assert house.types.count("reply.sent") == 1

    house.vendor.listed += [listed("SM4", after=2), listed("SM3", after=1)]
    await house.move()
    sent = [one.event for one in house.story.events if one.event.type == "reply.sent"]
    assert [(one.message_sid, one.known_by) for one in sent] == [
        ("SM1", "response"),
        ("SM3", "list"),
    ]


async def test_the_logs_clock_says_when_an_outcome_is_assumed(house: House) -> None:
    house.vendor.outcomes = [Unknown("cut")]
    house.vendor.listed = None
    await house.move()
    house.now = START + timedelta(seconds=119)
    await house.move()
    assert house.types == ["reply.sending"]

    house.now = START + timedelta(seconds=121)
    await house.move()
    assert house.types == ["reply.sending", "reply.assumed"]
