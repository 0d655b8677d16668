"""Things found in a text, and where, so that the rest can be read without them."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class SpannedValue(Generic[T]):
    value: T
    start: int
    end: int


Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], T | None]]


def find_all(text: str, rules: Sequence[Rule[T]]) -> list[SpannedValue[T]]:
    """Every match in reading order; where two overlap, the earlier rule wins.

    A rule that answers None has not matched after all.
    """
    found: list[SpannedValue[T]] = []
    for regex, read in rules:
        for match in regex.finditer(text):
            start, end = match.span()
            if any(start < other.end and other.start < end for other in found):
                continue
            value = read(match)
            if value is not None:
                found.append(SpannedValue(value, start, end))
    return sorted(found, key=lambda each: each.start)


def without(text: str, spans: Iterable[tuple[int, int]], filler: str = " ") -> str:
    """The text with the spans replaced by a filler, and single blanks."""
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + filler + text[end:]
    return re.sub(r"\s+", " ", text).strip()


def pattern(regex: str) -> re.Pattern[str]:
    r"""Blanks in the regex are for its reader; `\ ` and `\s` stand for real ones."""
    return re.compile(regex, re.IGNORECASE | re.VERBOSE)


def rule(regex: str, read: Callable[[re.Match[str]], T | None]) -> Rule[T]:
    return pattern(regex), read
