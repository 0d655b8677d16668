"""A page's text as a browser breaks it into lines, each piece with the element that holds it.

A price may stand in several elements: `35<span>,</span><span>99</span> €`, `$35<sup>99</sup>`.
Pieces of one line are joined as they are seen; where a digit meets a digit across the border of
two elements, two digits alone behind a number are its cents.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

_INLINE = frozenset(
    {
        "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
        "i", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong",
        "sub", "sup", "time", "tt", "u", "var", "nobr", "wbr", "price",
    }
)  # fmt: skip
_BREAKS = frozenset({"br", "hr"})
_UNSEEN = frozenset(
    {
        "script", "style", "template", "noscript", "iframe", "svg", "select", "textarea", "object",
    }
)  # fmt: skip
_CENTS = re.compile(
    r"(?<![a-z])cent|fraction|decimal|superscript|(?<![a-z])sup(?![a-z])", re.IGNORECASE
)
_OPEN_NUMBER = re.compile(r"[^\d\s]{0,4}\s?\d[\d.,\u00a0 ]{0,11}")
_CENTS_FOLLOW = re.compile(r"[.,]?\s?\d{2}(?!\d)")
_TWO_DIGITS = re.compile(r"\d{2}(?:\s?[^\s\w]{1,2})?")
_APART = "  "
_LETTERS_OF_A_SIGN = re.compile(r"(?<![^\W\d_])[A-Z]{1,3}$")
_SIGN_APART = re.compile(r"(?<=\d) ([.,]\d{2})(?!\d)")
_SHORT = 40
LONGEST = 3_000
"""Characters of a line; what follows in it is another line."""
MOST = 30_000
"""Lines of a page; what follows is not read."""


@dataclass(slots=True)
class Line:
    block: LexborNode
    """The innermost element that stands on lines of its own."""
    text: str = ""
    _starts: list[int] = field(default_factory=list)
    _holders: list[LexborNode] = field(default_factory=list)

    def holder(self, at: int) -> LexborNode:
        """The innermost element of the character that stands there."""
        return self._holders[max(0, bisect_right(self._starts, at) - 1)]

    def add(self, said: str, holder: LexborNode, *, gap: bool) -> None:
        """Behind what is there; `gap` says whether white space stands between."""
        glue = _glue(self.text, said, holder, gap=gap) if self.text else ""
        self.text = f"{self.text}{glue}"
        self._starts.append(len(self.text))
        self._holders.append(holder)
        self.text = f"{self.text}{said}"

    @property
    def pieces(self) -> int:
        return len(self._starts)


def lines(body: LexborNode, hidden: Iterable[int] = ()) -> list[Line]:
    """What can be seen, in the page's order; style sheets and names of classes are not heeded."""
    found: list[Line] = []
    places: dict[int, LexborNode | None] = dict.fromkeys(hidden)
    line: Line | None = None
    block_id = 0
    gap = False
    for node in body.traverse(include_text=True):
        tag = node.tag
        if tag != "-text":
            if tag in _BREAKS:
                line = None
            continue
        holder = node.parent
        if holder is None:
            continue
        block = places.get(holder.mem_id, holder)
        if block is holder:
            block = _block(holder, places)
        if block is None:
            continue
        raw = node.text_content or ""
        words = raw.split()
        if not words:
            gap = True
            continue
        said = _SIGN_APART.sub(r"\1", " ".join(words))
        known = block.mem_id
        if line is None or known != block_id or len(line.text) > LONGEST:
            if line is None or not _goes_on(line, said, block):
                line = Line(block)
                found.append(line)
                if len(found) > MOST:
                    break
            block_id = known
        line.add(said, holder, gap=gap or raw[0].isspace())
        gap = raw[-1].isspace()
    return found


def _block(holder: LexborNode, places: dict[int, LexborNode | None]) -> LexborNode | None:
    """The block that holds an element, or None where nobody sees it."""
    waiting: list[LexborNode] = []
    node: LexborNode | None = holder
    block: LexborNode | None = holder
    while node is not None:
        known = node.mem_id
        if known in places:
            block = places[known]
            break
        waiting.append(node)
        node = node.parent
    for one in reversed(waiting):
        tag = one.tag
        if tag in _UNSEEN:
            block = None
        elif block is not None and tag not in _INLINE:
            block = one
        places[one.mem_id] = block
    return block


def _goes_on(line: Line, said: str, block: LexborNode) -> bool:
    """Cents in a block of their own, beside the block of their number."""
    if not (_CENTS_FOLLOW.match(said) and len(line.text) < _SHORT):
        return False
    if not _OPEN_NUMBER.fullmatch(line.text):
        return False
    one, other = line.block.parent, block.parent
    return one is not None and other is not None and one.mem_id == other.mem_id


def _glue(text: str, said: str, holder: LexborNode, *, gap: bool) -> str:
    """What stands between two pieces of a line as people see them."""
    last, first = text[-1], said[0]
    if first.isdigit() and last.isdigit():
        if _TWO_DIGITS.fullmatch(said) and (not gap or names_cents(holder)):
            return "," if "." in text[-12:] else "."
        # Two numbers side by side are not one.
        return _APART
    if (first.isdigit() and last in ".,") or (first in ".," and last.isdigit()):
        # With white space between, a sentence may go on: "in 2019, 15 €".
        return " " if gap and not _OPEN_NUMBER.fullmatch(text) else ""
    if first == "$" and not gap and _LETTERS_OF_A_SIGN.search(text[-4:]):
        return ""
    return " "


def names_cents(node: LexborNode) -> bool:
    named = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"[:200]
    return node.tag == "sup" or bool(_CENTS.search(named))
