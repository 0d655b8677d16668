"""Personal text replaced by stand-ins, the same ones wherever the same words stand. Pure."""

import re
from collections.abc import Mapping
from typing import Any, cast

from contracts.event import Json

STAND_INS: Mapping[str, str] = {
    "name": "Robin",
    "person": "Kim",
    "place": "12 Example Street",
    "home": "Exampleton",
}
"""By the kind of fact. What is left is a code, or what somebody likes."""
SPOT: Mapping[str, float] = {"latitude": 48.2082, "longitude": 16.3738}
"""In place of where somebody is, or what is near them: the middle of Vienna."""
LONGEST = 65_536
"""Characters that are read: what is longer is cut there."""
# Each can begin anywhere and is bounded, so a text is read in time that grows with it.
_STRANGERS = re.compile(
    r"(?P<address>https?://[^\s<>\"]{1,2000})"
    r"|(?P<mail>(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})"
    r"|(?P<spot>-?\d{1,3}\.\d{3,20}, ?-?\d{1,3}\.\d{3,20}(?![\d.]))"
    r"|(?P<number>\+?\d[\d ()/.-]{5,24}\d)"
)
_NO_NUMBER = re.compile(r"\d{4}-\d\d-\d\d|\d{1,3}(?:\.\d{3}){1,3}$")
"""A day, or an amount in thousands."""
FEWEST = 7
"""Digits of what may be somebody's number; a price or a year has fewer."""


class Replacing:
    """Of one user: `known` are words of theirs with what stands in their place."""

    def __init__(self, known: Mapping[str, str]) -> None:
        words = sorted((word for word in known if word.strip()), key=len, reverse=True)
        self._known = {word.casefold(): known[word] for word in words}
        either = "|".join(re.escape(word) for word in words)
        self._words = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE) if words else None
        self._given: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Addresses, mail addresses and long numbers first: a name may stand in one."""
        replaced = _STRANGERS.sub(self._stranger, text[:LONGEST])
        return self._words.sub(self._word, replaced) if self._words else replaced

    def value(self, value: Any) -> Any:
        """The same in every text of a JSON value."""
        match value:
            case str():
                return self.text(value)
            case dict():
                fields = cast("Json", value)
                return {key: self._field(key, member) for key, member in fields.items()}
            case list():
                return [self.value(member) for member in cast("list[Any]", value)]
            case _:
                return value

    def _field(self, key: str, value: Any) -> Any:
        return SPOT[key] if key in SPOT and isinstance(value, float) else self.value(value)

    def _word(self, found: re.Match[str]) -> str:
        return self._known[found[0].casefold()]

    def _stranger(self, found: re.Match[str]) -> str:
        text = found[0]
        if found["address"]:
            return self._numbered(text, "https://page-{}.example/")
        if found["mail"]:
            return self._numbered(text, "person-{}@example.org")
        if found["spot"]:
            return ", ".join(map(str, SPOT.values()))
        digits = sum(character.isdigit() for character in text)
        if digits < FEWEST or _NO_NUMBER.match(text):
            return text
        return self._numbered(text, "+1 555 010 00{:02d}")

    def _numbered(self, text: str, form: str) -> str:
        if text not in self._given:
            self._given[text] = form.format(len(self._given) + 1)
        return self._given[text]
