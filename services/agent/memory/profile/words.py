"""Letters and words, as values are compared and kept."""

# ruff: noqa: RUF001, SIM905 - people type dashes; a list of words reads better as words

import re
import unicodedata

MOST_CHARACTERS = 120
"""Of a value: a fact is a few words, and stands in every request."""

_SPACES = re.compile(r"[^\S\n]+")


def visible(text: str) -> str:
    """Without what nobody sees: control, zero-width, bidi and private characters."""
    kept = (
        "\n" if c in "\r\n\u2028\u2029" else " " if unicodedata.category(c) in _BLANK else c
        for c in unicodedata.normalize("NFC", text)
        if c in "\r\n\t" or unicodedata.category(c) not in _UNSEEN
    )
    return _SPACES.sub(" ", "".join(kept))


_BLANK = frozenset({"Zs", "Cc"})
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def plain(text: str) -> str:
    """Case and accents folded, single spaces: for comparing only."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(letters.replace("-", " ").replace("/", " ").split())


def bare(text: str) -> str:
    """Folded words alone, with the signs that are part of them; a space for all else."""
    kept = (
        character if character.isalnum() or unicodedata.category(character)[0] == "M" else " "
        for character in plain(text)
    )
    return " ".join("".join(kept).split())


def divides(word: str) -> bool:
    """Whether its script puts spaces between words: Chinese and Japanese do not."""
    return not any(
        unicodedata.name(character, "").startswith(("CJK", "HIRAGANA", "KATAKANA"))
        for character in word
    )


def tidy(text: str) -> str:
    """One line, without what merely surrounds the words."""
    return " ".join(text.split()).strip(" ,.;:!?-–—*_~'\"")


def titled(text: str) -> str:
    """The writer's own casing where there is any; else a capital for each word of weight."""
    if text != text.lower():
        return text
    return " ".join(
        word if place and word in _SMALL else word[:1].upper() + word[1:]
        for place, word in enumerate(text.split())
    )


_SMALL = frozenset(
    "de da do dos das di del la le am of on the upon sur van von der den bei and e y".split()
)
