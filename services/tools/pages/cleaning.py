"""What pages send is other people's text: cut, and without characters that nobody sees."""

import re
import unicodedata

from contracts.readings import MAX_EVIDENCE

MAX_TITLE = 200
# Cc control, Cf zero-width, bidi and tag characters, Cs lone surrogates, Co private use.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# They alter the character before them, and can carry hidden bytes.
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_SPACES = re.compile(r"\s+")


def clean(text: str, most: int) -> str:
    """On one line, in visible characters, at most so many."""
    # Only the beginning can matter: a page may send megabytes.
    spaced = _SPACES.sub(" ", _SELECTORS.sub("", text[: most * 8]))
    visible = "".join(c for c in spaced if unicodedata.category(c) not in _UNSEEN)
    seen = _SPACES.sub(" ", visible).strip()
    return seen if len(seen) <= most else seen[: most - 1].rstrip() + "…"


def title(text: str | None) -> str | None:
    return clean(text, MAX_TITLE) or None if text else None


def evidence(text: str) -> str:
    return clean(text, MAX_EVIDENCE)


def plain(text: str) -> str:
    """For comparing: no case, no accents, words with single spaces."""
    decomposed = unicodedata.normalize("NFKD", text[:2000])
    letters = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"\w+", letters))
