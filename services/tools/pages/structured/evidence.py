"""What a page says beside its language of where it is at home, and of what it asks for.

An English page's "$" may be anybody's. A currency that its metadata name decides, whatever they
name it for; then the country of its addresses, and that of the translation which the page is.
"""

from collections.abc import Iterable
from dataclasses import replace

from babel.core import get_global  # pyright: ignore[reportUnknownVariableType]
from selectolax.lexbor import LexborHTMLParser

from services.tools.pages.addresses import joined
from services.tools.pages.locale_hints import Hints
from services.tools.pages.prices.currencies import CODES
from services.tools.pages.structured.json_ld import Node, text, walk

_MOST_LINKS = 200
_MOST_VALUES = 20
_ALIASES = get_global("territory_aliases")  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def with_evidence(
    hints: Hints, tree: LexborHTMLParser, urls: Iterable[str], nodes: list[Node]
) -> Hints:
    """`urls` are the page's own addresses, `nodes` what it says in JSON-LD and microdata."""
    currencies: set[str] = set()
    countries: list[str] = []
    for node, _ in walk(nodes):
        code = (text(node.get("priceCurrency")) or "").upper()
        if code in CODES and len(currencies) < _MOST_VALUES:
            currencies.add(code)
        country = _region(text(node.get("addressCountry")) or "")
        if country and len(countries) < _MOST_VALUES:
            countries.append(country)
    declared = hints.declared or frozenset(currencies)
    regions = hints.regions or tuple(dict.fromkeys(_translation(tree, urls) or countries))
    return replace(hints, declared=declared, regions=regions)


def _translation(tree: LexborHTMLParser, urls: Iterable[str]) -> list[str]:
    """The regions of the links that name this very page as one of its translations."""
    own = {url.partition("#")[0].rstrip("/") for url in urls}
    base = next(iter(urls), "")
    found: list[str] = []
    for link in tree.css('link[rel="alternate" i][hreflang]')[:_MOST_LINKS]:
        address = joined(base, link.attributes.get("href") or "")
        _, _, region = (link.attributes.get("hreflang") or "").replace("_", "-").partition("-")
        if address and address.partition("#")[0].rstrip("/") in own and (code := _region(region)):
            found.append(code)
    return found


def _region(said: str) -> str | None:
    """ISO 3166 of a code of two or three letters."""
    code = said.strip().upper()
    if len(code) == 3:
        known = _ALIASES.get(code)
        code = known[0] if known else ""
    return code if len(code) == 2 and code.isalpha() and code.isascii() else None
