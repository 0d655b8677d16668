"""JSON-LD blocks: each is parsed on its own, so a broken one hides nothing but itself."""

import html
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

from selectolax.lexbor import LexborHTMLParser

Node = dict[str, Any]

_OPENING = re.compile(r"\A\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?)?")
_ENDINGS = ("-->", "*/", "]]>", "/*", "//", ";")
"""What may stand behind the JSON: of a comment, of CDATA, of a statement."""
_TRAILING_COMMA = re.compile(r",(\s*+[}\]])")
_CANONICAL = {
    name.lower(): name
    for name in (
        "@context", "@graph", "@id", "@type", "@value", "addressCountry", "availability", "color",
        "eligibleQuantity", "gtin", "gtin8", "gtin12", "gtin13", "gtin14", "hasVariant",
        "highPrice", "inProductGroupWithID", "isRelatedTo", "isSimilarTo", "isVariantOf", "isbn",
        "itemCondition", "itemOffered", "lowPrice", "mainEntity", "mainEntityOfPage", "material",
        "maxValue", "minValue", "model", "mpn", "name", "offerCount", "offers", "pattern", "price",
        "priceCurrency", "priceSpecification", "priceType", "productGroupID", "productID",
        "referenceQuantity", "review", "size", "sku", "url", "validForMemberTier", "validFrom",
        "validThrough", "value",
    )
}  # fmt: skip
_LONGEST_NUMBER = 100
MOST_BLOCKS, MOST_NODES, DEEPEST = 100, 20_000, 24
MOST_TEXT = 3_000_000
"""Characters of all blocks together."""


def nodes(tree: LexborHTMLParser) -> list[Node]:
    """The top-level objects of every block that can be read."""
    found: list[Node] = []
    left, blocks = MOST_TEXT, 0
    for script in tree.css("script[type]")[: MOST_BLOCKS * 10]:
        kind = (script.attributes.get("type") or "").partition(";")[0]
        if kind.strip().lower() != "application/ld+json":
            continue
        content = script.text()
        left -= len(content)
        if left < 0 or blocks == MOST_BLOCKS:
            break
        blocks += 1
        block = _parsed(content)
        found += [node for node in _listed(block) if isinstance(node, dict)]
        if len(found) > MOST_NODES:
            break
    return found


def _listed(block: object) -> list[Any]:
    return cast("list[Any]", block) if isinstance(block, list) else [block]


def _parsed(text: str) -> object:
    opened = _OPENING.sub("", text, count=1)
    bare = _without_ending(opened)
    # Templates escape quotes as if JSON were HTML, or leave a comma behind.
    for mended in (str, html.unescape, _without_trailing_commas):
        try:
            # ValueError: also what `unescape` says of a character's number without end.
            return json.loads(
                mended(bare),
                strict=False,
                parse_float=_number,
                parse_int=_number,
                parse_constant=lambda _: None,
                object_pairs_hook=_canonical,
            )
        except (ValueError, RecursionError, ArithmeticError):
            continue
    return None


def _without_ending(text: str) -> str:
    bare = text.rstrip()
    for ending in _ENDINGS:
        bare = bare.removesuffix(ending).rstrip()
    return bare


def _canonical(pairs: list[tuple[str, Any]]) -> Node:
    """schema.org's names as it writes them: templates write `Offers` and `pricecurrency`."""
    return {_CANONICAL.get(name.lower(), name): value for name, value in pairs}


def _number(digits: str) -> int | Decimal | None:
    """None for more digits than any shop has: they take the square of their number to read."""
    if len(digits) > _LONGEST_NUMBER:
        return None
    return int(digits) if digits.lstrip("-").isdigit() else Decimal(digits)


def _without_trailing_commas(text: str) -> str:
    return _TRAILING_COMMA.sub(r"\1", text)


def walk(tops: list[Node]) -> Iterator[tuple[Node, str]]:
    """Every object, with the path of properties that leads to it; @graph is no property."""
    seen = 0
    waiting: list[tuple[object, str, int]] = [(top, "", 0) for top in reversed(tops)]
    while waiting and seen < MOST_NODES:
        value, path, depth = waiting.pop()
        if isinstance(value, list):
            each = cast("list[Any]", value)
            waiting += (
                [(inner, path, depth + 1) for inner in reversed(each)] if depth < DEEPEST else []
            )
        elif isinstance(value, dict):
            seen += 1
            node = cast("Node", value)
            yield node, path
            if depth < DEEPEST:
                waiting += [
                    (inner, path if name == "@graph" else f"{path}/{name}", depth + 1)
                    for name, inner in reversed(node.items())
                ]


def types(node: Node) -> frozenset[str]:
    """Names in lower case, without their vocabulary's address."""
    return frozenset(
        last(type_name).lower()
        for type_name in _listed(node.get("@type"))
        if isinstance(type_name, str)
    )


def last(term: str | None) -> str:
    """A term without its vocabulary's address: `https://schema.org/Product` is `Product`."""
    return re.split(r"[/#:]", (term or "").strip().rstrip("/"))[-1]


def text(value: object) -> str | None:
    """A property's text; of several values the first."""
    for member in _listed(value):
        match member:
            case str() if member.strip():
                return member.strip()
            case bool():
                continue
            case int() | Decimal():
                return (
                    str(member)[:40]
                    if isinstance(member, Decimal) or abs(member) < 10**30
                    else None
                )
            case {"@value": inner} | {"name": inner} if isinstance(inner, str):
                return inner.strip()
            case _:
                continue
    return None


def several(value: object) -> list[Node]:
    """A property's objects; a list of lists is flattened once."""
    found: list[Node] = []
    for member in _listed(value):
        found += [cast("Node", inner) for inner in _listed(member) if isinstance(inner, dict)]
    return found
