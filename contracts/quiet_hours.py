"""When a user is not to be written to unasked; it stands among what they told of themselves."""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.event import Event, event


@event
class QuietHoursSet(Event):
    """From here on these hold, in the place of those before. They stand in the profile's stream."""

    type: ClassVar = "quiet_hours.set"

    begin: Annotated[str, Field(examples=["22:00"])]
    """HH:MM on the user's clock."""
    end: Annotated[str, Field(examples=["07:00"])]
    """HH:MM; where it is earlier than the beginning, on the day after."""
    zone: Annotated[str, Field(examples=["Europe/Berlin"])]
    """As it was known or guessed then; it counts where the profile names none."""


@event
class QuietHoursEnded(Event):
    """From here on none hold."""

    type: ClassVar = "quiet_hours.ended"
