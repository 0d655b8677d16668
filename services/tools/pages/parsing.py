"""From a page's text to a tree that can be walked in a bounded time, whatever the page is made of.

A parser of HTML looks up through all open elements at most of the tags, opens forgotten `<b>`s
again in every paragraph, and compares a tag's attributes with each other: all three grow with the
square of a page made for it. So tags and attributes are counted first. What has too many, or nests
too deep, is read by its metadata alone.
"""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from services.tools.pages import markup, regions

MOST_HTML = 8_000_000
MOST_TAGS = 25_000
"""Product pages have some thousands; as many nested ones keep the parser busy for two seconds."""
MOST_REOPENED = 5_000_000
MOST_ATTRIBUTES = 50_000_000
"""Of the squares of a tag's attributes, summed: a fifth of a second; 7,000 on one tag."""
_TAG = re.compile(r"<[a-zA-Z]")
_FORMATTING = re.compile(
    r"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b[^>]{0,100}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Parsed:
    tree: LexborHTMLParser
    whole: bool
    """False: only the metadata were read."""


def parsed(html: str) -> Parsed:
    text = html[:MOST_HTML].encode("utf-8", "replace").decode()
    if _is_light(text):
        tree = LexborHTMLParser(text)
        if regions.can_be_walked(tree):
            return Parsed(tree, whole=True)
    return Parsed(LexborHTMLParser(markup.outline(text)), whole=False)


def _is_light(text: str) -> bool:
    tags = text.count("<")
    if tags > MOST_TAGS:
        tags = sum(1 for _ in _TAG.finditer(text))
    if tags > MOST_TAGS:
        return False
    # Of the same formatting element a parser opens no more than three again.
    distinct = len({found[0] for found in _FORMATTING.finditer(text)})
    if 3 * distinct * tags > MOST_REOPENED:
        return False
    return markup.weight_of_attributes(text, MOST_ATTRIBUTES) <= MOST_ATTRIBUTES
