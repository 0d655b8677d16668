"""What a value is, as the profile keeps it; None where it is surely not of its kind."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.profile import ProfileKind
from services.agent.memory.profile.values import currencies, languages, places, zones
from services.agent.memory.profile.words import MOST_CHARACTERS, tidy, titled, visible

FORMS: Mapping[ProfileKind, str] = {
    "name": "a name",
    "home": "a town, with its region or country where several have that name",
    "zone": "an IANA time zone, or a city",
    "language": "a BCP 47 tag, such as pt-BR",
    "home_airport": "an IATA code, or a city with one airport",
    "currency": "an ISO 4217 code in use",
    "preference": "a few words",
    "person": "a name",
    "place": "a name or an address",
}
"""As the model is told."""


@dataclass(frozen=True, slots=True)
class NamedValue:
    text: str
    zone: str | None = None
    """IANA zone that a home implies."""


def value_of(kind: ProfileKind, given: str) -> NamedValue | None:
    """Canonical for the kinds that have a canon; else one line of what was given."""
    text = tidy(visible(given))
    found = _normal(kind, text) if text else None
    return found if found and 0 < len(found.text) <= MOST_CHARACTERS else None


def _normal(kind: ProfileKind, text: str) -> NamedValue | None:
    match kind:
        case "home":
            return NamedValue(titled(text), places.zone_of(text))
        case "zone":
            canonical = zones.zone(text)
        case "language":
            canonical = languages.language(text)
        case "home_airport":
            canonical = places.airport(text)
        case "currency":
            canonical = currencies.currency(text)
        case "name" | "preference" | "person" | "place":
            canonical = text
    return NamedValue(canonical) if canonical else None
