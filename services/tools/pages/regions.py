"""Parts of a page that are not about its product, and parts that nobody sees."""

import re
from collections.abc import Container, Sequence
from typing import Literal

from selectolax.lexbor import LexborHTMLParser, LexborNode

Part = Literal["main", "beside", "hidden"]

_BESIDE = (
    "recommend", "related", "upsell", "crosssell", "similar", "alsolike", "alsobought",
    "alsoviewed", "recently", "bestseller", "youmay", "sponsored", "carousel", "suggestion",
    "minicart", "breadcrumb", "newsletter", "accessor", "empfehl", "zubehoer", "aehnlich",
    "frequently",
)  # fmt: skip
"""What the names of elements beside the product have in them, less their hyphens."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BESIDE_TAGS = frozenset({"nav", "footer", "aside", "header"})
_UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?:[;\s]|$)",
    re.IGNORECASE,
)
UNSEEN_TAGS = frozenset(
    {
        "script", "style", "template", "noscript", "iframe", "svg", "select", "textarea", "object",
    }
)  # fmt: skip
_UNSEEN_CLASSES = frozenset(
    {"hidden", "hide", "is-hidden", "d-none", "display-none", "ng-hide", "invisible", "u-hidden"}
)
"""As the common style sheets name what they do not show on any screen."""
_MAY_BE_UNSEEN = ", ".join(
    [
        *sorted(UNSEEN_TAGS),
        "[hidden]",
        *(f"[style*={word} i]" for word in ("none", "hidden", "font-size", "opacity")),
        *(f"[class*={word}]" for word in ("hid", "none", "invisible")),
    ]
)
_NAMED_BY = ("class", "id", "data-testid", "data-test", "data-role", "itemprop")
_WHOLE = frozenset({"html", "body", "main"})
MOST_TITLES, MOST_WITHIN, MOST_UNSEEN = 20, 60, 50_000
HIGHEST_LINE = 520
LONGEST_STYLE = 4_000
_LONGEST_NAMES = 500


def names(node: LexborNode) -> str:
    """What a page calls an element."""
    return _named(node.attributes)


def _named(attributes: dict[str, str | None]) -> str:
    named = " ".join([said for name in _NAMED_BY if (said := attributes.get(name))])
    return _CAMEL.sub("-", named[:_LONGEST_NAMES])


def style(node: LexborNode) -> str:
    """An element's own style sheet, as far as pages made by hand or by shops go."""
    return (node.attributes.get("style") or "")[:LONGEST_STYLE]


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


def line(node: LexborNode) -> list[int]:
    """Everything that holds a node, by `mem_id`, the nearest first."""
    ids: list[int] = []
    above = node.parent
    while above is not None and len(ids) < HIGHEST_LINE:
        ids.append(above.mem_id)
        above = above.parent
    return ids


class Regions:
    """To which part of a page an element belongs: each element is judged once, when asked for."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        titles = tree.css("h1")[:MOST_TITLES]
        # What holds the page's title holds its product.
        self._main = frozenset[int]().union(*map(line, titles), (t.mem_id for t in titles))
        self._unseen = [
            node
            for node in tree.css(_MAY_BE_UNSEEN)[:MOST_UNSEEN]
            if (tag := node.tag) in UNSEEN_TAGS
            or (tag not in _WHOLE and _is_hidden(node.attributes))
        ]
        self._unseen_ids = frozenset(node.mem_id for node in self._unseen)
        self._known: dict[int, Part] = {}
        self._by_name: dict[str, bool] = {}

    def unseen_nodes(self) -> Sequence[LexborNode]:
        """What its own tag or attributes hide, in the page's order."""
        return self._unseen

    def part(self, node: LexborNode | None) -> Part:
        """Hidden if anything that holds it is; else beside the product if anything is."""
        waiting: list[LexborNode] = []
        part: Part = "main"
        while node is not None:
            known = self._known.get(node.mem_id)
            if known is not None:
                part = known
                break
            waiting.append(node)
            node = node.parent
        for lexbor_node in reversed(waiting):
            if part != "hidden":
                own = self._own(lexbor_node)
                part = part if own == "main" else own
            self._known[lexbor_node.mem_id] = part
        return part

    def _own(self, node: LexborNode) -> Part:
        tag = node.tag
        if tag in _WHOLE:
            return "main"
        if node.mem_id in self._unseen_ids:
            return "hidden"
        if node.mem_id in self._main:
            return "main"
        attributes = node.attributes
        if tag in _BESIDE_TAGS or (attributes and self._names_something_beside(attributes)):
            return "beside"
        return "main"

    def _names_something_beside(self, attributes: dict[str, str | None]) -> bool:
        # Many elements have the same names.
        said = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:_LONGEST_NAMES]
        known = self._by_name.get(said)
        if known is None:
            known = self._by_name[said] = _is_of_something_beside(_named(attributes))
        return known


def _is_of_something_beside(named: str) -> bool:
    folded = named.lower().replace("-", "").replace("_", "")
    return any(word in folded for word in _BESIDE)


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    style = attributes.get("style")
    if style and _UNSEEN_STYLE.search(style[:LONGEST_STYLE]):
        return True
    named = attributes.get("class") or ""
    of_class = not _UNSEEN_CLASSES.isdisjoint(named[:_LONGEST_NAMES].split())
    return of_class or "hidden" in attributes
