"""Microdata as the objects that JSON-LD would have: the same products are read from both."""

from collections.abc import Mapping, Sequence
from typing import cast

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.tools.pages.regions import HIGHEST_LINE, Regions, short_text
from services.tools.pages.structured.json_ld import Node

MOST_ITEMS, MOST_VALUE, MOST_NAMES, MOST_IDS = 300, 500, 10, 20_000
# Where the value of a property stands if not in `content`.
_VALUE_IN = {
    "meta": "content", "link": "href", "a": "href", "area": "href", "img": "src", "data": "value",
    "time": "datetime", "meter": "value", "object": "data", "source": "src",
}  # fmt: skip
# On these elements a price may stand although the element is a link.
_TEXT_IN_LINKS = frozenset({"name", "price", "priceCurrency"})


def nodes(tree: LexborHTMLParser, parts: Regions) -> list[Node]:
    """Each product's item; what stands among recommendations hangs under `isRelatedTo`."""
    scopes = tree.css("[itemscope]")[:MOST_ITEMS]
    items: dict[int, Node] = {scope.mem_id: _typed(scope) for scope in scopes}
    borrowed = _borrowed(tree, scopes)
    tops: list[Node] = []
    for scope in scopes:
        inside = items.get(_holder(scope, borrowed))
        name = scope.attributes.get("itemprop")
        if inside is not None and name:
            _add(inside, name, items[scope.mem_id])
        elif parts.part(scope) == "beside":
            tops.append({"isRelatedTo": items[scope.mem_id]})
        else:
            tops.append(items[scope.mem_id])
    for node in tree.css("[itemprop]:not([itemscope])")[: MOST_ITEMS * 20]:
        inside = items.get(_holder(node, borrowed))
        if inside is not None:
            for name in _names(node):
                _add(inside, name, _value(node, name))
    return tops


def _borrowed(tree: LexborHTMLParser, scopes: Sequence[LexborNode]) -> dict[int, int]:
    """What an item names by `itemref` is its own, wherever it stands."""
    wanted: dict[str, int] = {}
    for scope in scopes:
        for name in (scope.attributes.get("itemref") or "")[:MOST_VALUE].split()[:MOST_NAMES]:
            wanted.setdefault(name, scope.mem_id)
    if not wanted:
        return {}
    named = ((node.attributes.get("id") or "", node) for node in tree.css("[id]")[:MOST_IDS])
    return {node.mem_id: wanted[name] for name, node in named if name in wanted}


def _typed(scope: LexborNode) -> Node:
    return {"@type": (scope.attributes.get("itemtype") or "")[:MOST_VALUE].split()}


def _names(node: LexborNode) -> list[str]:
    """A property seldom has two names."""
    return (node.attributes.get("itemprop") or "")[:MOST_VALUE].split()[:MOST_NAMES]


def _holder(node: LexborNode, borrowed: Mapping[int, int]) -> int:
    """The item to which a property belongs, by `mem_id`; 0 for none."""
    if node.mem_id in borrowed:
        return borrowed[node.mem_id]
    above = node.parent
    for _ in range(HIGHEST_LINE):
        if above is None:
            return 0
        if "itemscope" in above.attributes:
            return above.mem_id
        if above.mem_id in borrowed:
            return borrowed[above.mem_id]
        above = above.parent
    return 0


def _add(item: Node, name: str, value: object) -> None:
    if name.startswith("@"):
        return
    if name in item:
        known = item[name]
        if isinstance(known, list):
            cast("list[object]", known).append(value)
        else:
            item[name] = [known, value]
    else:
        item[name] = value


def _value(node: LexborNode, name: str) -> str:
    attributes = node.attributes
    if attributes.get("content") is not None:
        return (attributes["content"] or "")[:MOST_VALUE]
    place = _VALUE_IN.get(node.tag or "")
    if place and (node.tag not in {"a", "object"} or name not in _TEXT_IN_LINKS):
        return (attributes.get(place) or "")[:MOST_VALUE]
    return short_text(node, MOST_VALUE) or ""
