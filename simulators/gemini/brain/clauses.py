"""A turn's messages as separate requests: people send several at once, or one in pieces."""

import re

from simulators.gemini.brain.links import MARK

# Words after which a new request begins within a sentence.
_NEXT_REQUEST = re.compile(
    rf"""(?<!\s)(?:\s*[,;]\s*|\s+)(?:and|also|then|plus)\s++(?:also\s++|then\s++|please\s++|can\s+you\s++)*+
        (?=(?:remind|wake|ping|nudge)\s+me\b
          |find\s++(?:me\s++)?(?:(?:a|the|some)\s*+)?(?:\w++\s++)?flights?\b
          |(?:search|google|look\s+up|look\s+for|cancel|delete|remove)\b
          |find\s+me\b
          |(?:tell|notify|alert|message|text)\s+me\s+(?:when|if|once|as\s+soon)\b
          |let\s+me\s+know\s+(?:when|if|once|as\s+soon)\b
          |(?:watch|track|monitor|check)\s+(?:it\b|this\b|that\b|the\s+price\b|the\s+\w+\s+one\b|{MARK})
          |keep\s+an\s+eye\s+on\b|stop\s+(?:watching|tracking)\b
          |(?:is|are)\s+(?:it|this|that|{MARK})(?=\W|$)|how\s+much\b
          |forget\s+(?:that|where|what|who|my|everything)\b
          |what\s+(?:do|have|did)\s+(?:you|i)\b|compare\s+(?:the\s+)?prices\b
          |show\s+(?:me\s+)?(?:the\s+)?(?:price\s+)?(?:history|chart)\b
          |(?:list|show)\s+(?:me\s+)?(?:all\s+)?(?:my|the)\s+reminders?\b
          |set\s+(?:a|another)\s+reminder\b
          |(?:what|who|when|where|how)(?:\s+is|\s+are|\s+was|\s+were|'s)\b
          |every\s+\w+\b.*\bremind\s+me\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_SENTENCE_END = re.compile(
    rf"(?<=[?!])\s+|(?<=[a-z0-9)]\.)\s+(?=[A-Z]|{MARK})|(?<={MARK}[.,])\s+(?=[A-Z])|\s*;\s+"
)
_ABBREVIATION = re.compile(r"\b(?:dr|mr|mrs|ms|st|no|approx|a\.m|p\.m)\.$", re.IGNORECASE)


def split(texts: list[str]) -> list[str]:
    """Clauses in order: one for each line, sentence, and "and then" that begins a new request.

    Links must be marks by then: they have dots and question marks of their own.
    """
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
