"""Media before the model: voice notes are put in words, once; pictures are loaded and shown."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog

from contracts import slots, streams
from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Event, Json
from contracts.media import VOICE, MediaKept, VoiceTranscribed
from contracts.recorded import Recorded
from services.agent.asking import attachments, prompt
from services.agent.asking.attachments import INLINE_BYTES, WithMedia
from services.agent.asking.gemini import Answer, ModelRefused, ModelUnavailable, Question
from taskflow import clock
from taskflow.errors import SealedForEver, VendorUnavailable
from taskflow.foreign_text import storable
from taskflow.log.appending import Because, Write
from taskflow.log.event_log import Log
from taskflow.privacy.media import Picture
from taskflow.words import languages
from taskflow.words.message import Message

PROMPT = "voice-v1"
SECONDS = 15.0
"""Their turn waits meanwhile, and goes on without the words after twenty."""
MOST_TRIES = 3
MOST_LOADED = 32_000_000
"""Bytes of media in memory at a time; in base64 and JSON a request takes five times as many."""
LONGEST = 8_000
"""Characters: more than an hour's talk is no message to an assistant."""
MOST_SHOWN = 200
"""Characters of what was heard that a reply begins with."""

_HEARD = Message("🎤 I heard: “{words}”")
_NOTHING = {"-", "\u2013", "\u2014"}

log = structlog.get_logger()


class HearingModel(Protocol):
    model: str

    async def ask(self, question: Question, *, within: float) -> Answer:
        """One answer within so many seconds. Raises ModelUnavailable."""
        ...


class MediaReader(Protocol):
    async def get(self, media_id: UUID) -> Picture | None:
        """None when there is no such medium, or no longer. Raises DatabaseUnavailable."""
        ...


class Loading:
    """Media in memory, so many bytes at a time in this process: others wait for room."""

    def __init__(self, store: MediaReader, most: int = MOST_LOADED) -> None:
        self._store, self._most, self._left = store, most, most
        self._freed = asyncio.Condition()

    @asynccontextmanager
    async def loaded(self, kept: Mapping[str, MediaKept]) -> AsyncGenerator[Mapping[str, bytes]]:
        """Their bytes, by what each is asked for, until it is left.

        Raises SealedForEver once their user is forgotten, DatabaseUnavailable.
        """
        size = min(sum(media_kept.size for media_kept in kept.values()), self._most)
        async with self._freed:
            await self._freed.wait_for(lambda: self._left >= size)
            self._left -= size
        try:
            yield {ref: await self._bytes(medium) for ref, medium in kept.items()}
        finally:
            async with self._freed:
                self._left += size
                self._freed.notify_all()

    async def _bytes(self, kept: MediaKept) -> bytes:
        found = await self._store.get(kept.media)
        if found is None:
            raise SealedForEver("what the user sent is in no store any more")
        return found.data


@dataclass(frozen=True, slots=True)
class Hearing:
    log: Log
    model: HearingModel
    loading: Loading

    async def hear(
        self, kept: Recorded[MediaKept], delivery: int
    ) -> Recorded[VoiceTranscribed] | None:
        """Puts a voice note in words; any other medium needs none. `delivery` counts from 1.

        The words of one that was forwarded are recorded, and not returned: nobody says them to us.

        Raises VendorUnavailable while the model may yet answer, DatabaseUnavailable.
        """
        medium = kept.event
        if medium.content_type != VOICE or medium.size > INLINE_BYTES:
            return None
        slot = slots.voice(medium.message, medium.index)
        if await self.log.find(slots.event_id(slot, 0)) is not None:
            return None
        try:
            asked = question((await self.log.opened(kept)).event)
            async with self.loading.loaded(dict.fromkeys(asked.shown(), medium)) as media:
                answer = await self._asked(asked.with_media(media), delivery)
            fact = answer and accepted(answer, medium)
            if fact is None:
                return None
            write = Write(kept.stream, [fact], streams.user_of(kept.stream))
            outcome = await self.log.append([write], slot, Because.of(kept))
            log.info("voice.transcribed", took_ms=fact.took_ms, language=fact.language)
            message: Recorded[MessageReceived] | None = await self.log.find(medium.message)
            is_own = message is not None and not message.event.forwarded
            return await self.log.opened(outcome.events[0]) if is_own else None
        except SealedForEver:
            return None

    async def _asked(self, asked: Question, delivery: int) -> Answer | None:
        try:
            return await self.model.ask(asked, within=SECONDS)
        except ModelUnavailable as error:
            log.warning("voice.not_transcribed", reason=error.reason, error=error.detail)
            if delivery >= MOST_TRIES or isinstance(error, ModelRefused):
                return None
            raise VendorUnavailable("the model wrote down no voice note") from None


async def asked(
    model: HearingModel,
    question: Question,
    messages: Sequence[MessageReceived],
    loading: Loading | None,
    within: float,
) -> tuple[Question, Answer]:
    """With the media that it shows; once more without, where the vendor cannot read them.

    Returns what was asked in the end, too. Raises ModelUnavailable, SealedForEver.
    """
    kept = attachments.stored(messages, question.shown())
    if not kept or loading is None:
        return question, await model.ask(question, within=within)
    give_up_at = clock.monotonic() + within
    try:
        async with loading.loaded(kept) as media:
            left = max(give_up_at - clock.monotonic(), 0.0)
            return question, await model.ask(question.with_media(media), within=left)
    except ModelRefused as error:
        log.warning("model.refused_media", error=error.detail)
    plain, left = question.without_media(), max(give_up_at - clock.monotonic(), 0.0)
    return plain, await model.ask(plain, within=left)


def question(medium: MediaKept) -> Question:
    part: Json = {"inlineData": {"mimeType": VOICE, "data": f"sha256:{medium.sha256}"}}
    return Question(
        system=prompt.text(PROMPT), contents=[{"role": "user", "parts": [part]}], functions=[]
    )


def accepted(answer: Answer, medium: MediaKept) -> VoiceTranscribed | None:
    """None for an answer that broke off, or says nothing."""
    parts: list[Json] = (answer.content or {}).get("parts") or []
    answer_text = "".join(str(part.get("text") or "") for part in parts if not part.get("thought"))
    if answer.finish_reason != "STOP" or not answer_text.strip():
        return None
    language, text = _read(answer_text)
    return VoiceTranscribed(
        message=medium.message,
        index=medium.index,
        text=text,
        language=language,
        model=answer.model,
        prompt_version=prompt.full_version(PROMPT),
        usage=answer.usage,
        took_ms=answer.took_ms,
    )


def _read(answer_text: str) -> tuple[str | None, str]:
    """Its language, where the first line names one, and the words."""
    first, _, rest = answer_text.strip()[: 2 * LONGEST].partition("\n")
    tag = first.strip().strip(".:`")
    is_named = bool(rest.strip()) and languages.is_tag(tag)
    words = storable(rest if is_named else answer_text).strip()[:LONGEST]
    language = tag if is_named and tag.casefold() != "und" else None
    return language, "" if words in _NOTHING else words


def heard_first(
    events: Sequence[Event], messages: Sequence[Recorded[MessageReceived]], language: str
) -> Sequence[Event]:
    """The same events; an answer to what was said in a voice note begins with what was heard."""
    said = " … ".join(
        attachment.heard.text
        for message in messages
        if isinstance(message.event, WithMedia) and not message.event.forwarded
        for attachment in message.event.attachments
        if attachment.heard and attachment.heard.text
    )
    if not said:
        return events
    words = " ".join(said.split())
    shown = words if len(words) <= MOST_SHOWN else f"{words[:MOST_SHOWN].rstrip()}…"
    line = _HEARD.said(language, words=shown.replace("“", '"').replace("”", '"'))
    return [
        event.model_copy(update={"text": f"{line}\n\n{event.text}"})
        if isinstance(event, ReplyReady) and event.kind == "answer" and event.text
        else event
        for event in events
    ]
