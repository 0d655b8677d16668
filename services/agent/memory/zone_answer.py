"""What the user answers to "is it 15:42 where you are?": their time zone. Pure.

A yes tells the zone that was asked about; a city, a country of one zone or a zone by its name tells
that one. Whatever else they say tells nothing, and is the model's to read.
"""

import re
from collections.abc import Sequence

from contracts.conversation import MessageReceived
from contracts.profile import ProfileLearned
from contracts.recorded import Recorded
from services.agent.judging import facts
from services.agent.memory.profile.own_words import own_words
from services.agent.memory.profile.reading import learned
from services.agent.memory.profile.values.zones import zone
from services.agent.memory.profile.words import MOST_CHARACTERS

LONGEST = 100
"""Characters of an answer; what is longer says more than a zone."""
_PARTS = re.compile(r"[,;.!\n]+")


def learned_of(
    asked: str | None, covered: Sequence[Recorded[MessageReceived]], shown_at: int | None
) -> ProfileLearned | None:
    """`asked` is the zone that our last words asked about, if any; `covered` are opened."""
    if asked is None or shown_at is None or not covered:
        return None
    if facts.confirms(covered, shown_at):
        return _fact(covered[-1], asked, "zone-confirmed")
    for one in covered:
        answers = one.version > shown_at and one.event.kind == "text"
        if answers and (named := _named(one.event.text)):
            return _fact(one, named, "zone-answered")
    return None


def _named(text: str) -> str | None:
    """The whole of it, or what follows the last comma or stop: "no, Denver"."""
    own = own_words(text)
    if len(own) > LONGEST or "?" in own:
        return None
    parts = [part.strip() for part in _PARTS.split(own) if part.strip()]
    # "I live in Denver" is a statement: it is read as any.
    if not parts or learned(parts[-1]):
        return None
    is_a_name = len(parts) == 1 or not parts[-1][0].islower()
    return (zone(parts[-1]) if is_a_name else None) or _as_a_time(parts[-1])


def _as_a_time(words: str) -> str | None:
    """Asked for their time, "I'm in Denver" says that it is Denver time."""
    learn = learned(f"{words} time")
    return learn.value if learn is not None and learn.kind == "zone" else None


def _fact(message: Recorded[MessageReceived], named: str, rule: str) -> ProfileLearned:
    said = message.event.text[:MOST_CHARACTERS]
    return ProfileLearned(kind="zone", value=named, said=said, source=message.event_id, rule=rule)
