"""What became of the media of a message, what was said in a voice note, and a user's own data."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.conversation import Usage
from contracts.event import Event, event
from contracts.personal import Personal

VOICE = "audio/ogg"
"""Of a voice note, as WhatsApp records it; other sound is a file that somebody attached."""
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
DOCUMENT = "application/pdf"
CARD = "text/vcard"


@event
class MediaKept(Event):
    """A medium of a message lies in the media store, sealed with its user's key.

    It and `media.refused` compete for the slot of the message and the index.
    """

    type: ClassVar = "media.kept"

    message: UUID
    """The `message.received`."""
    index: int
    """Counted from 0."""
    of: int
    """How many the message has: what waits for them knows when the last one is settled."""
    media: UUID
    """In the media store."""
    content_type: str
    """By its first bytes, whatever was announced."""
    size: int
    """Bytes."""
    sha256: Personal[str]
    """Hexadecimal; of a file that others know it tells what it is."""


@event
class MediaRefused(Event):
    """A medium of a message is not kept, and nobody will look at it."""

    type: ClassVar = "media.refused"

    message: UUID
    index: int
    of: int
    why: Literal["too_large", "type", "gone", "unavailable"]
    """`type`: of a kind that nobody here can use, or another one than it says; `gone`: its vendor
    has it no more; `unavailable`: it could not be had in time, or lies where we do not look."""


@event
class VoiceTranscribed(Event):
    """What was said in a voice note, as a model heard it: it is paid for once.

    The words are its sender's own, unless they only forwarded it.
    """

    type: ClassVar = "voice.transcribed"

    message: UUID
    index: int
    text: Personal[str]
    """Empty where nobody spoke."""
    language: str | None = None
    """BCP 47, as the model names it."""
    model: str
    prompt_version: str
    usage: Usage = Field(default_factory=Usage)
    took_ms: int = 0


@event
class DataExported(Event):
    """What is held of a user lies in the media store as a file, for them alone and for a while.

    It stands in their profile, beside the `tool.finished` of the call that they asked for it by.
    """

    type: ClassVar = "user.data_exported"

    call: UUID
    media: UUID
    """In the media store."""
    content_type: str
    size: int
    """Bytes."""
    entries: int
    """Messages, replies, facts and all else that it lists."""
    complete: bool
    """Whether nothing was left out for its size; what is left out is the oldest."""
    until: datetime
    """From then on it is gone."""
