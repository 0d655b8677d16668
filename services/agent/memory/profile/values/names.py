"""What is a person's name, and what only looks like one."""

# ruff: noqa: SIM905 - a list of words reads better as words

import re

from services.agent.memory.profile.values import languages
from services.agent.memory.profile.words import plain, tidy, titled

MOST_WORDS = 4
MOST_LETTERS = 60
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|['.-](?=[^\W\d_]))*\.?(?: [^\W\d_](?:[^\W\d_]|['.-])*)*")
_TAIL = re.compile(
    r"(?<!\s)\s+(?:and|but|or|if|when|because|so|as|und|oder|y|o|e|ou|et)\b.*$", re.IGNORECASE
)

_NO_NAMES = frozenset(
    """
    a an the my your his her our their this that these those it me you us him them i we they
    later back tomorrow today tonight now soon again anytime sometime whenever never always asap
    when at if on in by to for from of with about after before once until as or and but not no yes
    please maybe crazy whatever what who how where why anything something nothing stupid old
    out up over down off here there is was be been am are so very too just only still
    important available correct wrong secret unknown private changed spelled spelt missing listed
    morgen spater zuruck bitte nicht ein eine einen mal wieder
    manana luego despues ahora un una el la los las no por
    amanha depois agora um uma o os as nao para
    demain plus tard maintenant une le les pas des du
    """.split()
)
_ADJECTIVES = frozenset(
    """
    sorry fine good great well ok okay okey sure ready happy sad hungry tired sick ill busy free
    done lost home alone late early awake asleep single married divorced pregnant vegetarian vegan
    glad afraid curious interested excited bored stuck confused looking going coming trying
    thinking planning leaving travelling traveling flying working waiting wondering allergic
    new old young retired unemployed self student teacher doctor engineer serious kidding joking
    right wrong certain aware still very really so too also just about almost away outside inside
    christian muslim jewish catholic buddhist hindu gay straight lesbian trans
    monday tuesday wednesday thursday friday saturday sunday january february march april june july
    august september october november december
    dead closed open online offline abroad broken beautiful nice kind rich poor cold hot
    """.split()
)


def name(said: str) -> str | None:
    """As people say it of themselves outright: "call me …", "my name is …"."""
    text = tidy(_TAIL.sub("", tidy(said)))
    words = plain(text.replace("'", "")).split()
    if not text or len(text) > MOST_LETTERS or not 0 < len(text.split()) <= MOST_WORDS:
        return None
    if not _NAME.fullmatch(text) or any(word in _NO_NAMES for word in words):
        return None
    return titled(text)


def surely(said: str) -> str | None:
    """Where anything else could stand as well: "I'm …", "my sister …". Capitals tell."""
    text = tidy(said)
    found = name(text)
    words = text.split()
    if not found or len(words) > 2 or not all(word[0].isupper() for word in words):
        return None
    if text.isupper() and len(text) > 3:
        return None
    if any(plain(word) in _ADJECTIVES for word in words):
        return None
    return None if languages.language(text) or languages.is_people(text) else found
