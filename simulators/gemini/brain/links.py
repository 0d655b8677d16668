"""Links in a text, kept out of the way while the words around them are read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Characters for private use: no phrasing matches them, and nobody types them.
_FIRST, _LAST = 0xE000, 0xF8FF
MARK = f"[{chr(_FIRST)}-{chr(_LAST)}]"
_MARK = re.compile(MARK)
_LINK = re.compile(rf"https?://[^\s<>\"“”{chr(_FIRST)}-{chr(_LAST)}]+", re.IGNORECASE)
# What ends a sentence rather than an address, and a messenger's bold.
_AFTER = ".,;:!?'*"


@dataclass(frozen=True)
class Links:
    """The links of some texts; a mark's place is its link's index."""

    found: tuple[str, ...] = ()

    def restored(self, text: str) -> str:
        return _MARK.sub(lambda match: self._of(match.group()), text)

    def first_in(self, text: str) -> str | None:
        match = _MARK.search(text)
        return self._of(match.group()) if match else None

    def _of(self, mark: str) -> str:
        place = ord(mark) - _FIRST
        return self.found[place] if place < len(self.found) else ""


def find_links(text: str) -> list[str]:
    return [_trimmed(match.group()) for match in _LINK.finditer(text)]


def marked(texts: Iterable[str]) -> tuple[list[str], Links]:
    """The texts with one mark in the place of each link."""
    found: list[str] = []

    def mark(match: re.Match[str]) -> str:
        link = _trimmed(match.group())
        found.append(link)
        return chr(_FIRST + len(found) - 1) + match.group()[len(link) :]

    return [_LINK.sub(mark, _MARK.sub(" ", text)) for text in texts], Links(tuple(found))


def has_mark(text: str) -> bool:
    return bool(_MARK.search(text))


def without_marks(text: str) -> str:
    return _MARK.sub(" ", text)


def _trimmed(link: str) -> str:
    """Without the sentence's own punctuation; a bracket that the link opens is the link's."""
    while link[-1] in _AFTER or (link[-1] == ")" and link.count(")") > link.count("(")):
        link = link[:-1]
    return link
