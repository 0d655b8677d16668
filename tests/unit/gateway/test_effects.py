"""Sending when the log, the clock or Twilio misbehave between a claim and its outcome."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from services.gateway.channels.channel import (
    Accepted,
    ListedMessage,
    NotNow,
    Outcome,
    Outgoing,
    Unknown,
)
from services.gateway.decider import Claim, Hold, Reconcile, next_move
from services.gateway.effects import CLAIM_HOLDS, Effects
from services.gateway.lane import FOLD, Lane
from services.gateway.saying.parts import CAPTION, LIMIT, length
from services.gateway.templates.catalogue import TemplateCatalogue
from taskflow import clock
from taskflow.errors import VendorUnavailable
from taskflow.log.appending import Outcome as Appending
from taskflow.postgres.database import DatabaseUnavailable
from tests.support.events import reply
from tests.support.memory_log import START, MemoryLog
from tests.support.story import STREAM, Story

ADDRESS = "whatsapp:+15551230001"
CHART, LOST = UUID(int=3), UUID(int=4)


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
        self.listed: list[ListedMessage] | None = []
        self.posted: list[str] = []
        self.shown: list[str | None] = []

    async def send(self, message: Outgoing) -> Outcome:
        assert message.address == ADDRESS
        self.posted.append(message.text)
        self.shown.append(message.picture)
        return self.outcomes.pop(0)

    def as_listed(self, ref: str, at: datetime) -> ListedMessage:
        """What was posted last."""
        return ListedMessage(ref, self.posted[-1], ADDRESS, at, None)

    async def sent_to(self, _address: str, _since: datetime, *_sender: Any) -> list[ListedMessage]:
        if self.listed is None:
            raise VendorUnavailable("away")
        return self.listed


class Pictures:
    """Has every picture but the lost one."""

    async def url(self, media_id: UUID) -> str | None:
        return None if media_id == LOST else f"https://t.example/media/{media_id}?mac=1"


class Vault:
    async def address_of(self, _user: object) -> str:
        return ADDRESS


class NoTemplates:
    async def now(self) -> TemplateCatalogue:
        return TemplateCatalogue()


class House:
    def __init__(self, ready: ReplyReady | None = None) -> None:
        self.story, self.vendor = Story(), Vendor()
        self.log = self.story.log = Log()
        self.now = START
        self.effects = Effects(
            self.log,
            Vault(),
            self.vendor,
            pictures=Pictures(),
            now=self._now,
            templates=NoTemplates(),
        )
        self.ready: Recorded[Any] = self.story.tell(ready or reply(None, "hello"))[0]

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
                await self.effects.send(claim, self.ready, lane)
            case Reconcile() as unknown:
                await self.effects.reconcile(unknown, self.ready, lane)
            case Hold() as hold:
                await self.effects.hold(hold, self.ready, lane)


@pytest.fixture
def house() -> House:
    return House()


def listed(
    sid: str, body: str = "hello", after: float = 0.0, media: str | None = None
) -> ListedMessage:
    return ListedMessage(sid, body, ADDRESS, START + timedelta(seconds=after), media)


def showing(picture: UUID, text: str = "hello") -> House:
    return House(reply(None, text).model_copy(update={"picture": picture}))


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
    times = iter([0.0, CLAIM_HOLDS + 0.1])
    monkeypatch.setattr(clock, "monotonic", lambda: next(times))
    await house.move()

    assert house.types == ["reply.sending", "reply.refused"]
    assert house.vendor.posted == []


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
    assert [(one.message_ref, one.known_by) for one in sent] == [
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


async def test_a_picture_goes_out_with_the_first_part_and_its_caption_is_short() -> None:
    house = showing(CHART, " ".join(["word"] * 600))
    house.vendor.outcomes = [Accepted("MM1"), Accepted("SM2"), Accepted("SM3")]
    for _ in range(3):
        await house.move()

    assert house.vendor.shown == [f"https://t.example/media/{CHART}?mac=1", None, None]
    first, second, third = house.vendor.posted
    assert length(first) <= CAPTION < length(second) <= LIMIT
    assert third.startswith("(3/3)")
    assert "".join(house.vendor.posted).count("word") == 600


async def test_a_text_that_fits_without_a_picture_is_one_part() -> None:
    house = House(reply(None, "w" * 1500))
    house.vendor.outcomes = [Accepted("SM1")]
    await house.move()

    assert house.vendor.posted == ["w" * 1500]


async def test_a_picture_that_is_gone_takes_no_text_with_it() -> None:
    house = showing(LOST)
    house.vendor.outcomes = [Accepted("SM1")]
    await house.move()

    assert (house.vendor.posted, house.vendor.shown) == (["hello"], [None])


@pytest.mark.parametrize(
    ("found", "sid"),
    [
        ([listed("SM1"), listed("MM2", after=1, media="https://m")], "MM2"),
        ([listed("MM1", media="https://m"), listed("MM2", after=1, media="https://m")], "MM1"),
        # Counted late, or gone when it was sent.
        ([listed("SM1")], "SM1"),
    ],
)
async def test_a_lost_answer_to_a_picture_is_found_by_text_and_media(
    found: list[ListedMessage], sid: str
) -> None:
    house = showing(CHART)
    house.vendor.outcomes, house.vendor.listed = [Unknown("cut")], found
    await house.move()
    await house.move()

    assert house.lane.sent[0].message_ref == sid


async def test_a_text_is_not_taken_for_the_picture_that_has_it_as_caption(house: House) -> None:
    house.vendor.outcomes = [Unknown("cut")]
    house.vendor.listed = [listed("MM1", media="https://m")]
    await house.move()
    await house.move()
    assert house.types == ["reply.sending"]

    house.vendor.listed = [listed("MM1", media="https://m"), listed("SM2", after=1)]
    await house.move()
    assert house.lane.sent[0].message_ref == "SM2"
