"""From what people call a place to the airports there, or a refusal with candidates (ADR 47)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf

from taskflow.places import airports as data
from taskflow.places import cities
from taskflow.places.airports import LARGE
from taskflow.places.candidates import candidates, spots_of
from taskflow.places.names import WITH_A_STATE, country_name, plain, us_states
from taskflow.places.spots import MOST_CANDIDATES, MOST_CODES, Spot, is_one_trip

MOST_CHARACTERS = 60
CLEARLY = 12.0
"""So many times better known than its namesake, a place is the one that is meant."""
_NEARLY, _FAR, _SMALL = 5.0, 50.0, 10.0
_MANY = 3
_SHORT = 2
"""Letters of a country or a state in short."""
_KNOWN = 5e5
_KNOWN_TOWN = 1e7
_CODED = re.compile(r"(?P<place>[^()]+)\((?P<code>[A-Za-z]{3})\)")


class UnclearPlace(ValueError):
    """The words name no place, or several: says which, for the model to ask."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place's airports, as SerpApi takes them: comma-separated IATA codes."""

    codes: str
    name: str
    zone: str


def resolve(said: str, code: str | None = None) -> Place:
    """A place, or an IATA code that no place bears. Raises UnclearPlace, naming what fits."""
    text = said.strip()
    if len(text) > MOST_CHARACTERS:
        raise UnclearPlace("A place has 60 characters at most; ask for its name.")
    if coded := _CODED.fullmatch(text):
        text, code = coded["place"].strip(), code or coded["code"]
    if re.fullmatch(r"[A-Z]{3}(?i: airport)", text):
        text = text[:3]
    if code and code.strip().upper() != text.upper():
        return _fitting(text, code.strip().upper())
    upper = text.upper()
    if upper in data.airports() or upper in data.metros():
        return _named_or_coded(text)
    return _meant(text, spots_of(text))


def by_code(code: str) -> Place:
    """An airport or a city's airports by its code alone; Unclear for an unknown one."""
    if code in data.metros():
        name, country, members = data.metros()[code]
        zone = data.airports()[members[0]].zone
        return Place(",".join(members), f"{name}, {country_name(country)}", zone)
    if code not in data.airports():
        raise UnclearPlace(f"I know no airport with the code {code!r}; ask for the city's name.")
    airport = data.airports()[code]
    return Place(code, f"{airport.in_full} ({code})", airport.zone)


def in_full(code: str) -> str | None:
    """As in "Lisbon Portela Airport, Lisbon, Portugal"; None for an unknown code."""
    airport = data.airports().get(code)
    return airport.in_full if airport else None


def load() -> None:
    """Reads all data, which takes a second or two, and holds no other thread up."""
    spots_of("Lisbon")


def meant(said: str) -> list[Spot]:
    """The place that is meant, or all that may be; empty for an unknown one."""
    found = spots_of(known_part(said))
    return [found[0], *_rivals(found[0], found[1:])] if found else []


def known_part(said: str) -> str:
    """A known place without what follows the comma, if nothing at all is called so."""
    head, *rest = said.split(",")
    names = [part.strip() for part in rest]
    if not names or any(len(name) == _SHORT or spots_of(name) for name in names):
        return said
    return head if any(_is_known(spot) for spot in spots_of(head)[:1]) else said


def _named_or_coded(text: str) -> Place:
    """Three letters: a place's name first, where a known place has an airport of that name."""
    code = text.upper()
    spots = [spot for spot in spots_of(text) if spot.is_own or (_is_known(spot) and text != code)]
    members = frozenset(by_code(code).codes.split(","))
    if not spots or members & spots[0].codes:
        return by_code(code)
    if text == code:
        if _stands_for(code, spots[0].fame):
            return by_code(code)
        raise _unclear(text, [*_with_airports(spots[:2]), f"{by_code(code).name}, by its code"])
    return _meant(text, spots)


def _is_known(spot: Spot) -> bool:
    return spot.fame >= _KNOWN


def _stands_for(code: str, fame: float) -> bool:
    """MAN is Manchester's beginning, and few mean Man in Côte d'Ivoire by capitals."""
    if code in data.metros():
        return True
    airport = data.airports()[code]
    known = cities.named(airport.city)
    begins = plain(airport.city).startswith(code.lower())
    return begins and bool(known) and known[0].fame >= CLEARLY * fame


def _fitting(said: str, code: str) -> Place:
    """The code's airports, if the place has them; else Unclear with both."""
    coded = by_code(code)
    members = coded.codes.split(",")
    if said.upper() in data.airports() or said.upper() in data.metros():
        other = by_code(said.upper())
        if set(members) & set(other.codes.split(",")):
            return coded
    spots = spots_of(said)
    for spot in [*spots[:1], *_rivals(spots[0], spots[1:])] if spots else []:
        here = [
            member
            for member in members
            if member in spot.codes | {each.code for each in spot.around}
        ]
        if here:
            codes = ",".join(members if code in data.metros() else here)
            return replace(coded, codes=codes)
    if not spots:
        raise UnclearPlace(
            f"I know no place {said!r}, and {code} is {coded.name}. "
            "Ask which town or airport is meant."
        )
    raise UnclearPlace(
        f"{code} is {coded.name}, which is not {said!r}. "
        f"That could be {'; '.join(_with_airports(spots))}. Ask which is meant."
    )


def _meant(said: str, spots: list[Spot]) -> Place:
    if not spots:
        raise _unknown(said)
    first, *others = spots
    rivals = _rivals(first, others)
    if rivals:
        raise _unclear(said, _with_airports([first, *rivals]))
    if not first.airports:
        raise _unclear(
            said, [f"{airport.in_full} ({airport.code})" for airport in first.around], "is near"
        )
    if first.is_wide and not is_one_trip(first.airports):
        raise _unclear(
            said,
            [f"{airport.in_full} ({airport.code})" for airport in first.airports],
            "has airports:",
        )
    codes = ",".join(airport.code for airport in first.airports)
    return Place(codes, _name(first), first.airports[0].zone)


def _rivals(first: Spot, others: list[Spot]) -> list[Spot]:
    """An airport of that very name makes a place more likely the one that is meant."""
    known = sum(not other.is_by_another_name and other.fame >= _KNOWN for other in others)
    is_large = first.is_wide or any(airport.weight == LARGE for airport in first.airports)
    # What many languages name tells less of a small airport's town that has many namesakes.
    sure = 1.0 if is_large or known < _MANY else _SMALL
    return [
        other
        for other in others
        if not (first.is_own and other.is_by_another_name)
        and first.fame < sure * _margin(first, other) * other.fame
    ]


def _margin(first: Spot, other: Spot) -> float:
    is_other_own = other.is_own and not other.is_by_another_name
    if first.is_by_another_name and is_other_own:
        return inf
    if first.is_own:
        if is_other_own and LARGE > _size(other) >= _size(first) and other.fame >= _KNOWN_TOWN:
            return _FAR * 2
        return CLEARLY if other.is_own else _NEARLY
    return _FAR if is_other_own else CLEARLY


def _size(spot: Spot) -> int:
    return max((airport.weight for airport in spot.airports), default=0)


def _unknown(said: str) -> UnclearPlace:
    head = said.partition(",")[0]
    others = candidates(head) if "," in said else []
    known = f" I know {'; '.join(_with_airports(others))}." if others else ""
    return UnclearPlace(
        f"I know no airport at {said!r}.{known} Ask for the city's name or an IATA code."
    )


def _unclear(said: str, candidates: list[str], verb: str = "could be") -> UnclearPlace:
    shown = "; ".join(candidates[:MOST_CANDIDATES]) or "no airport that I know"
    return UnclearPlace(f"{said!r} {verb} {shown}. Ask which is meant.")


def _with_airports(spots: Iterable[Spot]) -> list[str]:
    """With their airports; a town may have none."""
    lines = list[str]()
    for spot in spots:
        codes = ", ".join(airport.code for airport in spot.airports[:MOST_CODES])
        lines.append(f"{_name(spot)} ({codes or 'no airport near'})")
    return lines[:MOST_CANDIDATES]


def _name(spot: Spot) -> str:
    region = None
    if spot.country in WITH_A_STATE and not spot.is_wide:
        region = _state(spot) if spot.country == "US" else _region_of(spot)
    country = country_name(spot.country)
    parts = [spot.name, region if region != spot.name else None, country]
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _state(spot: Spot) -> str | None:
    names = us_states()
    return next((name.title() for name, code in names.items() if code == spot.state), None)


def _region_of(spot: Spot) -> str | None:
    return next(
        (airport.region for airport in (*spot.airports, *spot.around) if airport.region), None
    )
