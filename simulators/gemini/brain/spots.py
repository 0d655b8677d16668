"""Places: where a person said that they are, and which of those found an answer sends."""

import re
from collections.abc import Sequence

from simulators.gemini.brain.outcomes import Outcome
from simulators.gemini.wire import Content

_DEGREES = r"-?[0-9]{1,3}(?:\.[0-9]{1,20})?"
_SHARED = re.compile(rf"^\(location: (?P<latitude>{_DEGREES}), (?P<longitude>{_DEGREES})[;)]")
_NEAR = re.compile(r"\b(?:near|nearby|nearest|closest|around)\b", re.IGNORECASE)


def newest_spot(contents: Sequence[Content]) -> str | None:
    """Of the newest message that shared a place, as an agent writes it."""
    for content in reversed(contents):
        for text in reversed(content.spoken() if content.role != "model" else []):
            if shared := _SHARED.match(text):
                return f"{shared['latitude']},{shared['longitude']}"
    return None


def is_near(text: str) -> bool:
    return _NEAR.search(text) is not None


def place_found(outcomes: Sequence[Outcome]) -> str | None:
    """The id of the first place of the newest search: the one that the words begin with."""
    if not outcomes or outcomes[-1].skill != "search_web":
        return None
    ids = (place.get("id") for place in outcomes[-1].items("places"))
    return next((id_ for id_ in ids if isinstance(id_, str)), None)
