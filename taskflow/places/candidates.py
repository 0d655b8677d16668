"""All that a name may mean, the best known first; what follows a comma narrows it."""

from collections.abc import Iterable
from dataclasses import replace

from taskflow.places import airports as data
from taskflow.places import cities
from taskflow.places.airports import Airport
from taskflow.places.cities import City
from taskflow.places.names import bare, countries, distance_km, plain, us_states
from taskflow.places.spots import NEAR_KM, Spot, at_airport, by_airports_name, town
from taskflow.places.wide import countries_named, of_zones, regions, regions_with

_LONGEST_QUALIFIER = 3
_BY_EVERYBODY = 1e8


def spots_of(said: str) -> list[Spot]:
    """The best known first. What follows a comma narrows them, and so do last words alone."""
    head, *rest = (part.strip() for part in said.split(","))
    narrower = [part for part in rest if part]
    found = _distinct(
        candidate
        for candidate in candidates(head)
        if all(_fits(candidate, each) for each in narrower)
    )
    words = head.split()
    if found or narrower:
        return found
    for count in range(1, min(_LONGEST_QUALIFIER, len(words) - 1) + 1):
        first, last = " ".join(words[:-count]), " ".join(words[-count:])
        found = _distinct(
            candidate for candidate in candidates(first) if len(last) > 2 and _fits(candidate, last)
        )
        if found:
            return found
    return []


def candidates(name: str) -> list[Spot]:
    """By its own name; else also by parts of names, and by what time zones are called."""
    wanted = plain(name)
    if not wanted:
        return []
    shorter = bare(wanted) or wanted
    found = _of_name(wanted) or (_of_name(shorter) if shorter != wanted else [])
    found += _of_zone(shorter, found)
    if not any(spot.is_own and not spot.is_by_another_name for spot in found):
        found += (regions_with(shorter) if not found else []) or by_airports_name(shorter)
    return sorted(found, key=lambda spot: -spot.fame)


def _of_zone(wanted: str, found: list[Spot]) -> list[Spot]:
    """The place of a time zone that is called so in one of our languages, if it is not found yet.

    GeoNames lacks many a name: 维也纳 stands at Vienna in Virginia alone.
    """
    zone = data.zones_by_name().get(wanted)
    if zone is None or any(zone in spot.zones and not spot.is_by_another_name for spot in found):
        return []
    english = [spot for spot in _of_name(plain(data.place_of(zone))) if zone in spot.zones]
    named = [spot for spot in english if not spot.is_by_another_name]
    return named[:1] or of_zones(zone)


def _of_name(wanted: str) -> list[Spot]:
    is_short = len(wanted) <= 3 and wanted.isascii()
    known = cities.named(wanted)
    if is_short:
        known = [replace(city, share=1.0) for city in known if _is_called_so(city)]
    towns = [town(wanted, city) for city in known]
    own = [named for named in towns if not named.is_by_another_name]
    wide = [
        *_unless_of(towns, regions(wanted)),
        *_unless_of(own, countries_named(wanted)),
    ]
    lands = {spot.country for spot in wide}
    for airport in (*data.by_city().get(wanted, []), *data.by_own_name().get(wanted, [])):
        if airport.country not in lands and not any(_is_of(airport, named) for named in towns):
            towns.append(at_airport(airport, wanted))
        lands |= {named.country for named in towns if named.is_own and not named.is_by_another_name}
    return sorted([*towns, *wide], key=lambda spot: -spot.fame)


def _unless_of(towns: list[Spot], wide: list[Spot]) -> list[Spot]:
    """Without those in which a town of the name lies."""
    return [
        spot
        for spot in wide
        if not any(_is_of(airport, named) for airport in spot.around for named in towns)
    ]


def _is_called_so(city: City) -> bool:
    """By three letters: by its own name, or by everybody, as Rio and NYC are."""
    return city.share == 1 or city.fame >= _BY_EVERYBODY


def _is_of(airport: Airport, spot: Spot) -> bool:
    return airport.code in spot.codes or (
        airport.country == spot.country and distance_km(airport.at, spot.at) <= NEAR_KM * 1.5
    )


def _distinct(spots: Iterable[Spot]) -> list[Spot]:
    """Of those with the same airports, the best known."""
    kept = list[Spot]()
    for spot in spots:
        if not any(spot.codes and spot.codes == other.codes for other in kept):
            kept.append(spot)
    return kept


def _fits(spot: Spot, said: str) -> bool:
    """Whether it lies in this country, region, state or town."""
    wanted = plain(said)
    if countries().get(wanted) == spot.country or said.upper() == spot.country:
        return True
    if spot.country == "US" and not spot.is_wide:
        state = us_states().get(wanted)
        return state is not None and state == spot.state
    for airport in (*spot.airports, *spot.around):
        region = plain(airport.region)
        if airport.country != spot.country:
            continue
        if wanted in {region, *data.names_of(airport)} or _is_short_for(wanted, region):
            return True
    return any(
        distance_km(spot.at, namesake.at) <= NEAR_KM and namesake.country == spot.country
        for namesake in (town(wanted, city) for city in cities.named(wanted)[:3])
        if namesake.name != spot.name
    )


def _is_short_for(said: str, region: str) -> bool:
    """NSW and BC by initials, ON and QC by letters of one word."""
    words = region.split()
    if not 2 <= len(said) <= 3 or not words:
        return False
    if len(words) > 1:
        return said == "".join(word[0] for word in words)
    rest = iter(region)
    return said[0] == region[0] and all(letter in rest for letter in said)
