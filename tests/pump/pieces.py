"""Texts made of a pattern's own pieces, such as make it try again and again."""

import re
from collections.abc import Iterable, Iterator, Sequence
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

CLASSES = {
    "Lu": "A", "Ll": "a", "Lt": "\u01c5", "Lm": "\u02b0", "Lo": "\u0627", "Mn": "\u0301",
    "Mc": "\u0903", "Me": "\u20dd", "Nd": "\u0967", "Nl": "\u2163", "No": "\u00b2",
    "Pc": "_", "Pd": "\u2013", "Ps": "(", "Pe": ")", "Pi": "\u201c", "Pf": "\u201d", "Po": ".",
    "Sm": "+", "Sc": "\u20ac", "Sk": "`", "So": "\U0001f600", "Zs": "\u00a0", "Zl": "\u2028",
    "Zp": "\u2029", "Cc": "\x1b", "Cf": "\u202e", "Cs": "\ud800", "Co": "\ue000", "Cn": "\u0378",
}  # fmt: skip
"""One character of each general category of Unicode."""
SCRIPTS = (
    "\u0627\u0644\u0639 ", "\u0915\u094d\u0937\u093f ", "e\u0301\u0323", "\u1100\u1161", "\x00",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f44d\U0001f3fd", "\u202e\u2066\u2069",
    "\u200b", "\u00ad", "\ufeff", "\ud83d", "\udc00\ud800", "\u0130", "\ufb03", "\u1e9e", "\ufdfa",
    "\u200f\u0645", "\u0f0b", "\u3000\u3042", "\uff21", "\U000e0041",
)  # fmt: skip
"""Writing that is more than one character at a time, or is folded into more."""
MANY = 16
"""From so many repeats on a piece counts as one that may be pumped."""
_REPEATS = {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}
_CATEGORY = {
    op.CATEGORY_DIGIT: "7",
    op.CATEGORY_NOT_DIGIT: "a",
    op.CATEGORY_SPACE: " ",
    op.CATEGORY_NOT_SPACE: "a",
    op.CATEGORY_WORD: "a",
    op.CATEGORY_NOT_WORD: "-",
}
_PROBES = "a7 -.,;:!?\n\"'()[]{}<>/*_~`|#@%&=+\\Zé\u0301\u0627\u0915\U0001f468\u200d\u202e\x00"


def pumps(pattern: str, flags: int = 0, most: int = 60) -> list[tuple[str, str]]:
    """(what stands once at the beginning, what is repeated behind it), the likeliest first."""
    tree = _parser.parse(pattern, flags)
    found: dict[tuple[str, str], None] = {}
    for before, body in _repeated(tree, ""):
        for piece in _samples(body):
            if piece:
                found[before, piece] = None
                found["", before + piece] = None
                found["", piece] = None
    # What begins like a match, over and over: each beginning is a place to search from.
    whole = [text for text in _samples(tree) if text]
    for text in whole:
        found["", text] = None
        found["", text[: max(1, len(text) - 1)]] = None
        found["", text[: max(1, len(text) // 2)]] = None
    for literal in _literals(tree):
        found["", literal] = None
    return list(found)[:most]


def text_of(before: str, piece: str, size: int, after: str) -> str:
    """Exactly so many characters, or a few less than the piece's length fewer."""
    room = size - len(before) - len(after)
    return (before + piece * max(1, room // len(piece)) + after)[: max(size, 1)]


def _repeated(tree: Iterable[Any], before: str) -> Iterator[tuple[str, Any]]:
    """Each piece that repeats without a bound, and a text that leads up to it."""
    for kind, given in tree:
        if kind in _REPEATS:
            _, most, body = given
            if most >= MANY:
                yield before, body
            yield from _repeated(body, before)
        elif kind is op.BRANCH:
            for branch in given[1]:
                yield from _repeated(branch, before)
        elif kind is op.SUBPATTERN:
            yield from _repeated(given[-1], before)
        elif kind is op.ATOMIC_GROUP:
            yield from _repeated(given, before)
        elif kind in {op.ASSERT, op.ASSERT_NOT}:
            yield from _repeated(given[1], before)
        before += _sample([(kind, given)], 0)


def _samples(tree: Sequence[Any]) -> list[str]:
    return list(dict.fromkeys(_sample(tree, choice) for choice in range(4)))


def _sample(tree: Iterable[Any], choice: int) -> str:
    """A text that the piece matches, as far as that is simple; `choice` picks among branches."""
    return "".join(_one(kind, given, choice) for kind, given in tree)


def _one(kind: Any, given: Any, choice: int) -> str:
    if kind is op.LITERAL:
        return chr(given)
    if kind is op.NOT_LITERAL:
        return next(one for one in _PROBES if ord(one) != given)
    if kind is op.ANY:
        return _PROBES[choice]
    if kind is op.IN:
        return _of_set(given, choice)
    if kind is op.BRANCH:
        branches = given[1]
        return _sample(branches[choice % len(branches)], choice)
    if kind is op.SUBPATTERN:
        return _sample(given[-1], choice)
    if kind is op.ATOMIC_GROUP:
        return _sample(given, choice)
    if kind in _REPEATS:
        least, most, body = given
        return _sample(body, choice) * min(max(least, 1 if choice % 2 == 0 else least), most, 64)
    return ""


def _of_set(items: Sequence[Any], choice: int) -> str:
    negated = items[0][0] is op.NEGATE
    matching = [one for one in _PROBES if any(_holds(item, ord(one)) for item in items)]
    if negated:
        matching = [one for one in _PROBES if one not in matching]
    elif not matching:
        matching = [_first(item) for item in items]
    return matching[choice % len(matching)] if matching else "a"


def _holds(item: Any, code: int) -> bool:
    kind, given = item
    if kind is op.LITERAL:
        return bool(given == code)
    if kind is op.RANGE:
        return bool(given[0] <= code <= given[1])
    if kind is op.CATEGORY:
        name = {"SPACE": r"\s", "DIGIT": r"\d", "WORD": r"\w"}[str(given).rpartition("_")[2]]
        name = name.upper() if "_NOT_" in str(given) else name
        return re.match(name, chr(code)) is not None
    return False


def _first(item: Any) -> str:
    kind, given = item
    return chr(given if kind is op.LITERAL else given[0]) if kind is not op.CATEGORY else "a"


def _literals(tree: Iterable[Any]) -> Iterator[str]:
    """Single characters and the pattern's words."""
    word = ""
    for kind, given in tree:
        if kind is op.LITERAL:
            word += chr(given)
            yield chr(given)
            continue
        if word:
            yield word
            yield word + " "
            word = ""
        if kind in _REPEATS:
            yield from _literals(given[2])
        elif kind is op.BRANCH:
            for branch in given[1]:
                yield from _literals(branch)
        elif kind is op.SUBPATTERN:
            yield from _literals(given[-1])
        elif kind is op.IN:
            yield _of_set(given, 0)
    if word:
        yield word
        yield word + " "
