"""What can be seen of a page: its lines, and to which part of the page each belongs."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.tools.pages.regions import Regions
from services.tools.pages.visible.lines import Line, lines


class Seen:
    """Read once, by all who look at what people see.

    Raises TooDeep for pages that are made to keep readers busy.
    """

    def __init__(self, tree: LexborHTMLParser) -> None:
        self.tree = tree
        self.parts = Regions(tree)
        body = tree.body
        self.lines: list[Line] = [] if body is None else lines(body, self.parts.hidden)

    def is_main(self, node: LexborNode) -> bool:
        """Shown, and about the page's product."""
        return self.parts.part(node) == "main"
