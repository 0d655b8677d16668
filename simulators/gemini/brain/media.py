"""Pictures, documents and voice notes, as far as simple wits can look and listen.

A picture is known by its size; a voice note by the comment in which the phone wrote the words.
"""

import base64
import binascii
import re
import struct
from collections.abc import Iterator, Sequence

from simulators.gemini.wire import Content, GenerateRequest
from simulators.ogg import said_in

_TOLD = re.compile(r"\(the user sent (?P<what>[^,;()]+)[,;] (?P<how>[^()]*)\)", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:what(?:'s|\s+is)?|who(?:'s|\s+is)?)\s+(?:is\s+)?(?:this|that|it|in|on|it\s+about)\b"
    r"|\bdescribe\b|\bwhat do you (?:see|think)\b|\blook at (?:this|that|it)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r'"name":\s*\["(?P<name>[^"]+)"')


def said(request: GenerateRequest) -> str | None:
    """In a voice note, where the request holds nothing else; None for any other request."""
    if request.declarations() or len(request.contents) != 1:
        return None
    blobs = [part.inline_data for part in request.contents[0].parts]
    if len(blobs) != 1 or blobs[0] is None or not blobs[0].mime_type.startswith("audio/"):
        return None
    return said_in(_bytes(blobs[0].data)) or ""


def asked_about(texts: Sequence[str]) -> bool:
    """Whether the words are about what came with them, if anything did."""
    return any(_ABOUT.search(text) for text in texts)


def seen(request: GenerateRequest) -> str | None:
    """What there is to say of the media in the open turn; None where there are none."""
    content = request.contents[request.spoken_start()]
    if not content.shows_media():
        return None
    lines = [*_looked_at(content), *_told_of(content)]
    return " ".join(dict.fromkeys(lines)) or None


def _looked_at(content: Content) -> Iterator[str]:
    for part in content.parts:
        if part.text and part.text.startswith("(a contact card"):
            found = _NAME.search(part.text)
            yield f"That is the card of {found['name']}." if found else "That is a contact card."
        if blob := part.inline_data:
            data = _bytes(blob.data)
            if blob.mime_type.startswith("image/"):
                size = _size(data)
                of = f" of {size[0]} by {size[1]} points" if size else ""
                yield f"I see a picture{of}."
            elif blob.mime_type == "application/pdf":
                yield f"That is a PDF document of {max(1, data.count(b'/Type /Page'))} page(s)."
            else:
                yield "I heard a recording."


def _told_of(content: Content) -> Iterator[str]:
    for part in content.parts:
        if part.text and part.text.startswith("(a file ") and "tell them so" in part.text:
            yield "I cannot open what you sent."
        for found in _TOLD.finditer(part.text or ""):
            if "tell them so" in found["how"]:
                how = found["how"].partition(";")[0].removeprefix("which ")
                yield f"You sent {found['what']}, which {how}."


def _bytes(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error:
        return b""


def _size(data: bytes) -> tuple[int, int] | None:
    """Of a PNG, or of a JPEG."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        return struct.unpack(">II", data[16:24])
    at = 2
    while data.startswith(b"\xff\xd8") and at + 9 < len(data) and data[at] == 0xFF:
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if kind in {0xC0, 0xC1, 0xC2}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + max(length, 2)
    return None
