"""How much may be on its way at a time, and what is given up when."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from contracts import conversation
from contracts.media import MediaKept, MediaRefused
from services.gateway.channels.keeping import (
    MOST_OF_ONE,
    Attached,
    FetchedMedium,
    MediaKeeping,
    NoRoom,
    NotKept,
)
from taskflow.errors import SealedForEver, VendorUnavailable
from taskflow.privacy.media import Picture, Stored
from tests.support.events import message
from tests.support.files import png
from tests.support.sent_media import sent
from tests.support.story import Story


@dataclass
class Channel:
    came: FetchedMedium | NotKept | Exception = field(
        default_factory=lambda: FetchedMedium("image/png", png())
    )
    announced: str = "image/png"
    count: int = 1
    gate: asyncio.Event | None = None
    done: list[str] = field(default_factory=list[str])
    stays: bool = False

    async def of(self, media: Sequence[conversation.Media]) -> list[Attached]:
        return [Attached(f"https://t/{n}", self.announced) for n in range(self.count)]

    async def fetch(self, one: Attached) -> FetchedMedium | NotKept:
        self.done.append(f"fetch {one.url}")
        if self.gate:
            await self.gate.wait()
        if isinstance(self.came, Exception):
            raise self.came
        return self.came

    async def discard(self, one: Attached) -> None:
        self.done.append(f"discard {one.url}")
        if self.stays:
            raise VendorUnavailable("503")


@dataclass
class Store:
    kept: dict[UUID, Picture] = field(default_factory=dict[UUID, Picture])
    forgotten: bool = False

    async def keep(self, user: UUID, content_type: str, data: bytes, media_id: UUID) -> Stored:
        if self.forgotten:
            raise SealedForEver("gone")
        is_new = media_id not in self.kept
        self.kept.setdefault(media_id, Picture(content_type, data))
        return Stored(media_id, "0" * 64, is_new)

    async def get(self, media_id: UUID) -> Picture | None:
        return self.kept.get(media_id)


@dataclass
class Attempts:
    counts: dict[UUID, int] = field(default_factory=dict[UUID, int])

    async def count(self, slot: UUID) -> int:
        self.counts[slot] = self.counts.get(slot, 0) + 1
        return self.counts[slot]

    async def clear(self, slot: UUID) -> None:
        self.counts.pop(slot, None)


@pytest.fixture
def story() -> Story:
    return Story()


def keeping(story: Story, channel: Channel, store: Store | None = None) -> MediaKeeping:
    given: Any = (story.log, store or Store(), channel, Attempts())
    return MediaKeeping(*given)


def outcomes(story: Story) -> list[Any]:
    kinds = (MediaKept, MediaRefused)
    return [one.event for one in story.events if isinstance(one.event, kinds)]


async def test_all_are_settled_before_one_is_deleted(story: Story) -> None:
    channel = Channel(count=2)
    await keeping(story, channel).keep(sent(story), 1)

    assert [done.split()[0] for done in channel.done] == ["fetch", "fetch", "discard", "discard"]
    assert [(one.index, one.of) for one in outcomes(story)] == [(0, 2), (1, 2)]


async def test_what_stands_is_not_fetched_again(story: Story) -> None:
    channel, note = Channel(), sent(story)
    keeps = keeping(story, channel)
    await keeps.keep(note, 1)
    await keeps.keep(note, 2)

    assert [done.split()[0] for done in channel.done] == ["fetch", "discard", "discard"]


async def test_what_was_stored_before_a_crash_counts_as_it_stands(story: Story) -> None:
    store, note = Store(), sent(story)
    await keeping(story, Channel(), store).keep(note, 1)
    (kept,) = outcomes(story)
    other = Story()
    other.tell(note.event)
    await keeping(other, Channel(FetchedMedium("image/jpeg", b"other")), store).keep(note, 2)

    (again,) = outcomes(other)
    assert (again.content_type, again.size) == (kept.content_type, kept.size)


async def test_after_five_tries_it_is_refused(story: Story) -> None:
    note, keeps = sent(story), keeping(story, Channel(VendorUnavailable("503")))
    for delivery in range(1, 7):
        with pytest.raises(VendorUnavailable):
            await keeps.keep(note, delivery)
    await keeps.keep(note, 7)

    assert [one.why for one in outcomes(story)] == ["unavailable"]


async def test_a_deletion_that_never_works_is_left_in_the_end(story: Story) -> None:
    note, keeps = sent(story), keeping(story, Channel(stays=True))
    for delivery in range(1, 7):
        with pytest.raises(VendorUnavailable):
            await keeps.keep(note, delivery)
    await keeps.keep(note, 7)

    assert isinstance(outcomes(story)[0], MediaKept)


async def test_a_video_is_not_fetched(story: Story) -> None:
    channel = Channel(announced="video/mp4")
    await keeping(story, channel).keep(sent(story, "video/mp4"), 1)

    assert channel.done == []
    assert [one.why for one in outcomes(story)] == ["type"]


async def test_who_was_forgotten_meanwhile_leaves_nothing(story: Story) -> None:
    channel = Channel()
    await keeping(story, channel, Store(forgotten=True)).keep(sent(story), 1)

    assert outcomes(story) == []
    assert "discard" not in " ".join(channel.done)


async def test_words_have_nothing_to_fetch(story: Story) -> None:
    channel = Channel()
    (words,) = story.tell(message("hello"))
    await keeping(story, channel).keep(words, 1)
    assert channel.done == []


async def test_one_person_has_so_much_on_its_way_and_no_more(story: Story) -> None:
    gate = asyncio.Event()
    channel = Channel(NotKept("gone"), "audio/ogg", gate=gate)
    keeps = keeping(story, channel)
    notes = [sent(story, "audio/ogg") for _ in range(3)]
    under_way = [asyncio.create_task(keeps.keep(one, 1)) for one in notes[:2]]
    while len(channel.done) < 2:
        await asyncio.sleep(0)

    assert MOST_OF_ONE == 2 * 16 * 1024 * 1024
    with pytest.raises(NoRoom):
        await keeps.keep(notes[2], 1)
    gate.set()
    await asyncio.gather(*under_way)
    await keeps.keep(notes[2], 2)
    assert len(outcomes(story)) == 3
