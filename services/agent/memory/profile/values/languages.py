"""From what people call a language to its BCP 47 tag, by CLDR's names."""

# ruff: noqa: SIM905 - a list of words reads better as words

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
_ALSO = {
    "brazilian": "pt-BR", "brazilian portuguese": "pt-BR", "european portuguese": "pt-PT",
    "british english": "en-GB", "american english": "en-US", "us english": "en-US",
    "uk english": "en-GB", "swiss german": "de-CH", "austrian german": "de-AT",
    "mexican spanish": "es-MX", "castellano": "es", "castilian": "es", "mandarin": "zh",
    "cantonese": "yue", "flemish": "nl-BE", "farsi": "fa", "plain english": "en",
    "simple english": "en", "hochdeutsch": "de", "chinese": "zh", "norwegian": "no",
    "filipino": "fil", "tagalog": "fil", "canadian french": "fr-CA",
}  # fmt: skip
_PEOPLES = frozenset(
    """
    american british english scottish welsh irish canadian australian austrian swiss belgian
    brazilian mexican argentinian argentine chilean colombian peruvian cuban indian pakistani
    egyptian moroccan nigerian kenyan african european asian latino israeli iranian iraqi lebanese
    syrian saudi
    """.split()
)


def language(said: str) -> str | None:
    text = plain(tidy(said).removesuffix(" language")).removeprefix("the ")
    return _names().get(text) or _ALSO.get(text)


def is_people(said: str) -> bool:
    return plain(said) in _PEOPLES


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
