"""The line that names a page's product: prices are looked for around it."""

from collections.abc import Iterable, Sequence

from selectolax.lexbor import LexborNode

from services.tools.pages.cleaning import plain
from services.tools.pages.regions import short_text
from services.tools.pages.visible.seen import Seen

_OTHER_HEADINGS = "h2, h3"
_OTHERS = "h4, [itemprop=name], [class*=title i], [class*=name i]"
_MOST, _LONGEST = 200, 300
_ENOUGH = 0.5
"""The share of a heading's words that the page's own title must have."""


def heading(seen: Seen, product: str | None, known: Sequence[str]) -> LexborNode | None:
    """The heading that names the product asked for; else the one most like what is `known`.

    What is known is the document's title, first, and what metadata call the product: a heading that
    says just that is it. A document's title ends with the shop's name: of two first headings that
    are in it, the one of more words counts.
    """
    wanted = frozenset(plain(product or "").split())
    if wanted and (asked := _asked_for(seen, wanted)):
        return asked
    return _same_as(seen, known[1:]) or _like(seen, known)


def _like(seen: Seen, known: Sequence[str]) -> LexborNode | None:
    firsts = _named(seen, "h1")
    known_words = [frozenset(plain(text).split()) for text in known if text]
    if not known_words:
        return firsts[0][0] if firsts else None
    if best := _most_like(firsts, known_words):
        return best
    if len(firsts) == 1 and any(firsts[0][1] & words for words in known_words):
        return firsts[0][0]
    for others in (_OTHER_HEADINGS, _OTHERS):
        if best := _most_like(_named(seen, others), known_words):
            return best
    return firsts[0][0] if firsts else None


def _same_as(seen: Seen, names: Sequence[str]) -> LexborNode | None:
    """The first heading whose words are those of a name, in whatever order."""
    wanted = [frozenset(plain(name).split()) for name in names]
    for selector in ("h1", _OTHER_HEADINGS):
        for node, words in _named(seen, selector):
            if words in wanted:
                return node
    return None


def _asked_for(seen: Seen, wanted: frozenset[str]) -> LexborNode | None:
    firsts = _named(seen, "h1")
    if firsts and wanted <= firsts[0][1]:
        return firsts[0][0]
    every = (*firsts, *_named(seen, _OTHER_HEADINGS), *_named(seen, _OTHERS))
    named = [node for node, words in every if wanted <= words]
    return named[0] if len({node.mem_id for node in named}) == 1 else None


def _named(seen: Seen, selector: str) -> list[tuple[LexborNode, frozenset[str]]]:
    """The elements of the main part, with their words."""
    return [
        (node, words)
        for node in seen.tree.css(selector)[:_MOST]
        if seen.is_main(node) and (words := _words(node))
    ]


def _words(node: LexborNode) -> frozenset[str]:
    return frozenset(plain(short_text(node, _LONGEST) or "").split())


def _most_like(
    each: Iterable[tuple[LexborNode, frozenset[str]]], known: Sequence[frozenset[str]]
) -> LexborNode | None:
    best, most = None, 0.0
    for node, words in each:
        common = max(len(words & other) for other in known)
        share = common / len(words)
        if share >= _ENOUGH and common * share > most:
            best, most = node, common * share
    return best
