"""Where sentences end, by the default rules of Unicode's UAX 29, in one pass from each side.

The property of each character is uniseg's; its own segmenter looks back from every character, and
a row of full stops costs it the square of their number. Rules are numbered as in the report.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

from uniseg.sentencebreak import SentenceBreak as Break  # pyright: ignore[reportMissingTypeStubs]
from uniseg.sentencebreak import sentence_break  # pyright: ignore[reportMissingTypeStubs]

_SEPARATORS = frozenset({Break.SEP, Break.CR, Break.LF})
_TERMS = frozenset({Break.ATERM, Break.STERM})
_UNSEEN = frozenset({Break.EXTEND, Break.FORMAT})
_DECISIVE = frozenset({Break.OLETTER, Break.UPPER, Break.LOWER}) | _SEPARATORS | _TERMS
_CASED = frozenset({Break.UPPER, Break.LOWER})

Stage = Literal["none", "term", "closed", "spaced"]
"""What stands before a character: nothing that ends a sentence; what ends one; closing marks behind
it; spaces behind those."""


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each begins and ends; all of them together are the text."""
    start = 0
    for end in _boundaries(text):
        yield start, end
        start = end


def _boundaries(text: str) -> Iterator[int]:
    kinds = [_kind(character) for character in text]
    decisive = _next_decisive(kinds)
    stage: Stage = "none"
    term = before = last = Break.OTHER
    """The mark that may end it, what stood before that, and the last character that is seen."""
    for place, kind in enumerate(kinds):
        previous = kinds[place - 1] if place else Break.OTHER
        if place and previous in _SEPARATORS:
            if not (previous == Break.CR and kind == Break.LF):  # SB3, SB4
                yield place
            stage, last = "none", Break.OTHER
        if kind in _UNSEEN and place and previous not in _SEPARATORS:  # SB5
            continue
        if stage != "none" and not _goes_on(stage, term, before, kind, decisive[place]):
            yield place
            stage = "none"
        if kind in _TERMS:
            before, term, stage = last, kind, "term"
        else:
            stage = _stage(stage, kind)
        last = kind
    if text:
        yield len(text)


def _goes_on(stage: Stage, term: Break, before: Break, kind: Break, decisive: Break) -> bool:
    if kind in _SEPARATORS or kind == Break.SP or (kind == Break.CLOSE and stage != "spaced"):
        return True  # SB9, SB10
    if kind == Break.SCONTINUE or kind in _TERMS:  # SB8a
        return True
    if term != Break.ATERM:
        return False
    if stage == "term" and (
        kind == Break.NUMERIC or (kind == Break.UPPER and before in _CASED)  # SB6, SB7
    ):
        return True
    return decisive == Break.LOWER  # SB8


def _stage(stage: Stage, kind: Break) -> Stage:
    if stage == "none":
        return "none"
    if kind == Break.CLOSE:
        return "closed"
    return "spaced" if kind == Break.SP else "none"


def _next_decisive(kinds: Sequence[Break]) -> list[Break]:
    """For each place, the first at or behind it that tells whether a sentence goes on (SB8)."""
    found, nearest = [Break.OTHER] * len(kinds), Break.OTHER
    for place in range(len(kinds) - 1, -1, -1):
        if kinds[place] in _DECISIVE:
            nearest = kinds[place]
        found[place] = nearest
    return found


@lru_cache(maxsize=4_096)
def _kind(letter: str) -> Break:
    return sentence_break(letter)
