"""Questions that a search of the web may answer."""

import re

ASK_QUERY = "What should I search for?"

_SEARCH = re.compile(
    r"^(?:please\s+|can\s+you\s+|could\s+you\s+|hey\s+|ok\s+)*"
    r"(?:(?:do\s+a\s+)?(?:web\s+)?search(?:\s+(?:the\s+)?(?:web|internet|net|online))?(?:\s+(?:for|about|on))?"
    r"|google|look\s+up|look\s+for|find\s+out|research|find\s+(?:me\s+)?(?:information|info|news|articles)\s+(?:on|about))"
    r"\b[:\s]*",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^(?:what|who|whom|whose|when|where|why|which|how|is|are|was|were|does|did|do|will|has|have|"
    r"can|could|should)\b|^tell\s+me\s+(?:about|who|what|when|where|how|why)\b"
    r"|^(?:define|explain|weather|news)\b",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:hi|hello|hey|ok(?:ay)?|so|and|also|then|please|thanks)\b[,!.]?\s+"
    r"|(?:can|could)\s+you\s+(?:please\s+)?(?:tell\s+me|find\s+out)\s+|tell\s+me\s+(?:about\s+)?"
    r"|(?:do\s+you\s+know|i\s+(?:want|would\s+like)\s+to\s+know)\s+)+",
    re.IGNORECASE,
)


def wants_search(text: str) -> bool:
    """An order to search, or a question."""
    return is_order(text) or is_question(text) or text.rstrip().endswith("?")


def is_question(text: str) -> bool:
    return bool(_QUESTION.match(text.strip()) or _QUESTION.match(_LEAD.sub("", text.strip())))


def is_order(text: str) -> bool:
    return bool(_SEARCH.match(_LEAD.sub("", text.strip())))


def read_query(text: str) -> str | None:
    """What to type into the search box; None if nothing is left to search for."""
    stripped = _LEAD.sub("", text.strip())
    query = _SEARCH.sub("", stripped, count=1)
    query = re.sub(r"\s+", " ", query).strip(" \"“”'.!?")
    return query or None
