"""From where to where."""

import re

from simulators.gemini.brain.places import is_place, written

# A place ends where the sentence goes on about something else.
_STOP = (
    r"(?=\s*(?:[|,;.?!]|$)|\s+(?:from|to|on|in|at|for|with|by|and|or|please|pls|leaving|departing|"
    r"returning|return|back|via|one|round|direct|nonstop|non-stop|cheap\w*|under|below|max|thanks?|"
    r"around|next|this|sometime|if|that|flights?|should|then|tonight)\b)"
)
_MARKS = r"\u0300-\u036f\u064b-\u0652\u0900-\u0dff"
"""Vowels and accents above and below letters, which `\\w` leaves out: Latin, Arabic, Indic."""
_NAME = rf"[^\W\d_][\w'.\-{_MARKS}]*(?:\s+[^\W\d_][\w'\-{_MARKS}]*){{0,3}}?"
_ARROW = r"\s*(?:->|→|=>|\u2013|—|-{1,2}|/)\s*"
_ORIGIN, _DESTINATION = rf"(?P<o>{_NAME})", rf"(?P<d>{_NAME})"
_ROUTES = tuple(
    re.compile(route + _STOP, re.IGNORECASE)
    for route in (
        rf"\bbetween\s+{_ORIGIN}\s+and\s+{_DESTINATION}",
        rf"\bfrom\s+{_ORIGIN}\s+to\s+{_DESTINATION}",
        rf"\bto\s+{_DESTINATION}\s+from\s+{_ORIGIN}",
        rf"\bfrom\s+{_ORIGIN}{_ARROW}{_DESTINATION}",
    )
)
_CODES = re.compile(rf"\b(?P<o>[A-Za-z]{{3}}){_ARROW}(?P<d>[A-Za-z]{{3}})\b")
_PAIR = re.compile(rf"{_ORIGIN}(?:\s+to\s+|{_ARROW}){_DESTINATION}{_STOP}", re.IGNORECASE)
_TO = re.compile(rf"\b(?:to|into|for|visit)\s+{_DESTINATION}{_STOP}", re.IGNORECASE)
_FROM = re.compile(rf"\b(?:from|out\s+of|leaving|departing)\s+{_ORIGIN}{_STOP}", re.IGNORECASE)
_TO_TRAVEL = re.compile(r"\bto\s+(?:fly|go|get|travel|book|find|see|be)\b", re.IGNORECASE)
_NO_NAME = re.compile(r"(?:the\s+end|me|a|an|my|us|it)\b", re.IGNORECASE)
_FILLERS = re.compile(
    r"\b(?:find|search|get|show|book|look\s+for|looking|need|want|would\s+like|i'?d\s+like|"
    r"can\s+you|could\s+you|please|me|i|a|an|the|any|some|for|what|are|is|there|flights?|fly|"
    r"flying|tickets?|plane|air|options?|hi|hello|hey)\b",
    re.IGNORECASE,
)


def read_route(text: str) -> tuple[str | None, str | None]:
    """Origin and destination; the text comes without dates and options."""
    text = f"{_TO_TRAVEL.sub(' ', text)} "
    codes = _CODES.search(text)
    if codes and is_place(codes["o"].upper()) and is_place(codes["d"].upper()):
        return codes["o"].upper(), codes["d"].upper()
    for route in _ROUTES:
        if match := route.search(text):
            return written(match["o"]), written(match["d"])
    if pair := pair_of_places(text):
        return pair
    origin = _FROM.search(text)
    named = (match["d"] for match in _TO.finditer(text))
    destination = next((name for name in named if not _NO_NAME.match(name)), None)
    return written(origin["o"]) if origin else None, written(destination) if destination else None


def pair_of_places(text: str) -> tuple[str, str] | None:
    """A bare "Berlin to Lisbon" says nothing of flights: it counts only if both are places."""
    plain = re.sub(r"\s+", " ", _FILLERS.sub(" ", text)).strip() + " "
    for start in range(plain.count(" ")):
        match = _PAIR.match(plain.split(" ", start)[-1])
        if match and is_place(match["o"]) and is_place(match["d"]):
            return written(match["o"]), written(match["d"])
    return None
