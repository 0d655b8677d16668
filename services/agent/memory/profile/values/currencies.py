"""From what people call money to its ISO 4217 code, by CLDR's names."""

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from babel.core import get_global

from services.agent.memory.profile.words import plain, tidy
from taskflow.words.languages import LANGUAGES, locale_of


def currency(said: str) -> str | None:
    text = tidy(said)
    code = text.upper()
    return code if code in _in_use() else _names().get(plain(text))


@cache
def _in_use() -> frozenset[str]:
    territories = cast(
        "Mapping[str, list[tuple[str, Any, Any, bool]]]", get_global("territory_currencies")
    )
    return frozenset(
        entry[0]
        for entries in territories.values()
        for entry in entries
        if not entry[2] and entry[3]
    )


@cache
def _names() -> dict[str, str]:
    known: dict[str, str] = {}
    for language in reversed(LANGUAGES):
        names = cast("Mapping[str, str]", locale_of(language).currencies)
        known |= {plain(name): code for code, name in names.items() if code in _in_use()}
    return known
