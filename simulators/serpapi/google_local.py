"""Google's local pack: the map and the three places beside the pages, for words that name a kind.

The vendor's shape: https://serpapi.com/local-pack. Where a search is from, `lat` and `lon` say, or
a city in its words; else it is from where the vendor's own proxy stands.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypedDict
from urllib.parse import urlencode

from simulators.serpapi.airports import all_airports
from simulators.serpapi.errors import SearchRefused
from simulators.serpapi.offers import Body

_PACK = ("Corner", "Station", "Market")
_TOGETHER = (("location", "uule"), ("location", "lat"), ("location", "lon"))
_AGAINST_UULE = ("lat", "lon", "radius")
_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,15})?")


class _Kind(TypedDict):
    type: str
    words: list[str]
    price: str | None


@dataclass(frozen=True)
class SearchOrigin:
    latitude: float
    longitude: float
    city: str


_PROXY = SearchOrigin(30.267153, -97.743061, "Austin")


def origin_of(parameters: Mapping[str, str]) -> SearchOrigin | None:
    """Where the parameters say that the search is from. Raises SearchRefused."""
    together = [*_TOGETHER, *(("uule", name) for name in _AGAINST_UULE)]
    for name, other in together:
        if parameters.get(name) and parameters.get(other):
            raise SearchRefused(f"`{name}` and `{other}` parameters can't be used together.")
    latitude, longitude = parameters.get("lat", ""), parameters.get("lon", "")
    if not (latitude or longitude):
        return None
    for name, value, most in (("lat", latitude, 90), ("lon", longitude, 180)):
        if not value:
            raise SearchRefused(f"Missing `{name}` parameter.")
        if not _DEGREES.fullmatch(value) or abs(float(value)) > most:
            raise SearchRefused(f"Unsupported `{value}` {name} parameter.")
    return SearchOrigin(float(latitude), float(longitude), "")


def local_pack(query: str, origin: SearchOrigin | None) -> Body:
    """`local_map` and `local_results`; empty where the words name no kind of place."""
    words = set(re.findall(r"\w+", query.lower()))
    kind = next((kind for kind in _kinds() if words & set(kind["words"])), None)
    if kind is None:
        return {}
    start = origin or _city_in(words) or _PROXY
    link = f"https://www.google.com/search?{urlencode({'q': query, 'tbm': 'lcl'})}"
    places = [_place(kind, start, n, query) for n in range(1, len(_PACK) + 1)]
    return {
        "local_map": {
            "link": link,
            "image": "https://serpapi.com/searches/simulated/images/map.png",
            "gps_coordinates": {"latitude": start.latitude, "longitude": start.longitude},
        },
        "local_results": {"places": places, "more_locations_link": link},
    }


def _place(kind: _Kind, start: SearchOrigin, n: int, query: str) -> Body:
    """Plainly no finding, as simulated pages are none."""
    seed = hashlib.sha256(f"{kind['type']}{start}{n}".encode()).digest()
    place_id = str(int.from_bytes(seed[:8]))
    reviews = 20 + seed[8]
    title = f"{_PACK[n - 1]} {kind['type']} (simulated)"
    latitude = max(-90.0, min(90.0, start.latitude + (seed[9] - 128) / 20_000))
    longitude = max(-180.0, min(180.0, start.longitude + (seed[10] - 128) / 20_000))
    place: Body = {
        "position": n,
        "title": title,
        "place_id": place_id,
        "lsig": "AB86z5" + seed.hex()[:22],
        "place_id_search": "https://serpapi.com/search.json?"
        + urlencode({"engine": "google", "ludocid": place_id, "q": query, "tbm": "lcl"}),
        "rating": 3.5 + (seed[11] % 15) / 10,
        "reviews_original": f"({reviews})",
        "reviews": reviews,
        "type": kind["type"],
        "address": f"{seed[12] + 1} Simulated Street" + (f", {start.city}" if start.city else ""),
        "hours": "Open ⋅ Closes 8 PM",
        "gps_coordinates": {"latitude": round(latitude, 6), "longitude": round(longitude, 6)},
        "links": {"directions": f"https://www.google.com/maps/dir//{latitude:.6f},{longitude:.6f}"},
    }
    return place | ({"price": kind["price"]} if kind["price"] else {})


def _city_in(words: set[str]) -> SearchOrigin | None:
    """A city stands where its airport does, which is near enough for a simulation."""
    found = [airport for airport in all_airports().values() if airport.city.lower() in words]
    best = max(found, key=lambda airport_offered: airport_offered.is_large, default=None)
    return SearchOrigin(best.latitude, best.longitude, best.city) if best else None


@cache
def _kinds() -> list[_Kind]:
    text = files("simulators.serpapi").joinpath("local_kinds.json").read_text("utf-8")
    kinds: list[_Kind] = json.loads(text)
    return kinds
