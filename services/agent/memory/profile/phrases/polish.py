"""What stands around a statement and says nothing: greetings, courtesies, "by the way"."""

# ruff: noqa: E501, RUF001 - a pattern is read in one line; people type dashes

import re

_BEFORE = re.compile(
    r"(?:(?:hi|hiya|hey|hello|hallo|good (?:morning|evening|afternoon|day)|dear|there|taskflow|ok|okay|yes|yeah"
    r"|yep|no(?=[,.!:]|\s+(?:i|i'm|my|actually|sorry)\b)|nope|well|so|oh|ah|hmm+|and|but|also|plus|please|pls|btw|by the way|fyi|for your information"
    r"|just so you know|just to let you know|to be clear|actually|in fact|sorry|wait|thanks|thank you|great"
    r"|cool|perfect|sure|ps|p\.s|from now on|in (?:the )?future|by default|always|now|right now|currently|these days"
    r"|you should know(?: that)?|i(?: already)? told you(?: that)?|i(?:'d| would) like you to|i want you to"
    r"|(?:can|could|would|will) you(?: please)?|do me a favou?r and|correction|first of all|one more thing"
    r"|guten (?:tag|morgen|abend)|moin|servus|übrigens|bitte|und|aber|nein(?=[,.!:])|ja|also|ach|eigentlich|ab jetzt|jetzt"
    r"|kannst du(?: bitte)?|hola|buenos d[ií]as|buenas(?: tardes| noches)?|por favor|por cierto|y|pero|sí|ahora"
    r"|oye|a partir de ahora|olá|ola|oi|bom dia|boa (?:tarde|noite)|a propósito|e|mas|não(?=[,.!:])|sim|agora|já agora"
    r"|bonjour|bonsoir|salut|s'il te pla[iî]t|s'il vous pla[iî]t|au fait|et|mais|non(?=[,.!:])|oui|maintenant|désormais)"
    r"(?:[\s,:!–-]+|$))+",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?<![\s,])(?:[\s,]+(?:please|pls|thanks|thank you|thx|btw|by the way|now|from now on|in (?:the )?future|always|okay|ok"
    r"|already|these days|currently|at the moment|for now|too|as well|again|actually|though|by default|generally"
    r"|you know|taskflow|cheers|everywhere|whenever possible|if (?:possible|you (?:can|like|want|please))"
    r"|bitte|danke|jetzt|ab jetzt|immer|übrigens|por favor|gracias|ahora|siempre|obrigad[oa]|agora|sempre"
    r"|s'il te pla[iî]t|s'il vous pla[iî]t|merci|maintenant|désormais|toujours))+[\s.!,]*$",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"\b(?:(?:can|could|would|will) you|kannst du|puedes|podes|pode|peux-tu|pouvez-vous)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"\b(?:hi|hiya|hey|hello|hallo|good (?:morning|evening|afternoon))\b", re.IGNORECASE
)


def lead(text: str) -> str:
    """What stands before the statement."""
    found = _BEFORE.match(text)
    # All of it may be the statement: "German please" is left alone by its rule.
    return found.group() if found and found.end() < len(text) else ""


def bare(text: str) -> str:
    return _AFTER.sub("", text[len(lead(text)) :]).strip(" ,:-–")


def is_request(text: str) -> bool:
    return _REQUEST.search(lead(text)) is not None


def greets(text: str) -> bool:
    return _GREETING.search(lead(text)) is not None
