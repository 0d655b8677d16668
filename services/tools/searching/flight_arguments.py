"""What a search for flights may be asked for: flat, and only what SerpApi can do."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from contracts.event import Json

MOST_TRAVELLERS = 9
"""Google Flights takes no more at once."""
MOST_FURTHER = 4
"""Each flight of a trip is one more paid search."""
MOST_CHARACTERS = 140
_LAST_HOUR = 23
_CODE = "^[A-Z]{3}$"
_FURTHER = re.compile(r"(?P<origin>[^<>]{2,60})>(?P<destination>[^<>]{2,60}) (?P<day>\S{10})")
_HOURS = re.compile(r"\d{1,2},\d{1,2}(?:,\d{1,2},\d{1,2})?", re.ASCII)
_AIRLINES = re.compile(r"(?:(?:[A-Z0-9]{2}|STAR_ALLIANCE|SKYTEAM|ONEWORLD)(?:,(?!$)|$)){1,20}")
_AIRPORTS = re.compile(r"(?:[A-Z]{3}(?:,(?!$)|$)){1,10}")
_MINUTES = re.compile(r"\d{1,4},\d{1,4}", re.ASCII)


def _plainly(schema: Json) -> None:
    """The schema is paid for with each request: what the description says is not said twice."""
    schema.pop("title", None)
    for field in schema["properties"].values():
        for branch in field.pop("anyOf", []):
            if branch.get("type") != "null":
                field.update(branch)
        for key in ("title", "default", "minimum"):
            if not (key == "default" and field.get(key)):
                field.pop(key, None)


def _of_form(form: re.Pattern[str], says: str) -> AfterValidator:
    """The form is told in the description, and again where it is missed."""

    def checked(value: str) -> str:
        if len(value) > MOST_CHARACTERS or not form.fullmatch(value):
            raise ValueError(says)
        return value

    return AfterValidator(checked)


def _hours(value: str) -> str:
    hours = [int(hour) for hour in value.split(",")]
    if max(hours) > _LAST_HOUR or any(
        first > last for first, last in zip(hours[::2], hours[1::2], strict=True)
    ):
        raise ValueError("hours go from 0 to 23, the earlier one first")
    return value


def _packed(value: object) -> object:
    """Without spaces, and in capitals."""
    text = value[:MOST_CHARACTERS] if isinstance(value, str) else value
    return ("".join(text.split()).upper() or None) if isinstance(text, str) else text


_Hours = Annotated[str, _of_form(_HOURS, "hours are given as '6,11'"), AfterValidator(_hours)]
_Airlines = Annotated[
    str, _of_form(_AIRLINES, "airlines are given by their two characters, as 'LH,LX'")
]
_Airports = Annotated[str, _of_form(_AIRPORTS, "airports are given by their codes, as 'FRA,IST'")]
_Minutes = Annotated[str, _of_form(_MINUTES, "minutes are given as '90,330'")]


class Flight(BaseModel):
    """One direction of a trip, as it was said."""

    origin: str
    destination: str
    day: date
    origin_code: str | None = None
    destination_code: str | None = None
    times: str | None = None


class FlightSearch(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(json_schema_extra=_plainly)

    origin: str = Field(
        min_length=2,
        max_length=60,
        description="The place in the user's words, with region or country if they named one "
        "('Portland, Maine'); an IATA code only if they said it; 'home' is their home airport",
    )
    origin_code: str | None = Field(
        default=None, pattern=_CODE, description="IATA code of the airport or city, if sure"
    )
    destination: str = Field(min_length=2, max_length=60, description="As for origin")
    destination_code: str | None = Field(default=None, pattern=_CODE)
    departure_date: date = Field(description="YYYY-MM-DD")
    return_date: date | None = Field(default=None, description="Leave out for one way")
    further_flights: list[str] = Field(
        default=[],
        max_length=MOST_FURTHER,
        description="Several cities: the flights after the first, as 'Rome > Oslo 2027-05-03'",
    )
    adults: int = Field(default=1, ge=1, le=MOST_TRAVELLERS, description="From 12 years")
    children: int = Field(default=0, ge=0, le=8, description="Aged 2 to 11")
    infants_in_seat: int = Field(default=0, ge=0, le=8, description="Under 2, in a seat of its own")
    infants_on_lap: int = Field(
        default=0, ge=0, le=8, description="Under 2, a baby unless the user wants a seat for it"
    )
    carry_on_bags: int = Field(default=0, ge=0, le=MOST_TRAVELLERS, description="To be priced in")
    cabin: Literal["economy", "premium_economy", "business", "first"] = "economy"
    max_stops: int | None = Field(default=None, ge=0, le=2, description="0 means nonstop")
    outbound_times: _Hours | None = Field(
        default=None,
        description="Hours of departure: '6,11' is 6:00 to 11:59; with arrival '6,11,0,17'",
    )
    return_times: _Hours | None = None
    airlines: _Airlines | None = Field(
        default=None, description="Only these: 'LH,LX', or STAR_ALLIANCE, SKYTEAM, ONEWORLD"
    )
    without_airlines: _Airlines | None = None
    layover_minutes: _Minutes | None = Field(default=None, description="'90,330': from, to")
    avoid_airports: _Airports | None = Field(
        default=None, description="Not to change planes at: 'FRA,IST'"
    )
    max_price: int | None = Field(default=None, ge=1, description="Total for all travellers")
    max_minutes: int | None = Field(default=None, ge=30, le=6000, description="From start to end")
    currency: str | None = Field(
        default=None,
        pattern=_CODE,
        description="ISO 4217, only if the user named another than their own",
    )
    sort: Literal["best", "price", "departure", "arrival", "duration", "emissions"] = "best"

    @field_validator(
        "currency", "origin_code", "destination_code", "airlines", "without_airlines",
        "avoid_airports", "outbound_times", "return_times", "layover_minutes", mode="before",
    )  # fmt: skip
    @classmethod
    def _codes(cls, value: object) -> object:
        return _packed(value)

    @field_validator("further_flights")
    @classmethod
    def _further(cls, value: list[str]) -> list[str]:
        for said in value:
            _flight(said)
        return value

    @model_validator(mode="after")
    def _travellers(self) -> Self:
        infants = self.infants_in_seat + self.infants_on_lap
        if self.adults + self.children + infants > MOST_TRAVELLERS:
            raise ValueError(
                f"at most {MOST_TRAVELLERS} people travel on one search; look for them in groups"
            )
        if self.infants_on_lap > self.adults:
            raise ValueError("each infant on a lap needs an adult of its own, or a seat")
        if self.carry_on_bags > self.adults + self.children + self.infants_in_seat:
            raise ValueError("one carry-on bag for each traveller who has a seat, at most")
        return self

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.airlines and self.without_airlines:
            raise ValueError("airlines can be named or left out, not both: give one of the two")
        if self.return_date and self.further_flights:
            raise ValueError("no return_date on a trip of several cities: add the flight home")
        if self.return_times and not self.return_date:
            raise ValueError("return_times needs a return_date")
        days = [flight.day for flight in self.flights()]
        if any(later < earlier for earlier, later in pairwise(days)):
            raise ValueError("each flight is on the day of the one before it, or later")
        return self

    def flights(self) -> Iterator[Flight]:
        """The directions that are named, in order; a way back is not among them."""
        yield Flight(
            origin=self.origin,
            origin_code=self.origin_code,
            destination=self.destination,
            destination_code=self.destination_code,
            day=self.departure_date,
            times=self.outbound_times,
        )
        for said in self.further_flights:
            yield _flight(said)

    def narrowed(self) -> dict[str, Any]:
        """What fewer flights fit than would without it, as given."""
        names = (
            "max_stops", "outbound_times", "return_times", "airlines", "without_airlines",
            "layover_minutes", "avoid_airports", "max_price", "max_minutes",
        )  # fmt: skip
        return {name: value for name in names if (value := getattr(self, name)) is not None}


def _flight(said: str) -> Flight:
    """Raises ValueError, with what the form is."""
    if match := _FURTHER.fullmatch(said.strip()[:MOST_CHARACTERS]):
        origin, destination = match["origin"].strip(), match["destination"].strip()
        return Flight(origin=origin, destination=destination, day=date.fromisoformat(match["day"]))
    raise ValueError("each further flight is written as 'Rome > Oslo 2027-05-03'")
