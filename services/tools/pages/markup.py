"""What stands in a page's markup, in one pass: how dear its attributes are, and its metadata.

Each pattern is atomic and goes on where it stopped, so a text is passed over once, whatever it is.
"""

import re
from collections.abc import Iterator

# A comment that ends nowhere takes the rest of the page with it.
_TAG = re.compile(
    r"<!--(?:[^-]++|-(?!->))*+|<[a-zA-Z](?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+"
)
_VALUE = re.compile(r"=\s*+(?:\"[^\"]*+\"|'[^']*+')")
_SEPARATED = re.compile(r"[\s/\"'][^\s/>\"']")
_FEW, _MANY = 200, 1_000
"""Characters: what is shorter has too few attributes to matter."""
_KEPT = re.compile(r"<(?:meta|link|html|h1|script)(?=[\s/>])", re.IGNORECASE)
_WHOLE = re.compile(r"<[a-zA-Z0-9]++[^>]*+>")
_SCRIPT_ENDS = re.compile(r"</script", re.IGNORECASE)
_LONGEST_TAG, _LONGEST_HEADING = 1_000, 300
MOST_SCRIPTS, MOST_TAGS_KEPT = 100, 2_000


def is_heavy(text: str, most: int) -> bool:
    """Whether the squares of the numbers of all long tags' attributes come to more than `most`.

    A parser compares each attribute of a tag with those before it.
    """
    long = [tag for tag in _TAG.findall(text) if len(tag) > _FEW and tag[1] != "!"]
    if sum(_most_attributes(tag) ** 2 for tag in long) <= most:
        return False
    return sum(len(_SEPARATED.findall(_VALUE.sub('=""', tag))) ** 2 for tag in long) > most


def _most_attributes(tag: str) -> int:
    """At a glance: each stands behind white space, a slash or a closing quote."""
    if len(tag) < _MANY:
        return len(tag) // 2
    quotes = tag.count('"') + tag.count("'")
    return len(tag.split()) + tag.count("/") + quotes // 2


def outline(text: str) -> str:
    """The metadata, the headings and the JSON-LD, in their order."""
    kept: list[str] = []
    for piece in _pieces(text):
        kept.append(piece)
        if len(kept) >= MOST_TAGS_KEPT:
            break
    return "\n".join(kept)


def _pieces(text: str) -> Iterator[str]:
    at = scripts = 0
    while opening := _KEPT.search(text, at):
        start, name = opening.start(), opening[0][1:].lower()
        tag = _WHOLE.match(text, start, start + _LONGEST_TAG)
        if tag is None:
            at = start + _LONGEST_TAG
            continue
        at = tag.end()
        if name == "h1":
            ends = text.find("<", at, at + _LONGEST_HEADING + 1)
            if ends > at and text[ends : ends + 5].lower() == "</h1>":
                yield f"{text[start:ends]}</h1>"
        elif name != "script":
            yield tag[0]
        elif "ld+json" in tag[0].lower() and scripts < MOST_SCRIPTS:
            closing = _SCRIPT_ENDS.search(text, at)
            if closing is None:
                scripts = MOST_SCRIPTS
                continue
            scripts += 1
            at = closing.end()
            yield f"{text[start : closing.start()]}</script>"
