"""What a person sends beside words: a file, a voice note, a place, somebody's card."""

from typing import Self

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, model_validator

from simulators.phone.message import ChatMessage
from simulators.phone.pictures import Copies, on_phone
from simulators.twilio.inbound import Enclosed, MapPlace, spoken

MOST = 24 * 1024 * 1024
"""Bytes in base64: more than TaskFlow takes, so that a person can see what becomes of it."""
SID = "^(SM|MM)[0-9a-f]{32}$"
SHOWN_BY_NAME = ("application/", "text/")
"""WhatsApp hands a document's name on as its text."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SharedFile(Strict):
    content_type: str = Field(max_length=100)
    data: Base64Bytes = Field(max_length=MOST)
    name: str = Field(default="", max_length=200)


class SharedPlace(Strict):
    latitude: str = Field(pattern=r"^-?[0-9]{1,3}(\.[0-9]{1,20})?$")
    longitude: str = Field(pattern=r"^-?[0-9]{1,3}(\.[0-9]{1,20})?$")
    label: str = Field(default="", max_length=200)


class SharedContact(Strict):
    name: str = Field(min_length=1, max_length=100)
    number: str = Field(min_length=1, max_length=40)


class Shared(Strict):
    """At most one of them goes with a message."""

    body: str = Field(default="", max_length=4096)
    file: SharedFile | None = None
    voice: str | None = Field(default=None, min_length=1, max_length=4096)
    place: SharedPlace | None = None
    contact: SharedContact | None = None

    @model_validator(mode="after")
    def _is_one_message(self) -> Self:
        things = [thing for thing in (self.file, self.voice, self.place, self.contact) if thing]
        if len(things) > 1 or not (things or self.body):
            raise ValueError("words, or one thing to share")
        return self

    def enclosed(self) -> Enclosed | None:
        if self.voice:
            return spoken(self.voice)
        if self.contact:
            return Enclosed("text/vcard", _card(self.contact), f"{self.contact.name}.vcf")
        if self.file:
            return Enclosed(self.file.content_type, self.file.data, self.file.name or None)
        return None

    def where(self) -> MapPlace | None:
        here = self.place
        return here and MapPlace(here.latitude, here.longitude, here.label)

    def text(self) -> str:
        if self.file and not self.body and self.file.content_type.startswith(SHOWN_BY_NAME):
            return self.file.name
        return self.body


def again(message: ChatMessage, copies: Copies) -> Enclosed | None:
    """What came with a message, to be forwarded."""
    kept = copies.path(on_phone(message.sid)) or copies.path(message.sid)
    content_type = message.attached or message.media_type
    if kept is None or content_type is None:
        return None
    return Enclosed(content_type, kept.read_bytes(), message.file_name, message.said)


def place_of(message: ChatMessage) -> MapPlace | None:
    return MapPlace(*message.at_degrees, message.place or "") if message.at_degrees else None


def _card(contact: SharedContact) -> bytes:
    name = contact.name.replace("\\", "").replace(";", " ").replace("\n", " ")
    number = contact.number.replace("\n", " ")
    lines = ("BEGIN:VCARD", "VERSION:3.0", f"FN:{name}", f"TEL;TYPE=CELL:{number}", "END:VCARD")
    return "\r\n".join((*lines, "")).encode()
