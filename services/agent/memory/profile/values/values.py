"""What a rule found, as the profile keeps it; None where it is not surely that kind of thing."""

# ruff: noqa: E501 - a pattern is read in one line

import re
from dataclasses import dataclass

from contracts.profile import ProfileKind
from services.agent.memory.profile.values import currencies, languages, names, places, zones
from services.agent.memory.profile.words import MARK, MOST_CHARACTERS, tidy

MOST_WORDS = 20

_BUT = re.compile(r"^not .+?(?:,? but|,) (?P<now>.+)$", re.IGNORECASE)
_NOT = re.compile(
    r"(?:,\s*|(?<!\s)\s+)(?:and |but )?(?:not|nicht|no|não|pas|instead of|rather than) .+$",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"(?<!\s)\s*(?:,|/|\band\b|\bor\b|\bund\b|\boder\b|\by\b|\bo\b|\be\b|\bou\b|\bet\b|\bwith\b).*$",
    re.IGNORECASE,
)
# What points at the moment, or at what was just shown, is no lasting preference.
_POINTS = re.compile(
    r"^(?:to (?:leave|be|wait|see|know|have (?:it|that)|order|buy|cancel|stop)\b|you\b|your\b|him\b|her\b|them\b"
    r"|how\b|what\b|when\b|where\b|if\b|not to\b|both\b|neither\b|none\b|either\b|another\b|one\b|option\b"
    r"|number\b|#?\d|the (?:\w+ )?(?:first|second|third|fourth|fifth|last|other|next|former|latter|one|ones|option)\b"
    r"|the (?:cheap\w*|earl\w*|lat\w+|fast\w*|morning|evening|red|blue|black|white|green) \w+$"
    r"|the (?:cheapest|earliest|latest|fastest|red|blue|black|white|green)$"
    r"|das\b|den\b|die (?:erste|zweite)|dich\b|ese\b|eso\b|esto\b|el primero\b|esse\b|isso\b|isto\b|o primeiro\b"
    r"|ça\b|cela\b|toi\b|le premier\b)"
    r"|\b(?:this|that|it|these|those|here|there|today|tonight|tomorrow|yesterday|right now|so far)\b",
    re.IGNORECASE,
)
_NEAR = re.compile(
    r"^\d+\s*(?:m|km|min\w*|miles?|hours?|blocks?|metres?|meters?|stops?|euros?)\b", re.IGNORECASE
)
_WEEKDAYS = re.compile(r"\b(?:closed|open|away|far|late|on \w+day)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Value:
    text: str
    zone: str | None = None


def value_of(kind: ProfileKind, said: str) -> Value | None:
    """The value that these words mean, for this kind of fact."""
    said = said.strip()
    if not said or MARK in said:
        return None
    if kind not in {"preference", "person", "place"}:
        but = _BUT.match(said)
        said = but["now"] if but else _NOT.sub("", said)
    found = _normal(kind, said)
    return found if found and 0 < len(found.text) <= MOST_CHARACTERS else None


def _normal(kind: ProfileKind, said: str) -> Value | None:
    match kind:
        case "name":
            text = names.name(said)
        case "home":
            home = places.home(said)
            return Value(home.name, home.zone) if home else None
        case "zone":
            text = zones.zone(said)
        case "language":
            text = languages.language(said) or languages.language(_FIRST.sub("", said))
        case "home_airport":
            text = places.airport(said) or places.airport(_FIRST.sub("", said))
        case "currency":
            text = currencies.currency(said) or currencies.currency(_FIRST.sub("", said))
        case "preference":
            text = _preference(said)
        case "person":
            text = names.name(said)
        case "place":
            text = _place(said)
    return Value(text) if text else None


def _preference(said: str) -> str | None:
    text = tidy(said)
    if len(text) < 2 or len(text.split()) > MOST_WORDS or _POINTS.search(text):
        return None
    return text


def _place(said: str) -> str | None:
    """An address, or something with a name: "my gym is closed" tells no place."""
    text = tidy(
        re.sub(r"^(?:called|named|at|in|on|near|the)\s+", "", tidy(said), flags=re.IGNORECASE)
    )
    if not text or len(text.split()) > 10 or _NEAR.match(text) or _WEEKDAYS.search(text):
        return None
    return text if any(c.isupper() or c.isdigit() for c in text) else None
