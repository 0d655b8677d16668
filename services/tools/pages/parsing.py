"""From a page's text to a tree that can be walked in a bounded time, whatever the page is made of.

A parser of HTML looks up through all open elements at most of the tags, opens forgotten `<b>`s
again in every paragraph, and compares a tag's attributes with each other: all three grow with the
square of a page made for it. So tags and attributes are counted first. What has too many, or nests
too deep, is read by its metadata alone.
"""

import re

from selectolax.lexbor import LexborHTMLParser

from services.tools.pages import markup

MOST_HTML = 8_000_000
MOST_TAGS = 25_000
"""Product pages have some thousands; as many nested ones keep the parser busy for two seconds."""
MOST_REOPENED = 5_000_000
MOST_ATTRIBUTES = 50_000_000
"""Of the squares of a tag's attributes, summed: a fifth of a second; 7,000 on one tag."""
BORDER = "\x1f"
"""A control character that readers put between pieces of text, and that pages may not send."""
_BORDER_BY_NUMBER = "&#31;"
_TAG = re.compile(r"<[a-zA-Z]")
# A flag for both cases would make it three times as slow.
_FORMATTING = re.compile(
    r"<(?:[bBiIsSuU](?=[\s/>])|[bB][iI][gG]|[cC][oO][dD][eE]|[eE][mM]|[fF][oO][nN][tT]"
    r"|[nN][oO][bB][rR]|[sS][mM][aA][lL]|[sS][tT][rR]|[tT][tT])"
)
_FORMATTING_TAG = re.compile(_FORMATTING.pattern + r"[^>]{0,100}")


def parsed(html: str) -> LexborHTMLParser | None:
    """None for a page that would take too long: see `outlined`."""
    text = html[:MOST_HTML].replace(BORDER, " ").replace(_BORDER_BY_NUMBER, " ")
    # A page may hold halves of characters, which stand for nothing.
    return LexborHTMLParser(text.encode("utf-8", "replace")) if _is_light(text) else None


def outlined(html: str) -> LexborHTMLParser:
    """Its metadata, headings and JSON-LD alone."""
    return LexborHTMLParser(markup.outline(html[:MOST_HTML]).encode("utf-8", "replace"))


def _is_light(text: str) -> bool:
    tags = text.count("<")
    if tags > MOST_TAGS:
        tags = sum(1 for _ in _TAG.finditer(text))
    if tags > MOST_TAGS:
        return False
    most = MOST_REOPENED // (3 * max(1, tags))
    # Of the same formatting element a parser opens no more than three again.
    many = len(_FORMATTING.findall(text)) > most
    if many and len({found[0] for found in _FORMATTING_TAG.finditer(text)}) > most:
        return False
    return not markup.is_heavy(text, MOST_ATTRIBUTES)
