"""What the model may say of a time. Flat: nested arguments make malformed calls."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Day = Literal["today", "tomorrow", Weekday]
PartOfDay = Literal["morning", "noon", "afternoon", "evening", "night"]
Unit = Literal["minute", "hour", "day", "week", "month", "year"]

MOST_MINUTES = 10 * 366 * 24 * 60
"""Ten years, as every count of minutes, hours, days, weeks and months here."""
MOST_EXCEPTIONS = 20
LONGEST_ZONE = 64
DATE = r"^(?:(?:\d{4}-)?\d\d-)?\d\d$"
CalendarDate = Annotated[str, Field(pattern=DATE)]


class When(BaseModel):
    """When something is to happen: as it was said, nothing worked out."""

    in_minutes: float | None = Field(default=None, gt=0, le=MOST_MINUTES)
    in_hours: float | None = Field(default=None, gt=0, le=MOST_MINUTES / 60)
    in_days: int | None = Field(default=None, gt=0, le=3_660)
    in_weeks: int | None = Field(default=None, gt=0, le=522)
    in_months: int | None = Field(default=None, gt=0, le=120, description="a year is 12")
    day: Day | None = None
    week: Literal["this", "next"] | None = Field(
        default=None, description="of the weekday in `day`, only if they said which"
    )
    date: CalendarDate | None = Field(
        default=None, description="YYYY-MM-DD, MM-DD or DD: only what they said"
    )
    time: str | None = Field(
        default=None, pattern=r"^\d\d:\d\d(?::\d\d)?$", description="HH:MM, 24 hours"
    )
    part_of_day: PartOfDay | None = None
    unit: Unit | None = Field(default=None, description="if it repeats")
    every: int | None = Field(default=None, ge=1, le=10_000, description="2: every second unit")
    weekdays: list[Weekday] | None = Field(default=None, min_length=1, max_length=7)
    nth: int | None = Field(
        default=None, ge=-5, le=5, description="of the weekdays in a month; -1 is the last"
    )
    month_day: int | None = Field(default=None, ge=-1, le=31, description="-1 is the last")
    until: CalendarDate | None = Field(default=None, description="last day, inclusive")
    count: int | None = Field(default=None, ge=1, le=10_000, description="times in all")
    except_on: list[CalendarDate] | None = Field(
        default=None, max_length=MOST_EXCEPTIONS, description="days that are left out"
    )
    zone: str | None = Field(
        default=None,
        max_length=LONGEST_ZONE,
        description="as the user named it (UTC+3), or the IANA zone of the place they named; "
        "never their own",
    )
    at: SkipJsonSchema[
        Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$")] | None
    ] = None
    """Wall time, as calls gave it before; one that was proposed then may still be said yes to."""
    rrule: SkipJsonSchema[Annotated[str, Field(max_length=200)] | None] = None
    """RFC 5545, likewise."""
