"""A reply in parts that Twilio takes, cut where a reader would pause."""

import re
from collections.abc import Iterator

from uniseg.graphemecluster import (  # pyright: ignore[reportMissingTypeStubs]
    grapheme_cluster_boundaries,
)

from services.gateway.saying.formatting import for_whatsapp
from taskflow.words.labels import LONGEST_CHARACTER, length
from taskflow.words.languages import SOURCE
from taskflow.words.message import Message

LIMIT = 1600
"""Twilio's, of a body (error 21617). Counted in UTF-16 units, the stricter reading for emoji."""
CAPTION = 1024
"""WhatsApp's, of the text below a picture; Twilio takes more, and then its channel rejects it."""
# From the best place to cut to the worst; a cut keeps what it cuts after with the part before.
_PAUSES = (
    re.compile(r"\n(?:[^\S\n]*\n)+"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…])\s"),
    re.compile(r"\s"),
)
_FENCE = "```"
_OPENED, _CLOSED = f"{_FENCE}\n", f"\n{_FENCE}"


_SPEAKS = Message("🤖 Automatic message")


def mark(language: str | None) -> str:
    """A line of its own, above what the machine says while a person of the team has the word."""
    return _SPEAKS.said(language or SOURCE)


def parts_of(
    text: str, *, below_a_picture: bool, mark: str = "", most: int | None = None
) -> list[str]:
    """A reply's text as it is sent, in parts of at most so much; a mark stands above each."""
    lead = f"{mark}\n" if mark else ""
    limit = (most or LIMIT) - length(lead)
    first = min(CAPTION - length(lead), limit) if below_a_picture else limit
    return [lead + part for part in split(for_whatsapp(text), limit, first=first)]


def split(text: str, limit: int = LIMIT, *, first: int | None = None) -> list[str]:
    """At most `limit` each, and `first` the first; when there are several, each is numbered."""
    first = limit if first is None else first
    text = text.strip()
    if length(text) <= first:
        return [text]
    pieces: list[str] = []
    for most in (99, 9_999, 999_999):
        mark = len(_mark(most, most))
        pieces = list(_pieces(text, first - mark, limit - mark))
        if len(pieces) <= most:
            break
    return [_mark(number, len(pieces)) + piece for number, piece in enumerate(pieces, start=1)]


def beginning(text: str, limit: int) -> str:
    """All of it where it fits; else as much as a reader would take for a piece, and a mark."""
    if length(text) <= limit:
        return text
    return text[: _cut(text, limit - 1)].rstrip() + "…"


def _mark(number: int, of: int) -> str:
    return f"({number}/{of})\n"


def _pieces(text: str, first: int, limit: int) -> Iterator[str]:
    """Code that goes on in the next piece is closed in this one, and opened in that."""
    room, lead = first, ""
    # A text of more characters has more units: those are counted only near the end.
    while len(text) > (left := room - len(lead)) or length(text) > left:
        cut = _cut(text, left - len(_CLOSED) if lead or _FENCE in text else left)
        piece = text[:cut].rstrip()
        is_code = bool(lead) != bool(piece.count(_FENCE) % 2)
        opens_at_its_end = is_code and piece.endswith(_FENCE)
        yield (
            lead
            + (piece.removesuffix(_FENCE).rstrip() if opens_at_its_end else piece)
            + (_CLOSED if is_code and not opens_at_its_end else "")
        )
        text = text[cut:].lstrip("\n") if is_code else text[cut:].lstrip()
        room, lead = limit, _OPENED if is_code else ""
    if text:
        yield lead + text


def _cut(text: str, limit: int) -> int:
    """The last good place within the limit; none in its second half means the next kind."""
    longest = _fitting(text, limit)
    for pause in _PAUSES:
        places = [found.end() for found in pause.finditer(text, 0, longest)]
        if places and places[-1] > longest // 2:
            return places[-1]
    spaces = [found.end() for found in _PAUSES[-1].finditer(text, 0, longest)]
    return spaces[-1] if spaces else _between_characters(text, longest)


def _fitting(text: str, limit: int) -> int:
    """How many code points fit into so many UTF-16 units."""
    units = 0
    for place, character in enumerate(text):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > limit:
            return place
    return len(text)


def _between_characters(text: str, place: int) -> int:
    """The last place up to there that parts nothing which shows as one character."""
    start = max(place - LONGEST_CHARACTER, 0)
    # Two letters make a flag: which two, the first of their row tells.
    while start and "\U0001f1e6" <= text[start - 1] <= "\U0001f1ff":
        start -= 1
    ends = grapheme_cluster_boundaries(text[start : place + LONGEST_CHARACTER])
    cut = max((start + end for end in ends if 0 < end <= place - start), default=place)
    while cut > 1 and text[cut - 1 : cut + 1] == "``":
        cut -= 1
    return cut if cut > 1 else place
