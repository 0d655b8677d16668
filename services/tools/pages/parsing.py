"""From a page's text to trees that can be walked in a bounded time, whatever the page is made of.

A parser of HTML looks up through all open elements at most of the tags, and opens forgotten `<b>`s
again in every paragraph: both grow with the square of a page made for it. So the tags are counted
first. What has too many, or nests too deep, is read by its metadata alone.
"""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from services.tools.pages import regions

MOST_HTML = 8_000_000
MOST_TAGS = 25_000
"""Product pages have some thousands; as many nested ones keep the parser busy for two seconds."""
MOST_REOPENED = 5_000_000
MOST_SCRIPTS, MOST_TAGS_KEPT = 100, 2_000
_TAG = re.compile(r"<[a-zA-Z]")
_FORMATTING = re.compile(
    r"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b[^>]{0,100}", re.IGNORECASE
)
_KEPT = re.compile(
    r"<(?:meta|link|html)\s[^>]{1,1000}>|<h1\b[^>]{0,300}>[^<]{1,300}</h1>", re.IGNORECASE
)
_SCRIPT = re.compile(r"<script\b[^>]{0,300}ld\+json[^>]{0,300}>", re.IGNORECASE)
_SCRIPT_ENDS = re.compile(r"</script", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parsed:
    tree: LexborHTMLParser
    seen: LexborHTMLParser
    """Without what is hidden or stands beside the product."""
    whole: bool
    """False: only the metadata were read."""


def parsed(html: str) -> Parsed:
    text = html[:MOST_HTML].encode("utf-8", "replace").decode()
    if _is_light(text):
        tree = LexborHTMLParser(text)
        if regions.can_be_walked(tree):
            return Parsed(tree, regions.seen(text), whole=True)
    outline = _outline(text)
    return Parsed(LexborHTMLParser(outline), regions.seen(outline), whole=False)


def _is_light(text: str) -> bool:
    tags = sum(1 for _ in _TAG.finditer(text))
    if tags > MOST_TAGS:
        return False
    # Of the same formatting element a parser opens no more than three again.
    distinct = len({found[0] for found in _FORMATTING.finditer(text)})
    return 3 * distinct * tags <= MOST_REOPENED


def _outline(text: str) -> str:
    """The metadata, the headings and the JSON-LD, in their order."""
    kept: list[str] = []
    for found in _KEPT.finditer(text):
        kept.append(found[0])
        if len(kept) >= MOST_TAGS_KEPT:
            break
    at = 0
    for _ in range(MOST_SCRIPTS):
        opening = _SCRIPT.search(text, at)
        closing = _SCRIPT_ENDS.search(text, opening.end()) if opening else None
        if opening is None or closing is None:
            break
        kept.append(f"{text[opening.start() : closing.start()]}</script>")
        at = closing.end()
    return "\n".join(kept)
