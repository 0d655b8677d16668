"""Places that a search found, each with where it lies on the map where the vendor knows. Pure.

They are in the shape of contracts/places.py: a reply may send one of them by its id.
"""

import hashlib

from contracts.event import Json
from contracts.places import LONGEST_ADDRESS, LONGEST_NAME
from services.tools.searching import fields

MOST = 5
"""SerpApi's local pack has three; more are for no phone."""
MAX_DETAIL = 80
"""Characters of opening hours, a kind, a price or a telephone number."""
DECIMALS = 6
"""Of a degree: a tenth of a metre."""


def read(found: Json) -> list[Json]:
    """The local results of an answer; one without a name is none."""
    listed = fields.records(fields.record(found.get("local_results")).get("places"))
    return [place for listing in listed[:MOST] if (place := _place(listing))]


def lines(places: list[Json]) -> list[str]:
    """For a result's summary: name, address and hours of each."""
    keys = ("name", "address", "hours")
    return ["- " + "; ".join(str(place[key]) for key in keys if key in place) for place in places]


def _place(listing: Json) -> Json | None:
    name = fields.text(listing.get("title"), LONGEST_NAME)
    if name is None:
        return None
    place: Json = {
        "name": name,
        "address": fields.text(listing.get("address"), LONGEST_ADDRESS),
        "kind": fields.text(listing.get("type"), MAX_DETAIL),
        "hours": fields.text(listing.get("hours") or listing.get("open_state"), MAX_DETAIL),
        "rating": fields.text(listing.get("rating"), MAX_DETAIL),
        "reviews": fields.text(listing.get("reviews"), MAX_DETAIL),
        "price": fields.text(listing.get("price"), MAX_DETAIL),
        "phone": fields.text(listing.get("phone"), MAX_DETAIL),
    }
    at = fields.record(listing.get("gps_coordinates"))
    latitude, longitude = _degrees(at.get("latitude"), 90), _degrees(at.get("longitude"), 180)
    if latitude is not None and longitude is not None:
        where: Json = {"latitude": latitude, "longitude": longitude}
        place = {"id": _id(name, latitude, longitude), **place, **where}
    return {key: value for key, value in place.items() if value is not None}


def _degrees(value: object, most: int) -> float | None:
    """A number that no meridian exceeds; what compares with nothing, as NaN does, is none."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return round(float(value), DECIMALS) + 0.0 if -most <= value <= most else None


def _id(name: str, latitude: float, longitude: float) -> str:
    """Short, for a model writes it down; the vendor's own may be missing."""
    identity = f"{name}|{latitude:.{DECIMALS}f}|{longitude:.{DECIMALS}f}"
    return "p" + hashlib.sha256(identity.encode()).hexdigest()[:8]
