"""Places on a map: what a tool's result holds of them, and the one that a reply sends.

A result of any tool may have `places`, a list of `FoundPlace`; the model names one by its id, and
code takes its coordinates from there.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

LONGEST_ID = 40
LONGEST_NAME, LONGEST_ADDRESS = 100, 200
"""Characters that are told of a place."""

Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Location(BaseModel):
    """A pin on a map, in degrees of WGS 84."""

    latitude: Latitude
    longitude: Longitude
    name: str
    address: str | None = None


class FoundPlace(BaseModel):
    """One of a result's `places`; what else stands there is for the model alone."""

    model_config = ConfigDict(extra="ignore", strict=True)

    id: Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
    """The same place has the same in every result."""
    name: Annotated[str, Field(min_length=1)]
    address: str | None = None
    latitude: Latitude
    longitude: Longitude
