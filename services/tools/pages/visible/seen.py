"""What can be seen of a page: its pieces of text, its lines, and to which part each belongs.

A page may have thousands of pieces, and few of them speak of money: only what stands around those
is put together to lines.
"""

from collections.abc import Container, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from operator import attrgetter

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.tools.pages import parsing
from services.tools.pages.regions import Regions
from services.tools.pages.visible.lines import Line, lines
from services.tools.pages.visible.money_places import places

_IS_TEXT = attrgetter("is_text_node")
_BORDER = parsing.BORDER
"""Between two pieces of text: parsing.py leaves none in a page."""
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
        self._body = tree.body
        self._joined = "" if self._body is None else self._body.text(separator=_BORDER)
        self._texts = self._joined.split(_BORDER) if self._joined else []

    def is_main(self, node: LexborNode) -> bool:
        """Shown, and about the page's product."""
        return self.parts.part(node) == "main"

    @cached_property
    def lines(self) -> list[Line]:
        """Those that speak of money, and those around them, in the page's order."""
        windows = list(self._windows())
        wanted = {at for first, behind in windows for at in range(first, behind)}
        nodes = self._nodes(wanted)
        found: list[Line] = []
        for first, behind in windows:
            here = [at for at in range(first, behind) if at in nodes]
            found += lines([nodes[at] for at in here], [self._texts[at] for at in here])
        return found

    def _pieces(self) -> Iterator[LexborNode]:
        """Each piece of text; only what is wanted is kept, for a page may have many."""
        if self._body is None:
            return iter(())
        return filter(_IS_TEXT, self._body.traverse(include_text=True))

    def _nodes(self, wanted: Container[int]) -> dict[int, LexborNode]:
        pieces = zip(range(len(self._texts)), self._pieces(), strict=False)
        return {at: node for at, node in pieces if at in wanted}

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
        folded = zip(self._short, self._folded.split(_BORDER), strict=True)
        wanted = {at for at, text in folded if any(phrase in text for phrase in here)}
        for at, node in self._nodes(wanted).items():
            label = " ".join(self._texts[at].split())
            holder = node.parent
            if len(label) <= longest and holder is not None and self.is_main(holder):
                yield holder, label

    def is_longer_than(self, length: int) -> bool:
        """Whether the main part has so many characters."""
        left = length
        for node, text in zip(self._pieces(), self._texts, strict=False):
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
