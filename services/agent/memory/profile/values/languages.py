"""From what people call a language to its BCP 47 tag, by CLDR's names."""

# ruff: noqa: SIM905 - a list of words reads better as words

import re
from collections.abc import Mapping
from functools import cache
from typing import cast

from babel import Locale

from services.agent.memory.profile.words import plain, tidy

_SPOKEN = ("en", "de", "es", "pt", "fr", "it")
"""In whose names languages are known, besides each language's own."""
_MOST_SPOKEN = (
    "ar bg bn ca cs da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn "
    "ko lt lv mk ml mn mr ms my nb ne nl pa pl pt ro ru sk sl sq sr sv sw ta te th tr uk ur uz "
    "vi zh zu af az be bs cy lb mt no so am"
).split()
"""Rarer ones share their names with people and places ("Ada", "Alabama")."""
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?", re.IGNORECASE)


def language(said: str) -> str | None:
    return _names().get(plain(tidy(said))) or _tag(said.strip())


def _tag(said: str) -> str | None:
    """A tag whose language CLDR knows."""
    if not _TAG.fullmatch(said):
        return None
    parts = said.lower().split("-")
    known = cast("Mapping[str, str]", Locale("en").languages)
    forms = [part.title() if len(part) == 4 else part.upper() for part in parts[1:]]
    return "-".join([parts[0], *forms]) if parts[0] in known else None


@cache
def _names() -> dict[str, str]:
    known: dict[str, str] = {}
    for locale in _SPOKEN:
        names = cast("Mapping[str, str]", Locale(locale).languages)
        known |= {plain(names[tag]): tag for tag in _MOST_SPOKEN if tag in names}
    for tag in _MOST_SPOKEN:
        own = cast("Mapping[str, str]", Locale(tag).languages).get(tag)
        if own:
            known[plain(own)] = tag
    return known
