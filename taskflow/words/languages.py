"""The languages that people are spoken to in, and which of them a tag or a country means. Pure."""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.languages import get_territory_language_info

SOURCE = "en"
LANGUAGES = (
    *(SOURCE, "de", "es", "pt-BR", "fr", "it", "nl", "pl", "tr", "ru"),
    *("uk", "ar", "he", "hi", "bn", "id", "vi", "zh-Hans", "ja", "ko"),
)
"""BCP 47 tags, each with its catalogue in locale/."""
LONGEST_TAG = 35
"""Characters, of RFC 5646's advice for tags that are kept."""
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
_BY_PRIMARY: Mapping[str, str] = {
    **{tag.partition("-")[0]: tag for tag in LANGUAGES},
    "iw": "he",
    "in": "id",
}
"""Also by the codes that Hebrew and Indonesian had until 1989, which phones still send."""


def is_tag(text: str) -> bool:
    """Whether it has the shape of a BCP 47 tag, of any language."""
    return len(text) <= LONGEST_TAG and _TAG.fullmatch(text) is not None


def matched(tag: str | None) -> str | None:
    """The one that a BCP 47 tag asks for: `pt-PT` is answered in `pt-BR`; None if none is."""
    if not tag or len(tag) > LONGEST_TAG:
        return None
    return _BY_PRIMARY.get(tag.replace("_", "-").partition("-")[0].lower())


@cache
def locale_of(language: str) -> Locale:
    """CLDR's, of one of LANGUAGES; any other is spoken to in English."""
    return Locale.parse(language if language in LANGUAGES else SOURCE, sep="-")


@cache
def is_right_to_left(language: str) -> bool:
    return locale_of(language).character_order == "right-to-left"


def of_zone(zone: str | None) -> str:
    """The language of the country that an IANA zone lies in; English for zones of none."""
    zones: Mapping[str, str] = get_global("zone_territories")
    aliases: Mapping[str, str] = get_global("zone_aliases")
    territory = zones.get(aliases.get(zone or "", zone or ""))
    return of_territory(territory) if territory else SOURCE


@cache
def of_territory(territory: str) -> str:
    """The one of ours that is its likeliest language, or else its most spoken official one."""
    try:
        likeliest = matched(Locale.parse(f"und_{territory}").language)
    except UnknownLocaleError:
        likeliest = None
    return likeliest or _most_spoken(territory) or SOURCE


def _most_spoken(territory: str) -> str | None:
    spoken = get_territory_language_info(territory)
    official = {
        tag: float(facts["population_percent"] or 0)
        for tag, facts in spoken.items()
        if facts["official_status"] and matched(tag)
    }
    return matched(max(official, key=official.__getitem__)) if official else None


def known(tags: Iterable[str | None]) -> tuple[str, ...]:
    """Those that are ours, each once, in their order."""
    return tuple(dict.fromkeys(found for tag in tags if (found := matched(tag))))
