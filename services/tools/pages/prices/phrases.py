"""Finds phrases of a table in a text, by its words: each word is looked at once."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|\S")
_STANDS_ALONE = "\u0e00"
"""Letters below are of scripts that put spaces between words, but for Thai's and its like."""
_WITHIN_A_PHRASE = frozenset(".-'/&()")
Label = TypeVar("Label", bound=str)


@dataclass(frozen=True, slots=True)
class PriceToken:
    word: str
    """Folded."""
    start: int
    end: int


@lru_cache(maxsize=1_024)
def folded(text: str) -> str:
    """In lower case and without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if unicodedata.category(c) != "Mn")


def tokens(text: str) -> list[PriceToken]:
    """Words, numbers and single signs, but no spaces."""
    return [
        PriceToken(word, match_.start(), match_.end())
        for match_ in _TOKEN.finditer(text)
        if (word := folded(match_[0]))
    ]


def words_of(table: str) -> frozenset[str]:
    """Single words of a table, folded."""
    return frozenset(folded(word.strip()) for word in table.split("|"))


class Phrases(Generic[Label]):
    """Phrases, each with what it says."""

    def __init__(self, tables: Mapping[Label, str]) -> None:
        self._spaced: dict[str, list[tuple[tuple[str, ...], Label]]] = {}
        self._within: list[tuple[str, Label]] = []
        for label, table in tables.items():
            for phrase in table.split("|"):
                self._keep(phrase.strip(), label)
        for each in self._spaced.values():
            each.sort(key=lambda phrase: -len(phrase[0]))
        self._within.sort(key=lambda phrase: -len(phrase[0]))
        self._marks = [phrase for phrase in self._within if phrase[0] < _STANDS_ALONE]

    def _keep(self, phrase: str, label: Label) -> None:
        if phrase[0] >= _STANDS_ALONE or not phrase[0].isalpha():
            self._within.append((folded(phrase), label))
        else:
            words = tuple(token.word for token in tokens(phrase) if token.word[0].isalpha())
            self._spaced.setdefault(words[0], []).append((words, label))

    def _within_of(self, shown: str) -> list[tuple[str, Label]]:
        has_any = shown != "" and max(shown) >= _STANDS_ALONE
        return self._within if has_any else self._marks

    def last_in(self, text: str, of: Iterable[PriceToken]) -> Label | None:
        """What the phrase says that ends last, the longest of those."""
        words = [price_token for price_token in of if price_token.word[0].isalpha()]
        best: tuple[int, int, Label | None] = (-1, 0, None)
        for at, token in enumerate(words):
            for phrase, label in self._spaced.get(token.word, ()):
                if _stands(words, at, phrase):
                    end = words[at + len(phrase) - 1].end
                    best = max(best, (end, len(phrase), label), key=lambda place: place[:2])
        shown = folded(text)
        for phrase, label in self._within_of(shown):
            at = shown.rfind(phrase)
            if at >= 0:
                best = max(
                    best, (at + len(phrase), len(phrase), label), key=lambda place: place[:2]
                )
        return best[2]

    def ends(self, text: str, of: Iterable[PriceToken]) -> Label | None:
        """What the phrase says with which the text ends, but for a colon or such."""
        words = [
            price_token
            for price_token in of
            if price_token.word[0].isalpha() or price_token.word[0].isdigit()
        ]
        for length in range(min(6, len(words)), 0, -1):
            at = len(words) - length
            for phrase, label in self._spaced.get(words[at].word, ()):
                if len(phrase) == length and _stands(words, at, phrase):
                    return label
        shown = folded(text).rstrip(" :")
        within = self._within_of(shown)
        return next((label for phrase, label in within if shown.endswith(phrase)), None)

    def begins(self, text: str, of: Iterable[PriceToken]) -> tuple[Label, int] | None:
        """What the phrase says with which the text begins, and where it ends."""
        # What stands within a phrase as in "p/m" does not count.
        words = [price_token for price_token in of if price_token.word not in _WITHIN_A_PHRASE]
        if words:
            for phrase, label in self._spaced.get(words[0].word, ()):
                if _stands(words, 0, phrase):
                    return label, words[len(phrase) - 1].end
        shown = folded(text)
        begin = len(shown) - len(shown.lstrip(" ("))
        for phrase, label in self._within_of(shown):
            if shown.startswith(phrase, begin):
                return label, begin + len(phrase)
        return None


def _stands(words: list[PriceToken], at: int, phrase: tuple[str, ...]) -> bool:
    return len(words) - at >= len(phrase) and all(
        words[at + n].word == word for n, word in enumerate(phrase)
    )
