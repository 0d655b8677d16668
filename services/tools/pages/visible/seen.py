"""What can be seen of a page: its pieces of text, its lines, and to which part each belongs.

A page may have thousands of pieces, and few of them speak of money: only what stands around those
is put together to lines.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.tools.pages.regions import Regions
from services.tools.pages.visible.lines import Line, lines
from services.tools.pages.visible.money_places import places

_BORDER = "\x1f"
"""Between two pieces of text; what pages send of it is taken for white space."""
_SHORTEST, _LONGEST = 1, 300
"""Characters of a label, with the white space of the page's source."""
_AROUND = 6
"""Pieces before and behind one that speaks of money: the label of its line, and its cents."""


class Seen:
    """Read once, by all who look at what people see; it takes away what nobody sees.

    Raises TooDeep for pages that are made to keep readers busy.
    """

    def __init__(self, tree: LexborHTMLParser, parts: Regions) -> None:
        self.tree, self.parts = tree, parts
        self.has_scripts = tree.css_first("script") is not None
        # Backwards: a removed element takes its children along, which must not be touched again.
        for node in reversed(parts.unseen_nodes()):
            node.decompose()
        body = tree.body
        self._nodes: list[LexborNode] = []
        self._joined = ""
        if body is not None:
            self._nodes = [n for n in body.traverse(include_text=True) if n.is_text_node]
            self._joined = body.text(separator=_BORDER)
        self._texts = self._joined.split(_BORDER)
        if len(self._texts) != len(self._nodes):
            self._texts = [(n.text_content or "").replace(_BORDER, " ") for n in self._nodes]
            self._joined = _BORDER.join(self._texts)

    def is_main(self, node: LexborNode) -> bool:
        """Shown, and about the page's product."""
        return self.parts.part(node) == "main"

    @cached_property
    def lines(self) -> list[Line]:
        """Those that speak of money, and those around them, in the page's order."""
        found: list[Line] = []
        for first, behind in self._windows():
            found += lines(self._nodes[first:behind], self._texts[first:behind])
        return found

    @cached_property
    def _short(self) -> list[int]:
        """The pieces that may be labels."""
        return [at for at, text in enumerate(self._texts) if _SHORTEST < len(text) < _LONGEST]

    @cached_property
    def _folded(self) -> str:
        """The same without regard to case, for a first look whether a word stands there at all."""
        return _BORDER.join([self._texts[at] for at in self._short]).casefold()

    def labels(self, phrases: Sequence[str], longest: int) -> Iterator[tuple[LexborNode, str]]:
        """The short pieces of the main part in which one of the phrases stands."""
        here = [phrase for phrase in phrases if phrase in self._folded]
        if not here:
            return
        for at, folded in zip(self._short, self._folded.split(_BORDER), strict=True):
            if not any(phrase in folded for phrase in here):
                continue
            label = " ".join(self._texts[at].split())
            holder = self._nodes[at].parent
            if len(label) <= longest and holder is not None and self.is_main(holder):
                yield holder, label

    def is_longer_than(self, length: int) -> bool:
        """Whether the main part has so many characters."""
        left = length
        for node, text in zip(self._nodes, self._texts, strict=True):
            said = len(text.strip())
            holder = node.parent if said else None
            if holder is not None and self.is_main(holder):
                left -= said + 1
                if left <= 0:
                    return True
        return False

    def _windows(self) -> Iterator[tuple[int, int]]:
        """Stretches of pieces that do not touch each other."""
        # Where each piece begins, less the borders before it.
        starts = [0, *accumulate(map(len, self._texts))]
        first, behind = 0, 0
        for place in places(self._joined):
            at = _piece(starts, place)
            if at - _AROUND > behind:
                if behind:
                    yield first, behind
                first = at - _AROUND
            behind = at + _AROUND + 1
        if behind:
            yield max(0, first), behind


def _piece(starts: Sequence[int], place: int) -> int:
    """The piece in which a place of the joined text stands: borders are one character each."""
    low, high = 0, len(starts) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if starts[middle] + middle <= place:
            low = middle
        else:
            high = middle - 1
    return low
