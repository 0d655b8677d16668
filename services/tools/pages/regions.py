"""Parts of a page that are not about its product, and parts that nobody sees."""

import re
from collections.abc import Container

from selectolax.lexbor import LexborHTMLParser, LexborNode

_BESIDE = re.compile(
    r"recommend|related|upsell|up-sell|cross-?sell|similar|also-?(?:like|bought|viewed)|recently"
    r"|bestseller|you-?may|sponsored|carousel|suggestion|mini-?cart|breadcrumb|newsletter|accessor"
    r"|empfehl|zubehoer|aehnlich|frequently",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BESIDE_TAGS = frozenset({"nav", "footer", "aside", "header"})
_UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?:[;\s]|$)",
    re.IGNORECASE,
)
_UNSEEN = (
    "script, style, template, noscript, iframe, svg, head, select, textarea, object, body [hidden]"
)
_MARKED = "[style], [class], [id], nav, footer, aside, header"
_WHOLE = frozenset({"html", "body", "main", "head"})
MOST_MARKED, MOST_TITLES, MOST_WITHIN = 50_000, 20, 60
HIGHEST, HIGHEST_LINE = 40, 520
DEEPEST = 512
"""Chromium hangs what is deeper beside its parent."""
MOST_NODES = 600_000
LONGEST_STYLE = 4_000


def names(node: LexborNode) -> str:
    """What a page calls an element."""
    attributes = node.attributes
    named = " ".join(
        attributes.get(name) or ""
        for name in ("class", "id", "data-testid", "data-test", "data-role", "itemprop")
    )
    return _CAMEL.sub("-", named[:500])


def style(node: LexborNode) -> str:
    """An element's own style sheet, as far as pages made by hand or by shops go."""
    return (node.attributes.get("style") or "")[:LONGEST_STYLE]


def can_be_walked(tree: LexborHTMLParser) -> bool:
    """Whether a page is as flat as browsers make it: deeper ones are made to keep readers busy."""
    node = tree.root
    depth, left = 0, MOST_NODES
    while node is not None and left:
        left -= 1
        below = node.first_child
        if below is not None:
            node, depth = below, depth + 1
            if depth > DEEPEST:
                return False
            continue
        while node is not None and node.next is None:
            node, depth = node.parent, depth - 1
        node = node.next if node is not None else None
    return left > 0


def short_text(
    node: LexborNode, longest: int, without: Container[int] = (), most: int = MOST_WITHIN
) -> str | None:
    """On one line, less the elements named by `mem_id`; None for what is longer or holds much."""
    pieces: list[str] = []
    length, left = 0, most
    waiting = [node.first_child]
    while waiting and left:
        inner = waiting.pop()
        if inner is None:
            continue
        left -= 1
        # Equality of nodes compares all their HTML.
        if inner.mem_id != node.mem_id:
            waiting.append(inner.next)
        if inner.tag == "-text":
            pieces += (inner.text_content or "").split()
            length += len(inner.text_content or "")
        elif inner.tag != "-comment" and inner.mem_id not in without:
            waiting.append(inner.first_child)
        if length > longest * 4:
            return None
    text = " ".join(pieces)
    return text if not waiting and len(text) <= longest else None


def line(node: LexborNode) -> frozenset[int]:
    """Everything that holds a node, by `mem_id`."""
    ids: set[int] = set()
    above = node.parent
    while above is not None and len(ids) < HIGHEST_LINE:
        ids.add(above.mem_id)
        above = above.parent
    return frozenset(ids)


class Beside:
    """Tells what stands among recommendations, navigation or the like."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        titles = tree.css("h1")[:MOST_TITLES]
        # What holds the page's title holds its product.
        self._main = frozenset[int]().union(*map(line, titles), (t.mem_id for t in titles))

    def itself(self, node: LexborNode) -> bool:
        if node.tag in _WHOLE or node.mem_id in self._main:
            return False
        return node.tag in _BESIDE_TAGS or bool(_BESIDE.search(names(node)))

    def within(self, node: LexborNode) -> bool:
        above: LexborNode | None = node
        for _ in range(HIGHEST):
            if above is None or above.tag in _WHOLE:
                return False
            if self.itself(above):
                return True
            above = above.parent
        return False


def seen(html: str) -> LexborHTMLParser:
    """The page's main part: without what is hidden, and without what stands beside the product."""
    tree = LexborHTMLParser(html)
    beside = Beside(tree)
    # Backwards: a removed element takes its children along, which must not be touched again.
    for node in reversed(tree.css(_MARKED)[:MOST_MARKED]):
        hidden = node.tag not in _WHOLE and _UNSEEN_STYLE.search(style(node))
        if hidden or beside.itself(node):
            node.decompose()
    for node in reversed(tree.css(_UNSEEN)):
        node.decompose()
    return tree
