"""Where a page is at home: what its ambiguous signs, "$" or "1,234", may mean."""

import re
from dataclasses import dataclass
from functools import cache
from typing import cast
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from babel.core import get_global  # pyright: ignore[reportUnknownVariableType]
from babel.numbers import get_territory_currencies
from selectolax.lexbor import LexborHTMLParser

# Country domains that the whole world uses.
_WORLDWIDE = frozenset(
    {"ai", "cc", "co", "eu", "fm", "gg", "im", "io", "la", "ly", "me", "sh", "to", "tv", "ws"}
)
_TAG = re.compile(r"([a-zA-Z]{2,3})(?:[-_][a-zA-Z]{4})?(?:[-_]([a-zA-Z]{2}))?(?:[-_.].*)?")


@dataclass(frozen=True, slots=True)
class Hints:
    languages: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    """Every country that the page gives a sign of; more than one may disagree."""
    declared: frozenset[str] = frozenset()
    """Currencies that the page names in its metadata, ISO 4217."""

    def tenders(self) -> frozenset[str]:
        """What is paid with where the page is at home."""
        regions = self.regions or tuple(
            home for language in self.languages if (home := _home(language))
        )
        return frozenset(code for region in regions for code in _tender(region))

    def decimal(self) -> str | None:
        """The sign before the cents, where the page's languages agree on one."""
        signs = {sign for tag in self._tags() if (sign := _decimal(tag))}
        return signs.pop() if len(signs) == 1 else None

    def _tags(self) -> list[str]:
        if not self.languages:
            return [
                f"{language}_{region}" for region in self.regions if (language := _said(region))
            ]
        return [
            f"{language}_{region}" if region else language
            for language in self.languages
            for region in self.regions or ("",)
        ]


def hints_of(tree: LexborHTMLParser, url: str, locale: str | None) -> Hints:
    """From `html lang`, metadata and the domain; `locale` where the page itself says nothing."""
    tags = [
        _attribute(tree, "html", "lang"),
        _attribute(tree, 'meta[property="og:locale"]', "content"),
        _attribute(tree, 'meta[http-equiv="content-language" i]', "content"),
    ]
    languages, regions = _parted(tags)
    domain = (urlsplit(url).hostname or "").rpartition(".")[2].lower()
    if len(domain) == 2 and domain.isalpha() and domain not in _WORLDWIDE:
        regions = (*regions, "GB" if domain == "uk" else domain.upper())
    if locale and not regions:
        locale_languages, regions = _parted([locale])
        languages = languages or locale_languages
    return Hints(tuple(dict.fromkeys(languages)), tuple(dict.fromkeys(regions)))


def _parted(tags: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = [match.groups() for tag in tags if (match := _TAG.fullmatch(tag.strip()))]
    languages = tuple(language.lower() for language, _ in found)
    return languages, tuple(region.upper() for _, region in found if region)


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str:
    node = tree.css_first(selector)
    return (node.attributes.get(name) or "") if node else ""


@cache
def _home(language: str) -> str | None:
    """The country of a language, except of English: "$" on an English page may be anybody's."""
    if language == "en":
        return None
    likely = cast("dict[str, str]", get_global("likely_subtags"))  # pyright: ignore[reportUnknownArgumentType]
    return likely.get(language, "").rpartition("_")[2] or None


@cache
def _said(region: str) -> str | None:
    likely = cast("dict[str, str]", get_global("likely_subtags"))  # pyright: ignore[reportUnknownArgumentType]
    return likely.get(f"und_{region}", "").partition("_")[0] or None


@cache
def _tender(region: str) -> tuple[str, ...]:
    return tuple(get_territory_currencies(region))


def _decimal(tag: str) -> str | None:
    sign = _symbol(tag, "decimal")
    return sign if sign in {".", ","} else None


def groups_by_space(tag: str) -> bool:
    """Whether thousands stand apart by a space in a locale."""
    return (_symbol(tag, "group") or "").isspace()


@cache
def _symbol(tag: str, which: str) -> str | None:
    """In Latin digits, as CLDR has it for a locale or for its language."""
    for known in (tag, tag.partition("_")[0]):
        try:
            symbols = cast("dict[str, dict[str, str]]", Locale.parse(known).number_symbols)
        except (UnknownLocaleError, ValueError):
            continue
        return symbols.get("latn", {}).get(which)
    return None
