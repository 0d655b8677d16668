"""Reminders that were held go in one message, which says how late each is."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.conversation import Button, ReplyReady
from contracts.replies import ReplyHeld
from services.gateway import decider
from services.gateway.channels.channel import Accepted, Never, Unknown
from services.gateway.channels.statuses import Callback, called_back
from services.gateway.decider import MOST_TOGETHER, Claim, Reconcile
from services.gateway.queued import place
from services.gateway.saying.parts import LIMIT, length
from tests.support.events import message, reply
from tests.support.memory_log import START
from tests.unit.gateway.test_effects import CHART, House

DAY = timedelta(days=1)


def due(text: str, kind: str = "reminder", language: str = "en") -> ReplyReady:
    return reply(None, text, kind=kind).model_copy(update={"language": language})


class Held(House):
    """All that became ready was held, a day before its user wrote."""

    def __init__(self, *ready: ReplyReady) -> None:
        super().__init__(ready[0])
        for one in ready[1:]:
            self.story.tell(one)
        for one in self.lane.queue:
            self.story.tell(ReplyHeld(reply=one.reply, part=0, attempt=1, why="window"))
        assert len(self.lane.held) == len(ready)
        self.log.now = START + DAY
        self.story.tell(message("I am back", sid="SM77"))
        self.vendor.outcomes = [Accepted(f"SM{n}") for n in range(len(ready))]

    async def move(self) -> None:
        lane = self.lane
        match decider.next_move(lane, self.log.now + timedelta(hours=1)):
            case Claim() as claim:
                await self.effects.send(claim, self.log.get(lane.driver), lane)
            case Reconcile() as unknown:
                await self.effects.reconcile(unknown, self.log.get(lane.driver), lane)
            case other:
                raise AssertionError(other)

    async def all(self) -> list[str]:
        """What is posted until nothing waits."""
        while self.lane.driver:
            await self.move()
        return self.vendor.posted


async def test_they_go_in_one_message_in_their_order_and_say_how_late_they_are() -> None:
    house = Held(due("⏰ feed the cat"), due("⏰ air the rooms"), due("Cheaper now.", "alert"))

    (text,) = await house.all()
    assert text.split("\n\n") == [
        "⏰ feed the cat\n_(1 day ago)_",
        "⏰ air the rooms\n_(1 day ago)_",
        "Cheaper now.\n_(1 day ago)_",
    ]
    sent = [one.event for one in house.log.all() if one.event.type == "reply.sent"]
    assert {one.message_ref for one in sent} == {"SM0"}
    assert len(sent) == 3


async def test_one_alone_says_how_late_it_is_in_its_language_and_keeps_its_buttons() -> None:
    ready = due("⏰ أطعم القطة", language="ar")
    button = Button(payload="done:" + str(UUID(int=1)), label="تم")
    house = Held(ready.model_copy(update={"buttons": [button]}))
    (text,) = await house.all()
    assert text.startswith("⏰ أطعم القطة\n_(")
    assert "يوم" in text


async def test_an_answer_goes_by_itself_and_says_nothing_of_time() -> None:
    house = Held(due("⏰ one"), reply(None, "An answer."), due("⏰ two"), due("⏰ three"))
    assert await house.all() == [
        "⏰ one\n_(1 day ago)_",
        "An answer.",
        "⏰ two\n_(1 day ago)_\n\n⏰ three\n_(1 day ago)_",
    ]


async def test_what_shows_a_picture_goes_by_itself() -> None:
    chart = due("Cheaper.", "alert").model_copy(update={"picture": CHART})
    house = Held(due("⏰ one"), chart, due("⏰ two"))
    assert len(await house.all()) == 3


async def test_what_was_not_held_joins_nothing() -> None:
    house = Held(due("⏰ one"))
    house.story.tell(due("⏰ two"))
    house.vendor.outcomes.append(Accepted("SM9"))
    assert await house.all() == ["⏰ one\n_(1 day ago)_", "⏰ two"]


@pytest.mark.parametrize("long", [LIMIT // 3, LIMIT // 2, 2 * LIMIT])
async def test_as_many_go_together_as_fit_and_none_is_cut_for_it(long: int) -> None:
    texts = [f"⏰ {n} " + "x" * long for n in range(4)]
    house = Held(*map(due, texts))
    house.vendor.outcomes *= 4
    posted = await house.all()

    assert all(length(text) <= LIMIT for text in posted)
    told = [one.event for one in house.log.all() if one.event.type == "reply.sending"]
    assert len({one.reply for one in told}) == 4
    together = [one for one in told if one.within]
    assert all(one.parts == 1 for one in together)
    assert len(together) == {LIMIT // 3: 2, LIMIT // 2: 0, 2 * LIMIT: 0}[long]


async def test_of_very_many_each_message_has_so_many() -> None:
    house = Held(*(due(f"⏰ {n}") for n in range(MOST_TOGETHER + 3)))
    posted = await house.all()
    assert [text.count("⏰") for text in posted] == [MOST_TOGETHER, 3]


async def test_refused_as_it_is_each_is_tried_by_itself() -> None:
    house = Held(due("⏰ one"), due("⏰ two"))
    no = Never(63005, "the channel does not take this text")
    house.vendor.outcomes = [no, no, Accepted("SM1")]
    posted = await house.all()
    assert posted[1:] == ["⏰ one\n_(1 day ago)_", "⏰ two\n_(1 day ago)_"]
    ends = [one.event for one in house.log.all() if one.event.type.startswith("reply.")][-4:]
    assert [one.type for one in ends] == [
        "reply.sending", "reply.failed", "reply.sending", "reply.sent",
    ]  # fmt: skip


async def test_the_channels_list_names_all_of_them() -> None:
    """A claim without an answer is looked for by the text that it said."""
    house = Held(due("⏰ one"), due("⏰ two"))
    house.vendor.outcomes = [Unknown("TimeoutError")]
    await house.move()
    house.vendor.listed = [house.vendor.as_listed("SM5", house.log.now)]
    await house.move()

    sent = [one.event for one in house.log.all() if one.event.type == "reply.sent"]
    assert [(one.message_ref, one.known_by) for one in sent] == [("SM5", "list")] * 2
    assert house.lane.driver is None


async def test_a_callback_tells_of_each_reply_that_its_message_says() -> None:
    house = Held(due("⏰ one"), due("⏰ two"))
    head, other = house.lane.queue
    house.vendor.outcomes = [Accepted("SM1")]
    await house.move()
    read = called_back(house.lane, Callback(head.reply, 0, 2, "SM1", "read", None))
    assert read is not None
    house.story.tell(*read.events, slot=read.slot)

    assert [one.reply for one in read.events] == [head.reply, other.reply]
    assert called_back(house.lane, Callback(head.reply, 0, 2, "SM1", "delivered", None)) is None


async def test_after_a_late_refusal_all_of_them_are_to_do_again() -> None:
    house = Held(due("⏰ one"), due("⏰ two"))
    head, other = house.lane.queue
    house.vendor.outcomes = [Accepted("SM1")]
    await house.move()
    late = called_back(house.lane, Callback(head.reply, 0, 2, "SM1", "undelivered", 63016))
    assert late is not None
    house.story.tell(*late.events, slot=late.slot)

    assert [place(one) for one in house.lane.queue] == [(head.reply, 0, 3), (other.reply, 0, 3)]
    assert isinstance(decider.next_move(house.lane, START), decider.Hold)
