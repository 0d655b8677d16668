"""Whether a thing can be had, by the words that a page shows; and whether it sells at all."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.tools.pages import regions, words
from services.tools.pages.words import Stock

_LABELS = "p, span, div, strong, b, em, small, button, dd, td, li, h2, h3, h4, label, a"
_BUTTONS = "button, input[type=submit], a[role=button], a[class*=cart i], a[class*=buy i]"
_LONGEST_LABEL, _MOST = 60, 20_000
# Sizes and colours are sold out one by one.
_CHOICES = (
    "option",
    "swatch",
    "variant",
    "variation",
    "size",
    "colour",
    "color",
    "radio",
    "review",
)
_SIGNS = '[itemtype*="schema.org/Product"], meta[property="og:type"][content*="product" i]'


def of_text(seen: LexborHTMLParser) -> Stock | None:
    """By short labels only; None where they contradict each other or a button that buys."""
    labels = [
        (node, text)
        for node in seen.css(_LABELS)[:_MOST]
        if (text := regions.short_text(node, _LONGEST_LABEL))
    ]
    out = [node for node, text in labels if words.SOLD_OUT.search(text)]
    if any(not _is_a_choice(node) for node in out):
        return None if buys(seen) else "out"
    rest = (text for _, text in labels if not words.SOLD_OUT.search(text))
    if any(words.IN_STOCK.search(text) for text in rest):
        return "in"
    return None


def buys(seen: LexborHTMLParser) -> bool:
    """Whether a button puts the thing into a basket."""
    for node in seen.css(_BUTTONS)[:500]:
        attributes = node.attributes
        said = f"{regions.short_text(node, _LONGEST_LABEL)} {attributes.get('value') or ''}"
        disabled = "disabled" in attributes or attributes.get("aria-disabled") == "true"
        if not disabled and words.BUY.search(said[:200]):
            return True
    return False


def is_for_sale(tree: LexborHTMLParser, seen: LexborHTMLParser) -> bool:
    """Signs of a product, where no price was found; scripts alone may be about to write one."""
    if buys(seen) or tree.css_first(_SIGNS) is not None:
        return True
    named = seen.css("[class*=price i], [id*=price i], [class*=product i], [id*=product i]")
    return bool(named) or (seen.css_first("h1") is None and tree.css_first("script") is not None)


def _is_a_choice(node: LexborNode) -> bool:
    above: LexborNode | None = node
    for _ in range(4):
        if above is None or above.tag == "body":
            return False
        if above.tag in {"li", "label", "option"}:
            return True
        name = regions.names(above).lower()
        if any(choice in name for choice in _CHOICES):
            return True
        above = above.parent
    return False
