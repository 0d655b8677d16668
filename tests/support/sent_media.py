"""Messages with media, and what became of them, told into a story."""

from typing import Any
from uuid import UUID

from contracts import slots
from contracts.conversation import Media, MessageReceived, TurnStarted
from contracts.media import MediaKept, VoiceTranscribed
from contracts.recorded import Recorded
from services.agent.decider import FOLD
from tests.support.story import Story

SPOKEN = "remind me tomorrow at nine to call mom"


def sent(
    story: Story, content_type: str = "image/png", text: str = "", *, forwarded: bool = False
) -> Recorded[Any]:
    sid = f"MM{len(story.events)}"
    media = [Media(url="https://api.twilio.com/x", content_type=content_type)]
    message = MessageReceived(
        message_ref=sid,
        channel="whatsapp",
        kind="media",
        text=text,
        media=media,
        forwarded=forwarded,
    )
    return story.tell(message, slot=slots.message(sid))[0]


def kept(
    story: Story,
    message: Recorded[Any],
    content_type: str = "image/png",
    size: int = 9,
    n: int = 1,
    *,
    index: int = 0,
    of: int = 1,
) -> MediaKept:
    fact = MediaKept(
        message=message.event_id,
        index=index,
        of=of,
        media=UUID(int=n),
        content_type=content_type,
        size=size,
        sha256=f"{n:064x}",
    )
    story.tell(fact, slot=slots.media(message.event_id, index))
    return fact


def heard(story: Story, message: Recorded[Any], text: str = SPOKEN) -> None:
    fact = VoiceTranscribed(
        message=message.event_id, index=0, text=text, language="en", model="m", prompt_version="v"
    )
    story.tell(fact, slot=slots.voice(message.event_id, 0))


def spoken(story: Story, text: str = SPOKEN, *, forwarded: bool = False) -> Recorded[Any]:
    message = sent(story, "audio/ogg", forwarded=forwarded)
    kept(story, message, "audio/ogg", n=7)
    heard(story, message, text)
    return message


def opened(story: Story) -> UUID:
    return story.tell(TurnStarted(number=FOLD.over(story.events).ended))[0].event_id
