"""Cities and airports that a traveller might name."""

import re
import unicodedata
from functools import cache

import airportsdata

from simulators.serpapi.airlines import HUBS

_LETTERS = 3
"""Of a code; no town's name is taken to be shorter."""
_IN_SHORT = {"delhi": "new delhi", "frankfurt": "frankfurt am main", "new york city": "new york"}


def is_place(name: str) -> bool:
    return _plain(name) in _cities() or is_iata(name)


def is_iata(name: str) -> bool:
    """Only as people write codes, in capitals: `car` and `fun` are airports too."""
    return bool(re.fullmatch(r"[A-Z]{3}", name.strip())) and name.strip() in _by_code()


def iata_of(name: str) -> str | None:
    """One airport's code for a city or a code in any case."""
    plain = name.strip()
    if code := _cities().get(_plain(name)):
        return code
    return plain.upper() if plain.upper() in _by_code() else None


def zone_of(name: str) -> str | None:
    code = iata_of(name)
    return _by_code()[code]["tz"] if code else None


def written(name: str) -> str:
    """As one writes a place: given capitals stay. Three letters may be a place's: `kos`, `goa`."""
    name = re.sub(r"\s+", " ", name.strip(" ,.;:!?'\""))
    if name != name.lower():
        return name
    small = {"de", "of", "la", "del", "do", "am", "and"}
    return " ".join(word if word in small else word.capitalize() for word in name.split())


@cache
def _by_code() -> dict[str, airportsdata.Airport]:
    return airportsdata.load("IATA")


@cache
def _cities() -> dict[str, str]:
    """City to code: of several airports a hub, else an international one, else the last code.

    Bali is known by "Denpasar-Bali Island", and New York by its city's code.
    """
    rows = sorted(
        _by_code().items(),
        key=lambda row: (row[0] in HUBS, "International" in row[1]["name"], row[0]),
    )
    known = {name: code for code, row in rows for name in _names_of(row["city"])}
    for row in airportsdata.load_iata_macs().values():
        members = sorted(row["airports"], key=lambda code: (code in HUBS, code))
        known |= dict.fromkeys((_plain(row["name"]), _initials(row["name"])), members[-1])
    return known | {name: known[whole] for name, whole in _IN_SHORT.items()}


def _names_of(city: str) -> set[str]:
    names = {re.sub(" islands?$", "", _plain(part)) for part in [city, *re.split("[/()-]", city)]}
    return {name for name in names if len(name) >= _LETTERS}


def _initials(name: str) -> str:
    """NYC is New York City."""
    return _plain("".join(word[0] for word in [*name.split(), "City"]))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.strip().lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
