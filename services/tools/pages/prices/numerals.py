"""Numbers as pages write them: which digits belong together, and what they come to.

1. Groups of three digits are joined by a space, an apostrophe, a point or a comma, and India's of
   two; cents follow a point or a comma, with or without a space beside it.
2. A number that could mean several things has no value: "1,234" where the page's decimal sign is
   a comma, "1 , 299", "15.08.2017".
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = re.compile(r"[0-9]+")
_MARKS = {
    ".": ".", ",": ",", "'": "'", " ": " ", "\u066b": "\u066b", "\u066c": "\u066c",
    " , ": ", ", ", ": ", ", " ,": " ,", " . ": " .", ". ": ". ", " .": " .", "' ": "'",
}  # fmt: skip
"""What may stand between two groups of a number; a space beside a point or a comma is told."""
_APART = {", ", " ,", ". ", " ."}
_DECIMAL = {".", ",", "\u066b"}
_THOUSANDS = {".", ",", "'", " ", "\u066c"}
_OTHERWISE = frozenset("/:*%#&@!?")
_MOST_GROUPS = 12
LONGEST = 24


@dataclass(frozen=True, slots=True)
class Numeral:
    """Digits that belong together, `start` to `end` of a plain text."""

    start: int
    end: int
    groups: tuple[str, ...]
    marks: tuple[str, ...]
    """What stands between the groups."""
    broken: bool = False
    """What stands beside it leaves open where the number begins or ends."""

    def value(self, decimal: str | None, places: int, *, machine: bool = False) -> Decimal | None:
        """By the page's `decimal` sign where the number itself leaves a doubt.

        `places` are those of the currency. For a `machine` it is written with a decimal point, as
        JSON has it, or as for people.
        """
        if self.broken or len("".join(self.groups)) > LONGEST or len(self.groups) > _MOST_GROUPS:
            return None
        if not self.marks:
            return Decimal(self.groups[0])
        if self.is_of_three():
            return self._of_three(decimal, places, machine=machine)
        whole, cents = self._parts()
        last, marks = self.marks[-1], self.marks[: len(whole) - 1]
        if len(cents) > 4 or (last in _APART and len(cents) != 2):
            return None
        if marks and (not _are_thousands(whole, marks) or (cents and marks[0] == last.strip())):
            return None
        return Decimal(f"{''.join(whole)}.{cents or 0}")

    def _parts(self) -> tuple[tuple[str, ...], str]:
        """What stands before the decimal sign, and what behind it."""
        last = self.marks[-1]
        is_first_of_its_kind = last in _DECIMAL and last not in self.marks[:-1]
        if is_first_of_its_kind or last in _APART:
            return self.groups[:-1], self.groups[-1]
        return self.groups, ""

    def is_of_three(self) -> bool:
        """Like "1,234": one point or comma, and three digits behind it."""
        return len(self.marks) == 1 and self.marks[0] in {".", ","} and len(self.groups[1]) == 3

    def _of_three(self, decimal: str | None, places: int, *, machine: bool) -> Decimal | None:
        (whole, rest), (mark,) = self.groups, self.marks
        if len(whole) > 3:
            return Decimal(f"{whole}.{rest}")
        if places == 3:
            known = "." if machine else decimal
            return (
                None
                if known is None
                else Decimal(f"{whole}.{rest}" if known == mark else whole + rest)
            )
        if places == 0 and not machine and not whole.startswith("0"):
            # There are no cents that could follow.
            return Decimal(whole + rest)
        if decimal == mark or whole.startswith("0") or (machine and mark == "."):
            # Three places in a currency of two: a thousand, or a third digit of the cents.
            return None
        return Decimal(whole + rest)


def _are_thousands(groups: tuple[str, ...], marks: tuple[str, ...]) -> bool:
    if len(set(marks)) != 1 or marks[0] not in _THOUSANDS:
        return False
    first, *middle, last = groups
    if len(last) != 3 or not 1 <= len(first) <= 3:
        return False
    indian = marks[0] == "," and len(first) < 3 and all(len(group) == 2 for group in middle)
    return indian or all(len(group) == 3 for group in middle)


def numerals(text: str) -> Iterator[Numeral]:
    """The numbers of a plain text, one after the other."""
    groups: list[str] = []
    marks: list[str] = []
    start = end = 0
    broken = False
    for found in _DIGITS.finditer(text):
        if groups:
            mark = _MARKS.get(text[end : found.start()]) if found.start() - end <= 3 else None
            if mark is not None and _joins(groups, marks, mark, found[0]):
                groups.append(found[0])
                marks.append(mark)
                end = found.end()
                continue
            broken = broken or _is_unknown_mark(text[end : found.start()])
            apart = mark in _APART
            yield _numeral(
                text, start, end, groups, marks, broken=broken or (apart and marks == [])
            )
            # "1, 299": one number, or two.
            broken = apart and len(groups[-1]) <= 3 and len(found[0]) == 3
            broken = broken or _is_unknown_mark(text[end : found.start()])
        groups, marks = [found[0]], []
        start, end = found.span()
    if groups:
        yield _numeral(text, start, end, groups, marks, broken=broken)


def _is_unknown_mark(gap: str) -> bool:
    """A sign that some script groups digits by, and that is not read here."""
    return (
        len(gap) == 1
        and gap not in _MARKS
        and unicodedata.category(gap) == "Po"
        and (gap not in _OTHERWISE)
    )


def _joins(groups: list[str], marks: list[str], mark: str, digits: str) -> bool:
    if len(groups) > _MOST_GROUPS:
        # No number, however it goes on.
        return mark != " "
    if mark in _APART:
        return len(digits) == 2 and not set(marks) & (_APART | {mark.strip()})
    if mark in {" ", "'"}:
        return len(digits) == 3 and len(groups[0]) <= 3 and set(marks) <= {mark}
    return not set(marks) & _APART


def _is_letter(character: str) -> bool:
    """Or a vowel's sign above or below one."""
    return character != "" and unicodedata.category(character)[0] in "LM"


def _numeral(
    text: str, start: int, end: int, groups: list[str], marks: list[str], *, broken: bool
) -> Numeral:
    before = text[max(0, start - 2) : start]
    if before[-1:] in {".", ","} and not marks and before[:-1] in {"", " ", "$", "€", "£"}:
        # ".75"
        return Numeral(start - 1, end, ("0", *groups), (before[-1],), broken or len(groups[0]) > 2)
    if before[-1:] in {".", ",", "'"} and not (_is_letter(before[:-1]) or before == "/."):
        broken = True
    after = text[end : end + 1]
    if after and not after.isalpha() and (after.isnumeric() or after.isdigit()):
        # "5½" and "79⁹⁰".
        broken = True
    return Numeral(start, end, tuple(groups), tuple(marks), broken)
