"""What one language's phrasings say in the plain English that the brain reads, and back."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulators.gemini.brain.links import find_links

_GAPS = re.compile(r"\s+")
_LEAD = " \t,;:.!?-–—、。،؟।"
Phrasing = tuple[re.Pattern[str], str]
"""A pattern, and the English in its place."""


def phrasings(*pairs: tuple[str, str]) -> tuple[Phrasing, ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), english) for pattern, english in pairs)


@dataclass(frozen=True)
class Tongue:
    code: str
    """BCP 47."""
    requests: Sequence[Phrasing]
    """Of whole sentences, the first that fits counts. English with `{when}` takes the times out of
    the groups `more` and `rest`; what is left of both is `{what}`, and of the latter `{rest}`.
    Without a group `more` that is what stands before the match."""
    times: Sequence[Phrasing]
    """Of pieces of a sentence that tell a time, the longest first."""
    fillers: re.Pattern[str]
    """What stands before or behind an errand and is none of it."""
    said: Mapping[str, str]
    """The brain's own sentences in this language."""
    templates: Mapping[str, str]
    """What came of a tool, by its name; `{…}` are values of the result."""

    def english(self, text: str) -> str | None:
        """None for what this language's phrasings do not know."""
        links = find_links(text)
        plain = text
        for link in links:
            plain = plain.replace(link, " ")
        plain = _tidy(plain)
        for pattern, english in self.requests:
            if match := pattern.search(plain):
                return _tidy(f"{self._filled(english, match)} {' '.join(links)}")
        return None

    def timed(self, text: str) -> str | None:
        """An answer such as "at nine": its times in English, if it says nothing else."""
        when, rest = self._times_in(_tidy(text))
        return when if when and not rest else None

    def _filled(self, english: str, match: re.Match[str]) -> str:
        before = match.string[: match.start()]
        groups = {"more": before} | {name: value or "" for name, value in match.groupdict().items()}
        if "{when}" in english:
            when, what = self._times_in(f"{groups['more']} {groups.get('rest', '')}")
            early, origin = self._times_in(groups.get("o", ""))
            _, rest = self._times_in(groups.get("rest", ""))
            if "more" in match.groupdict():
                early = f"{self._times_in(before)[0]} {early}"
            groups |= {"when": f"{early} {when}", "what": what, "o": origin, "rest": rest}
        amounts = {name: _in_ascii(value) for name, value in groups.items() if name[0] == "n"}
        return english.format(**{**groups, **amounts})

    def _times_in(self, text: str) -> tuple[str, str]:
        """The times that a text tells, in English, and the text without them."""
        found: list[str] = []
        for pattern, english in self.times:
            while match := pattern.search(text):
                found.append(match.expand(english))
                text = f"{text[: match.start()]} {text[match.end() :]}"
        return _in_ascii(" ".join(found)), self._errand(text)

    def _errand(self, text: str) -> str:
        previous, text = "", _tidy(text).strip(_LEAD)
        while previous != text:
            previous = text
            text = self.fillers.sub("", text).strip(_LEAD)
        return _tidy(text)


def apart(words: str) -> re.Pattern[str]:
    """Fillers of a language that puts spaces between words, from their alternatives."""
    return re.compile(rf"^(?:{words})(?=\W|$)|(?<!\w)(?:{words})$", re.IGNORECASE)


def _tidy(text: str) -> str:
    return _GAPS.sub(" ", text).strip()


def _in_ascii(text: str) -> str:
    """Digits of every script as 0 to 9."""
    return "".join(
        str(unicodedata.decimal(character))
        if unicodedata.category(character) == "Nd"
        else character
        for character in text
    )
