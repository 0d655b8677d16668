"""A turn's messages as separate requests: people send several at once, or one in pieces."""

import re

# Words after which a new request begins within a sentence.
_NEXT_REQUEST = re.compile(
    r"""(?:\s*[,;]\s*|\s+)(?:and|also|then|plus)\s+(?:also\s+|then\s+|please\s+|can\s+you\s+)*
        (?=(?:remind|wake|ping|nudge)\s+me\b
          |find\s+(?:me\s+)?(?:a|the|some)?\s*(?:\w+\s+)?flights?\b
          |(?:search|google|look\s+up|look\s+for|cancel|delete|remove)\b
          |(?:list|show)\s+(?:me\s+)?(?:all\s+)?(?:my|the)\s+reminders?\b
          |set\s+(?:a|another)\s+reminder\b
          |(?:what|who|when|where|how)(?:\s+is|\s+are|\s+was|\s+were|'s)\b
          |every\s+\w+\b.*\bremind\s+me\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_SENTENCE_END = re.compile(r"(?<=[?!])\s+|(?<=[a-z0-9)]\.)\s+(?=[A-Z])|\s*;\s+")
_ABBREVIATION = re.compile(r"\b(?:dr|mr|mrs|ms|st|no|approx|a\.m|p\.m)\.$", re.IGNORECASE)


def split(texts: list[str]) -> list[str]:
    """Clauses in order: one for each line, sentence, and "and then" that begins a new request."""
    clauses: list[str] = []
    for text in texts:
        for line in text.splitlines():
            for sentence in _sentences(line):
                clauses += [part.strip() for part in _NEXT_REQUEST.split(sentence)]
    return [clause for clause in clauses if clause]


def _sentences(line: str) -> list[str]:
    sentences: list[str] = []
    for piece in _SENTENCE_END.split(line.strip()):
        if sentences and _ABBREVIATION.search(sentences[-1]):
            sentences[-1] = f"{sentences[-1]} {piece}"
        else:
            sentences.append(piece)
    return sentences
