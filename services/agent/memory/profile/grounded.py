"""Whether a value is made of somebody's words, in any language. Pure."""

from bisect import bisect_left
from collections.abc import Sequence

from contracts.profile import ProfileKind
from services.agent.memory.profile.naming import signs_of, words_for
from services.agent.memory.profile.values.values import value_of
from services.agent.memory.profile.words import bare, divides, tidy

PIECE = 3
"""Letters: works without spaces between words, and through inflection."""
BEGINNING = 0.6
"""Share of a name's letters with which an inflected form of it begins: Lviv, in Ukrainian."""


def is_of(value: str, said: Sequence[str]) -> bool:
    """It stands in the words, or shares most of its pieces of three letters with them."""
    return _Heard(said).shares(bare(value))


def is_meant(kind: ProfileKind, given: str, said: Sequence[str]) -> bool:
    """Whether these words name a value with a canon: as it was given, or by one of its names."""
    heard = _Heard(said)
    if kind == "home":
        names = {*_words(given), *words_for(kind, tidy(given))}
        return heard.shares(bare(given)) or any(map(heard.names, names))
    found = value_of(kind, given)
    if found is None:
        return False
    by_itself = heard.words & {*_words(given), *_words(found.text)}
    by_sign = any(sign in text for text in said for sign in signs_of(kind, found.text))
    return bool(by_itself) or by_sign or any(map(heard.names, words_for(kind, found.text)))


class _Heard:
    """Somebody's words, folded once."""

    def __init__(self, said: Sequence[str]) -> None:
        self._lines = [bare(text) for text in said]
        self._pieces = set[str]().union(*map(_pieces, self._lines))
        self.words = {word for line in self._lines for word in line.split()}
        self._sorted = sorted(self.words)

    def shares(self, wanted: str) -> bool:
        if not wanted:
            return False
        pieces = _pieces(wanted)
        return self._holds(wanted) or len(pieces & self._pieces) * 2 > len(pieces)

    def names(self, word: str) -> bool:
        """The word, a longer one with it, a form of it, or half of it where no space divides."""
        if self.shares(word) or self._begins(word[: max(PIECE, round(len(word) * BEGINNING))]):
            return True
        halves = (word[at : at + 2] for at in range(len(word) - 1))
        return not divides(word) and any(map(self._holds, halves))

    def _holds(self, letters: str) -> bool:
        return any(letters in line for line in self._lines)

    def _begins(self, letters: str) -> bool:
        """Whether a word begins so that has as many letters as a piece."""
        at = bisect_left(self._sorted, letters)
        return len(letters) >= PIECE and any(
            word.startswith(letters) for word in self._sorted[at : at + 1]
        )


def _words(given: str) -> list[str]:
    return [word for word in bare(given).split() if len(word) >= PIECE or not divides(word)]


def _pieces(text: str) -> set[str]:
    return {text[at : at + PIECE] for at in range(len(text) - PIECE + 1)}
