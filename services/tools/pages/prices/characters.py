"""A text in plain characters, and where each of them stood.

Pages write digits of many scripts, spaces of many widths, and characters that nobody sees, in the
midst of a number. What comes out has ASCII digits, one kind of space, apostrophe and dash, and
nothing invisible.
"""
# ruff: noqa: RUF001 - the typography of prices

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_BREAKS = dict.fromkeys("\t\n\r\f\v", " ")
_SAME = _BREAKS | {
    "‘": "'", "’": "'", "ʼ": "'", "′": "'", "´": "'", "`": "'", "〜": "~", "∼": "~", "⁄": "/",
    "\u2215": "/", "\u2212": "-", "₨": "Rs", "﹩": "$", "。": ".", "،": ",",
}  # fmt: skip
_SPACES, _DASH, _UNSEEN, _DIGIT = frozenset({"Zs", "Zl", "Zp"}), "Pd", "Cf", "Nd"
_FULL_WIDTH = range(0xFF01, 0xFFEF)


@dataclass(frozen=True, slots=True)
class Plain:
    text: str
    places: tuple[int, ...] | None
    """Of each character in the text that was given; None if every one stands where it stood."""

    def place(self, at: int) -> int:
        return at if self.places is None else self.places[at]

    def end(self, at: int) -> int:
        """Where what ends before `at` ended."""
        return at if self.places is None or at == 0 else self.places[at - 1] + 1


def is_letter(character: str) -> bool:
    """Or a vowel's sign on one, as scripts of India have it."""
    return character.isalpha() or (
        character > "\u02ff" and unicodedata.category(character)[0] == "M"
    )


def plain(text: str) -> Plain:
    if text.isascii():
        return Plain(text.translate(_ASCII_BREAKS), None)
    shown: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for each in _plain(character):
            shown.append(each)
            places.append(place)
    return Plain("".join(shown), (*places, len(text)))


_ASCII_BREAKS = str.maketrans(_BREAKS)


@lru_cache(maxsize=4_096)
def _plain(character: str) -> str:
    if character in _SAME:
        return _SAME[character]
    category = unicodedata.category(character)
    if category == _DIGIT:
        return str(unicodedata.digit(character))
    if ord(character) in _FULL_WIDTH:
        # ￥ and ￦ as well, but not the half-width letters of Japanese and Korean.
        wide = unicodedata.normalize("NFKC", character)
        return wide if len(wide) == 1 and not "\uff61" <= character <= "\uffdc" else character
    if category in _SPACES:
        return " "
    return {_DASH: "-", _UNSEEN: ""}.get(category, character)
