"""A place on the map in words, for whom no map is shown. Pure."""

import unicodedata

from contracts.places import Location
from taskflow.words.values import isolated

_FROM_THE_RIGHT = frozenset({"R", "AL"})


def in_words(location: Location) -> str:
    """Its name, its address, and its degrees, to some metre; a line each."""
    lines = [f"📍 {location.name}", *([location.address] if location.address else [])]
    degrees = f"{_degrees(location.latitude)}, {_degrees(location.longitude)}"
    # From right to left the longitude would stand first.
    is_turned = any(
        unicodedata.bidirectional(character) in _FROM_THE_RIGHT for character in "".join(lines)
    )
    return "\n".join([*lines, isolated(degrees) if is_turned else degrees])


def _degrees(value: float) -> str:
    return str(round(value, 5) + 0.0)
