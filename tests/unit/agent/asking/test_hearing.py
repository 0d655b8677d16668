"""A voice note is written down once, bounded, whatever the model answers."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from contracts.conversation import Usage
from contracts.media import VoiceTranscribed
from services.agent.asking.attachments import with_media
from services.agent.asking.gemini import Answer, ModelRefused, ModelUnavailable, Question
from services.agent.asking.hearing import (
    LONGEST,
    MOST_SHOWN,
    Hearing,
    Loading,
    accepted,
    heard_first,
)
from taskflow.errors import VendorUnavailable
from taskflow.privacy.media import Picture
from tests.support.events import reply
from tests.support.sent_media import kept, sent, spoken
from tests.support.story import Story

TURN = UUID(int=42)


def said(text: str, finish: str = "STOP") -> Answer:
    return Answer({"parts": [{"text": text}]}, finish, Usage(total=9), "r", "m", 5)


@dataclass
class Model:
    answers: list[Answer | Exception]
    model: str = "m"
    asked: list[Question] = field(default_factory=list[Question])

    async def ask(self, question: Question, *, within: float) -> Answer:
        self.asked.append(question)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Store:
    data: bytes | None

    async def get(self, media_id: UUID) -> Picture | None:
        return Picture("audio/ogg", self.data) if self.data is not None else None


@pytest.fixture
def story() -> Story:
    return Story()


def hearing(story: Story, *answers: Answer | Exception, data: bytes | None = b"OggS") -> Any:
    return Hearing(story.log, Model(list(answers)), Loading(Store(data)))


def note(story: Story, *, forwarded: bool = False, content_type: str = "audio/ogg") -> Any:
    kept(story, sent(story, content_type, forwarded=forwarded), content_type)
    return story.events[-1]


def transcripts(story: Story) -> list[VoiceTranscribed]:
    return [one.event for one in story.events if isinstance(one.event, VoiceTranscribed)]


async def test_it_is_asked_for_once_and_stands_in_the_log(story: Story) -> None:
    recorded, listens = note(story), hearing(story, said("en\nCall mom."))

    heard = await listens.hear(recorded, 1)
    again = await listens.hear(recorded, 2)

    assert heard.event.text == "Call mom."
    assert again is None
    (fact,) = transcripts(story)
    assert (fact.language, fact.model, fact.usage.total) == ("en", "m", 9)
    (question,) = listens.model.asked
    assert question.functions == []
    assert question.body()["contents"][0]["parts"][0]["inlineData"]["mimeType"] == "audio/ogg"


async def test_two_deliveries_keep_the_first_answer(story: Story) -> None:
    recorded = note(story)
    first, second = hearing(story, said("en\nOne.")), hearing(story, said("en\nTwo."))

    class Late(Model):
        async def ask(self, question: Question, *, within: float) -> Answer:
            await first.hear(recorded, 1)
            return await super().ask(question, within=within)

    late = Hearing(story.log, Late([said("en\nTwo.")]), second.loading)
    heard = await late.hear(recorded, 1)

    assert heard is not None
    assert heard.event.text == "One."
    assert len(transcripts(story)) == 1


async def test_what_was_forwarded_is_recorded_and_said_by_nobody(story: Story) -> None:
    recorded = note(story, forwarded=True)

    assert await hearing(story, said("en\nStop.")).hear(recorded, 1) is None
    assert len(transcripts(story)) == 1


async def test_an_outage_is_tried_again_a_few_times(story: Story) -> None:
    recorded = note(story)
    for delivery in (1, 2):
        with pytest.raises(VendorUnavailable):
            await hearing(story, ModelUnavailable("503", 3)).hear(recorded, delivery)

    assert await hearing(story, ModelUnavailable("503", 3)).hear(recorded, 3) is None
    assert await hearing(story, ModelRefused("400", 1)).hear(recorded, 1) is None
    assert transcripts(story) == []


@pytest.mark.parametrize("content_type", ["image/png", "audio/mpeg", "application/pdf"])
async def test_nothing_else_is_listened_to(story: Story, content_type: str) -> None:
    assert await hearing(story).hear(note(story, content_type=content_type), 1) is None


async def test_whose_media_are_gone_is_not_heard(story: Story) -> None:
    assert await hearing(story, data=None).hear(note(story), 1) is None


@pytest.mark.parametrize(
    ("told", "language", "text"),
    [
        ("en\nCall mom.", "en", "Call mom."),
        ("pt-BR\n\nLiga para a mãe.\nAmanhã.", "pt-BR", "Liga para a mãe.\nAmanhã."),
        ("und\n-", None, ""),
        ("de\n\u2014", "de", ""),
        ("Call mom.", None, "Call mom."),
        ("Call mom\nnow, please", None, "Call mom\nnow, please"),
        ("en\nhi\u0000\U000e0041 there", "en", "hi there"),
        ("en\n" + "a" * 20_000, "en", "a" * LONGEST),
    ],
)
def test_an_answer_is_a_language_and_words(
    story: Story, told: str, language: str | None, text: str
) -> None:
    fact = accepted(said(told), note(story).event)

    assert fact is not None
    assert (fact.language, fact.text) == (language, text)


@pytest.mark.parametrize("answer", [said("en\nhi", "MAX_TOKENS"), said("  "), said("", "SAFETY")])
def test_an_answer_that_broke_off_is_none(story: Story, answer: Answer) -> None:
    assert accepted(answer, note(story).event) is None


def test_an_answer_begins_with_what_was_heard(story: Story) -> None:
    spoken(story, "call “mom” " * 40)
    covered = with_media(story.events)[:1]

    (told,) = heard_first([reply(TURN, "Done.")], covered, "de")

    first, rest = told.text.split("\n\n")
    assert first.startswith('🎤 Ich habe verstanden: „call "mom" call')
    assert first.endswith("…“")
    assert len(first) < MOST_SHOWN + 40
    assert rest == "Done."


@pytest.mark.parametrize("kind", ["apology", "reminder"])
def test_other_replies_do_not(story: Story, kind: str) -> None:
    spoken(story)
    told = heard_first([reply(TURN, "Sorry.", kind)], with_media(story.events)[:1], "en")
    assert told[0].text == "Sorry."


def test_what_somebody_else_said_is_not_told_as_heard(story: Story) -> None:
    spoken(story, forwarded=True)
    told = heard_first([reply(TURN, "Done.")], with_media(story.events)[:1], "en")
    assert told[0].text == "Done."


async def test_only_so_many_bytes_are_in_memory_at_a_time(story: Story) -> None:
    medium = kept(story, sent(story), size=60)
    loading, order = Loading(Store(b"x"), most=100), list[str]()

    async def load(name: str, *, waits_for: asyncio.Event | None = None) -> None:
        async with loading.loaded({"ref": medium}) as media:
            assert media == {"ref": b"x"}
            order.append(name)
            if waits_for:
                await waits_for.wait()

    first_may_go = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(load("first", waits_for=first_may_go))
        await asyncio.sleep(0)
        tasks.create_task(load("second"))
        for _ in range(5):
            await asyncio.sleep(0)
        assert order == ["first"]
        first_may_go.set()
    assert order == ["first", "second"]


async def test_one_that_is_larger_than_all_the_room_has_it_alone(story: Story) -> None:
    medium = kept(story, sent(story), size=900)
    async with asyncio.timeout(1), Loading(Store(b"x"), most=100).loaded({"ref": medium}) as media:
        assert media == {"ref": b"x"}
