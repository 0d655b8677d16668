"""Cities and airports that a traveller might name."""

import re
from functools import cache

import airportsdata

# What airportsdata calls otherwise, and which airport people mean where a city has several.
_MAIN_AIRPORTS = {
    "bali": "DPS",
    "bangkok": "BKK",
    "barcelona": "BCN",
    "berlin": "BER",
    "brussels": "BRU",
    "buenos aires": "EZE",
    "chicago": "ORD",
    "delhi": "DEL",
    "frankfurt": "FRA",
    "istanbul": "IST",
    "london": "LHR",
    "los angeles": "LAX",
    "madrid": "MAD",
    "melbourne": "MEL",
    "milan": "MXP",
    "montreal": "YUL",
    "new york": "JFK",
    "new york city": "JFK",
    "nyc": "JFK",
    "osaka": "KIX",
    "paris": "CDG",
    "rio de janeiro": "GIG",
    "rome": "FCO",
    "sao paulo": "GRU",
    "seoul": "ICN",
    "shanghai": "PVG",
    "stockholm": "ARN",
    "sydney": "SYD",
    "tokyo": "HND",
    "toronto": "YYZ",
    "washington": "IAD",
}


def is_place(name: str) -> bool:
    lowered = name.strip().lower()
    return lowered in _MAIN_AIRPORTS or lowered in _cities() or is_iata(name)


def is_iata(name: str) -> bool:
    """Only as people write codes, in capitals: `car` and `fun` are airports too."""
    return bool(re.fullmatch(r"[A-Z]{3}", name.strip())) and name.strip() in _by_code()


def iata_of(name: str) -> str | None:
    """One airport's code for a city or a code in any case."""
    plain = name.strip()
    if plain.lower() in _MAIN_AIRPORTS:
        return _MAIN_AIRPORTS[plain.lower()]
    if plain.lower() in _cities():
        return _cities()[plain.lower()]
    return plain.upper() if plain.upper() in _by_code() else None


def zone_of(name: str) -> str | None:
    code = iata_of(name)
    return _by_code()[code]["tz"] if code else None


def written(name: str) -> str:
    """As one writes a place: codes and given capitals stay."""
    name = re.sub(r"\s+", " ", name.strip(" ,.;:!?'\""))
    if len(name) == 3 and name.upper() in _by_code() and name.lower() not in _cities():
        return name.upper()
    if name != name.lower():
        return name
    small = {"de", "of", "la", "del", "do", "am", "and"}
    return " ".join(word if word in small else word.capitalize() for word in name.split())


@cache
def _by_code() -> dict[str, airportsdata.Airport]:
    return airportsdata.load("IATA")


@cache
def _cities() -> dict[str, str]:
    """City to code; international airports first, then in order of their codes."""
    rows = sorted(
        _by_code().items(),
        key=lambda row: ("International" in row[1]["name"], row[0] < "A", row[0]),
    )
    return {row["city"].lower(): code for code, row in rows if row["city"]}
