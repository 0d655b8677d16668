"""A page's text as a browser breaks it into lines, each piece with the element that holds it.

A price may stand in several elements: `35<span>,</span><span>99</span> €`, `$35<sup>99</sup>`.
Pieces of one line are joined as they are seen; where a digit meets a digit across the border of
two elements, two digits alone behind a number are its cents.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from services.tools.pages.regions import short_text

INLINE = frozenset(
    {
        "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
        "i", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong",
        "sub", "sup", "time", "tt", "u", "var", "nobr", "wbr", "price",
    }
)  # fmt: skip
_CELLS = frozenset({"td", "th", "li", "dd", "dt"})
_BREAKS = frozenset({"br", "hr"})
_CENTS = re.compile(
    r"(?<![a-z])cent|fraction|decimal|superscript|(?<![a-z])sup(?![a-z])", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")
_OPEN_NUMBER = re.compile(r"(?:[^\w\s]{1,2}|[A-Z]{3})?\s?\d[\d.,\u00a0 ]{0,11}")
_CENTS_FOLLOW = re.compile(r"[.,]?\s?\d{2}(?!\d)|[.,]$")
_TWO_DIGITS = re.compile(r"\d{2}(?:\s?[^\s\w]{1,2})?")
_APART = "  "
_LETTERS_OF_A_SIGN = re.compile(r"(?<![^\W\d_])[A-Z]{1,3}$")
_SIGN_APART = re.compile(r"(?<=\d) ([.,]\d{2})(?!\d)")
_SHORT = 40
DEEPEST = 512
"""Chromium hangs what is deeper beside its parent."""
LONGEST = 3_000
"""Characters of a line; what follows in it is another line."""


@dataclass(slots=True)
class Line:
    block: LexborNode
    """The innermost element that stands on lines of its own."""
    text: str = ""
    _starts: list[int] = field(default_factory=list)
    holders: list[LexborNode] = field(default_factory=list)

    def holder(self, at: int) -> LexborNode:
        """The innermost element of the character that stands there."""
        return self.holders[max(0, bisect_right(self._starts, at) - 1)]

    def add(self, said: str, holder: LexborNode, *, gap: bool) -> None:
        """Behind what is there; `gap` says whether white space stands between."""
        glue = ""
        if self.text:
            apart = self.holders[-1].mem_id != holder.mem_id
            glue = _glue(self.text, said, holder, gap=gap, apart=apart)
        self.text = f"{self.text}{glue}"
        self._starts.append(len(self.text))
        self.holders.append(holder)
        self.text = f"{self.text}{said}"

    @property
    def pieces(self) -> int:
        return len(self._starts)


class TooDeep(Exception):
    """A page whose elements are nested deeper than browsers nest them."""


def lines(nodes: Sequence[LexborNode], texts: Sequence[str]) -> list[Line]:
    """Of pieces of text that stand one behind the other, each with its text.

    Style sheets are not heeded. Raises TooDeep.
    """
    blocks: dict[int, LexborNode] = {}
    found: list[Line] = []
    line: Line | None = None
    block_id, gap = 0, False
    for node, raw in zip(nodes, texts, strict=True):
        words = raw.split()
        if not words:
            gap = True
            continue
        holder = node.parent
        if holder is None:
            continue
        block = blocks.get(holder.mem_id) or _block(holder, blocks)
        said = _SIGN_APART.sub(r"\1", " ".join(words)) if len(words) > 1 else words[0]
        new = line is None or block.mem_id != block_id or _is_broken_before(node)
        if line is None or (new and not _goes_on(line, said, block)) or len(line.text) > LONGEST:
            line = Line(block)
            found.append(line)
        # Digits in two blocks could be two numbers: they stand apart, and then mean nothing.
        gap = gap or (new and line.text[-1:].isdigit() and said[0].isdigit())
        block_id = block.mem_id
        line.add(said, holder, gap=gap or raw[0].isspace())
        gap = raw[-1].isspace()
    return found


def _is_broken_before(node: LexborNode) -> bool:
    before = node.prev
    return before is not None and before.tag in _BREAKS


def _block(holder: LexborNode, blocks: dict[int, LexborNode]) -> LexborNode:
    """The innermost element around that stands on lines of its own."""
    node = holder
    for _ in range(DEEPEST):
        above = node.parent
        if node.tag not in INLINE or above is None:
            blocks[holder.mem_id] = node
            return node
        node = above
    raise TooDeep


def _goes_on(line: Line, said: str, block: LexborNode) -> bool:
    """The sign before the cents, or the cents, in a block beside the block of their number."""
    if len(line.text) > _SHORT or block.tag in _CELLS:
        return False
    if not (_CENTS_FOLLOW.match(said) and _OPEN_NUMBER.fullmatch(line.text)):
        return False
    above, other = line.block.parent, block.parent
    return above is not None and other is not None and above.mem_id == other.mem_id


def _glue(text: str, said: str, holder: LexborNode, *, gap: bool, apart: bool) -> str:
    """What stands between two pieces of a line as people see them.

    `apart` says whether they stand in different elements.
    """
    last, first = text[-1], said[0]
    if first.isdigit() and last.isdigit():
        if _TWO_DIGITS.fullmatch(said) and (not gap or names_cents(holder)):
            return "," if "." in text[-12:] else "."
        # Two numbers side by side are not one; two digits could be cents all the same.
        return " " if gap and _TWO_DIGITS.fullmatch(said) else _APART
    if (first.isdigit() and last in ".,") or (first in ".," and last.isdigit()):
        # With white space between, a sentence may go on: "in 2019, 15 €".
        return " " if gap and not _OPEN_NUMBER.fullmatch(text) else ""
    if apart and last.isdigit() and _DIGIT.search(short_text(holder, _SHORT) or ""):
        # The sign before a digit is that of its own element.
        return _APART
    if first == "$" and not gap and _LETTERS_OF_A_SIGN.search(text[-4:]):
        return ""
    return " "


def names_cents(node: LexborNode) -> bool:
    named = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"[:200]
    return node.tag == "sup" or bool(_CENTS.search(named))
