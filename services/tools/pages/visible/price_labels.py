"""What an element's name, as shops choose them, says of the amount in it."""

import re
from dataclasses import dataclass
from functools import lru_cache
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
    r"|discount-?(?:amount|percent)|instal|month|excl|ex-?vat|ex-?tax|netto|(?<![a-z])net(?![a-z])"
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
    for n in range(_UP):
        if above is None or above.tag in {"body", "html", "main"}:
            break
        if above.tag in _STRUCK or _is_struck_through(above):
            return Label("before", named=True)
        name = _said_by(regions.names(above))
        named = named or name.a_price
        if name.a_price or (n == 0 and name.said):
            if name.role is None or name.role == "before":
                return Label(name.role, named=named, is_a_filter=name.a_filter)
            usual = usual or name.role == "usual"
        above = above.parent
    return Label("usual" if usual else "now", named=named)


@dataclass(frozen=True, slots=True)
class _Name:
    said: bool
    a_price: bool
    a_filter: bool
    role: Role | None


@lru_cache(maxsize=4_096)
def _said_by(own: str) -> _Name:
    """Many elements, and many pages of a shop, have the same names."""
    a_filter = bool(_A_FILTER.search(own))
    role: Role | None = "usual" if _USUAL.search(own) else "now"
    if _BEFORE.search(own):
        role = "before"
    if a_filter or _SOMETHING_ELSE.search(own):
        role = None
    return _Name(bool(own), bool(_A_PRICE.search(own)), a_filter, role)


def _is_struck_through(node: LexborNode) -> bool:
    """By its own style: each declaration is looked through once."""
    for declaration in regions.style(node).lower().split(";"):
        _, named, value = declaration.partition("text-decoration")
        if named and "line-through" in value:
            return True
    return False
