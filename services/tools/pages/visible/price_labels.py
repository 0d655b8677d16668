"""What an element's name, as shops choose them, says of the amount in it."""

import re
from dataclasses import dataclass
from typing import Literal

from selectolax.lexbor import LexborNode

from services.tools.pages import regions

Role = Literal["now", "usual", "before"]
"""`usual` is today's price unless another one stands beside it: shops name both so."""

_A_PRICE = re.compile(
    r"price|(?<![a-z])(?:preis|prix|precio|prezzo|prijs|preco|cena|pris|hinta|fiyat|amount|kakaku)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?<![a-z])(?:old|was|before|rrp|msrp|uvp|statt|previous)(?![a-z])|strike|struck|cross-?ed"
    r"|cross-?out|compare|line-?through|list-?price|price-?list(?![a-z])",
    re.IGNORECASE,
)
_USUAL = re.compile(r"regular|original", re.IGNORECASE)
_SOMETHING_ELSE = re.compile(
    r"unit-?price|price-?unit|per-|base-?price|grundpreis|shipping|deliver|savings?(?![a-z])|you-?save"
    r"|discount-?(?:amount|percent)|instal|month|excl|ex-?vat|ex-?tax|netto"
    r"|total|loyal|member|points|histor|tier|bulk",
    re.IGNORECASE,
)
_A_FILTER = re.compile(r"filter|slider|(?<![a-z])facet", re.IGNORECASE)
_STRUCK = frozenset({"del", "s", "strike"})
_UP = 3


@dataclass(frozen=True, slots=True)
class Label:
    role: Role | None
    """None where the name says that it is something else than the price."""
    named: bool
    """Whether any name says that it is a price at all."""
    is_a_filter: bool = False
    """It narrows a list of products."""


def label_of(node: LexborNode) -> Label:
    """By the names of an element and of what holds it."""
    above: LexborNode | None = node
    usual = named = False
    for _ in range(_UP):
        if above is None or above.tag in {"body", "html", "main"}:
            break
        own = regions.names(above)
        if above.tag in _STRUCK or _is_struck_through(above):
            return Label("before", named=True)
        a_price = bool(own) and bool(_A_PRICE.search(own))
        named = named or a_price
        if own and (a_price or above.mem_id == node.mem_id):
            if _A_FILTER.search(own):
                return Label(None, named=named, is_a_filter=True)
            if _SOMETHING_ELSE.search(own):
                return Label(None, named=named)
            if _BEFORE.search(own):
                return Label("before", named=named)
            usual = usual or bool(_USUAL.search(own))
        above = above.parent
    return Label("usual" if usual else "now", named=named)


def _is_struck_through(node: LexborNode) -> bool:
    """By its own style: each declaration is looked through once."""
    for declaration in regions.style(node).lower().split(";"):
        _, named, value = declaration.partition("text-decoration")
        if named and "line-through" in value:
            return True
    return False
