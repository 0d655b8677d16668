"""From a text to what an index may know of its words: MACs under its user's key."""

import re
from collections.abc import Iterable

import snowballstemmer  # pyright: ignore[reportMissingTypeStubs] - it has none

from services.agent.memory.profile.words import plain
from taskflow.privacy.sealing import DataKey

MOST_WORDS = 500
"""Of one text: a reply is at most some hundreds."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
LONGEST_WORD = 64
"""Letters: a longer one is no word of a language, and is its own stem."""
_MAC_BYTES = 16
_STOP = frozenset(
    """
    a an the and or but if of to in on at by for from with about as is are was were be been am do
    does did have has had i you he she it we they me my your our their this that these those what
    which who when where how why not no yes so than then there here can could would should will
    shall may might
    der die das den dem ein eine und oder ich du er sie es wir ist sind war zu von mit auf fur
    el la los las un una y o de en que es yo tu mi por para con
    o os as um uma e do da dos das em eu meu minha com
    le les des du et ou je il elle nous vous est dans pour avec
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
_STEMMER = snowballstemmer.stemmer("english")


def words(text: str) -> list[str]:
    """Folded, in order, without those that every text has; all of them if there are no others."""
    found = list(dict.fromkeys(_WORD.findall(plain(text))))
    distinctive = [
        word for word in found if word not in _STOP and (len(word) > 1 or word.isdigit())
    ]
    return (distinctive or found)[:MOST_WORDS]


def stems(found: Iterable[str]) -> list[str]:
    """One for each word: English, and harmless to other languages' words."""
    bare = [word.removesuffix("'s").replace("'", "") for word in found]
    return [_STEMMER.stemWord(word) if len(word) <= LONGEST_WORD else word for word in bare]


def macs(key: DataKey, kind: str, found: Iterable[str]) -> list[str]:
    """`kind` keeps a stem from meeting a word that is spelled alike."""
    return [key.mac(f"{kind}:{word}".encode())[:_MAC_BYTES].hex() for word in found]


def lexemes(key: DataKey, text: str) -> list[str]:
    """What the index holds of a text: its words, and their stems."""
    found = words(text)
    return sorted({*macs(key, "stem", stems(found)), *macs(key, "word", found)})
