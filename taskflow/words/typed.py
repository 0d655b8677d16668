"""Words that people type as a whole message: yes, stop and the like. Pure, linear.

Each list stands in the catalogue, with a bar between its words. A message is looked up in the
languages that are spoken there, and is one of the words or none: "yes, but at 10" is none.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from taskflow.words.catalogue import translations
from taskflow.words.languages import SOURCE

LONGEST = 100
"""Characters of a message: what is longer says more than one word."""
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")
_AROUND = " \t\n.!…¡,\u3002\uff01\uff0c\u0964\u06d4"
"""Stops and exclamation marks, also of Chinese, Japanese, Hindi and Arabic."""
_PAUSES = re.compile(r"[,;\u060c\u3001\uff0c]\s*")
_KANA_MARKS = "\u3099\u309a"


class Typed:
    """The words of one meaning, in every language."""

    __slots__ = ("context", "source")

    def __init__(self, context: str, source: str) -> None:
        self.context, self.source = context, source

    def words(self, language: str) -> list[str]:
        translated = translations(language).texts.get((self.context, self.source), self.source)
        assert isinstance(translated, str), "a list of words has one form"
        return [word.strip() for word in translated.split("|")]

    def is_said(self, text: str, languages: Iterable[str]) -> bool:
        """Whether `text` is one of them, in one of these languages or in English."""
        return self.said_in(text, languages) is not None

    def said_in(self, text: str, languages: Iterable[str]) -> str | None:
        """The first of these languages, and English after them, in which `text` is one of them."""
        if len(text) > LONGEST:
            return None
        said = folded(text)
        tongues = dict.fromkeys((*languages, SOURCE))
        return next((tongue for tongue in tongues if said in _folded(self, tongue)), None)


def folded(text: str) -> str:
    """Without case, accents, skin tones and what stands around it."""
    bare = _PAUSES.sub(" ", text.strip(_AROUND)).replace("\u2019", "'")
    letters = unicodedata.normalize("NFKD", _SKIN.sub("", bare).casefold()).replace("\u0131", "i")
    kept = "".join(
        letter
        for letter in letters
        if letter in _KANA_MARKS
        or not (unicodedata.combining(letter) or unicodedata.category(letter) == "Cf")
    )
    return " ".join(unicodedata.normalize("NFC", kept).split())


@cache
def _folded(typed: Typed, language: str) -> frozenset[str]:
    return frozenset(map(folded, typed.words(language)))


YES = Typed(
    "yes",
    "yes|y|yep|yeah|yup|ya|ok|okay|okey|k|sure|sure thing|do it|go ahead|go for it|please do|yes please|ok please|please|confirm|confirmed|correct|right|absolutely|of course|yes do it|ok do it|sounds good|yes go ahead|👍|👌|✅|🆗|💯|👍👍",  # noqa: E501
)
STOP = Typed(
    "stop",
    "stop|stopp|halt|cancel that|stop it|stop that|stop please|please stop|wait|never mind"
    "|nevermind|forget it|abort",
)
NO = Typed(
    "no",
    "no|n|nope|nah|no no|no thanks|no thank you|please no|please don't|don't|do not|don't do it"
    "|better not|rather not|not now|leave it|leave it as it is|cancel|👎|❌",
)
UNDO = Typed(
    "undo",
    "undo|undo it|undo that|undo this|please undo|undo please|take it back|take that back"
    "|reverse that|revert|revert that",
)
FORGET_ME = Typed(
    "forget me",
    "forget me|please forget me|forget me please|forget everything about me|delete all my data"
    "|delete my data|erase all my data|delete my account",
)
TYPED = (YES, STOP, NO, UNDO, FORGET_ME)
WITHDRAW = Typed("withdraw consent", "stop|stop all|stopall|unsubscribe|opt out|opt-out|optout")
RESUME = Typed("give consent", "start|unstop|resume|subscribe|opt in|opt-in|optin")
HELP = Typed("help", "help|info")
OF_CONSENT = (WITHDRAW, RESUME, HELP)
"""What these mean stands beside the message that says them (services/gateway/consent.py)."""


def language_of(text: str, languages: Iterable[str]) -> str | None:
    """The first of these in which it is a word that people type whole; None if there is none."""
    if len(text) > LONGEST:
        return None
    said = folded(text)
    return next(
        (
            language
            for language in languages
            if any(said in _folded(typed, language) for typed in TYPED)
        ),
        None,
    )
