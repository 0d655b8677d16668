"""Whether a thing can be had, by the words that a page shows; and whether it sells at all.

"Sold out" is believed of a label that stands beside the product and is about it as a whole: not of
one of its sizes, nor of one way to get it ("pickup not available"), and not where a button sells
it or another label says that it is there.
"""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.tools.pages import regions, words
from services.tools.pages.visible.lines import INLINE
from services.tools.pages.visible.seen import Seen
from services.tools.pages.words import Stock

_BUTTONS = "button, input[type=submit], input[type=button], a[role=button]"
_LINKS = "a[class*=cart i], a[class*=buy i], a[id*=cart i], a[class*=basket i]"
_CHOOSERS = ", ".join(
    f"{tag}[{name}*={word} i]"
    for word in ("size", "variant", "swatch")
    for tag, name in (("select", "name"), ("select", "id"), ("ul", "class"), ("div", "class"))
)
_LONGEST_LABEL = 60
_MOST_BUTTONS, _UP = 500, 5
# Sizes and colours are sold out one by one, and so are the ways to get a thing.
_ONE_OF_SEVERAL = re.compile(
    r"option|swatch|variant|variation|size|colou?r|radio|review|deliver|shipping|pick-?up|collect"
    r"|store|fulfil|question|faq|notif|alert|remind",
    re.IGNORECASE,
)
_CHOICES = frozenset({"li", "label", "option", "dialog"})
_SIGNS = '[itemtype*="schema.org/Product"], meta[property="og:type"][content*="product" i]'


def of_text(seen: Seen) -> Stock | None:
    """By short labels only; None where they contradict each other or a button that buys."""
    out = [node for node, _ in seen.labels(words.SOLD_OUT, _LONGEST_LABEL)]
    out += [
        node
        for node, _ in seen.labels(words.NOT_TO_BE_HAD, _LONGEST_LABEL)
        if words.is_little_more(words.NOT_TO_BE_HAD, _line_of(node))
    ]
    there = any(
        not words.says((*words.SOLD_OUT, *words.NOT_TO_BE_HAD), label)
        for _, label in seen.labels(words.IN_STOCK, _LONGEST_LABEL)
    )
    if out:
        contradicted = there or all(map(_is_one_of_several, out)) or buys(seen)
        return None if contradicted else "out"
    return "in" if there else None


def _line_of(label: LexborNode) -> str:
    """With what stands before it on its line: "Pickup: not available"."""
    node = label
    for _ in range(_UP):
        if node.tag not in INLINE or node.parent is None:
            break
        node = node.parent
    return regions.short_text(node, _LONGEST_LABEL) or " " * _LONGEST_LABEL


def buys(seen: Seen) -> bool:
    """Whether a button puts the thing into a basket."""
    for node in (*seen.tree.css(_BUTTONS)[:_MOST_BUTTONS], *seen.tree.css(_LINKS)[:_MOST_BUTTONS]):
        attributes = node.attributes
        if "disabled" in attributes or attributes.get("aria-disabled") == "true":
            continue
        said = f"{regions.short_text(node, _LONGEST_LABEL) or ''} {attributes.get('value') or ''}"
        if words.says(words.BUY, said[:200]) and seen.is_main(node):
            return True
    return False


def has_choices(tree: LexborHTMLParser) -> bool:
    """Whether there are sizes, colours or the like to choose from."""
    for node in tree.css(_CHOOSERS)[:_MOST_BUTTONS]:
        own = node.css("option, li, button, label, input")
        if len(own) > 1:
            return True
    return False


def is_for_sale(seen: Seen) -> bool:
    """Signs of a product, where no price was found; scripts alone may be about to write one."""
    tree = seen.tree
    if buys(seen) or tree.css_first(_SIGNS) is not None:
        return True
    named = tree.css("[class*=price i], [id*=price i], [class*=product i], [id*=product i]")
    if any(seen.is_main(node) for node in named[:_MOST_BUTTONS]):
        return True
    return tree.css_first("h1") is None and seen.has_scripts


def _is_one_of_several(label: LexborNode) -> bool:
    above: LexborNode | None = label
    for _ in range(_UP):
        if above is None or above.tag in {"body", "main"}:
            return False
        if above.tag in _CHOICES or _ONE_OF_SEVERAL.search(regions.names(above)):
            return True
        above = above.parent
    return False
