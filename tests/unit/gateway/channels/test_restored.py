"""Which message of Twilio's list is the one that a forgotten reply had made."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from services.gateway.channels.channel import ListedMessage
from services.gateway.channels.restored import Restored
from services.gateway.queued import Queued, ReplyPart
from services.gateway.state import Sent
from taskflow import clock
from taskflow.errors import VendorUnavailable
from tests.support.events import reply
from tests.support.memory_log import START
from tests.support.story import Story

ADDRESS = "whatsapp:+15551230001"
MOMENT = START.replace(microsecond=0)
BEFORE, HEAD = UUID(int=1), UUID(int=2)


def sent(sid: str, body: str, second: float) -> ListedMessage:
    """By us, so long after the moment; Twilio dates to the second."""
    return ListedMessage(sid, body, ADDRESS, MOMENT + timedelta(seconds=int(second)), None)


class Vendor:
    """Lists as Twilio does, newest first."""

    def __init__(self) -> None:
        self.to_user: list[ListedMessage] = []
        self.asked: list[ListedMessage] = []
        self.is_away = False

    async def sent_to(
        self, address: str, since: datetime, sender: str | None = None
    ) -> list[ListedMessage]:
        assert (address, since, sender) == (ADDRESS, MOMENT, None)
        if self.is_away:
            raise VendorUnavailable("away")
        return self.to_user[::-1]

    async def received_from(self, address: str, since: datetime) -> list[ListedMessage]:
        assert (address, since) == (ADDRESS, MOMENT)
        return self.asked[::-1]


class Pool:
    def __init__(self) -> None:
        self.went_on: datetime | None = None

    async def fetchval(self, _query: str, moment: datetime) -> datetime | None:
        assert moment == START
        return self.went_on


class House:
    def __init__(self) -> None:
        self.vendor, self.pool = Vendor(), Pool()
        self.restored = Restored(self.vendor, self.pool, START)

    async def said(
        self,
        text: str,
        kind: str = "answer",
        *,
        to: str | None = None,
        part: int = 0,
        known: tuple[Sent, ...] = (),
        by_template: bool = False,
    ) -> str | None:
        ready: ReplyReady = reply(None, text, kind).model_copy(update={"in_reply_to": to})
        recorded: Recorded[Any] = Story().tell(ready)[0]
        pieces = [*[ReplyPart(done=True)] * part, ReplyPart()]
        head = Queued.model_validate({"reply": HEAD, "kind": kind, "ready": 1, "pieces": pieces})
        return await self.restored.said(
            ADDRESS, head, text, recorded, known, by_template=by_template
        )


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "utc_now", lambda: START + timedelta(minutes=5))
    return House()


async def test_an_answer_is_the_oldest_message_after_the_one_that_it_answers(house: House) -> None:
    house.vendor.asked = [sent("SMq1", "one?", 1), sent("SMq2", "two?", 10)]
    house.vendor.to_user = [sent("SM1", "One.", 2), sent("SM2", "Two.", 11), sent("SM3", "⏰", 12)]
    assert await house.said("in other words", to="SMq2") == "SM2"
    assert await house.said("in other words", to="SMq1") == "SM1"


async def test_of_two_messages_of_one_second_an_answer_is_the_first(house: House) -> None:
    house.vendor.to_user = [sent("SM1", "Done! At 10:04:05.", 3.1), sent("SM2", "⏰ stretch", 3.8)]
    assert await house.said("Done! At 10:04:06.") == "SM1"


async def test_an_answer_that_came_after_its_own_reminder_is_known_by_its_words(
    house: House,
) -> None:
    said = "Done! I will remind you at 10:04:05: stretch"
    house.vendor.to_user = [sent("SM1", "⏰ stretch", 3), sent("SM2", said, 5)]
    assert await house.said(said.replace("05", "06")) == "SM2"
    assert await house.said("It is set.") == "SM1", "nothing tells them apart"


async def test_the_same_text_goes_before_an_older_message(house: House) -> None:
    house.vendor.to_user = [sent("SM1", "Something.", 2), sent("SM2", "Two.", 3)]
    assert await house.said("Two.") == "SM2"


@pytest.mark.parametrize("kind", ["reminder", "alert"])
async def test_a_reminder_or_alert_was_said_only_by_its_own_text(house: House, kind: str) -> None:
    house.vendor.to_user = [sent("SM1", "Something.", 2), sent("SM2", "⏰ stretch", 3)]
    assert await house.said("⏰ stretch", kind) == "SM2"
    assert await house.said("⏰ breathe", kind) is None


async def test_what_the_log_knows_was_another_reply(house: House) -> None:
    house.vendor.to_user = [sent("SM1", "One.", 2)]
    known = (Sent(message_ref="SM1", reply=BEFORE, part=0),)
    assert await house.said("One.", known=known) is None


async def test_a_reply_of_more_parts_than_were_sent_goes_no_further(house: House) -> None:
    house.vendor.to_user = [sent("SM1", "All in one.", 2)]
    known = (Sent(message_ref="SM1", reply=HEAD, part=0),)
    assert await house.said("second part", part=1, known=known) == "SM1"
    unknown = (Sent(message_ref="SM9", reply=HEAD, part=0),)
    house.vendor.to_user = []
    assert await house.said("second part", part=1, known=unknown) is None


async def test_nothing_from_before_the_moment_or_since_the_log_went_on_counts(
    house: House,
) -> None:
    house.vendor.to_user = [sent("SM0", "Hi.", -2), sent("SM1", "Hi.", 100)]
    house.pool.went_on = START + timedelta(seconds=60)
    assert await house.said("Hi.") is None
    house.vendor.to_user.insert(1, sent("SM2", "Hi.", 59))
    assert await house.said("Hi.") == "SM2"


async def test_a_template_says_a_text_between_words_of_its_own(house: House) -> None:
    house.vendor.to_user = [sent("SM1", "You asked for this:\n⏰ stretch\nWrite back.", 3)]
    assert await house.said("⏰ stretch", "reminder", by_template=True) == "SM1"
    assert await house.said("⏰ stretch", "reminder") is None


async def test_nobody_wrote_so_nothing_was_said(house: House) -> None:
    assert await house.said("Hi.") is None


async def test_a_vendor_that_is_away_leaves_it_unknown(house: House) -> None:
    house.vendor.is_away = True
    with pytest.raises(VendorUnavailable):
        await house.said("Hi.")
