"""From what people call a place to its zone and its airport, as all services know them."""

from services.agent.memory.profile.words import tidy
from taskflow.places import meaning
from taskflow.places.airports import airports, metros


def zone_of(said: str) -> str | None:
    """None where several zones could be meant."""
    zones = frozenset[str]().union(*(spot.zones for spot in meaning.meant(_short(said))))
    return next(iter(zones)) if len(zones) == 1 else None


def airport(said: str) -> str | None:
    """An IATA code of an airport or of a city that has several; None where it is not clear."""
    text = tidy(said)
    if text in airports() or text in metros():
        return text
    try:
        codes = meaning.resolve(meaning.known_part(_short(text))).codes.split(",")
    except meaning.UnclearPlace:
        return None
    whole = (code for code, (_, _, members) in metros().items() if set(members) == set(codes))
    return codes[0] if len(codes) == 1 else next(whole, None)


def _short(said: str) -> str:
    """A place is a few words; of more, none is looked for."""
    text = tidy(said)
    return text if len(text) <= meaning.MOST_CHARACTERS else ""
