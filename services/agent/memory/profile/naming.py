"""A canonical value as people call it: "London Gatwick, LGW". By airportsdata and CLDR."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, cast

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from contracts.profile import ProfileKind
from services.agent.memory.profile.words import bare, divides
from taskflow.places import cities
from taskflow.places.airports import airports

LOCALES = (
    "en", "de", "es", "pt", "fr", "it", "nl", "pl", "tr", "ru", "uk", "ar", "he", "hi", "bn", "id",
    "vi", "zh", "ja", "ko",
)  # fmt: skip
"""In whose words a value may have been said."""
MOST_KNOWN = 1_000
"""Values whose names are kept at hand."""
SHORTEST, SHORTEST_OF_A_TOWN = 3, 4
"""Letters of a word that can be anybody's name for a thing; towns have codes among their names."""
MOST_SHARED = 20
"""Airports that share a word of their names, before it names none of them: "international"."""


def named(kind: ProfileKind, value: str, locale: str = "en") -> str:
    """The value alone where it has no other name, or none in that locale."""
    match kind:
        case "home_airport":
            airport = airports().get(value)
            name = airport.name.removesuffix(" Airport") if airport else None
        case "currency":
            name = _table(locale, "currencies").get(value)
        case "language":
            name = _language(value, locale)
        case _:
            return value
    return f"{name}, {value}" if name else value


@lru_cache(maxsize=MOST_KNOWN)
def words_for(kind: ProfileKind, value: str) -> frozenset[str]:
    """Folded words by which people who speak one of our languages may mean this value."""
    words = {word for name in _names(kind, value) for word in bare(name).split()}
    least = SHORTEST_OF_A_TOWN if kind in {"home", "home_airport"} else SHORTEST
    return frozenset(word for word in words if len(word) >= (least if divides(word) else 2))


@lru_cache(maxsize=MOST_KNOWN)
def signs_of(kind: ProfileKind, value: str) -> frozenset[str]:
    """Of a currency, without letters: what stands for it in the languages that have one."""
    if kind != "currency":
        return frozenset()
    signs = {_table(locale, "currency_symbols").get(value, "") for locale in LOCALES}
    return frozenset(sign for sign in signs if sign and not any(map(str.isalnum, sign)))


def load() -> None:
    """Reads the names of all locales, which takes a second, for no answer to wait for them."""
    words_for("home_airport", "LIS")
    words_for("language", "en")


def _names(kind: ProfileKind, value: str) -> Iterator[str]:
    match kind:
        case "home_airport":
            if airport := airports().get(value):
                towns = cities.named(airport.city, by_other_names=False)
                here = [town for town in towns if town.country == airport.country]
                yield from (airport.city, *(cities.names_of(here[0]) if here else ()))
                common = _common()
                yield " ".join(word for word in bare(airport.name).split() if word not in common)
        case "currency":
            yield from (_table(locale, "currencies").get(value, "") for locale in LOCALES)
        case "language":
            yield from (name for locale in LOCALES if (name := _language(value, locale)))
        case "zone":
            yield value.rpartition("/")[2].replace("_", " ")
            tables = (_table(locale, "time_zones") for locale in LOCALES)
            zones = (cast("Mapping[str, Any]", table.get(value, {})) for table in tables)
            yield from (str(zone["city"]) for zone in zones if "city" in zone)
            yield from _of_meta_zone(value)
        case "home":
            towns = cities.named(value.partition(",")[0])
            yield from (value, *(cities.names_of(towns[0]) if towns else ()))
        case _:
            pass


def _of_meta_zone(zone: str) -> Iterator[str]:
    """What its clock is called by its first speakers: "Mountain", of America/Denver."""
    meta = cast("Mapping[str, str]", get_global("meta_zones")).get(zone, "")
    yield meta.rpartition("_")[2]


@cache
def _common() -> frozenset[str]:
    counts = Counter(
        word for airport in airports().values() for word in set(bare(airport.name).split())
    )
    return frozenset(word for word, count in counts.items() if count > MOST_SHARED)


def _table(locale: str, name: str) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", getattr(Locale.parse(locale), name))


def _language(tag: str, locale: str) -> str | None:
    try:
        return Locale.parse(tag, sep="-").get_display_name(locale)
    except (ValueError, UnknownLocaleError):
        return None
