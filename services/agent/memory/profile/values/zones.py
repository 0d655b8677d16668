"""From what people call a time zone to its IANA name."""

from zoneinfo import available_timezones

from services.agent.memory.profile.values import places
from services.agent.memory.profile.words import tidy
from taskflow import zones

_IANA = {name.lower(): name for name in available_timezones() if "/" in name}


def zone(said: str) -> str | None:
    text = tidy(said)
    iana = _IANA.get(text.lower().replace(" ", "_"))
    return iana or zones.offset(text) or places.zone_of(text)
