"""Which media are kept, how large, and what a file is by its first bytes. Pure."""

from contracts.media import CARD, DOCUMENT, PICTURES, VOICE

MEGABYTE = 1024 * 1024
HEAD = 64
"""Bytes that tell what a file is."""
_OTHERWISE_NAMED = {
    "image/jpg": "image/jpeg",
    "audio/oga": VOICE,
    "audio/opus": VOICE,
    "application/ogg": VOICE,
    "audio/mp3": "audio/mpeg",
    "text/x-vcard": CARD,
    "text/directory": CARD,
}
UNNAMED = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_LIMITS = {
    **dict.fromkeys(PICTURES, 5 * MEGABYTE),
    **dict.fromkeys((VOICE, "audio/mpeg", "audio/aac", DOCUMENT), 16 * MEGABYTE),
    CARD: MEGABYTE,
}
"""WhatsApp's own; of a document less than its 100 MB, of a card what one with a portrait has."""
_BEGINS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"OggS": VOICE,
    b"%PDF-": DOCUMENT,
    **dict.fromkeys((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"), "audio/mpeg"),
    **dict.fromkeys((b"\xff\xf1", b"\xff\xf9"), "audio/aac"),
}
_BOM = b"\xef\xbb\xbf"


def named(content_type: str) -> str:
    """A type without its parameters, under the name that it has here."""
    bare = content_type.partition(";")[0].strip().lower()
    return _OTHERWISE_NAMED.get(bare, bare)


def may_be_kept(announced: str) -> bool:
    """Before it is fetched: what is announced as nothing in particular is looked at."""
    return announced in _LIMITS or announced in UNNAMED


def most_bytes(content_type: str) -> int:
    """Of a type that is kept; of what is announced as nothing in particular, the most of any."""
    return _LIMITS.get(content_type, max(_LIMITS.values()))


def kept_as(announced: str, head: bytes) -> str | None:
    """The type by its first bytes; None for what is not kept, or of a kind that was not said."""
    found = _by(head)
    if found is None or announced in UNNAMED:
        return found
    return found if _family(found) == _family(announced) else None


def _family(content_type: str) -> str:
    """A picture that is called another picture is still one."""
    family = content_type.partition("/")[0]
    return family if family in {"image", "audio"} else content_type


def _by(head: bytes) -> str | None:
    for begins, content_type in _BEGINS.items():
        if head.startswith(begins):
            return content_type
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    is_card = head.removeprefix(_BOM).lstrip()[:11].upper() == b"BEGIN:VCARD"
    return CARD if is_card else None
