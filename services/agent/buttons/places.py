"""Which place a reply may send: one of a result, named by its id, never the model's own. Pure.

Its coordinates and its name are the result's. The name is a stranger's text: it is shown on one
line, and neither as an address nor with the mark that begins what code says.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, cast

from pydantic import ValidationError

from contracts.event import Json
from contracts.places import LONGEST_ADDRESS, LONGEST_ID, LONGEST_NAME, FoundPlace, Location
from services.agent.judging import addresses, receipts
from services.agent.judging.addresses import KnownAddresses
from taskflow.words.labels import shortened

MOST = 50
"""Of one result's places that are looked at."""
_READ = 8
"""As many times a field's length are read of it before it is cleaned."""
_JOINERS = "\u200c\u200d"
"""Words of some scripts need them."""


def named(id_: str, results: Sequence[Json]) -> Location | None:
    """Of the results that the model was shown, newest last; None where none of them has it."""
    if not 0 < len(id_) <= LONGEST_ID:
        return None
    found = (place for result in reversed(results) for place in _places(result))
    place = next((found_place for found_place in found if found_place.id == id_), None)
    return _shown(place) if place else None


def _places(result: Json) -> Iterator[FoundPlace]:
    """What has another shape is no place."""
    listed = result.get("places")
    for place in cast("list[Any]", listed)[:MOST] if isinstance(listed, list) else ():
        try:
            yield FoundPlace.model_validate(place)
        except ValidationError:
            continue


def _shown(place: FoundPlace) -> Location | None:
    name = _line(place.name, LONGEST_NAME)
    if not name:
        return None
    return Location(
        latitude=place.latitude,
        longitude=place.longitude,
        name=name,
        address=_line(place.address or "", LONGEST_ADDRESS) or None,
    )


def _line(text: str, most: int) -> str:
    """No address stands anywhere for it: none is known."""
    spaced = " ".join(text[: most * _READ].split())
    seen = "".join(
        character for character in spaced if character in _JOINERS or not _is_unseen(character)
    )
    return shortened(receipts.unmarked(addresses.checked(seen, KnownAddresses())), most).strip()


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character)[0] == "C"
