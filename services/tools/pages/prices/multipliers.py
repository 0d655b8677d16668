"""Words that change a number: "12 lakh", "1.5万円", "R$ 2 mil", "$12k", "1,2 Mio. €".

What a word multiplies by is CLDR's, by language: "mil" is a thousand in Spanish and "mil." a
million in Czech, and "M" a milliard in Indonesian. The page's language decides, then those of the
countries where one pays so; where they disagree the number means nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import cast

from babel.core import get_global  # pyright: ignore[reportUnknownVariableType]

from services.tools.pages.prices.cldr import TABLE

_SHOPS_WRITE: Mapping[str, Mapping[int, frozenset[str]]] = {
    "lac": {100_000: frozenset({"en_IN"})},
    "lacs": {100_000: frozenset({"en_IN"})},
    "lakhs": {100_000: frozenset({"en_IN"})},
    "crore": {10_000_000: frozenset({"en_IN"})},
    "crores": {10_000_000: frozenset({"en_IN"})},
    "bin": {1_000: frozenset({"tr"})},
    "ngàn": {1_000: frozenset({"vi"})},
    "millions": {1_000_000: frozenset({"en"})},
    "thousands": {1_000: frozenset({"en"})},
    "mio": {1_000_000: frozenset({"de"})},
    "萬": {10_000: frozenset({"zh"})},
    "億": {100_000_000: frozenset({"zh"})},
}
"""Words that CLDR's short and long forms lack: India's English, Vietnam's South, plurals."""
_LETTERS_KNOWN_TO_ALL = 20
"""Locales that know a single letter, so that it means the same where none is known."""
_SHORT = 3
_BEFORE_A_SIGN = "kKM"


@dataclass(frozen=True, slots=True)
class Multiplier:
    end: int
    """Where the word ends in the plain text."""
    value: Decimal | None
    """None where it may mean several things."""
    is_joined: bool
    """Whether digits may follow it directly, as in 3万9800."""


def _words() -> dict[str, dict[int, frozenset[str]]]:
    found: dict[str, dict[int, frozenset[str]]] = {}
    for word, by in [*TABLE.multipliers.items(), *_SHOPS_WRITE.items()]:
        for written in {word, word.rstrip("."), word.casefold() if len(word) > 1 else word}:
            kept = found.setdefault(written, {})
            for value, locales in by.items():
                kept[value] = kept.get(value, frozenset()) | locales
    return found


_WORDS = _words()
_LONGEST: dict[str, int] = {}
for _word in _WORDS:
    for _first in (_word[0], _word[0].upper(), _word[0].lower()):
        _LONGEST[_first] = max(_LONGEST.get(_first, 0), len(_word))


def multiplier_at(text: str, at: int, tags: Sequence[frozenset[str]]) -> Multiplier | None:
    """The word that begins directly at `at`, or behind a space.

    `tags` are locales that count: the page's first, then those of the currency.
    """
    fused = text[at : at + 1] != " "
    begin = at if fused else at + 1
    longest = _LONGEST.get(text[begin : begin + 1], 0)
    for length in range(min(longest, len(text) - begin), 0, -1):
        written = text[begin : begin + length]
        end = begin + length
        if written[-1] == " " or not _is_whole(text, end):
            continue
        by = _WORDS.get(written) or (_WORDS.get(written.casefold()) if length > 1 else None)
        if by is None:
            continue
        # Short words of other alphabets are seldom anything else.
        foreign = written[0] > "\u036f"
        value = _value(by, tags, short=length <= _SHORT, is_foreign=foreign)
        unsaid = length <= _SHORT and not foreign and not _speaks(by, tags)
        if value is None and not fused and unsaid:
            # "20 a month": a word of the page's language, not of another's.
            return None
        end += text[end : end + 1] == "." and written[-1].isalpha() and written + "." in _WORDS
        return Multiplier(end, value, is_joined=written[-1] >= "\u3000")
    return None


def _is_whole(text: str, end: int) -> bool:
    last, after = text[end - 1], text[end : end + 1]
    if after in {"$", "£", "¥"} and text[end - 1] not in _BEFORE_A_SIGN and text[end - 2].isspace():
        # "1 G$" is a dollar of Guyana's, "5 M$" are millions.
        return False
    return not (after.isalpha() and last < "\u3000" and after < "\u3000")


def _speaks(by: Mapping[int, frozenset[str]], tags: Sequence[frozenset[str]]) -> bool:
    return any(locales & spoken for spoken in tags for locales in by.values())


def _value(
    by: Mapping[int, frozenset[str]],
    tags: Sequence[frozenset[str]],
    *,
    short: bool,
    is_foreign: bool,
) -> Decimal | None:
    known = [value for value, locales in by.items() if len(locales) >= _LETTERS_KNOWN_TO_ALL]
    for nth, spoken in enumerate(tags):
        if near := [value for value, locales in by.items() if locales & spoken]:
            # What a country says is no proof where the page says nothing, and all others differ.
            agreed = nth == 0 or not short or not known or near == known
            return Decimal(near[0]) if len(near) == 1 and agreed else None
    if short and not is_foreign:
        return Decimal(known[0]) if len(known) == 1 else None
    return Decimal(next(iter(by))) if len(by) == 1 else None


def tags_of(languages: Iterable[str], regions: Iterable[str]) -> frozenset[str]:
    """Locales of a page: its languages, and each with each of its regions."""
    languages, regions = tuple(languages), tuple(regions)
    spoken = [language for region in regions for language in _spoken(region)]
    tags = {*languages} or {*spoken}
    return frozenset(tags | {f"{language}_{region}" for language in tags for region in regions})


@cache
def _spoken(region: str) -> tuple[str, ...]:
    likely = cast("dict[str, str]", get_global("likely_subtags"))  # pyright: ignore[reportUnknownArgumentType]
    language = likely.get(f"und_{region}", "").partition("_")[0]
    return (language,) if language else ()


@cache
def tags_of_currency(code: str) -> frozenset[str]:
    """Locales of the countries where one pays so."""
    territories = cast(
        "Mapping[str, list[tuple[str, object, object, bool]]]", get_global("territory_currencies")
    )  # pyright: ignore[reportUnknownArgumentType]
    regions = [
        region
        for region, paid in territories.items()
        if any(tender[0] == code and tender[2] is None and tender[3] for tender in paid)
    ]
    english = {f"en_{region}" for region in regions}
    return tags_of((), regions) | english
