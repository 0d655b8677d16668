"""Words that multiply the number before them: 500rb, 10만원, 50 тысяч. Pure, linear.

They are those of CLDR's compact forms, in every language that people are spoken to in.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

from taskflow.words.languages import LANGUAGES, locale_of

LONGEST = 24
"""Characters after a number that are read for one."""
_MARKS = "'\u200e\u200f"
_SPACES = " \u00a0\u202f"


def factors(after: str) -> Collection[int]:
    """What the word multiplies by that stands right after a number, or after a space."""
    text = after[1:] if after[:1] in (*_SPACES,) else after
    return {
        factor
        for length in range(1, min(len(text), LONGEST) + 1)
        if _ends(text, length)
        for factor in _by_word().get(text[:length].casefold(), ())
    }


def _ends(text: str, length: int) -> bool:
    """Whether a word ends there; where letters are words, each does."""
    is_wide = unicodedata.east_asian_width(text[length - 1]) == "W"
    return is_wide or not text[length : length + 1].isalpha()


@cache
def _by_word() -> Mapping[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for word, factor in _compact():
        found[word].add(factor)
    return {word: frozenset(those) for word, those in found.items()}


def _compact() -> Iterator[tuple[str, int]]:
    """From patterns such as `00 тыс'.'` for 10,000: what is left of it, and 1,000."""
    for language in LANGUAGES:
        forms: Any = locale_of(language).compact_decimal_formats
        for plurals in forms.values():
            for patterns in plurals.values():
                for amount, pattern in patterns.items():
                    positive = str(pattern.pattern).partition(";")[0]
                    word = positive.replace("0", "").strip(_SPACES + _MARKS).replace("'", "")
                    if word and "0" in positive:
                        yield word.casefold(), int(amount) // 10 ** (positive.count("0") - 1)
