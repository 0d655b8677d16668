"""Where in a text money may be spoken of: numbers beside what may be a currency's sign or code."""

import re
from collections.abc import Iterator
from functools import lru_cache

from services.tools.pages.prices.currencies import sign_after, sign_before

_NUMBER = re.compile(r"\d[\d.,]*")
_NEAR, _FAR = 12, 200
"""Characters on either side of a number in which its sign stands, without and with white space."""
_WORDS = 2
_LONGEST_MULTIPLIER = 2
MOST = 2_000
"""Numbers of a page; those that follow are not looked at."""


def places(text: str) -> Iterator[int]:
    """Where such a number begins."""
    found = 0
    for number in _NUMBER.finditer(text):
        start, end = number.span()
        if _is_beside_a_sign(text, start, end):
            yield start
            found += 1
            if found == MOST:
                return


def _is_beside_a_sign(text: str, start: int, end: int) -> bool:
    behind = text[end : end + _NEAR].split() or text[end : end + _FAR].split()
    for word in behind[:_WORDS]:
        if _may_begin_with_a_sign(word[:_NEAR]):
            return True
    # Pieces of text are far apart where a page's source is indented.
    led = text[max(0, start - _NEAR) : start].split()
    led = led or text[max(0, start - _FAR) : start].split()
    return any(_may_end_in_a_sign(word[-_NEAR:]) for word in led[-_WORDS:])


@lru_cache(maxsize=10_000)
def _may_end_in_a_sign(word: str) -> bool:
    bare = word.rstrip(":.(+-~")
    return sign_before(word, len(word)) is not None or sign_before(bare, len(bare)) is not None


@lru_cache(maxsize=10_000)
def _may_begin_with_a_sign(word: str) -> bool:
    bare = word.lstrip(".,:-\u2013\u2014)")
    # In "12万円" a multiplier stands between, in scripts that put no space there.
    behind = () if bare[:1].isascii() else range(1, _LONGEST_MULTIPLIER + 1)
    return any(sign_after(bare, at) is not None for at in (0, *behind)) or (
        sign_after(word, 0) is not None
    )
