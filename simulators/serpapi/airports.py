"""Real airports, by airportsdata."""

from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt

import airportsdata

_EARTH_RADIUS_KM = 6371.0
# Listed by airportsdata, and no longer served.
_CLOSED = frozenset({"TXL", "SXF", "THF", "ISL", "HEW"})
_WITHOUT_AIRLINES = ("seaplane", "heliport", "air base", "airpark", "raf ", "airstrip", "ranch")


@dataclass(frozen=True)
class AirportOffered:
    code: str
    name: str
    city: str
    country: str
    latitude: float
    longitude: float
    zone: str

    @property
    def region(self) -> str:
        """The first part of its time zone: Europe, America, Asia…."""
        return self.zone.partition("/")[0]

    @property
    def is_large(self) -> bool:
        """Airportsdata knows no sizes; the name is the best hint."""
        return "international" in self.name.lower()


@cache
def all_airports() -> dict[str, AirportOffered]:
    return {
        code: AirportOffered(
            code, row["name"], row["city"], row["country"], row["lat"], row["lon"], row["tz"]
        )
        for code, row in airportsdata.load("IATA").items()
        if code not in _CLOSED
        and row["tz"]
        and not any(word in row["name"].lower() for word in _WITHOUT_AIRLINES)
    }


def distance_km(start: AirportOffered, end: AirportOffered) -> float:
    """Along the great circle, by the haversine formula."""
    lat_a, lat_b = radians(start.latitude), radians(end.latitude)
    half_lat, half_lon = (lat_b - lat_a) / 2, radians(end.longitude - start.longitude) / 2
    square = sin(half_lat) ** 2 + cos(lat_a) * cos(lat_b) * sin(half_lon) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(square))
