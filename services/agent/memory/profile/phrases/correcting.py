"""How people put the last thing right: "no, actually it's Porto", "not Lisbon but Porto"."""

# ruff: noqa: E501, RUF001 - a pattern is read in one line; people type dashes

import re

from services.agent.memory.profile.statements import Correct
from services.agent.memory.profile.words import MARK, MOST_CHARACTERS, tidy

_MOST_WORDS = 6
_OOPS = r"(?:(?:no|nope|sorry|wait|oh|oops|correction|actually|hmm+|ah|well|i mean|rather|in fact|nein|doch|eigentlich|n[aã]o|perd[oó]n|desculpa|non|en fait|na verdade|en realidad)[\s,.:!–-]+)"
_IT_IS = r"(?:it's|it is|its|that's|that should be|it should be|i meant?|i meant to say|make that|es ist|das ist|ich meinte|es|[eé]|c'est|quise decir|quis dizer|je voulais dire)"
_PATTERNS = [
    ("not-but", re.compile(rf"{_OOPS}*(?:{_IT_IS} |i said )?(?:not|nicht|no|n[aã]o|pas) (?P<old>[^,]+?),? (?:but|sondern|sino|mas|mais)(?: rather| actually)? (?P<new>.+)", re.IGNORECASE)),
    ("not-it-is", re.compile(rf"{_OOPS}*(?:{_IT_IS} not|it isn't|it's not|not) (?P<old>[^,]+?), ?(?:{_IT_IS} )?(?P<new>[^,]+)", re.IGNORECASE)),
    ("it-is-not", re.compile(rf"{_OOPS}*(?:{_IT_IS}(?: now| actually| really)* )?(?P<new>[^,]+?),? (?:and )?not (?P<old>[^,]+)", re.IGNORECASE)),
    ("no-it-is", re.compile(rf"{_OOPS}+(?:{_IT_IS})(?: now| actually| really)* (?P<new>[^,]+)", re.IGNORECASE)),
    ("i-meant", re.compile(rf"{_OOPS}*(?:i meant?(?: to say)?|ich meinte|quise decir|quis dizer|je voulais dire) (?P<new>[^,]+)", re.IGNORECASE)),
    ("no-comma", re.compile(r"(?:no|nope|nein|n[aã]o|non)[,:!]\s*(?P<new>[^,]+)", re.IGNORECASE)),
]  # fmt: skip


def corrects(clause: str) -> Correct | None:
    """Only whoever holds the profile can tell what is being put right."""
    if MARK in clause:
        return None
    for rule, pattern in _PATTERNS:
        if match := pattern.fullmatch(clause):
            new = tidy(
                re.sub(
                    r"(?<!\s)\s+(?:actually|instead|now|please|sorry|though)$",
                    "",
                    match["new"],
                    flags=re.IGNORECASE,
                )
            )
            old = tidy(match["old"]) if "old" in match.groupdict() else None
            if not 0 < len(new.split()) <= _MOST_WORDS:
                return None
            return Correct(new, clause[:MOST_CHARACTERS], rule, old)
    return None
