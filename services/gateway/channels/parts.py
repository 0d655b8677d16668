"""A reply in parts that Twilio takes, cut where a reader would pause."""

import re
from collections.abc import Iterator

from services.gateway.channels.formatting import for_whatsapp

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
_JOINERS = frozenset("\u200d\ufe0f\u20e3")


def length(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def parts_of(text: str, *, below_a_picture: bool) -> list[str]:
    """A reply's text as it is sent."""
    return split(for_whatsapp(text), first=CAPTION if below_a_picture else LIMIT)


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
    """Not inside what shows as one character: joiners, variation marks, skin tones."""
    cut = place
    while cut > 1 and (
        text[cut - 1 : cut + 1] == "``"
        or text[cut] in _JOINERS
        or text[cut - 1] == "\u200d"
        or 0x1F3FB <= ord(text[cut]) <= 0x1F3FF
        or 0x0300 <= ord(text[cut]) <= 0x036F
    ):
        cut -= 1
    return cut if cut > 1 else place
