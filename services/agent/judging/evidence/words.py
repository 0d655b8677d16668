"""A text as words that can be held against others: one form for what is typed alike. Pure, linear.

NFKC and case folding; addresses are one word each, digits of every script are one, marks between
words are none. Where a script has no spaces, a word is a letter.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from uniseg.wordbreak import WordBreak, word_break  # pyright: ignore[reportMissingTypeStubs]

from services.agent.judging.evidence.sentences import sentences

MOST_OF_A_TEXT = 4_096
"""Characters that are read of one message, as many as WhatsApp lets a person send."""
ADDRESS = "\ufffc"
"""Stands for an address while sentences are told apart."""
QUOTED_LETTERS = 12
"""Letters and digits between quotation marks that may hold an instruction."""
_OPENING = {
    '"': '"',
    "\u201c": "\u201d",
    "\u201e": "\u201c\u201d",
    "\u2018": "\u2019",
    "\u00ab": "\u00bb",
    "\u00bb": "\u00ab",
    "\u2039": "\u203a",
    "\u300c": "\u300d",
    "\u300e": "\u300f",
    "\u301d": "\u301f",
}
"""Quotation marks, and what closes each."""
_LINE_QUOTES = ">"
_CHUNK = re.compile(r"\S+")
_AROUND = "([{<*_~'\"\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb,.;:!?)]}>\u2026"
_FENCE = "```"


@dataclass(frozen=True, slots=True)
class Word:
    form: str
    """What is compared."""
    quoted: bool = False
    """Whether it stands within quotation marks: somebody's words, but nobody's wish."""
    address: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    """As it was typed, but for what cannot be seen."""
    words: tuple[Word, ...]


@dataclass(slots=True)
class _Reading:
    """One text, its addresses masked, character by character."""

    text: str
    found: list[str]
    """The addresses, in order."""
    quoted: list[bool] = field(default_factory=list[bool])

    def sentence(self, start: int, end: int, used: int) -> Sentence:
        """`used` addresses stand before it."""
        count = self.text.count(ADDRESS, start, end)
        left = iter(self.found[used : used + count])
        shown = "".join(
            next(left) if character == ADDRESS else character for character in self.text[start:end]
        ).strip()
        return Sentence(shown, tuple(self._words(start, end, used)))

    def _words(self, start: int, end: int, used: int) -> Iterator[Word]:
        place = start
        while place < end:
            letter = self.text[place]
            if letter == ADDRESS:
                yield Word(self.found[used].casefold(), self.quoted[place], address=True)
                used, place = used + 1, place + 1
                continue
            kind, stop = _kind(letter), place + 1
            if kind != "mark":
                while stop < end and _joins(kind, self.text[stop]):
                    stop += 1
                yield Word(_form(self.text[place:stop]), self.quoted[place])
            place = stop


def read(text: str) -> list[Sentence]:
    """The sentences of a message, of its beginning where it is longer than may be sent."""
    found: list[str] = []
    masked = "".join(_masked(_plain(text[:MOST_OF_A_TEXT]), found))[: 2 * MOST_OF_A_TEXT]
    reading = _Reading(masked, found, _quoted(masked))
    every_sentence: list[Sentence] = []
    used = 0
    for start, end in sentences(masked):
        every_sentence.append(reading.sentence(start, end, used))
        used += masked.count(ADDRESS, start, end)
    return [sentence for sentence in every_sentence if sentence.text]


def words(text: str) -> list[Word]:
    return [word for sentence in read(text) for word in sentence.words]


def quotes(text: str) -> bool:
    """Whether a good part of it stands between quotation marks: more than a name."""
    if not any(mark in text for mark in (*_OPENING, *_LINE_QUOTES, _FENCE)):
        return False
    plain = text[:MOST_OF_A_TEXT]
    inside = "".join(
        character if quoted else " "
        for character, quoted in zip(plain, _quoted(plain), strict=True)
    )
    return sum(map(str.isalnum, inside)) >= QUOTED_LETTERS


def _plain(text: str) -> str:
    """Without what cannot be seen, and in one form for what is seen alike."""
    return unicodedata.normalize(
        "NFKC",
        "".join(character for character in text if character != ADDRESS and _is_seen(character)),
    )


def _is_seen(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) not in {"Cf", "Cc", "Cs", "Co", "Cn"}


def _masked(text: str, found: list[str]) -> Iterator[str]:
    """The text in pieces; each address is one character, and is kept beside."""
    place = 0
    for chunk in _CHUNK.finditer(text):
        at = _address_in(chunk[0])
        if at is not None:
            yield text[place : chunk.start() + at[0]]
            yield ADDRESS
            found.append(chunk[0][at[0] : at[1]].rstrip("/"))
            place = chunk.start() + at[1]
    yield text[place:]


def _address_in(chunk: str) -> tuple[int, int] | None:
    """Where an address begins and ends, of what stands between two spaces.

    A bare name of a host is none: a space is missing behind many a full stop.
    """
    start = chunk.find("://")
    if start > 0:
        while start and chunk[start - 1].isascii() and chunk[start - 1].isalnum():
            start -= 1
    else:
        start = len(chunk) - len(chunk.lstrip(_AROUND))
        head, slash, _ = chunk[start:].partition("/")
        ending = head.rpartition(".")[2] if slash else ""
        named = "@" in head.strip("@") and "." in head.rpartition("@")[2].strip(".")
        if not (ending.isalpha() and ending != head) and not named:
            start = 0 if head.casefold().startswith("www.") else len(chunk)
    end = next((n for n in range(start, len(chunk)) if not chunk[n].isascii()), len(chunk))
    end = start + len(chunk[start:end].rstrip(_AROUND))
    return (start, end) if end > start else None


def _quoted(text: str) -> list[bool]:
    """Which characters stand between quotation marks, in a quoted line, or in a block of code."""
    inside = [False] * len(text)
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if line.lstrip().startswith(_LINE_QUOTES):
            inside[start:end] = [True] * len(line)
        start = end + 1
    opened: tuple[int, str] | None = None
    for place, letter in enumerate(text):
        if opened is not None and letter in opened[1]:
            if not _is_apostrophe(text, place):
                inside[opened[0] : place + 1] = [True] * (place + 1 - opened[0])
                opened = None
        elif opened is None and letter in _OPENING and _opens(text, place):
            opened = place, _OPENING[letter]
    pieces = text.split(_FENCE)
    at = 0
    for number, piece in enumerate(pieces):
        if number % 2 and number + 1 < len(pieces):
            inside[at : at + len(piece)] = [True] * len(piece)
        at += len(piece) + len(_FENCE)
    return inside


def _opens(text: str, place: int) -> bool:
    """A mark between two letters, or behind a figure (27" screens), opens nothing."""
    return place == 0 or not text[place - 1].isalnum() or not text[place].isascii()


def _is_apostrophe(text: str, place: int) -> bool:
    between = 0 < place < len(text) - 1 and text[place] == "\u2019"
    return between and text[place - 1].isalnum() and text[place + 1].isalnum()


@lru_cache(maxsize=8_192)
def _kind(letter: str) -> str:
    """What runs together is of one kind: digits, or letters.

    A letter of a script without spaces stands alone, and so does a sign of money.
    """
    category = unicodedata.category(letter)
    if unicodedata.decimal(letter, None) is not None:
        return "digit"
    if category == "Sc":
        return "money"
    if category[0] in "LMN":
        is_alone = category in {"Lo", "Nl", "No"} and word_break(letter) == WordBreak.OTHER
        return "alone" if is_alone else "letter"
    return "mark"


def _joins(kind: str, letter: str) -> bool:
    if unicodedata.category(letter)[0] == "M":
        return kind in {"letter", "alone"}
    return kind in {"letter", "digit"} and _kind(letter) == kind


def _form(word: str) -> str:
    folded = unicodedata.normalize("NFKC", word.casefold())
    return "".join(
        character if (digit := unicodedata.decimal(character, None)) is None else str(digit)
        for character in folded
    )
