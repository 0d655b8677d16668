"""What a request to the model may hold, counted before it is sent. Pure.

No tokenizer is asked: a token is at least one byte of UTF-8, so bytes are a safe upper estimate;
of English it is some four times too high.
"""

from collections.abc import Sequence
from typing import Any

import orjson

MOST_BYTES = 200_000
"""Of a request's contents: as many tokens at most as a whole turn may spend."""
OPEN_BYTES = 96_000
"""Of the open turn in it: as much as of the turns that have ended."""
BURST_BYTES = 32_000
"""Of what the user wrote in one turn: eight of the longest messages that WhatsApp lets through."""
BURST_MESSAGES = 64
"""The newest of a burst that are told at all."""
ABOUT_BYTES = 12_000
"""Of what the profile tells: a hundred facts."""
CUT = "…"


def size(contents: Sequence[Any]) -> int:
    """Bytes of its JSON."""
    return sum(len(orjson.dumps(content)) for content in contents)


def cut(text: str, most: int) -> str:
    """The beginning of a text, within so many bytes; never half a letter."""
    encoded = text.encode()
    return text if len(encoded) <= most else encoded[:most].decode(errors="ignore") + CUT


def condensed(texts: Sequence[str]) -> list[str]:
    """A burst as it was, where it is short; else a note, and the beginning of each message.

    The room is shared so that short messages stay whole.
    """
    sizes = [len(text.encode()) for text in texts]
    if sum(sizes) <= BURST_BYTES and len(texts) <= BURST_MESSAGES:
        return list(texts)
    kept, kept_sizes = texts[-BURST_MESSAGES:], sizes[-BURST_MESSAGES:]
    shares, left = dict[int, int](), BURST_BYTES
    for rank, place in enumerate(sorted(range(len(kept)), key=kept_sizes.__getitem__)):
        shares[place] = min(kept_sizes[place], left // (len(kept) - rank))
        left -= shares[place]
    before = len(texts) - len(kept)
    older = f" The {before} oldest of them are left out." if before else ""
    note = (
        f"(from TaskFlow, not from the user) The user wrote {len(texts)} messages, "
        f"{sum(map(len, texts))} characters.{older} Long ones are cut here; say so in your answer."
    )
    return [note, *(cut(text, shares[place]) for place, text in enumerate(kept))]


def first_lines(lines: Sequence[str], most: int = ABOUT_BYTES) -> list[str]:
    """As many as there is room for, and how many there are besides."""
    kept: list[str] = []
    for line in lines:
        most -= len(line.encode())
        if most < 0:
            return [*kept, f"({len(lines) - len(kept)} more are known, and left out here)"]
        kept.append(line)
    return kept
