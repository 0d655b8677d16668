"""Where in a text money may be spoken of: numbers beside what may be a currency's sign or code."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from services.tools.pages.prices.currencies import CODES, SIGNS

_NUMBER = re.compile(r"\d[\d.,]*")
_WORD = re.compile(r"[^\W\d_]+|[^\w\s]")
_NEAR, _FAR = 12, 200
"""Characters on either side of a number in which its sign stands, without and with white space."""
_WORDS = frozenset(word.casefold() for said in (*SIGNS, *CODES) for word in _WORD.findall(said))
MOST = 2_000
"""Numbers of a page; those that follow are not looked at."""


def places(text: str) -> Iterator[int]:
    """Where such a number begins."""
    found = 0
    for number in _NUMBER.finditer(text):
        start, end = number.span()
        # Pieces of text are far apart where a page's source is indented.
        led = text[max(0, start - _FAR) : start].split()[-2:]
        behind = text[end : end + _FAR].split()[:2]
        around = f"{' '.join(led)[-_NEAR:]} {' '.join(behind)[:_NEAR]}"
        if any(_may_be_a_sign(word) for word in _WORD.findall(around)):
            yield start
            found += 1
            if found == MOST:
                return


@cache
def _is_a_sign(character: str) -> bool:
    return unicodedata.category(character) == "Sc"


def _may_be_a_sign(word: str) -> bool:
    return word.casefold() in _WORDS or (len(word) == 1 and _is_a_sign(word))
